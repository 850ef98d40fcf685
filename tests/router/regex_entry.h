// A short way to write an entry of a RegexIndex in tests of the router.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "router/regex_index.h"

namespace headgate::router::testing {

// A pattern only where `text` is not plain, as the translator makes it.
inline RegexIndex::Entry entry(const std::string& text, std::uint32_t route = 0) {
  RegexIndex::Entry made{text, {}, route};
  if (plain_prefix(text) == text.size()) return made;
  const auto pattern = policy::Pattern::compile("^" + text, policy::PatternCase::insensitive);
  EXPECT_TRUE(pattern) << text;
  if (pattern) made.pattern.pattern = *pattern;
  return made;
}

}  // namespace headgate::router::testing
