// ClientSession against the product's own ServerSession as the pod, over memory.
#include "tls/client_session.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/test_certificates.h"
#include "tls/certificate_index.h"
#include "tls/server_context.h"
#include "tls/server_session.h"

namespace headgate::tls {
namespace {

using test_support::IssuedCertificate;
using test_support::TestAuthority;

// One direction is what the other end sends.
class Pipe final : public Wire {
 public:
  WireStatus receive(char* data, std::size_t size, std::size_t& received) override {
    if (in.empty()) return WireStatus::would_block;
    received = std::min(size, in.size());
    in.copy(data, received);
    in.erase(0, received);
    return WireStatus::done;
  }
  WireStatus send(const char* data, std::size_t size) override {
    peer->in.append(data, size);
    return WireStatus::done;
  }
  std::string in;
  Pipe* peer = nullptr;
};

std::shared_ptr<const Certificate> load(const IssuedCertificate& issued) {
  return Certificate::from_pem(issued.chain, issued.key).value();
}

// One connection, shaken hands as far as it goes.
struct Connection {
  Connection(const ClientContext& client_context, const ClientStart& start,
             const std::shared_ptr<const ServerContext>& server_context,
             const std::shared_ptr<const CertificateIndex>& index)
      : client(client_context, start, client_end), server(server_context, index, server_end) {
    client_end.peer = &server_end;
    server_end.peer = &client_end;
    for (int turns = 0; turns < 10; ++turns) {
      status = client.handshake();
      server_status = server.handshake();
    }
  }
  // What the client reads of `text` that the server writes.
  std::string read(const std::string& text) {
    server.write(text.data(), text.size());
    char buffer[256];
    const SessionResult result = client.read(buffer, sizeof buffer);
    return result.status == SessionStatus::done ? std::string(buffer, result.bytes) : std::string();
  }

  Pipe client_end;
  Pipe server_end;
  ClientSession client;
  ServerSession server;
  SessionStatus status = SessionStatus::would_block;
  SessionStatus server_status = SessionStatus::would_block;
};

class ClientSessionTest : public ::testing::Test {
 protected:
  TestAuthority authority;
  std::shared_ptr<const CertificateIndex> index =
      std::make_shared<const CertificateIndex>(load(authority.issue_for({"pod.ns.svc"})));
  std::shared_ptr<const ServerContext> server_context = ServerContext::make({}).value();
  std::shared_ptr<const ClientContext> context;
};

TEST_F(ClientSessionTest, TakesAnybodyAndSendsNoNameByDefault) {
  ClientStart start;
  start.name = "pod.ns.svc";
  context = ClientContext::make({}).value();
  Connection made(*context, start, server_context, index);
  ASSERT_EQ(made.status, SessionStatus::done) << made.client.failure();
  EXPECT_EQ(made.server.facts().server_name, "");
  EXPECT_EQ(made.server.facts().protocol, "TLSv1.3");
  EXPECT_EQ(made.read("hello"), "hello");
}

TEST_F(ClientSessionTest, VerifiesChainAndName) {
  struct Case {
    const char* name;
    bool trusted;
    const char* failure;
  };
  const TestAuthority stranger("Stranger");
  for (const Case& test : {Case{"pod.ns.svc", true, ""}, Case{"other.ns.svc", true, "ostname mismatch"},
                           Case{"10.0.0.1", true, "IP address mismatch"},
                           Case{"pod.ns.svc", false, "unable to get local issuer certificate"}}) {
    ClientSettings settings;
    settings.verify = true;
    settings.send_name = true;
    settings.authorities = test.trusted ? authority.certificate() : stranger.certificate();
    ClientStart start;
    start.name = test.name;
    context = ClientContext::make(settings).value();
    Connection made(*context, start, server_context, index);
    if (*test.failure == '\0') {
      EXPECT_EQ(made.status, SessionStatus::done) << made.client.failure();
      EXPECT_EQ(made.server.facts().server_name, test.name);
    } else {
      EXPECT_EQ(made.status, SessionStatus::failed) << test.name;
      EXPECT_NE(made.client.failure().find(test.failure), std::string_view::npos) << made.client.failure();
    }
  }
}

TEST_F(ClientSessionTest, ResumesWhatItWasGiven) {
  for (const bool tls13 : {true, false}) {
    ClientSettings settings;
    settings.tls13 = tls13;
    context = ClientContext::make(settings).value();
    Connection first(*context, {}, server_context, index);
    ASSERT_EQ(first.status, SessionStatus::done) << first.client.failure();
    EXPECT_EQ(first.read("x"), "x");  // with TLS 1.3 the ticket comes before it
    ASSERT_NE(first.client.resumption(), nullptr) << tls13;
    ClientStart again;
    again.resumption = first.client.resumption();
    Connection second(*context, again, server_context, index);
    EXPECT_TRUE(second.client.was_resumed()) << tls13;
  }
}

TEST_F(ClientSessionTest, InsistsOnH2WhereItIsWanted) {
  context = ClientContext::make({}).value();
  ClientStart start;
  start.http2 = true;
  Connection made(*context, start, server_context, index);
  EXPECT_EQ(made.status, SessionStatus::done) << made.client.failure();
  EXPECT_EQ(made.server.facts().alpn, Alpn::h2);
  ServerSettings old;
  old.http2 = false;
  Connection refused(*context, start, ServerContext::make(old).value(), index);
  EXPECT_EQ(refused.status, SessionStatus::failed);
}

TEST(ClientContext, SaysWhatItDoesNotTake) {
  ClientSettings settings;
  settings.ciphers = "NOTHING";
  EXPECT_FALSE(ClientContext::make(settings));
  settings = {};
  settings.tls12 = settings.tls13 = false;
  EXPECT_FALSE(ClientContext::make(settings));
  settings = {};
  settings.verify = true;
  settings.authorities = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  EXPECT_FALSE(ClientContext::make(settings));
  settings.authorities.clear();
  EXPECT_FALSE(ClientContext::make(settings));
}

}  // namespace
}  // namespace headgate::tls
