// Sessions: resumed by ticket and by the server's memory, in both versions, and where they must not be.
#include <poll.h>

#include <ctime>

#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

struct Way {
  int version;
  bool tickets;
};

std::string name_of(const ::testing::TestParamInfo<Way>& info) {
  return std::string(info.param.version == TLS1_2_VERSION ? "Tls12" : "Tls13") +
         (info.param.tickets ? "ByTicket" : "ByMemory");
}

class ResumptionTest : public TlsTest, public ::testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    add("a.test", load(authority.issue_for({"a.test"})));
    add("b.test", load(authority.issue_for({"b.test"})));
    settings.tickets = GetParam().tickets;
  }
  ClientOptions options_for(const std::string& name) const {
    ClientOptions options;
    options.server_name = name;
    options.lowest = options.highest = GetParam().version;
    return options;
  }
  ClientOptions options_with(const IssuedCertificate& own) const {
    ClientOptions options = options_for("c.test");
    options.certificate_chain = own.chain;
    options.key = own.key;
    return options;
  }
  ClientSession session_of(const std::shared_ptr<const ServerContext>& context,
                           const ClientOptions& options) {
    MemoryClient client(context, index, options);
    EXPECT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
    EXPECT_EQ(client.send("x"), "x");
    return client.finish();
  }
  // Both sides' opinion of a connection that offers `session`.
  bool is_resumed(const std::shared_ptr<const ServerContext>& context, const ClientOptions& options,
                  SSL_SESSION* session) {
    MemoryClient client(context, index, options, session);
    EXPECT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
    EXPECT_EQ(client.send("again"), "again");
    const bool resumed = client.server.facts().resumed;
    EXPECT_EQ(SSL_session_reused(client.native()) == 1, resumed);
    EXPECT_EQ(client.server.facts().server_name, options.server_name);
    EXPECT_NE(client.server.facts().certificate, nullptr);
    client.finish();
    return resumed;
  }

  ServerSettings settings;
};

class TicketTest : public ResumptionTest {};
class OldSessionTest : public ResumptionTest {};

TEST_P(ResumptionTest, ResumesOnAnotherConnection) {
  const auto context = make_context(settings);
  const ClientSession session = session_of(context, options_for("a.test"));
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(SSL_SESSION_has_ticket(session.get()) == 1,
            GetParam().tickets || GetParam().version == TLS1_3_VERSION);
  EXPECT_TRUE(is_resumed(context, options_for("a.test"), session.get()));
}

// Each time with what the connection before was given.
TEST_P(ResumptionTest, ResumesAgainAndAgain) {
  const auto context = make_context(settings);
  ClientSession session = session_of(context, options_for("a.test"));
  for (int i = 0; i < 4; ++i) {
    MemoryClient client(context, index, options_for("a.test"), session.get());
    ASSERT_EQ(client.handshake(), SessionStatus::done);
    EXPECT_TRUE(client.server.facts().resumed) << i;
    session = client.finish();
  }
}

TEST_P(ResumptionTest, ResumesWithoutServerName) {
  const auto context = make_context(settings);
  const ClientSession session = session_of(context, options_for(""));
  EXPECT_TRUE(is_resumed(context, options_for(""), session.get()));
}

TEST_P(ResumptionTest, ResumesAfterAClientThatJustWentAway) {
  const auto context = make_context(settings);
  ClientSession session;
  {
    MemoryClient client(context, index, options_for("a.test"));
    ASSERT_EQ(client.handshake(), SessionStatus::done);
    client.receive();
    // A copy: the client forgets what it did not close.
    session.reset(SSL_SESSION_dup(SSL_get_session(client.native())));
    client.wire.ended = true;
    client.send("");
  }
  EXPECT_TRUE(is_resumed(context, options_for("a.test"), session.get()));
}

TEST_P(ResumptionTest, DoesNotResumeUnderAnotherName) {
  const auto context = make_context(settings);
  const ClientSession session = session_of(context, options_for("a.test"));
  EXPECT_FALSE(is_resumed(context, options_for("b.test"), session.get()));
}

