// What the ConfigMap says about listeners and TLS, and when that makes a new ServerContext.
#include "k8swatch/listener_settings_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"
#include "k8swatch/secret_builders.h"
#include "k8swatch/settings_reading.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// 80 equal bytes, and their base64.
std::string ticket_key(char c) { return std::string(80, c); }
const std::string kKeyOfA =
    "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
    "QUE=";

class ListenerSettingsTest : public ::testing::Test {
 protected:
  ListenerConfig read(StringPairs data) {
    auto result = read_settings(
        std::move(data), [&](ConfigMapReader& reader) { return read_listener_settings(reader, store_); });
    findings_ = std::move(result.findings);
    return std::move(result.settings);
  }
  void put(Secret secret) { store_.upsert(object(std::move(secret))); }

  Store store_;
  std::vector<std::string> findings_;
};

TEST_F(ListenerSettingsTest, ReadsTheKeysOfIngressNginx) {
  const ListenerConfig config = read({{"ssl-protocols", "TLSv1.3"},
                                      {"ssl-ciphers", "ECDHE-RSA-AES128-GCM-SHA256"},
                                      {"ssl-ecdh-curve", "X25519:P-256"},
                                      {"ssl-session-cache", "false"},
                                      {"ssl-session-cache-size", "1m"},
                                      {"ssl-session-timeout", "1h"},
                                      {"ssl-session-tickets", "true"},
                                      {"ssl-session-ticket-key", kKeyOfA},
                                      {"ssl-reject-handshake", "true"},
                                      {"enable-ocsp", "true"},
                                      {"use-http2", "false"},
                                      {"http2-max-concurrent-streams", "32"},
                                      {"use-proxy-protocol", "true"},
                                      {"proxy-protocol-header-timeout", "2s"},
                                      {"keep-alive", "10"},
                                      {"keep-alive-requests", "5"},
                                      {"client-header-timeout", "11"},
                                      {"client-body-timeout", "12"},
                                      {"upstream-keepalive-connections", "0"},
                                      {"upstream-keepalive-timeout", "13"},
                                      {"upstream-keepalive-time", "2h"},
                                      {"upstream-keepalive-requests", "7"}});
  EXPECT_THAT(findings_, IsEmpty());
  const tls::ServerSettings& tls = config.tls;
  EXPECT_FALSE(tls.tls12);
  EXPECT_TRUE(tls.tls13);
  EXPECT_EQ(tls.ciphers, "ECDHE-RSA-AES128-GCM-SHA256");
  EXPECT_EQ(tls.curves, "X25519:P-256");
  EXPECT_FALSE(tls.session_cache);
  EXPECT_EQ(tls.session_cache_entries, 4096U);
  EXPECT_EQ(tls.session_timeout, 1h);
  EXPECT_TRUE(tls.tickets);
  ASSERT_EQ(tls.ticket_keys.size(), 1U);
  EXPECT_EQ(tls.ticket_keys[0][79], 'A');
  EXPECT_TRUE(tls.reject_handshake);
  EXPECT_TRUE(tls.ocsp);
  EXPECT_FALSE(tls.http2);
  const router::ListenerSettings& listeners = config.listeners;
  EXPECT_EQ(listeners.http2_max_concurrent_streams, 32U);
  EXPECT_TRUE(listeners.use_proxy_protocol);
  EXPECT_EQ(listeners.proxy_protocol_header_timeout, 2s);
  EXPECT_EQ(listeners.keep_alive, 10s);
  EXPECT_EQ(listeners.keep_alive_requests, 5U);
  EXPECT_EQ(listeners.client_header_timeout, 11s);
  EXPECT_EQ(listeners.client_body_timeout, 12s);
  EXPECT_EQ(listeners.upstream_keepalive_connections, 0U);
  EXPECT_EQ(listeners.upstream_keepalive_timeout, 13s);
  EXPECT_EQ(listeners.upstream_keepalive_time, 2h);
  EXPECT_EQ(listeners.upstream_keepalive_requests, 7U);
}

