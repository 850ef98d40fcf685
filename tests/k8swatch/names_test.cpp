#include "k8swatch/names.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::k8swatch {
namespace {

TEST(Names, LabelsHaveNoDotsAndAtMost63Bytes) {
  EXPECT_TRUE(is_dns1123_label("a"));
  EXPECT_TRUE(is_dns1123_label("0-x"));
  EXPECT_TRUE(is_dns1123_label(std::string(63, 'a')));
  EXPECT_FALSE(is_dns1123_label(std::string(64, 'a')));
  for (const char* bad : {"", "-a", "a-", "A", "a.b", "a_b", "a/b", "../a", "a b", "\xC3\xA4"}) {
    EXPECT_FALSE(is_dns1123_label(bad)) << bad;
  }
}

TEST(Names, SubdomainsAreLabelsWithDotsUpTo253Bytes) {
  EXPECT_TRUE(is_dns1123_subdomain("a.b-c.0"));
  EXPECT_TRUE(is_dns1123_subdomain(std::string(253, 'a')));
  EXPECT_FALSE(is_dns1123_subdomain(std::string(254, 'a')));
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a.-b", "a.B"}) {
    EXPECT_FALSE(is_dns1123_subdomain(bad)) << bad;
  }
}

TEST(Names, PortNamesNeedALetterAndAreShort) {
  EXPECT_TRUE(is_port_name("http"));
  EXPECT_TRUE(is_port_name("8080a"));
  EXPECT_TRUE(is_port_name("exactly-15-byte"));
  for (const char* bad : {"", "8080", "HTTP", "a--b", "-a", "a-", "sixteen-bytes-xx", "a_b"}) {
    EXPECT_FALSE(is_port_name(bad)) << bad;
  }
}

TEST(Names, AnObjectIsNamedByTwoPartsAndOneSlash) {
  const auto split = split_name_key("ns/name");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->namespace_name, "ns");
  EXPECT_EQ(split->name, "name");
  for (const char* bad : {"", "/", "name", "ns/", "/name", "a/b/c", "a//b"})
    EXPECT_FALSE(split_name_key(bad)) << bad;
}

}  // namespace
}  // namespace headgate::k8swatch
