// Hosts whose paths are regular expressions: nginx's order, and no path that blocks a worker.
#include "router/regex_index.h"

#include <gtest/gtest.h>

#include "router/drafts.h"
#include "router/explain.h"
#include "router/regex_entry.h"

namespace headgate::router {
namespace {

using namespace testing;

RegexIndex index(const std::vector<std::string>& texts) {
  std::vector<RegexIndex::Entry> entries;
  for (const std::string& text : texts)
    entries.push_back(entry(text, static_cast<std::uint32_t>(entries.size())));
  return RegexIndex(std::move(entries));
}

TEST(RegexIndex, MatchesFromTheStartCaseIgnoredAndNoFurther) {
  const RegexIndex one = index({"/foo"});
  EXPECT_EQ(one.find("/foo"), 0u);
  EXPECT_EQ(one.find("/foobar"), 0u);
  EXPECT_EQ(one.find("/FOO/x"), 0u);
  EXPECT_EQ(one.find("/fo"), RegexIndex::kNone);
  EXPECT_EQ(one.find("/x/foo"), RegexIndex::kNone);
}

TEST(RegexIndex, TheLongestTextIsTriedFirstWhateverItMatches) {
  const RegexIndex both = index({"/foo/bar/bar", "/foo/bar/[a-z]{3}"});
  EXPECT_EQ(both.find("/foo/bar/bar"), 1u) << "ingress-nginx's own example";
  const RegexIndex order = index({"/", "/a.*", "/b.*", "/a(b|c)"});
  EXPECT_EQ(order.entries()[0].text, "/a(b|c)");
  EXPECT_EQ(order.entries()[1].text, "/b.*") << "of one length, the greatest text first";
  EXPECT_EQ(order.entries()[2].text, "/a.*");
  EXPECT_EQ(order.find("/ab"), 3u);
  EXPECT_EQ(order.find("/ad"), 1u);
  EXPECT_EQ(order.find("/zzz"), 0u);
}

TEST(RegexIndex, OfEqualTextsTheFirstCounts) { EXPECT_EQ(index({"/a/", "/a/"}).find("/a/b"), 0u); }

TEST(RegexIndex, ADotIsAnyByteAlsoInPlainText) {
  const RegexIndex one = index({"/a.b"});
  EXPECT_EQ(one.entries()[0].pattern.pattern, nullptr);
  EXPECT_EQ(one.find("/a.b"), 0u);
  EXPECT_EQ(one.find("/axb"), 0u);
  EXPECT_EQ(one.find("/ab"), RegexIndex::kNone);
}

TEST(RegexIndex, PlainBeginningsAreNeverMoreThanThat) {
  EXPECT_EQ(plain_prefix("/foo"), 4u);
  EXPECT_EQ(plain_prefix("/foo(/|$)(.*)"), 4u);
  EXPECT_EQ(plain_prefix("/foob*"), 4u) << "the b may be missing";
  EXPECT_EQ(plain_prefix("/foob?x"), 4u);
  EXPECT_EQ(plain_prefix("/foob{0,2}"), 4u);
  EXPECT_EQ(plain_prefix("/foob+"), 4u);
  EXPECT_EQ(plain_prefix("/foo|/bar"), 0u);
  EXPECT_EQ(plain_prefix("/foo(a)|b"), 0u);
  EXPECT_EQ(plain_prefix("/foo(a|b)"), 4u);
  EXPECT_EQ(plain_prefix("/foo[|]x"), 4u);
  EXPECT_EQ(plain_prefix("/foo[]|]x"), 4u);
  EXPECT_EQ(plain_prefix("/foo[^]|](x|y)"), 4u);
  EXPECT_EQ(plain_prefix("/foo\\|x"), 4u);
  EXPECT_EQ(plain_prefix("/foo\\(a|b"), 0u);
  EXPECT_EQ(plain_prefix("/foo[(]a|b"), 0u);
  EXPECT_EQ(plain_prefix("/a[[:alpha:](]|b"), 0u);
  EXPECT_EQ(plain_prefix("/a\\Q(\\E|b"), 0u);
}

TEST(RegexIndex, AlternativesOutsideOfGroupsAreAsNginxReadsThem) {
  const RegexIndex one = index({"/foo|/bar"});
  EXPECT_EQ(one.find("/foo"), 0u);
  EXPECT_EQ(one.find("/x/bar"), 0u) << "'^' is of the first alone";
  EXPECT_EQ(one.find("/x/foo"), RegexIndex::kNone);
}

TEST(RegexIndex, APatternThatGivesUpHidesWhatComesAfterIt) {
  const RegexIndex guarded = index({"/(?=a)(a+)+$", "/"});
  EXPECT_EQ(guarded.find("/aaa"), 0u);
  EXPECT_EQ(guarded.find("/b"), 1u);
  EXPECT_EQ(guarded.find("/" + std::string(4000, 'a') + "!"), RegexIndex::kNone)
      << "neither that Route nor the less protected one";
}

TEST(RegexIndex, ManyExpressionsCannotAddUp) {
  std::vector<std::string> texts{"/"};
  for (int i = 0; i < 400; ++i) texts.push_back("/(a|b)*c.{1,100}(x|y)" + std::to_string(i));
  const RegexIndex many = index(texts);
  EXPECT_EQ(many.find("/z"), 0u);
  EXPECT_EQ(many.find("/" + std::string(8000, 'a')), RegexIndex::kNone);
  // Those that begin otherwise cost nothing.
  for (std::size_t i = 1; i < texts.size(); ++i) texts[i] = "/q" + texts[i].substr(1);
  EXPECT_EQ(index(texts).find("/" + std::string(8000, 'a')), 0u);
}

RouteDraft expression_route(const std::string& path, const std::string& cluster_name,
                            const std::vector<std::string>& texts) {
  RouteDraft made = prefix(path, cluster_name);
  for (const std::string& text : texts) {
    const RegexIndex::Entry one = entry(text, 0);
    made.expressions.push_back({one.text, one.pattern});
  }
  return made;
}

std::shared_ptr<const VirtualHost> expression_host() {
  HostDraft draft{"a.org",
                  {expression_route("/foo", "foo", {"/foo/", "/foo"}),
                   expression_route("/api/(.*)", "api", {"/api/(.*)"})}};
  draft.has_expressions = true;
  return VirtualHost::make(std::move(draft));
}

TEST(VirtualHostOfExpressions, FindsItsRoutes) {
  const auto host = expression_host();
  EXPECT_EQ(answer(host->find("/foobar")), "foo");
  EXPECT_EQ(answer(host->find("/API/x")), "api");
  EXPECT_EQ(answer(host->find("/api")), "none") << "nothing is redirected";
  EXPECT_EQ(answer(host->find("/")), "none");
  EXPECT_TRUE(host->same_as(*VirtualHost::alias_of(*host, "a.org")));
  EXPECT_FALSE(host->same_as(*VirtualHost::alias_of(*host, "b.org")));
  EXPECT_FALSE(host->same_as(*testing::host("a.org", {prefix("/foo", "foo")})));
}

TEST(VirtualHostOfExpressions, IsExplained) {
  TableBuilder builder;
  builder.replace(expression_host());
  const std::string told = explain(*builder.build(1), "a.org", "/foo/x");
  EXPECT_NE(told.find("all its paths are regular expressions"), std::string::npos) << told;
  EXPECT_NE(told.find("chosen: regex ^/foo/ -> forward foo"), std::string::npos) << told;
  EXPECT_NE(told.find("passed over: regex ^/foo -> forward foo"), std::string::npos) << told;
}

}  // namespace
}  // namespace headgate::router