TEST_F(ListenerSettingsTest, ABadValueKeepsItsDefaultAndIsTold) {
  const StringPairs bad = {{"client-body-timeout", "0"},
                           {"client-header-timeout", "soon"},
                           {"enable-ocsp", "yes"},
                           {"http2-max-concurrent-streams", "0"},
                           {"keep-alive", "-1"},
                           {"keep-alive-requests", "0"},
                           {"proxy-protocol-header-timeout", "x"},
                           {"ssl-ciphers", "NONSENSE"},
                           {"ssl-ecdh-curve", "nonsense"},
                           {"ssl-protocols", "TLSv1.1 SSLv3"},
                           {"ssl-reject-handshake", "2"},
                           {"ssl-session-cache", "on"},
                           {"ssl-session-cache-size", "0"},
                           {"ssl-session-ticket-key", "AAAA"},
                           {"ssl-session-ticket-key-secret", "unqualified"},
                           {"ssl-session-tickets", "off"},
                           {"ssl-session-timeout", "0"},
                           {"upstream-keepalive-connections", "many"},
                           {"upstream-keepalive-requests", "0"},
                           {"upstream-keepalive-time", "0"},
                           {"upstream-keepalive-timeout", "0"},
                           {"use-http2", ""},
                           {"use-proxy-protocol", "v2"}};
  for (const auto& [key, value] : bad) {
    const ListenerConfig config = read({{key, value}});
    EXPECT_EQ(config.tls, tls::ServerSettings()) << key;
    EXPECT_EQ(config.listeners, router::ListenerSettings()) << key;
    if (value.empty()) {
      EXPECT_THAT(findings_, IsEmpty()) << "an empty value is none";
      continue;
    }
    ASSERT_FALSE(findings_.empty()) << key;
    for (const std::string& finding : findings_)
      EXPECT_THAT(finding, HasSubstr("ConfigMap default/c: data." + key + ": "));
    EXPECT_THAT(findings_.back(), HasSubstr("the default is used")) << key;
  }
}

TEST_F(ListenerSettingsTest, AMessageNamesItsKeyOnceAndWhatIsExpected) {
  read({{"ssl-ecdh-curve", "nonsense"}});
  EXPECT_THAT(findings_,
              ElementsAre("warning: ConfigMap default/c: data.ssl-ecdh-curve: 'nonsense' has a curve "
                          "that is not known here; the default is used"));
  for (const char* bad : {"0", "4097", "x"}) {
    read({{"http2-max-concurrent-streams", bad}});
    EXPECT_THAT(findings_, ElementsAre("warning: ConfigMap default/c: data.http2-max-concurrent-streams: '" +
                                       std::string(bad) +
                                       "' is not a whole number from 1 to 4096; the default is used"));
  }
}

TEST_F(ListenerSettingsTest, BlanksAroundTheNameOfTheTicketSecretDoNotCount) {
  put(secret("keys", {{"ticket-key-1", ticket_key('A')}}, "Opaque"));
  const ListenerConfig config = read({{"ssl-session-ticket-key-secret", " default/keys\n"}});
  EXPECT_EQ(config.ticket_secret, "default/keys");
  EXPECT_EQ(config.tls.ticket_keys.size(), 1U);
  EXPECT_THAT(findings_, IsEmpty());
}

TEST_F(ListenerSettingsTest, OldProtocolsAreRefusedAndTheOthersUsed) {
  const ListenerConfig config = read({{"ssl-protocols", "TLSv1 TLSv1.1  TLSv1.2 TLSv9"}});
  EXPECT_TRUE(config.tls.tls12);
  EXPECT_FALSE(config.tls.tls13);
  EXPECT_THAT(
      findings_,
      ElementsAre("warning: ConfigMap default/c: data.ssl-protocols: 'TLSv1' is insecure and not offered",
                  "warning: ConfigMap default/c: data.ssl-protocols: 'TLSv1.1' is insecure and not offered",
                  "warning: ConfigMap default/c: data.ssl-protocols: 'TLSv9' is none of TLSv1.2, TLSv1.3; it "
                  "is passed "
                  "over"));
}

TEST_F(ListenerSettingsTest, WhatHasNoEffectIsTold) {
  const ListenerConfig config = read({{"ssl-dh-param", "default/dh"}, {"ssl-buffer-size", "8k"}});
  EXPECT_EQ(config.tls, tls::ServerSettings());
  EXPECT_THAT(findings_,
              ElementsAre(StartsWith("warning: ConfigMap default/c: data.ssl-dh-param: has no effect: "),
                          StartsWith("warning: ConfigMap default/c: data.ssl-buffer-size: has no "
                                     "effect: ")));
}

