// The keys of the ConfigMap about relays and about who is believed.
#include <gtest/gtest.h>

#include "k8swatch/listener_settings_reader.h"
#include "k8swatch/settings_reading.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;

router::ListenerSettings read(StringPairs data, std::vector<Finding>& findings) {
  return testing::read_settings(std::move(data), findings, [](ConfigMapReader& reader) {
    return read_listener_settings(reader, Store()).listeners;
  });
}

SocketAddress peer(std::string_view ip) { return *SocketAddress::parse(ip, 1); }

TEST(StreamSettings, AreThoseOfIngressNginx) {
  std::vector<Finding> findings;
  const auto settings = read({}, findings).stream;
  EXPECT_EQ(settings.idle, 600s);
  EXPECT_EQ(settings.connect_timeout, 5s);
  EXPECT_EQ(settings.tries, 3U);
  EXPECT_EQ(settings.tries_timeout, 600s);
}

TEST(StreamSettings, AreReadFromTheConfigMap) {
  std::vector<Finding> findings;
  const auto settings = read({{"proxy-stream-timeout", "90s"},
                              {"proxy-connect-timeout", "2"},
                              {"proxy-stream-next-upstream-tries", "0"},
                              {"proxy-stream-next-upstream-timeout", "1m"}},
                             findings)
                            .stream;
  EXPECT_EQ(settings.idle, 90s);
  EXPECT_EQ(settings.connect_timeout, 2s);
  EXPECT_EQ(settings.tries, 0U);
  EXPECT_EQ(settings.tries_timeout, 60s);
  EXPECT_TRUE(findings.empty());
}

TEST(StreamSettings, WithoutNextUpstreamThereIsOneTry) {
  std::vector<Finding> findings;
  const auto settings =
      read({{"proxy-stream-next-upstream", "false"}, {"proxy-stream-next-upstream-tries", "5"}}, findings);
  EXPECT_EQ(settings.stream.tries, 1U);
}

TEST(TrustedProxies, AreEverybodyUnlessNamed) {
  std::vector<Finding> findings;
  const CidrList everyone = read({}, findings).trusted_proxies;
  EXPECT_TRUE(everyone.contains(peer("203.0.113.9")));
  EXPECT_TRUE(everyone.contains(peer("2001:db8::9")));
  const CidrList named = read({{"proxy-real-ip-cidr", "10.0.0.0/8,fd00::/8"}}, findings).trusted_proxies;
  EXPECT_TRUE(named.contains(peer("10.1.2.3")));
  EXPECT_TRUE(named.contains(peer("fd00::1")));
  EXPECT_FALSE(named.contains(peer("203.0.113.9")));
  EXPECT_TRUE(findings.empty());
}

TEST(TrustedProxies, AnEntryThatIsNoneTrustsNobodyAndIsTold) {
  std::vector<Finding> findings;
  const CidrList list =
      read({{"proxy-real-ip-cidr", "10.0.0.0/8, balancer.example"}}, findings).trusted_proxies;
  EXPECT_TRUE(list.contains(peer("10.1.2.3")));
  EXPECT_FALSE(list.contains(peer("203.0.113.9")));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].field, "data.proxy-real-ip-cidr");
  EXPECT_NE(findings[0].reason.find("'balancer.example'"), std::string::npos) << findings[0].reason;
  EXPECT_TRUE(read({{"proxy-real-ip-cidr", "balancer.example"}}, findings).trusted_proxies.empty());
}

}  // namespace
}  // namespace headgate::k8swatch
