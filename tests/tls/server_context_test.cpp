// The settings of TLS: what is refused, and which ciphers and curves remain.
#include "tls/server_context.h"

#include "tls/cipher_list.h"
#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Every cipher of TLS 1.2 that OpenSSL can offer.
std::vector<std::string> all_ciphers() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL");
  std::vector<std::string> names;
  const STACK_OF(SSL_CIPHER)* const ciphers = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* const cipher = sk_SSL_CIPHER_value(ciphers, i);
    if (SSL_CIPHER_get_kx_nid(cipher) != NID_kx_any) names.emplace_back(SSL_CIPHER_get_name(cipher));
  }
  return names;
}

class ServerContextTest : public TlsTest {
 protected:
  void SetUp() override {
    HostTls host("a.test", load(authority.issue_for({"a.test"})));
    host.alternative = load(authority.issue_for({"a.test"}, KeyKind::rsa2048));
    add(std::move(host));
  }
  // The cipher agreed on; empty: none.
  std::string agreed(const std::shared_ptr<const ServerContext>& context, const std::string& ciphers,
                     const std::string& groups = "", int version = TLS1_2_VERSION) {
    ClientOptions options;
    options.server_name = "a.test";
    options.lowest = options.highest = version;
    options.ciphers = ciphers;
    options.groups = groups;
    MemoryClient client(context, index, options);
    if (client.handshake() != SessionStatus::done) return {};
    return std::string(client.server.facts().cipher);
  }
  static std::string refusal(const ServerSettings& settings) {
    const auto made = ServerContext::make(settings);
    return made ? std::string() : made.error().message;
  }
};

TEST_F(ServerContextTest, TakesNoWeakCipherOfABroadList) {
  const auto context = make_context();
  std::vector<std::string> taken;
  const std::vector<std::string> all = all_ciphers();
  ASSERT_GT(all.size(), 60u);
  for (const std::string& cipher : all) {
    if (!agreed(context, cipher + ":@SECLEVEL=0").empty()) taken.push_back(cipher);
  }
  EXPECT_THAT(
      taken, ::testing::UnorderedElementsAre("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
                                             "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
                                             "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"));
}

TEST_F(ServerContextTest, TakesNoWeakCipherThoughEverythingIsListed) {
  ServerSettings settings;
  settings.ciphers = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
  const auto context = make_context(settings);
  for (const std::string& cipher : all_ciphers()) {
    if (agreed(context, cipher + ":@SECLEVEL=0").empty()) continue;
    EXPECT_THAT(cipher, HasSubstr("ECDHE-"));
    EXPECT_TRUE(cipher.find("GCM") != std::string::npos || cipher.find("CCM") != std::string::npos ||
                cipher.find("CHACHA20") != std::string::npos)
        << cipher;
    EXPECT_EQ(cipher.find("CCM8"), std::string::npos);
  }
}

TEST_F(ServerContextTest, TheServersOrderCounts) {
  EXPECT_EQ(agreed(make_context(), "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"),
            "ECDHE-ECDSA-AES128-GCM-SHA256");
  ServerSettings settings;
  settings.ciphers = "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256";
  EXPECT_EQ(agreed(make_context(settings), "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"),
            "ECDHE-RSA-AES256-GCM-SHA384");
}

TEST_F(ServerContextTest, AHostMayHaveItsOwnCiphers) {
  HostTls host("a.test", load(authority.issue_for({"a.test"})));
  host.ciphers = "ECDHE-ECDSA-CHACHA20-POLY1305";
  add(std::move(host));
  const auto context = make_context();
  EXPECT_EQ(agreed(context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"),
            "ECDHE-ECDSA-CHACHA20-POLY1305");
  EXPECT_EQ(agreed(context, "ECDHE-ECDSA-AES128-GCM-SHA256"), "");
}

TEST_F(ServerContextTest, TakesTheCurvesOfMozilla) {
  const auto context = make_context();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const char* group : {"X25519", "P-256", "P-384"})
      EXPECT_NE(agreed(context, "", group, version), "") << group;
    for (const char* group : {"X448", "P-521"}) EXPECT_EQ(agreed(context, "", group, version), "") << group;
  }
  EXPECT_NE(agreed(context, "", "P-521:X25519", TLS1_3_VERSION), "") << "by HelloRetryRequest";
  EXPECT_EQ(agreed(context, "", "ffdhe2048", TLS1_3_VERSION), "");
  ServerSettings settings;
  settings.curves = "P-521";
  EXPECT_NE(agreed(make_context(settings), "", "P-521"), "");
  EXPECT_EQ(agreed(make_context(settings), "", "X25519"), "");
}

