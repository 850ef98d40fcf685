// What the client makes of servers that are not who they must be, break off, or say nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "k8swatch/api_client_fixture.h"
#include "support/port_reservation.h"
#include "support/temp_dir.h"

namespace headgate::k8swatch {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;

void answer_ok(ApiPeerConnection& connection) {
  while (!connection.read_request().empty()) connection.answer(200, "ok");
}

struct ApiClientFaults : ApiClientTest {
  // The outcome of a stream that the peer serves so.
  StreamLog& stream(ApiPeer::Script script, ApiRequest request = get("/watch")) {
    serve(std::move(script));
    log_ = std::make_unique<StreamLog>();
    call_ = client().stream(std::move(request), *log_);
    EXPECT_TRUE(queue_.run_until([this] { return log_->ends == 1; }));
    return *log_;
  }
  static ApiFailure failure_of(const StreamLog& log) {
    EXPECT_TRUE(log.error) << "a clean end";
    return log.error ? log.error->failure : ApiFailure::config;
  }

  std::unique_ptr<StreamLog> log_;
  std::unique_ptr<ApiCall> call_;
};

TEST_F(ApiClientFaults, AnotherAuthorityIsNotTrusted) {
  serve(answer_ok);
  trust(test_support::TestAuthority("Somebody Else").certificate());
  const ApiError error = error_of(ask(get("/")));
  EXPECT_EQ(error.failure, ApiFailure::tls);
  EXPECT_THAT(error.message,
              AllOf(StartsWith(peer_->url() + ": TLS: certificate verify failed ("), HasSubstr("issuer")));
  EXPECT_EQ(access_.distrusts, 1);
}

TEST_F(ApiClientFaults, TheSystemsAuthoritiesAreNotTrusted) {
  const test_support::TempDir folder;
  const std::string bundle = folder.path() / "bundle.pem";
  std::ofstream(bundle) << authority_.certificate();
  const char* before = std::getenv("SSL_CERT_FILE");
  const std::string kept = before == nullptr ? "" : before;
  ::setenv("SSL_CERT_FILE", bundle.c_str(), 1);
  serve(answer_ok);
  trust(test_support::TestAuthority("Somebody Else").certificate());
  EXPECT_EQ(error_of(ask(get("/"))).failure, ApiFailure::tls);
  if (before == nullptr) {
    ::unsetenv("SSL_CERT_FILE");
  } else {
    ::setenv("SSL_CERT_FILE", kept.c_str(), 1);
  }
}

TEST_F(ApiClientFaults, AnotherNameIsNotTrusted) {
  request_.ip_addresses = {"127.0.0.2"};
  serve(answer_ok);
  const ApiError error = error_of(ask(get("/")));
  EXPECT_EQ(error.failure, ApiFailure::tls);
  EXPECT_THAT(error.message, HasSubstr("certificate verify failed (the certificate is not for 127.0.0.1)"));
}

TEST_F(ApiClientFaults, TheServerNameStandsForTheHost) {
  request_.ip_addresses = {};
  serve(answer_ok);
  ApiAccess access = *access_.answer;
  access.server_name = "api.test";
  access_.answer = access;
  EXPECT_EQ(response_of(ask(get("/"))).body, "ok");
  access.server_name = "other.test";
  access_.answer = access;
  EXPECT_THAT(error_of(ask(get("/"))).message, HasSubstr("not for other.test"));
}

TEST_F(ApiClientFaults, AnExpiredCertificateIsNotTrusted) {
  request_.not_before = -3h;
  request_.not_after = -1h;
  serve(answer_ok);
  EXPECT_THAT(error_of(ask(get("/"))).message, HasSubstr("(certificate has expired)"));
}

TEST_F(ApiClientFaults, AnyServerMeansAny) {
  request_.ip_addresses = {};
  serve(answer_ok);
  ApiAccess access = *access_.answer;
  access.trust = *tls::PeerTrust::make({.ca = {}, .any_server = true, .certificate = {}, .key = {}});
  access_.answer = access;
  EXPECT_EQ(response_of(ask(get("/"))).body, "ok");
}

TEST_F(ApiClientFaults, TheAuthorityMayChangeBetweenRequests) {
  serve(answer_ok);
  EXPECT_EQ(response_of(ask(get("/"))).body, "ok");
  const test_support::TestAuthority next("Next Root");
  peer_->set_certificate(next.issue(request_));
  ApiRequest anew = get("/");
  anew.fresh_connection = true;
  EXPECT_EQ(error_of(ask(anew)).failure, ApiFailure::tls);
  trust(next.certificate());
  EXPECT_EQ(response_of(ask(get("/"))).body, "ok");
}

TEST_F(ApiClientFaults, TheClientCertificateIsShown) {
  const test_support::TestAuthority clients("Clients");
  const auto own = clients.issue({.common_name = "headgate", .for_clients = true});
  peer_ = std::make_unique<ApiPeer>(authority_.issue(request_), answer_ok, clients.certificate());
  trust(authority_.certificate());
  // With TLS 1.3 the refusal comes after the handshake, in place of an answer; the end of the connection may
  // overtake it.
  EXPECT_THAT(error_of(ask(get("/"))).failure, testing::AnyOf(ApiFailure::tls, ApiFailure::reset));
  ApiAccess access = *access_.answer;
  const std::string ca = authority_.certificate();
  access.trust = *tls::PeerTrust::make({.ca = ca, .certificate = own.certificate, .key = own.key});
  access_.answer = access;
  EXPECT_EQ(response_of(ask(get("/"))).body, "ok");
}

TEST_F(ApiClientFaults, AServerWithoutTlsIsATlsFailure) {
  peer_ = std::make_unique<ApiPeer>([](ApiPeerConnection& connection) {
    connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    connection.wait_for_end();
  });
  trust(authority_.certificate());
  ApiAccess access = *access_.answer;
  access.server = "https://127.0.0.1:" + std::to_string(peer_->port());
  access_.answer = access;
  const ApiError error = error_of(ask(get("/")));
  EXPECT_EQ(error.failure, ApiFailure::tls) << error.message;
}

TEST_F(ApiClientFaults, NobodyListensIsAConnectFailure) {
  serve(answer_ok);
  const test_support::PortReservation port;
  ApiAccess access = *access_.answer;
  access.server = "https://127.0.0.1:" + std::to_string(port.port());
  access_.answer = access;
  const ApiError error = error_of(ask(get("/")));
  EXPECT_EQ(error.failure, ApiFailure::connect);
  EXPECT_EQ(error.message, access.server + ": connection refused, or no way to the host");
}

TEST_F(ApiClientFaults, ANameThatDoesNotResolveIsAConnectFailure) {
  serve(answer_ok);
  ApiAccess access = *access_.answer;
  access.server = "https://no-such-host.invalid:6443";
  access_.answer = access;
  const ApiError error = error_of(ask(get("/")));
  EXPECT_EQ(error.failure, ApiFailure::connect);
  EXPECT_THAT(error.message, HasSubstr("does not resolve"));
}

TEST_F(ApiClientFaults, ASilentServerIsATimeout) {
  serve([&](ApiPeerConnection& connection) {
    connection.read_request();
    gate_.wait();
  });
  ApiRequest request = get("/");
  request.idle_timeout = 150ms;
  const ApiError error = error_of(ask(request));
  EXPECT_EQ(error.failure, ApiFailure::timeout);
  EXPECT_EQ(error.message, peer_->url() + ": nothing happened for 150 ms");
  gate_.open();
}

TEST_F(ApiClientFaults, AServerThatDoesNotShakeHandsIsATimeoutOfConnecting) {
  options_.connect_patience = 150ms;
  peer_ = std::make_unique<ApiPeer>([&](ApiPeerConnection&) { gate_.wait(); });
  trust(authority_.certificate());
  ApiAccess access = *access_.answer;
  access.server = "https://127.0.0.1:" + std::to_string(peer_->port());
  access_.answer = access;
  ApiRequest request = get("/");
  request.idle_timeout = 11min;
  EXPECT_EQ(error_of(ask(request)).failure, ApiFailure::timeout);
  gate_.open();
}

TEST_F(ApiClientFaults, AStreamThatFallsSilentIsATimeout) {
  ApiRequest request = get("/watch");
  request.idle_timeout = 2s;  // connecting is a part of it
  const StreamLog& log = stream(
      [&](ApiPeerConnection& connection) {
        connection.read_request();
        connection.begin_chunks();
        connection.send_chunk("one event\n");
        gate_.wait();
      },
      request);
  EXPECT_EQ(failure_of(log), ApiFailure::timeout);
  EXPECT_EQ(log.bytes, "one event\n");
  gate_.open();
}

TEST_F(ApiClientFaults, OurOwnSlownessIsNoTimeout) {
  options_.bytes_ahead = 1000;
  ApiRequest request = get("/watch");
  request.idle_timeout = 2s;
  serve([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    for (int i = 0; i < 3; ++i) connection.send_chunk(std::string(2000, 'x'));
    connection.end_chunks();
    connection.wait_for_end();
  });
  StreamLog log;
  const auto call = client().stream(request, log);
  int rests = 0;
  log.on_some = [&] {
    if (++rests == 1)
      ::poll(nullptr, 0, 4500);  // the control thread is busy, twice as long as a server may be
  };
  ASSERT_TRUE(queue_.run_until([&] { return log.ends == 1; }));
  EXPECT_FALSE(log.error) << log.error->message;
  EXPECT_EQ(log.bytes.size(), 6000U);
}

TEST_F(ApiClientFaults, AnEndWithoutTheLastChunkIsNoEnd) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    connection.send_chunk("half a line");
    connection.close_notify();
  });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
  EXPECT_EQ(log.bytes, "half a line");
  EXPECT_THAT(log.error->message, HasSubstr("the connection ended before the answer did"));
}

