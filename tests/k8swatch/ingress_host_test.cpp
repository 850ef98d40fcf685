#include "k8swatch/ingress_host.h"

#include <gtest/gtest.h>

namespace headgate::k8swatch {
namespace {

std::string normal(std::string_view written) {
  const auto host = normalise_ingress_host(written);
  return host ? *host : "refused";
}

TEST(IngressHost, TakesDnsNamesInLowerCase) {
  EXPECT_EQ(normal("foo.example.com"), "foo.example.com");
  EXPECT_EQ(normal("Foo.Example.COM"), "foo.example.com");
  EXPECT_EQ(normal("localhost"), "localhost");
  EXPECT_EQ(normal("1.a-b.c"), "1.a-b.c");
}

TEST(IngressHost, NoHostIsTheDefaultHost) { EXPECT_EQ(normal(""), "_"); }

TEST(IngressHost, WildcardIsTheWholeFirstLabel) {
  EXPECT_EQ(normal("*.foo.com"), "*.foo.com");
  EXPECT_EQ(normal("*.com"), "*.com");
  for (const char* bad : {"*", "*.", "*foo.com", "a.*.com", "*.*.com", "foo.*"})
    EXPECT_EQ(normal(bad), "refused") << bad;
}

TEST(IngressHost, RefusesWhatIsNoDnsName) {
  for (const char* bad : {"foo.com:80", "10.0.0.1", "::1", "[::1]", "foo..com", ".foo", "foo.", "-a.com",
                          "a-.com", "a_b.com", "a b.com", "foo.com/x", "foo\n.com", "*.10.0.0.1"})
    EXPECT_EQ(normal(bad), "refused") << bad;
  EXPECT_EQ(normal(std::string(64, 'a') + ".com"), "refused");
  EXPECT_EQ(normal(std::string(63, 'a') + ".com"), std::string(63, 'a') + ".com");
  std::string longest;
  while (longest.size() < 252) longest += "a.";
  EXPECT_EQ(normal(longest + "b"), longest + "b");
  EXPECT_EQ(normal(longest + "bb"), "refused");
}

TEST(IngressHost, SaysWhy) {
  EXPECT_EQ(normalise_ingress_host("foo.com:80").error().message,
            "'foo.com:80' is not a host: a host has no port");
}

}  // namespace
}  // namespace headgate::k8swatch