TEST_P(ResumptionTest, DoesNotResumeAcrossClientCertificateRules) {
  const auto context = make_context(settings);
  const TestAuthority clients("Client Root");
  CertificateRequest request;
  request.for_clients = true;
  const IssuedCertificate own = clients.issue(request);
  const auto plain = load(authority.issue_for({"c.test"}));
  const auto once = make_auth(VerifyClient::on, clients.certificate());
  const ClientOptions options = options_with(own);

  add("c.test", plain);
  const ClientSession without_rule = session_of(context, options);
  add("c.test", plain, once);
  EXPECT_FALSE(is_resumed(context, options, without_rule.get())) << "the rule came later";
  const ClientSession with_rule = session_of(context, options);
  EXPECT_TRUE(is_resumed(context, options, with_rule.get()));
  add("c.test", plain, make_auth(VerifyClient::on, clients.certificate()));
  EXPECT_TRUE(is_resumed(context, options, with_rule.get())) << "an equal rule";
  for (const auto& other : {make_auth(VerifyClient::optional, clients.certificate()),
                            make_auth(VerifyClient::on, TestAuthority("Other Root").certificate()),
                            make_auth(VerifyClient::on, clients.certificate(), clients.revocation_list({1})),
                            make_auth(VerifyClient::on, clients.certificate(), "", 2)}) {
    add("c.test", plain, other);
    EXPECT_FALSE(is_resumed(context, options, with_rule.get()));
  }
  add("c.test", plain);
  EXPECT_FALSE(is_resumed(context, options, with_rule.get())) << "the rule is gone";
}

TEST_P(ResumptionTest, KeepsTheClientsCertificate) {
  const auto context = make_context(settings);
  const TestAuthority clients("Client Root");
  CertificateRequest request;
  request.common_name = "alice";
  request.for_clients = true;
  const IssuedCertificate own = clients.issue(request);
  add("c.test", load(authority.issue_for({"c.test"})), make_auth(VerifyClient::on, clients.certificate()));
  const ClientOptions options = options_with(own);
  const ClientSession session = session_of(context, options);
  MemoryClient client(context, index, options, session.get());
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_TRUE(client.server.facts().resumed);
  EXPECT_EQ(client.server.facts().client().verify_text(), "SUCCESS");
  EXPECT_EQ(client.server.facts().client().subject_dn, "CN=alice");
  EXPECT_EQ(client.server.facts().client().pem, own.certificate);
}

// As nginx does: the verdict is a part of the session.
TEST_P(ResumptionTest, KeepsTheVerdictOnABadCertificate) {
  const auto context = make_context(settings);
  CertificateRequest request;
  request.for_clients = true;
  const IssuedCertificate stranger = TestAuthority("Stranger").issue(request);
  add("c.test", load(authority.issue_for({"c.test"})),
      make_auth(VerifyClient::on, TestAuthority("Client Root").certificate()));
  const ClientOptions options = options_with(stranger);
  const ClientSession session = session_of(context, options);
  MemoryClient client(context, index, options, session.get());
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_EQ(client.server.facts().client().verify_text(), "FAILED:unable to verify the first certificate");
}

TEST_P(ResumptionTest, NothingIsResumedWhereBothWaysAreOff) {
  settings.session_cache = false;
  settings.tickets = false;
  const auto context = make_context(settings);
  const ClientSession session = session_of(context, options_for("a.test"));
  EXPECT_EQ(SSL_SESSION_has_ticket(session.get()), 0);
  EXPECT_FALSE(is_resumed(context, options_for("a.test"), session.get()));
}

TEST_P(ResumptionTest, TheCacheIsBounded) {
  settings.session_cache_entries = 4;
  const auto context = make_context(settings);
  for (int i = 0; i < 20; ++i) session_of(context, options_for("a.test"));
  EXPECT_LE(SSL_CTX_sess_number(context->native()), 4);
}

TEST_P(ResumptionTest, AnotherServerResumesOnlyWithTheSameTicketKeys) {
  TicketKey first{};
  TicketKey second{};
  first.fill(1);
  second.fill(2);
  settings.ticket_keys = {first};
  const auto here = make_context(settings);
  const auto twin = make_context(settings);
  settings.ticket_keys = {second, first};
  const auto renewed = make_context(settings);
  settings.ticket_keys = {second};
  const auto stranger = make_context(settings);
  const ClientSession session = session_of(here, options_for("a.test"));
  EXPECT_EQ(is_resumed(twin, options_for("a.test"), session.get()), GetParam().tickets);
  EXPECT_EQ(is_resumed(renewed, options_for("a.test"), session.get()), GetParam().tickets);
  EXPECT_FALSE(is_resumed(stranger, options_for("a.test"), session.get()));
}

