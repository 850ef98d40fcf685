#include "policy/subject_pattern.h"

#include <gtest/gtest.h>

namespace headgate::policy {
namespace {

bool matches(const char* pattern, std::string_view subject) {
  const auto compiled = SubjectPattern::compile(pattern);
  return compiled && (*compiled)->matches(subject);
}

TEST(SubjectPattern, MatchesAnywhereInTheSubject) {
  EXPECT_TRUE(matches("CN=client", "CN=client,O=Acme"));
  EXPECT_TRUE(matches("CN=(a|b)$", "O=Acme,CN=b"));
  EXPECT_FALSE(matches("CN=client", "CN=other,O=client"));
  EXPECT_FALSE(matches("CN=client", "cn=client")) << "case counts";
}

TEST(SubjectPattern, AnEmptySubjectNeverMatches) { EXPECT_FALSE(matches("CN=|", "")); }

TEST(SubjectPattern, RefusesWhatCannotBeCompiled) {
  EXPECT_FALSE(SubjectPattern::compile("client"));
  EXPECT_FALSE(SubjectPattern::compile("cn=client"));
  EXPECT_FALSE(SubjectPattern::compile("CN=(client"));
  EXPECT_FALSE(SubjectPattern::compile("CN=(a)\\1")) << "no back references";
  EXPECT_FALSE(SubjectPattern::compile("CN=" + std::string(1024, 'a')));
  EXPECT_FALSE(SubjectPattern::compile("CN=((a{100}){100}){100}")) << "too costly";
}

}  // namespace
}  // namespace headgate::policy
