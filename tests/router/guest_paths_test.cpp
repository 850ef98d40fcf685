// Expressions of guests: of other namespaces than the one whose host it is.
#include "router/guest_paths.h"

#include <gtest/gtest.h>

#include "router/drafts.h"
#include "router/dump.h"
#include "router/explain.h"
#include "router/regex_entry.h"

namespace headgate::router {
namespace {

using namespace testing;

RouteDraft expression(const std::string& text, const std::string& cluster_name) {
  RouteDraft made = prefix(text, cluster_name);
  const RegexIndex::Entry one = entry(text);
  made.expressions.push_back({one.text, one.pattern});
  return made;
}

RouteDraft guest(RouteDraft draft, const std::string& namespace_name = "guest") {
  draft.is_guest = true;
  draft.route.namespace_name = namespace_name;
  return draft;
}

std::shared_ptr<const VirtualHost> owner_with(std::vector<RouteDraft> guests) {
  std::vector<RouteDraft> routes{prefix("/", "owner-root"), prefix("/api", "owner-api"),
                                 exact("/login", "owner-login")};
  for (RouteDraft& each : guests) routes.push_back(std::move(each));
  return host("a.org", std::move(routes));
}

// Of the text of `text` that `path` claims.
std::size_t common(const std::string& text, const std::string& path) {
  return common_elements(RegexIndex({entry(text)}).entries()[0], path);
}

TEST(CommonElements, AreThoseOfTheTextThatItBeginsWith) {
  EXPECT_EQ(common("/guest(/|$)(.*)", "/guest"), 6u);
  EXPECT_EQ(common("/guest(/|$)(.*)", "/guest/x"), 6u);
  EXPECT_EQ(common("/guest/(.*)", "/guest/x"), 7u);
  EXPECT_EQ(common("/guest.*", "/guestbook"), 1u) << "no whole element";
  EXPECT_EQ(common("/a/gu.*", "/a/guest"), 3u);
  EXPECT_EQ(common("/GUEST/", "/guest/x"), 1u) << "the case counts";
  EXPECT_EQ(common("/......", "/guest"), 1u) << "'.' is none but '.'";
  EXPECT_EQ(common("/robots.txt", "/robots.txt"), 11u);
  EXPECT_EQ(common("/[g]uest", "/guest"), 1u);
  EXPECT_EQ(common("/x|/guest", "/guest"), 0u);
  EXPECT_EQ(common("/x(?=y)", "/x/y"), 2u);
}

TEST(GuestPaths, TakeNoMoreThanAPathOfTheirPlainText) {
  const auto shared = owner_with({guest(expression("/guest(/|$)(.*)", "guest"))});
  EXPECT_EQ(answer(shared->find("/guest")), "guest");
  EXPECT_EQ(answer(shared->find("/guest/x")), "guest");
  EXPECT_EQ(answer(shared->find("/guests")), "owner-root");
  EXPECT_EQ(answer(shared->find("/GUEST/x")), "owner-root");
  EXPECT_EQ(answer(shared->find("/API")), "owner-root") << "the owner's paths are what they were";
  EXPECT_EQ(answer(shared->find("/apis")), "owner-root");
  EXPECT_EQ(answer(shared->find("/login/x")), "owner-root");
}

TEST(GuestPaths, OfOneLetterCountAsThoseOfMore) {
  const auto shared = owner_with({guest(expression("/m(/|$)(.*)", "guest"))});
  EXPECT_EQ(answer(shared->find("/m")), "guest");
  EXPECT_EQ(answer(shared->find("/m/")), "guest");
  EXPECT_EQ(answer(shared->find("/m/x")), "guest");
  EXPECT_EQ(answer(shared->find("/mx")), "owner-root");
  EXPECT_EQ(answer(shared->find("/")), "owner-root");
  const auto below =
      host("a.org", {prefix("/o/", "owner"), prefix("/p", "owner"),
                     guest(expression("/o/m(/|$)(.*)", "guest")), guest(expression("/o/(.*)", "guest")),
                     guest(expression("/p/(.*)", "guest")), guest(expression("/p(/.*)?", "guest"))});
  EXPECT_EQ(answer(below->find("/o/m")), "guest");
  EXPECT_EQ(answer(below->find("/o/m/x")), "guest");
  for (const std::string path : {"/o/", "/o/x", "/o/mx", "/p", "/p/", "/p/x"})
    EXPECT_EQ(answer(below->find(path)), "owner") << path;
}

TEST(GuestPaths, TakeNoneOfTheOwnersHoweverLongTheyAre) {
  for (const std::string text : {"/(.|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)*", "/.........", "/[a-z]+",
                                 "/api(/|$)(.*)", "/api/(.*)", "/API.*", "/login", "/login(.*)", "/x|/",
                                 "/lo.*", "/(?=api)(.*)", "/(?=l)login|/api", "/api/?x?y?z?"}) {
    const auto shared = owner_with({guest(expression(text, "guest"))});
    for (const auto& [path, owner] :
         {std::pair("/", "owner-root"), std::pair("/api", "owner-api"), std::pair("/api/v1", "owner-api"),
          std::pair("/login", "owner-login"), std::pair("/index.html", "owner-root")})
      EXPECT_EQ(answer(shared->find(path)), owner) << text << " " << path;
  }
}

TEST(GuestPaths, MatchAmongThemselvesAsOnAHostOfTheirOwn) {
  const auto shared =
      host("a.org", {exact("/owner", "owner"), guest(expression("/x/[a-z]{3}", "three")),
                     guest(expression("/x/abc", "abc")), guest(expression("/[0-9]+", "number"))});
  EXPECT_EQ(answer(shared->find("/x/abc")), "three") << "the longest text first";
  EXPECT_EQ(answer(shared->find("/X/ABCDE")), "three") << "where nobody else has a path, case is ignored";
  EXPECT_EQ(answer(shared->find("/12")), "number");
  EXPECT_EQ(answer(shared->find("/owner")), "owner");
  EXPECT_EQ(answer(shared->find("/none")), "none");
}

TEST(GuestPaths, AreBelowTheTextOfTheOwnersExpressions) {
  HostDraft draft{
      "a.org",
      {expression("/(web|shop)(.*)", "owner"), guest(expression("/web(/|$)(.*)xxxxxxxx?", "guest")),
       guest(expression("/web/a/longer/path/x", "guest"))}};
  draft.has_expressions = true;
  const auto shared = VirtualHost::make(std::move(draft));
  EXPECT_EQ(answer(shared->find("/web/xxxxxxxx")), "owner");
  EXPECT_EQ(answer(shared->find("/web/a/longer/path/x")), "guest") << "a longer path, as it is written";
  EXPECT_EQ(answer(shared->find("/web/A/longer/path/x")), "owner");
}

TEST(GuestPaths, OfTwoGuestsTheOneThatClaimsMoreHasThePath) {
  const auto shared = host("a.org", {exact("/owner", "owner"), guest(expression("/one/(.*)", "one"), "one"),
                                     guest(expression("/one/two/(.*)", "two"), "two"),
                                     guest(expression("/one/(.*|xxxxxxxxxxxxxxx)", "three"), "three")});
  EXPECT_EQ(answer(shared->find("/one/x")), "one") << "the older one, whose claim is no smaller";
  EXPECT_EQ(answer(shared->find("/one/two/x")), "two");
}

TEST(GuestPaths, ThatGiveUpClaimNothing) {
  const std::string evil = "/" + std::string(4000, 'a') + "!";
  const auto shared =
      host("a.org", {exact("/owner", "owner"), guest(expression("/(?=a)(a+)+$", "evil"), "evil"),
                     guest(expression("/a*(!|x)", "good"), "good")});
  EXPECT_EQ(answer(shared->find(evil)), "good");
  EXPECT_EQ(answer(owner_with({guest(expression("/(?=a)(a+)+$", "evil"))})->find(evil)), "owner-root");
}

TEST(GuestPaths, OnePatternsStepsAreNotAnothersOfAnotherNamespace) {
  std::vector<RouteDraft> routes{exact("/owner", "owner")};
  for (int i = 0; i < 100; ++i)
    routes.push_back(guest(expression("/(?=a)(a+)+" + std::to_string(i) + "$", "evil"), "evil"));
  routes.push_back(guest(expression("/(?!x)(.*)$", "good"), "good"));
  const auto shared = host("a.org", std::move(routes));
  EXPECT_EQ(answer(shared->find("/" + std::string(200, 'a'))), "good");
}

TEST(GuestPaths, OfTheOwnerWhoGivesUpAreNotTheGuests) {
  const std::string evil = "/" + std::string(4000, 'a') + "!";
  HostDraft draft{"a.org",
                  {expression("/(?=a)(a+)+$", "owner"), guest(expression("/a+!", "guest")),
                   guest(expression("/guest/of/this/host", "guest"))}};
  draft.has_expressions = true;
  const auto shared = VirtualHost::make(std::move(draft));
  EXPECT_EQ(answer(shared->find(evil)), "none");
  EXPECT_EQ(answer(shared->find("/guest/of/this/host")), "guest");
}

TEST(GuestPaths, ManyPatternsThatAreCheapAreNoneTooMany) {
  std::vector<RouteDraft> routes;
  for (int i = 0; i < 300; ++i)
    routes.push_back(expression("/(?!api)[a-z]+" + std::to_string(i), "c" + std::to_string(i)));
  HostDraft draft{"a.org", std::move(routes)};
  draft.has_expressions = true;
  EXPECT_EQ(answer(VirtualHost::make(std::move(draft))->find("/x7")), "c7")
      << "counted by what they take, not by what they might";
}

TEST(GuestPaths, AreComparedWhenAHostIs) {
  const auto shared = owner_with({guest(expression("/a(.*)", "guest"))});
  EXPECT_FALSE(shared->same_as(*owner_with({guest(prefix("/a(.*)", "guest"))})));
  EXPECT_FALSE(shared->same_as(*owner_with({})));
  EXPECT_TRUE(shared->same_as(*VirtualHost::alias_of(*shared, "a.org")));
}

TEST(GuestPaths, AreDumpedAndExplained) {
  TableBuilder builder;
  builder.replace(owner_with({guest(expression("/guest/(.*)", "guest"))}));
  const auto table = builder.build(1);
  EXPECT_NE(dump(*table).find("  paths of guest guest are regular expressions\n  regex ^/guest/(.*) -> "),
            std::string::npos)
      << dump(*table);
  const std::string taken = explain(*table, "a.org", "/guest/x");
  EXPECT_NE(taken.find("chosen: regex ^/guest/(.*)"), std::string::npos) << taken;
  EXPECT_NE(taken.find("passed over: prefix / "), std::string::npos) << taken;
  const std::string left = explain(*table, "a.org", "/GUEST/x");
  EXPECT_NE(left.find("passed over: regex ^/guest/(.*)"), std::string::npos) << left;
  EXPECT_NE(left.find("chosen: prefix / "), std::string::npos) << left;
}

}  // namespace
}  // namespace headgate::router
