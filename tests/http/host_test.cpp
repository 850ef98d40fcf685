#include "http/host.h"

#include <gtest/gtest.h>

#include "http/target.h"

namespace headgate::http {
namespace {

TEST(Host, SplitsHostAndPort) {
  const auto split = [](std::string_view value) {
    const HostPort parts = split_host(value);
    return std::string(parts.host) + "|" + std::string(parts.port);
  };
  EXPECT_EQ(split("h1.test"), "h1.test|");
  EXPECT_EQ(split("H1.test.:8080"), "H1.test.|8080");
  EXPECT_EQ(split("a"), "a|");
  EXPECT_EQ(split("my_host-1.x"), "my_host-1.x|");
  EXPECT_EQ(split("10.0.0.1:65535"), "10.0.0.1|65535");
  EXPECT_EQ(split("h:"), "h|");
  EXPECT_EQ(split("[::1]"), "[::1]|");
  EXPECT_EQ(split("[2001:db8::1.2.3.4]:80"), "[2001:db8::1.2.3.4]|80");
  EXPECT_EQ(split(std::string(255, 'a')), std::string(255, 'a') + "|");
}

TEST(Host, RefusesWhatNoHostCanBe) {
  for (const std::string_view value : {std::string_view(""),
                                       std::string_view(":80"),
                                       std::string_view("."),
                                       std::string_view(".a"),
                                       std::string_view("a..b"),
                                       std::string_view("a.."),
                                       std::string_view("a b"),
                                       std::string_view("a,b"),
                                       std::string_view("a/b"),
                                       std::string_view("a\\b"),
                                       std::string_view("a?b"),
                                       std::string_view("a#b"),
                                       std::string_view("u@a"),
                                       std::string_view("a%2eb"),
                                       std::string_view("*"),
                                       std::string_view("*.a"),
                                       std::string_view("<a>"),
                                       std::string_view("a:b"),
                                       std::string_view("a:-1"),
                                       std::string_view("a:65536"),
                                       std::string_view("a:000080"),
                                       std::string_view("a:1:2"),
                                       std::string_view("::1"),
                                       std::string_view("[]"),
                                       std::string_view("[::1"),
                                       std::string_view("[::1]x"),
                                       std::string_view("[::1]80"),
                                       std::string_view("[::g]"),
                                       std::string_view("[fe80::1%25eth0]"),
                                       std::string_view("[1.2.3.4]"),
                                       std::string_view("\xC3\xA9.test"),
                                       std::string_view("a\0b", 3),
                                       std::string_view("[::1\0]", 6),
                                       std::string_view("http://a")})
    EXPECT_TRUE(split_host(value).host.empty()) << value;
  EXPECT_TRUE(split_host(std::string(256, 'a')).host.empty());
}

TEST(Host, HasOneNormalForm) {
  const auto normal = [](std::string_view value) {
    std::string buffer(value.size(), '\0');
    return std::string(normalise_host(value, buffer.data()));
  };
  EXPECT_EQ(normal("H1.Test:80"), "h1.test");
  EXPECT_EQ(normal("h1.test."), "h1.test");
  EXPECT_EQ(normal("[2001:DB8::1]:443"), "[2001:db8::1]");
  EXPECT_EQ(normal("a b"), "");
  EXPECT_EQ(normal("a.."), "");
}

}  // namespace
}  // namespace headgate::http
