#include "tls/server_name.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::tls {
namespace {

std::string normalised(std::string_view name) {
  ServerNameBuffer buffer;
  return std::string(normalise_server_name(name, buffer));
}

TEST(ServerName, IsLowerCase) { EXPECT_EQ(normalised("One.EXAMPLE.Org"), "one.example.org"); }

TEST(ServerName, LosesOneTrailingDot) {
  EXPECT_EQ(normalised("one.example."), "one.example");
  EXPECT_EQ(normalised("one.example.."), "");
  EXPECT_EQ(normalised("."), "");
}

TEST(ServerName, KeepsWhatHostNamesHave) {
  for (const char* name :
       {"localhost", "a-b.c_d.e", "xn--bcher-kva.example", "1.example", "4.3.2.1.in-addr.arpa"})
    EXPECT_EQ(normalised(name), name);
}

TEST(ServerName, IsEmptyForWhatIsNoHostName) {
  using namespace std::string_view_literals;
  for (const std::string_view name : {""sv, "one\0.example"sv, "one.example\0"sv, "one.example/"sv,
                                      "one example"sv, "*.example"sv, ".example"sv, "one..example"sv,
                                      "b\xc3\xbc"
                                      "cher.example"sv,
                                      "\xff\xfe"sv, "one.example:443"sv, "192.0.2.7"sv, "192.0.2.7."sv, "1"sv,
                                      "::1"sv, "[::1]"sv, "fd00::1"sv, "a\r\nb"sv})
    EXPECT_EQ(normalised(name), "") << name;
}

TEST(ServerName, IsBoundedAsDnsBoundsIt) {
  const std::string label(63, 'a');
  const std::string longest = label + '.' + label + '.' + label + '.' + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_EQ(normalised(longest), longest);
  EXPECT_EQ(normalised(longest + '.'), longest);
  EXPECT_EQ(normalised(longest + "bb"), "");
  EXPECT_EQ(normalised(std::string(64, 'a') + ".example"), "");
  EXPECT_EQ(normalised(std::string(60000, 'a')), "");
}

}  // namespace
}  // namespace headgate::tls