TEST_F(ServerContextTest, RefusesSettingsThatCannotWork) {
  ServerSettings settings;
  settings.tls12 = settings.tls13 = false;
  EXPECT_EQ(refusal(settings), "ssl-protocols: neither TLS 1.2 nor TLS 1.3 is left");
  settings = {};
  settings.ciphers = "AES128-SHA";
  EXPECT_THAT(refusal(settings), HasSubstr("ssl-ciphers: 'AES128-SHA' names no cipher with forward secrecy"));
  settings.ciphers = "nonsense";
  EXPECT_EQ(refusal(settings), "ssl-ciphers: 'nonsense' names no cipher of TLS 1.2 that is known here");
  settings = {};
  settings.curves = "X25519:nonsense";
  EXPECT_EQ(refusal(settings), "'X25519:nonsense' has a curve that is not known here");
  settings = {};
  settings.session_cache_entries = 0;
  EXPECT_EQ(refusal(settings), "ssl-session-cache-size: has room for no session");
  settings.session_cache = false;
  EXPECT_EQ(refusal(settings), "");
  settings.session_timeout = std::chrono::seconds(0);
  EXPECT_EQ(refusal(settings), "ssl-session-timeout: less than a second");
}

TEST(CipherList, DropsWhatIsUnsafeAndSaysSo) {
  // The default of ingress-nginx.
  const auto list = read_cipher_list(
      "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:AES128-SHA:"
      "ECDHE-RSA-AES128-SHA256");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->usable, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_THAT(list->refused,
              ElementsAre("DHE-RSA-AES256-GCM-SHA384", "AES128-SHA", "ECDHE-RSA-AES128-SHA256"));
  EXPECT_THAT(read_cipher_list(default_cipher_list())->refused, IsEmpty());
  EXPECT_EQ(read_cipher_list(default_cipher_list())->usable, default_cipher_list());
}

TEST(CipherList, TellsOfElementsThatNameNothing) {
  const auto list = read_cipher_list(
      "TLS_AES_128_GCM_SHA256:ECDHE+AESGCM:EDCHE+AESGCM, +HIGH:!RC4:!NOSUCH:-ALSO:@STRENGTH:nonsense");
  ASSERT_TRUE(list);
  EXPECT_THAT(list->unknown, ElementsAre("TLS_AES_128_GCM_SHA256", "EDCHE+AESGCM", "nonsense"));
  EXPECT_THAT(read_cipher_list(default_cipher_list())->unknown, IsEmpty());
  EXPECT_THAT(read_cipher_list("DEFAULT:@SECLEVEL=1")->unknown, IsEmpty());
}

TEST(CipherList, KnowsOpenSslsWords) {
  const auto list = read_cipher_list("HIGH:!aNULL:!MD5");
  ASSERT_TRUE(list);
  EXPECT_THAT(list->usable, HasSubstr("ECDHE-ECDSA-AES256-GCM-SHA384"));
  EXPECT_THAT(list->refused, Contains("AES256-SHA"));
  EXPECT_FALSE(read_cipher_list(""));
  EXPECT_FALSE(read_cipher_list("TLS_AES_128_GCM_SHA256"));
  EXPECT_FALSE(read_cipher_list(std::string("HIGH\0!", 6)));
}

}  // namespace
}  // namespace headgate::tls