TEST_F(ApiClientFaults, AnEndWithoutATlsGoodbyeIsNoEnd) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    connection.send_chunk("half a line");
  });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
}

TEST_F(ApiClientFaults, AnEndAmidAChunkIsNoEnd) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    connection.send("20\r\nnot thirty-two");
    connection.close_notify();
  });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
}

TEST_F(ApiClientFaults, AnEndBeforeTheLengthIsReachedIsNoEnd) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfew");
    connection.close_notify();
  });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
}

TEST_F(ApiClientFaults, AResetIsAReset) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    connection.send_chunk("some");
    connection.reset_on_close();
  });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
}

TEST_F(ApiClientFaults, AnEndBeforeTheHeadIsAReset) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) { connection.read_request(); });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
  EXPECT_FALSE(log.head);
}

TEST_F(ApiClientFaults, ABrokenChunkHeaderIsAFailure) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.begin_chunks();
    connection.send("zebra\r\n");
    connection.wait_for_end();
  });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
  EXPECT_THAT(log.error->message, HasSubstr("not HTTP"));
}

TEST_F(ApiClientFaults, SomethingElseThanHttpIsAFailure) {
  const StreamLog& log = stream([](ApiPeerConnection& connection) {
    connection.read_request();
    connection.send("220 mail.test ESMTP\r\n\r\n");
    connection.wait_for_end();
  });
  EXPECT_EQ(failure_of(log), ApiFailure::reset);
}

TEST_F(ApiClientFaults, AFailedExchangeHarmsNoLaterOne) {
  serve([&](ApiPeerConnection& connection) {
    if (count_++ % 2 == 0) return;
    while (!connection.read_request().empty()) connection.answer(200, "ok", "Connection: close\r\n");
  });
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(error_of(ask(get("/"))).failure, ApiFailure::reset) << i;
    EXPECT_EQ(response_of(ask(get("/"))).body, "ok") << i;
  }
}

}  // namespace
}  // namespace headgate::k8swatch
