// What a TLS scanner would mark down: old protocols, weak ciphers, compression, renegotiation; and what it
// would miss: resumption.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <openssl/err.h>

#include <set>

#include "integration/https_pod.h"
#include "support/program.h"

namespace headgate::test_support {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TlsGrade : public HttpsPod {
 protected:
  // Offers this one version and the TLS 1.2 ciphers `ciphers`.
  [[nodiscard]] TlsClient offer(int version, const std::string& ciphers = "") const {
    TlsOptions options = tls();
    options.least_version = options.most_version = version;
    options.ciphers = ciphers;
    return client(options);
  }

  // A request on each of two connections, the second with the session of the first; whether that was resumed.
  bool resumes(int version, bool tickets) {
    TlsOptions options = tls();
    options.least_version = options.most_version = version;
    options.tickets = tickets;
    TlsClient first = client(options);
    EXPECT_TRUE(first.is_secure()) << first.failure();
    EXPECT_FALSE(first.was_resumed());
    // With the answer the sessions of TLS 1.3 have come too.
    EXPECT_EQ(first.exchange(make_request("GET", "x.test", "/")).status, 200);
    options.session = first.session();
    has_ticket_ = options.session && SSL_SESSION_has_ticket(options.session.get()) == 1;
    if (!options.session || SSL_SESSION_is_resumable(options.session.get()) != 1) return false;
    first.close();
    TlsClient second = client(options);
    EXPECT_TRUE(second.is_secure()) << second.failure();
    EXPECT_EQ(second.exchange(make_request("GET", "x.test", "/")).status, 200);
    return second.was_resumed();
  }

  // What `openssl s_client` says.
  [[nodiscard]] std::string s_client(const std::vector<std::string>& options,
                                     const std::string& needs) const {
    std::vector<std::string> command{"/bin/sh",
                                     "-c",
                                     "exec \"$0\" \"$@\" < /dev/null",
                                     program("openssl"),
                                     "s_client",
                                     "-connect",
                                     "127.0.0.1:" + std::to_string(headgate->https_port()),
                                     "-servername",
                                     "x.test"};
    command.insert(command.end(), options.begin(), options.end());
    ChildProcess run(command);
    EXPECT_TRUE(run.wait()) << needs;
    return run.standard_output() + run.standard_error();
  }

  bool has_ticket_ = false;
};

TEST_F(TlsGrade, NoProtocolBelowTls12) {
  start();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const TlsClient one = offer(version);
    EXPECT_FALSE(one.is_secure()) << one.protocol();
    EXPECT_THAT(one.failure(), HasSubstr("protocol version"));
  }
  EXPECT_EQ(offer(TLS1_2_VERSION).protocol(), "TLSv1.2");
  EXPECT_EQ(offer(TLS1_3_VERSION).protocol(), "TLSv1.3");
}

// The whole list of the library, one by one: nothing is taken but ECDHE with an AEAD.
class TlsGradeCiphers : public TlsGrade, public ::testing::WithParamInterface<bool> {
 protected:
  static std::vector<std::string> all_ciphers() {
    const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()),
                                                               &SSL_CTX_free);
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
    SSL_CTX_set_ciphersuites(context.get(), "");
    std::vector<std::string> names;
    const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(context.get());
    for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i)
      names.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, i)));
    return names;
  }
};

TEST_P(TlsGradeCiphers, NoWeakCipherIsTaken) {
  const bool rsa = GetParam();
  if (rsa) certificate = TestCertificate({{"x.test"}, true});
  start();
  const std::vector<std::string> names = all_ciphers();
  ASSERT_GT(names.size(), 100u) << "the list is not the full one";
  const std::string key = rsa ? "RSA" : "ECDSA";
  std::set<std::string> wanted;
  for (const char* tail : {"-AES128-GCM-SHA256", "-AES256-GCM-SHA384", "-CHACHA20-POLY1305"})
    wanted.insert("ECDHE-" + key + tail);
  std::set<std::string> taken;
  for (const std::string& name : names) {
    const TlsClient one = offer(TLS1_2_VERSION, name + ":@SECLEVEL=0");
    if (one.is_secure()) taken.insert(one.cipher());
  }
  EXPECT_EQ(taken, wanted);
}

INSTANTIATE_TEST_SUITE_P(Keys, TlsGradeCiphers, ::testing::Bool(),
                         [](const auto& named) { return named.param ? "Rsa" : "Ecdsa"; });