TEST_F(ListenerSettingsTest, NoFindingShowsATicketKey) {
  read({{"ssl-session-ticket-key", "c2VjcmV0"}});
  ASSERT_EQ(findings_.size(), 1U);
  EXPECT_THAT(findings_[0], Not(HasSubstr("c2VjcmV0")));
  EXPECT_THAT(findings_[0], Not(HasSubstr("secret")));
}

TEST_F(ListenerSettingsTest, TicketKeysOfASecretComeInTheOrderOfTheirNames) {
  put(secret(
      "tickets",
      {{"ticket-key-2", ticket_key('b')}, {"ticket-key-1", ticket_key('a')}, {"ticket-key-3", "short"}},
      "Opaque"));
  const ListenerConfig config =
      read({{"ssl-session-ticket-key", kKeyOfA}, {"ssl-session-ticket-key-secret", "default/tickets"}});
  EXPECT_EQ(config.ticket_secret, "default/tickets");
  ASSERT_EQ(config.tls.ticket_keys.size(), 2U) << "the Secret's instead of the ConfigMap's";
  EXPECT_EQ(config.tls.ticket_keys[0][0], 'a');
  EXPECT_EQ(config.tls.ticket_keys[1][0], 'b');
  EXPECT_THAT(findings_,
              ElementsAre("warning: ConfigMap default/c: data.ssl-session-ticket-key-secret: Secret "
                          "default/tickets data[ticket-key-3] has 5 bytes; a ticket key has 80; it is "
                          "passed over"));
}

TEST_F(ListenerSettingsTest, AMissingSecretOfTicketKeysIsTold) {
  const ListenerConfig config = read({{"ssl-session-ticket-key-secret", "default/tickets"}});
  EXPECT_THAT(config.tls.ticket_keys, IsEmpty());
  EXPECT_EQ(config.ticket_secret, "default/tickets");
  EXPECT_THAT(findings_,
              ElementsAre("warning: ConfigMap default/c: data.ssl-session-ticket-key-secret: Secret "
                          "default/tickets does not exist; the default is used"));
}

class ListenerTranslatorTest : public ::testing::Test, protected ControllerFixture {
 protected:
  ListenerTranslatorTest() : ControllerFixture(with_config_map()) {}
  void configure(StringPairs data) { put(config_map("settings", std::move(data))); }
};

TEST_F(ListenerTranslatorTest, AContextLivesUntilItsSettingsChange) {
  configure({});
  const auto first = publish()->listeners;
  ASSERT_NE(first, nullptr);
  configure({{"keep-alive", "5"}});
  const auto second = publish()->listeners;
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->tls, first->tls) << "its session cache lives";
  EXPECT_EQ(second->keep_alive, 5s);
  configure({{"keep-alive", "5"}, {"ssl-session-tickets", "true"}});
  const auto third = publish()->listeners;
  ASSERT_NE(third, nullptr);
  EXPECT_NE(third->tls, first->tls);
  EXPECT_TRUE(third->tls->settings().tickets);
}

TEST_F(ListenerTranslatorTest, EqualSettingsPublishNothing) {
  configure({{"keep-alive", "5"}});
  publish();
  configure({{"keep-alive", "5s"}});
  EXPECT_EQ(publish(), nullptr);
}

TEST_F(ListenerTranslatorTest, RotatingTheTicketSecretMakesANewContextAndNoTable) {
  configure({{"ssl-session-tickets", "true"}, {"ssl-session-ticket-key-secret", "default/tickets"}});
  put(secret("tickets", {{"ticket-key-1", ticket_key('a')}}, "Opaque"));
  publish();
  put(secret("tickets", {{"ticket-key-1", ticket_key('b')}, {"ticket-key-2", ticket_key('a')}}, "Opaque"));
  const auto publication = publish();
  ASSERT_NE(publication, nullptr);
  EXPECT_EQ(publication->table, nullptr);
  ASSERT_NE(publication->listeners, nullptr);
  const auto& keys = publication->listeners->tls->settings().ticket_keys;
  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0][0], 'b');
  EXPECT_EQ(keys[1][0], 'a');
}

TEST_F(ListenerTranslatorTest, WithoutTheConfigMapTheDefaultsHold) {
  configure({{"use-http2", "false"}});
  publish();
  remove(Kind::config_map, "settings");
  const auto publication = publish();
  ASSERT_NE(publication, nullptr);
  EXPECT_TRUE(publication->listeners->tls->settings().http2);
}

}  // namespace
}  // namespace headgate::k8swatch
