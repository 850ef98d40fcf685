#include "app/field_name.h"

#include <gtest/gtest.h>

namespace headgate::app {
namespace {

TEST(FieldName, WritesThemAsGoDoes) {
  EXPECT_EQ(canonical_field_name("x-FORWARDED-for"), "X-Forwarded-For");
  EXPECT_EQ(canonical_field_name("user-agent"), "User-Agent");
  EXPECT_EQ(canonical_field_name(""), "");
}

}  // namespace
}  // namespace headgate::app
