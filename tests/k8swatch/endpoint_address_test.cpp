#include "k8swatch/endpoint_address.h"

#include <gtest/gtest.h>

namespace headgate::k8swatch {
namespace {

const AddressRules kCluster;
const AddressRules kStandalone{true, {}};

SocketAddress ip(const char* text) { return *SocketAddress::parse(text, 80); }

TEST(Address, RefusesWhatNoTenantMayReach) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "169.254.169.254",
                           "169.254.170.2",
                           "224.0.0.1",
                           "240.0.0.0",
                           "240.1.2.3",
                           "254.169.254.169",
                           "255.255.255.255",
                           "::",
                           "ff02::1",
                           "fe80::1",
                           "100.100.100.200",
                           "192.0.0.192",
                           "168.63.129.16",
                           "fd00:ec2::254",
                           "fd20:ce::254",
                           "fd00:c1::a9fe:a9fe",
                           "::ffff:169.254.169.254",
                           "::ffff:100.100.100.200",
                           "64:ff9b::169.254.169.254",
                           "64:ff9b::168.63.129.16",
                           "64:ff9b::a9fe:a9fe",
                           "64:ff9b::f000:1",
                           "64:ff9b:1::a9fe:a9fe",
                           "64:ff9b:1:fffe::100.100.100.200",
                           "64:ff9b:1:c000:2:100::",
                           "::a9fe:a9fe",
                           "::100.100.100.200",
                           "::2",
                           "2002:a9fe:a9fe::1"}) {
    EXPECT_TRUE(refuse_address(ip(text), kCluster)) << text;
    EXPECT_TRUE(refuse_address(ip(text), kStandalone)) << text;
  }
}

TEST(Address, LoopbackIsRefusedUnlessAllowed) {
  for (const char* text : {"127.0.0.1", "127.255.0.1", "::1", "::7f00:1", "::ffff:127.0.0.1",
                           "64:ff9b::127.0.0.1", "64:ff9b:1::7f00:1", "2002:7f00:1::1"}) {
    EXPECT_TRUE(refuse_address(ip(text), kCluster)) << text;
    EXPECT_FALSE(refuse_address(ip(text), kStandalone)) << text;
  }
}

TEST(Address, TakesTheRest) {
  for (const char* text :
       {"192.0.2.1", "10.96.0.1", "100.64.0.1", "169.253.0.1", "223.255.255.254", "2001:db8::1", "fd00::1",
        "64:ff9b::192.0.2.1", "64:ff9b:1::192.0.2.1", "64:ff9b:2::7f00:1", "::192.0.2.1", "f000::1",
        "2002:c000:201::1", "::ffff:10.0.0.1"})
    EXPECT_FALSE(refuse_address(ip(text), kCluster)) << text;
}

TEST(OwnListeners, AreRefusedByAddressAndPort) {
  AddressRules rules;
  rules.own_listeners = {*SocketAddress::parse("10.0.0.5", 10254), *SocketAddress::parse("fd00::5", 80)};
  const auto refused = [&](const char* text, std::uint16_t port) {
    const SocketAddress address = *SocketAddress::parse(text, port);
    return refuse_address(address, rules).has_value();
  };
  EXPECT_TRUE(refused("10.0.0.5", 10254));
  EXPECT_FALSE(refused("10.0.0.5", 8080));  // a pod on the network of the same Node
  EXPECT_FALSE(refused("10.0.0.6", 10254));
  EXPECT_TRUE(refused("fd00::5", 80));
  EXPECT_TRUE(refuse_address(*SocketAddress::parse("::ffff:10.0.0.5", 10254), rules));
}

}  // namespace
}  // namespace headgate::k8swatch
