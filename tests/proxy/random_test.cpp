#include "proxy/random.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace headgate::proxy {
namespace {

TEST(Random, WritesEveryHexadecimalDigitAndNothingElse) {
  Random random;
  std::map<char, int> seen;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    std::string id(34, '.');
    random.hex32(id.data() + 1);
    EXPECT_EQ(id.front(), '.');
    EXPECT_EQ(id.back(), '.');
    ids.insert(id);
    for (std::size_t at = 1; at <= 32; ++at) ++seen[id[at]];
  }
  EXPECT_EQ(ids.size(), 1000U);
  std::string digits;
  for (const auto& [digit, count] : seen) {
    digits += digit;
    EXPECT_GT(count, 1500) << digit << " of 32000 digits, 2000 expected";
  }
  EXPECT_EQ(digits, "0123456789abcdef");
}

TEST(Random, EachOneHasASeedOfItsOwn) {
  Random one;
  Random other;
  EXPECT_NE(one.next(), other.next());
}

}  // namespace
}  // namespace headgate::proxy