TEST_F(TlsGrade, SessionsResumeByTicket) {
  start({{"ssl-session-tickets", "true"}, {"ssl-session-cache", "false"}});
  EXPECT_TRUE(resumes(TLS1_2_VERSION, true));
  EXPECT_TRUE(has_ticket_) << "resumed, but not by ticket";
  EXPECT_TRUE(resumes(TLS1_3_VERSION, true));
}

TEST_F(TlsGrade, SessionsResumeFromTheCache) {
  start({{"ssl-session-tickets", "false"}});
  EXPECT_TRUE(resumes(TLS1_2_VERSION, false));
  EXPECT_FALSE(has_ticket_) << "a ticket though they are off";
  EXPECT_TRUE(resumes(TLS1_3_VERSION, true));
}

TEST_F(TlsGrade, WithoutTicketsAndCacheNothingResumes) {
  start({{"ssl-session-tickets", "false"}, {"ssl-session-cache", "false"}});
  EXPECT_FALSE(resumes(TLS1_2_VERSION, true));
  EXPECT_FALSE(resumes(TLS1_3_VERSION, true));
}

TEST_F(TlsGrade, SessionsOfOneWorkerResumeOnAnother) {
  HeadgateOptions options;
  options.workers = 2;
  start({}, options);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(resumes(i % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION, false)) << i;
}

TEST_F(TlsGrade, RenegotiationIsRefused) {
  start();
  TlsOptions options = tls();
  options.most_version = TLS1_2_VERSION;
  options.renegotiation = true;
  TlsClient one = client(options);
  ASSERT_TRUE(one.is_secure()) << one.failure();
  EXPECT_EQ(SSL_get_secure_renegotiation_support(one.ssl()), 1);
  ASSERT_EQ(SSL_renegotiate(one.ssl()), 1);
  // Headgate says no_renegotiation (or ends the connection): the client's new handshake must not complete.
  const Deadline deadline(kPatience);
  int result = 0;
  do {
    ERR_clear_error();
    result = SSL_do_handshake(one.ssl());
    pollfd ready{one.fd(), POLLIN, 0};
    if (result != 1 && SSL_get_error(one.ssl(), result) == SSL_ERROR_WANT_READ)
      ::poll(&ready, 1, deadline.poll_timeout());
  } while (result != 1 && SSL_get_error(one.ssl(), result) == SSL_ERROR_WANT_READ && !deadline.passed());
  EXPECT_NE(result, 1);
  EXPECT_FALSE(deadline.passed()) << "the attempt was left hanging";
  EXPECT_THAT(std::string(ERR_reason_error_string(ERR_peek_error()) == nullptr
                              ? "closed"
                              : ERR_reason_error_string(ERR_peek_error())),
              AnyOf(HasSubstr("no renegotiation"), HasSubstr("closed"), HasSubstr("unexpected eof")));
  expect_still_serving();
}

TEST_F(TlsGrade, CompressionIsOff) {
  start();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient one = offer(version);
    ASSERT_TRUE(one.is_secure()) << one.failure();
    EXPECT_EQ(SSL_get_current_compression(one.ssl()), nullptr);
  }
}

TEST_F(TlsGrade, EarlyDataIsOff) {
  start({{"ssl-session-tickets", "true"}});
  TlsOptions options = tls();
  options.least_version = TLS1_3_VERSION;
  TlsClient one = client(options);
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200);
  ASSERT_TRUE(one.session());
  EXPECT_EQ(SSL_SESSION_get_max_early_data(one.session().get()), 0u);
}

TEST_F(TlsGrade, OpenSslsOwnClientSeesTheSame) {
  if (program("openssl").empty()) {
    say_not_tested("the openssl program is missing");
    GTEST_SKIP() << "openssl is missing";
  }
  start();
  const std::string modern = s_client({"-tls1_3"}, "an end");
  EXPECT_THAT(modern, HasSubstr("Compression: NONE"));
  EXPECT_THAT(modern, HasSubstr("New, TLSv1.3"));
  EXPECT_THAT(modern, HasSubstr("Early data was not sent"));
  const std::string classic = s_client({"-tls1_2"}, "an end");
  EXPECT_THAT(classic, HasSubstr("Secure Renegotiation IS supported"));
  EXPECT_THAT(classic, HasSubstr("New, TLSv1.2"));
  for (const char* old : {"-tls1", "-tls1_1"}) {
    const std::string refused = s_client({old, "-cipher", "ALL:@SECLEVEL=0"}, "an end");
    EXPECT_THAT(refused, HasSubstr("Cipher is (NONE)")) << old;
  }
}

}  // namespace
}  // namespace headgate::test_support
