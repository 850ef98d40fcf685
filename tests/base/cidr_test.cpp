#include "base/cidr.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

SocketAddress address(std::string_view ip) {
  auto parsed = SocketAddress::parse(ip, 4711);
  EXPECT_TRUE(parsed) << ip;
  return *parsed;
}

bool contains(std::string_view block, std::string_view ip) {
  const auto parsed = Cidr::parse(block);
  EXPECT_TRUE(parsed) << block;
  return parsed && parsed->contains(address(ip));
}

TEST(Cidr, ContainsWhatHasItsPrefix) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("10.1.2.128/25", "10.1.2.128"));
  EXPECT_FALSE(contains("10.1.2.128/25", "10.1.2.127"));
  EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(contains("fd00:1234::/33", "fd00:1234:7fff::1"));
  EXPECT_FALSE(contains("fd00:1234::/33", "fd00:1234:8000::1"));
  EXPECT_TRUE(contains("::1", "::1"));
  EXPECT_FALSE(contains("::1", "::2"));
}

TEST(Cidr, EveryPrefixLengthCutsAtItsBit) {
  for (unsigned prefix = 0; prefix <= 32; ++prefix) {
    const auto block = Cidr::parse("255.255.255.255/" + std::to_string(prefix));
    ASSERT_TRUE(block);
    for (unsigned bit = 0; bit < 32; ++bit) {
      sockaddr_in other{};
      other.sin_family = AF_INET;
      other.sin_addr.s_addr = htonl(0xFFFFFFFFU ^ (0x80000000U >> bit));
      EXPECT_EQ(block->contains(SocketAddress::from_sockaddr(reinterpret_cast<const sockaddr*>(&other))),
                bit >= prefix)
          << prefix << " " << bit;
    }
  }
}

TEST(Cidr, IsOfOneFamily) {
  EXPECT_FALSE(contains("0.0.0.0/0", "::"));
  EXPECT_FALSE(contains("::/0", "0.0.0.0"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(Cidr, KnowsIPv4ClientsOfIPv6Sockets) {
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  EXPECT_FALSE(contains("10.0.0.0/8", "::ffff:11.1.2.3"));
  EXPECT_TRUE(contains("::ffff:0:0/96", "::ffff:10.1.2.3"));
}

TEST(Cidr, IgnoresBitsBehindThePrefix) {
  EXPECT_EQ(*Cidr::parse("10.1.2.3/8"), *Cidr::parse("10.0.0.0/8"));
  EXPECT_EQ(Cidr::parse("10.1.2.3/8")->to_string(), "10.0.0.0/8");
  EXPECT_EQ(Cidr::parse("fd00::ffff/64")->to_string(), "fd00::/64");
  EXPECT_EQ(Cidr::parse("192.0.2.7")->to_string(), "192.0.2.7/32");
}

TEST(Cidr, RefusesWhatIsNoBlock) {
  for (const char* bad : {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/-1",
                          "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/0008", "example.org", "10.0.0.0 /8", "all",
                          "10.0.0.0/255.0.0.0", "10.0.0.256/8", "[::1]", "fe80::1%eth0"})
    EXPECT_FALSE(Cidr::parse(bad)) << bad;
}

TEST(CidrList, ContainsWhatOneOfItsBlocksContains) {
  const auto list = CidrList::parse(" 10.0.0.0/8,192.0.2.7 , ::1");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->blocks().size(), 3U);
  EXPECT_TRUE(list->contains(address("10.9.9.9")));
  EXPECT_TRUE(list->contains(address("192.0.2.7")));
  EXPECT_TRUE(list->contains(address("::1")));
  EXPECT_FALSE(list->contains(address("127.0.0.1")));
}

TEST(CidrList, ContainsNobodyWhereEmpty) {
  const auto list = CidrList::parse("  ");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->empty());
  EXPECT_FALSE(list->contains(address("127.0.0.1")));
}

TEST(CidrList, CanContainEverybody) {
  EXPECT_TRUE(CidrList::everyone().contains(address("203.0.113.9")));
  EXPECT_TRUE(CidrList::everyone().contains(address("2001:db8::9")));
}

TEST(CidrList, RefusesTheWholeForOneBadEntryAndNamesIt) {
  const auto list = CidrList::parse("10.0.0.0/8,10.0.0.0/80");
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().message.find("'10.0.0.0/80'"), std::string::npos) << list.error().message;
  EXPECT_FALSE(CidrList::parse("10.0.0.0/8,"));
  EXPECT_FALSE(CidrList::parse(",10.0.0.0/8"));
}

}  // namespace
}  // namespace headgate
