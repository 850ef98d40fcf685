// Regular expressions of tenants: nginx's dialect, and never a worker that waits for one.
#include "policy/pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headgate::policy {
namespace {

using ::testing::HasSubstr;
using Verdict = Pattern::Verdict;

std::shared_ptr<const Pattern> make(std::string_view text, PatternCase letters = PatternCase::insensitive) {
  auto made = Pattern::compile(text, letters);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return made ? *made : nullptr;
}

std::string why_not(std::string_view text) {
  const auto made = Pattern::compile(text, PatternCase::insensitive);
  return made ? "" : made.error().message;
}

TEST(Pattern, FindsAnywhereUnlessAnchored) {
  EXPECT_EQ(make("b+")->find_in("/abbc"), Verdict::yes);
  EXPECT_EQ(make("^b+")->find_in("/abbc"), Verdict::no);
  EXPECT_EQ(make("^/a")->find_in("/abbc"), Verdict::yes);
  EXPECT_EQ(make("^/a$")->find_in("/abbc"), Verdict::no);
}

TEST(Pattern, TellsLettersApartOnlyWhereAsked) {
  EXPECT_EQ(make("^/Foo")->find_in("/fOO"), Verdict::yes);
  EXPECT_EQ(make("^/Foo", PatternCase::sensitive)->find_in("/foo"), Verdict::no);
  EXPECT_EQ(make("^/Foo(?=x)")->find_in("/fOOX"), Verdict::yes) << "PCRE2 too";
  EXPECT_EQ(make("^/Foo(?=x)", PatternCase::sensitive)->find_in("/foox"), Verdict::no);
}

TEST(Pattern, GivesItsGroups) {
  for (const char* text : {"^/foo(/|$)(.*)", "^/foo(/|$)(?=.*)(.*)"}) {
    const auto pattern = make(text);
    ASSERT_NE(pattern, nullptr);
    EXPECT_EQ(pattern->group_count(), 2u);
    Pattern::Captures captures;
    captures.fill("left over");
    ASSERT_EQ(pattern->find_in("/foo/bar/x", &captures), Verdict::yes);
    EXPECT_EQ(captures[0], "/foo/bar/x");
    EXPECT_EQ(captures[1], "/");
    EXPECT_EQ(captures[2], "bar/x");
    EXPECT_EQ(captures[3], "");
    ASSERT_EQ(pattern->find_in("/foo", &captures), Verdict::yes);
    EXPECT_EQ(captures[1], "");
    EXPECT_EQ(captures[2], "");
  }
  Pattern::Captures captures;
  ASSERT_EQ(make("^/(a)|(b)")->find_in("/xb", &captures), Verdict::yes);
  EXPECT_EQ(captures[1], "") << "took no part";
  EXPECT_EQ(captures[2], "b");
  ASSERT_EQ(make("(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)")->find_in("abcdefghijk", &captures), Verdict::yes);
  EXPECT_EQ(captures[9], "i") << "the tenth and later ones have no name";
}

TEST(Pattern, QuotedTextIsNotMistakenForItsOwnGroup) {
  EXPECT_EQ(make("^/\\Qa.b")->find_in("/a.b"), Verdict::yes);
  EXPECT_EQ(make("^/\\Qa.b")->find_in("/axb"), Verdict::no);
  EXPECT_EQ(make("^/\\Qa.b")->group_count(), 0u);
}

TEST(Pattern, TakesLookAroundAndBackReferencesInBoundedSteps) {
  EXPECT_FALSE(make("^/a.*b")->is_limited());
  const auto ahead = make("^/(?!api)(.*)");
  EXPECT_TRUE(ahead->is_limited());
  EXPECT_EQ(ahead->find_in("/api/x"), Verdict::no);
  EXPECT_EQ(ahead->find_in("/web/x"), Verdict::yes);
  const auto twice = make("^/(\\w+)/\\1$");
  EXPECT_TRUE(twice->is_limited());
  EXPECT_EQ(twice->find_in("/ab/ab"), Verdict::yes);
  EXPECT_EQ(twice->find_in("/ab/ac"), Verdict::no);
}

TEST(Pattern, GivesUpBeforeItBlocks) {
  const std::string evil = "/" + std::string(8000, 'a') + "!";
  // Each would take longer than the universe has, one step after the other.
  for (const char* text : {"^/(?=a)(a+)+$", "^/((a|aa)+)\\1$", "^/(?=a)(.*)*x(.*)*y$", "^/(?=.)(a|a)*$"})
    EXPECT_EQ(make(text)->find_in(evil), Verdict::gave_up) << text;
  // RE2 answers the same questions.
  EXPECT_EQ(make("^/(a+)+$")->find_in(evil), Verdict::no);
  EXPECT_EQ(make("^/(a|aa)+$")->find_in(evil), Verdict::no);
  EXPECT_EQ(make("^/(.*)*x(.*)*y$")->find_in(evil), Verdict::no);
}

TEST(Pattern, TheStepsOfAllBeginningsAddUp) {
  // From each single byte it takes less than is allowed; from 8000 of them seconds.
  EXPECT_EQ(make("(?:a?){14}(?=x)")->find_in(std::string(8000, 'a')), Verdict::gave_up);
  EXPECT_EQ(make("(?:a?){14}(?=x)")->find_in("aax"), Verdict::yes);
}

TEST(Pattern, RunningOverLongTextCountsAsManySteps) {
  std::string alternatives = "^(?=a)(?:";
  for (char c = 'b'; c <= 'z'; ++c) alternatives += std::string("[a]*+") + c + "|";
  alternatives += "[a]*+0)";
  PatternBudget budget{1'000'000};
  EXPECT_EQ(make(alternatives)->find_in(std::string(8000, 'a'), nullptr, &budget), Verdict::no);
  EXPECT_LT(budget.steps, 1'000'000u - 20 * 8000 / 8);
  EXPECT_EQ(make("^(a*)(?:\\1b|\\1c|\\1d|\\1e|\\1f)")->find_in(std::string(8000, 'a')), Verdict::gave_up);
}

TEST(Pattern, TakesOffABudgetWhatItTook) {
  const auto ahead = make("^/(?!api)(.*)");
  PatternBudget budget{1000};
  EXPECT_EQ(ahead->find_in("/web/x", nullptr, &budget), Verdict::yes);
  EXPECT_LT(budget.steps, 1000u);
  EXPECT_GT(budget.steps, 900u) << "not what the slowest case would have taken";
  PatternBudget spent{2};
  EXPECT_EQ(ahead->find_in("/web/x", nullptr, &spent), Verdict::gave_up);
  EXPECT_EQ(spent.steps, 0u);
  const auto automaton = make("^/a");
  PatternBudget exact{automaton->most_steps(2)};
  EXPECT_EQ(automaton->find_in("/a", nullptr, &exact), Verdict::yes);
  EXPECT_EQ(exact.steps, 0u);
  EXPECT_EQ(automaton->find_in("/a", nullptr, &exact), Verdict::gave_up);
}

TEST(Pattern, NestedGroupsCannotExhaustTheStack) {
  EXPECT_THAT(why_not("(?=" + std::string(500, '(') + std::string(500, ')') + ")"),
              HasSubstr("not a regular expression that can be used"));
  const auto deep = make("^/(?=a)(a|(?R))*$");
  ASSERT_NE(deep, nullptr);
  EXPECT_NE(deep->find_in("/" + std::string(8000, 'a')), Verdict::yes);
}

TEST(Pattern, RefusesWhatIsTooLongOrTooLarge) {
  EXPECT_EQ(why_not(std::string(Pattern::kMostBytes, 'a')), "");
  EXPECT_THAT(why_not(std::string(1 << 20, 'a')), HasSubstr("longer than 1024 bytes"));
  EXPECT_LT(why_not(std::string(1 << 20, 'a')).size(), 300u);
  EXPECT_THAT(why_not("^/((a{100}){100}){100}"), HasSubstr("not a regular expression that can be used"));
  EXPECT_THAT(why_not("^/a{1,1000}b{1,1000}c{1,1000}d{1,1000}"), HasSubstr("too large"));
  EXPECT_THAT(why_not("^/(?=x)(((a{1,200}b){1,200}c){1,200})"),
              HasSubstr("not a regular expression that can be used"));
}

TEST(Pattern, RefusesWhatIsNoExpression) {
  for (const char* text : {"^/(a", "^/a)", "^/[a", "^/a**", "^/\\", "^/(?<", "^/a\\C(?=b)", "^/(*UTF)a"})
    EXPECT_NE(why_not(text), "") << text;
  EXPECT_NE(why_not(std::string_view("a\0b", 3)), "");
}

TEST(Pattern, KnowsWhatItMayCost) {
  EXPECT_GT(make("^/a.*b.*c")->most_steps(1000), make("^/a")->most_steps(1000));
  EXPECT_GT(make("^/a")->most_steps(1000), make("^/a")->most_steps(10));
  EXPECT_EQ(make("^/(?=a)")->most_steps(10), make("^/(?=a)")->most_steps(1000)) << "the limit itself";
}

TEST(Pattern, EqualsByWhatIsWritten) {
  EXPECT_EQ(PatternRef{make("^/a")}, PatternRef{make("^/a")});
  EXPECT_FALSE(PatternRef{make("^/a")} == PatternRef{make("^/b")});
  EXPECT_FALSE(PatternRef{make("^/a")} == PatternRef{make("^/a", PatternCase::sensitive)});
  EXPECT_FALSE(PatternRef{make("^/a")} == PatternRef{});
}

TEST(Pattern, QuotesText) {
  for (const std::string text : {"/a.b*c", "/(x)|[y]{2}", "/\\d+$^", "/a b\xc3\xa4", "/?#&=%"}) {
    const auto pattern = make("^" + quote_pattern(text) + "$");
    ASSERT_NE(pattern, nullptr) << text;
    EXPECT_EQ(pattern->find_in(text), Verdict::yes) << text;
    EXPECT_EQ(pattern->find_in(text + "x"), Verdict::no) << text;
  }
}

}  // namespace
}  // namespace headgate::policy
