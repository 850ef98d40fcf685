#include "k8swatch/resource_version.h"

#include <gtest/gtest.h>

namespace headgate::k8swatch {
namespace {

TEST(ResourceVersion, ComparesByLengthThenDigits) {
  EXPECT_EQ(compare_versions("9", "10"), std::strong_ordering::less);
  EXPECT_EQ(compare_versions("10", "9"), std::strong_ordering::greater);
  EXPECT_EQ(compare_versions("123", "124"), std::strong_ordering::less);
  EXPECT_EQ(compare_versions("124", "124"), std::strong_ordering::equal);
}

TEST(ResourceVersion, ComparesNumbersBeyondAnyInteger) {
  EXPECT_EQ(compare_versions("99999999999999999999999999999998", "99999999999999999999999999999999"),
            std::strong_ordering::less);
  EXPECT_EQ(compare_versions("18446744073709551616", "18446744073709551615"), std::strong_ordering::greater);
}

TEST(ResourceVersion, DoesNotCompareWhatIsNoNumber) {
  for (const char* text : {"", "0", "012", "-1", "+1", "1a", " 1", "1 ", "abc", "1.5"}) {
    EXPECT_FALSE(is_comparable_version(text)) << text;
    EXPECT_EQ(compare_versions(text, "5"), std::nullopt) << text;
    EXPECT_EQ(compare_versions("5", text), std::nullopt) << text;
    EXPECT_FALSE(is_not_newer(text, "5")) << text;
  }
}

TEST(ResourceVersion, EqualIsNotNewer) {
  EXPECT_TRUE(is_not_newer("5", "5"));
  EXPECT_TRUE(is_not_newer("4", "5"));
  EXPECT_FALSE(is_not_newer("6", "5"));
}

}  // namespace
}  // namespace headgate::k8swatch