TEST_P(TicketTest, GivesANewOneForOneOfAnOldKey) {
  TicketKey first{};
  TicketKey second{};
  first.fill(1);
  second.fill(2);
  settings.ticket_keys = {first};
  const auto before = make_context(settings);
  settings.ticket_keys = {second, first};
  const auto after = make_context(settings);
  const ClientSession session = session_of(before, options_for("a.test"));
  MemoryClient client(after, index, options_for("a.test"), session.get());
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  ASSERT_TRUE(client.server.facts().resumed);
  const ClientSession fresh = client.finish();
  const unsigned char* ticket = nullptr;
  std::size_t size = 0;
  SSL_SESSION_get0_ticket(fresh.get(), &ticket, &size);
  ASSERT_GE(size, 16u);
  EXPECT_EQ(ticket[0], 2) << "sealed with the first key";
}

TEST_P(ResumptionTest, OwnTicketKeysAreNotShared) {
  const auto here = make_context(settings);
  const auto there = make_context(settings);
  const ClientSession session = session_of(here, options_for("a.test"));
  EXPECT_FALSE(is_resumed(there, options_for("a.test"), session.get()));
}

// A ticket whose bytes were changed is no ticket.
TEST_P(TicketTest, OwnKeysOutliveAChangeOfOtherSettings) {
  const auto before = make_context(settings);
  const ClientSession session = session_of(before, options_for("a.test"));
  ASSERT_NE(session, nullptr);
  settings.session_timeout = std::chrono::seconds(500);
  const auto after = ServerContext::make(settings, before.get());
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_TRUE(is_resumed(*after, options_for("a.test"), session.get()));
}

TEST_P(TicketTest, OwnKeysEndWhereKeysAreGiven) {
  const auto before = make_context(settings);
  const ClientSession session = session_of(before, options_for("a.test"));
  ASSERT_NE(session, nullptr);
  settings.ticket_keys = {TicketKey{1}};
  const auto after = ServerContext::make(settings, before.get());
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_FALSE(is_resumed(*after, options_for("a.test"), session.get()));
}

TEST_P(TicketTest, ADamagedOneIsAFullHandshake) {
  TicketKey key{};
  key.fill(7);
  settings.ticket_keys = {key};
  const auto context = make_context(settings);
  const ClientSession session = session_of(context, options_for("a.test"));
  unsigned char* der = nullptr;
  const int size = i2d_SSL_SESSION(session.get(), &der);
  ASSERT_GT(size, 0);
  const unsigned char* ticket = nullptr;
  std::size_t ticket_size = 0;
  SSL_SESSION_get0_ticket(session.get(), &ticket, &ticket_size);
  std::string text(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  const std::size_t at = text.find(std::string(reinterpret_cast<const char*>(ticket), ticket_size));
  ASSERT_NE(at, std::string::npos);
  text[at + ticket_size - 1] = static_cast<char>(text[at + ticket_size - 1] ^ 1);
  const auto* begin = reinterpret_cast<const unsigned char*>(text.data());
  const ClientSession damaged(d2i_SSL_SESSION(nullptr, &begin, size));
  ASSERT_NE(damaged, nullptr);
  EXPECT_FALSE(is_resumed(context, options_for("a.test"), damaged.get()));
}

// Of TLS 1.2, whose client offers whatever it has; one of TLS 1.3 looks at its own clock first.
TEST_P(OldSessionTest, IsNotResumed) {
  settings.session_timeout = std::chrono::seconds(1);
  const auto context = make_context(settings);
  const ClientSession session = session_of(context, options_for("a.test"));
  EXPECT_TRUE(is_resumed(context, options_for("a.test"), session.get()));
  const std::time_t made = std::time(nullptr);
  while (std::time(nullptr) <= made + 1) ::poll(nullptr, 0, 20);  // OpenSSL's clock counts whole seconds
  EXPECT_FALSE(is_resumed(context, options_for("a.test"), session.get()));
}

INSTANTIATE_TEST_SUITE_P(Ways, TicketTest,
                         ::testing::Values(Way{TLS1_2_VERSION, true}, Way{TLS1_3_VERSION, true}), name_of);
INSTANTIATE_TEST_SUITE_P(Ways, OldSessionTest,
                         ::testing::Values(Way{TLS1_2_VERSION, false}, Way{TLS1_2_VERSION, true}), name_of);
INSTANTIATE_TEST_SUITE_P(Ways, ResumptionTest,
                         ::testing::Values(Way{TLS1_2_VERSION, false}, Way{TLS1_2_VERSION, true},
                                           Way{TLS1_3_VERSION, false}, Way{TLS1_3_VERSION, true}),
                         name_of);

}  // namespace
}  // namespace headgate::tls
