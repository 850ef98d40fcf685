#include "k8swatch/ingress_path.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "http/target.h"

namespace headgate::k8swatch {
namespace {

std::string normal(std::string_view written) {
  const auto path = normalise_ingress_path(written);
  return path ? *path : "refused";
}

TEST(IngressPath, KeepsANormalPath) {
  for (const char* path : {"/", "/foo", "/foo/", "/a.b/c..d/...", "/A-_~!$&'()*+,;=:@|^"})
    EXPECT_EQ(normal(path), path);
}

TEST(IngressPath, EmptyIsTheRoot) { EXPECT_EQ(normal(""), "/"); }

TEST(IngressPath, MergesSlashesAndResolvesDots) {
  EXPECT_EQ(normal("//a///b//"), "/a/b/");
  EXPECT_EQ(normal("/a/./b/../c"), "/a/c");
  EXPECT_EQ(normal("/a/."), "/a/");
  EXPECT_EQ(normal("/a/b/.."), "/a/");
  EXPECT_EQ(normal("/a/.."), "/");
}

TEST(IngressPath, DecodesOnce) {
  EXPECT_EQ(normal("/a%20b"), "/a b");
  EXPECT_EQ(normal("/a b"), "/a b");
  EXPECT_EQ(normal("/a%2520b"), "/a%20b");
  EXPECT_EQ(normal("/a%2Fb"), "/a/b");
  EXPECT_EQ(normal("/caf\xc3\xa9"), "/caf\xc3\xa9");
}

TEST(IngressPath, RefusesWhatNoRequestCanHave) {
  for (const char* bad :
       {"foo", "*", "/a?b", "/a#b", "/a%", "/a%2", "/a%zz", "/%00", "/a\nb", "/a%0d%0ab", "/..", "/a/../.."})
    EXPECT_EQ(normal(bad), "refused") << bad;
  EXPECT_EQ(normal("/" + std::string(8192, 'a')), "refused");
}

TEST(IngressPath, HasTheFormOfAMatchedTarget) {
  const std::vector<std::string> parts = {"/", "/", "a", ".", "..", "b%20c", "%2e", "%41", "x.y", "%25"};
  std::mt19937 random(11);
  int compared = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = "/";
    for (unsigned n = random() % 8; n > 0; --n) text += parts[random() % parts.size()];
    std::string scratch(2 * text.size() + 2, '\0');
    http::Target target;
    const auto parsed = http::parse_target(http::Method::get, text, scratch.data(), target);
    if (parsed.status != http::ParseStatus::complete) continue;
    ++compared;
    ASSERT_EQ(normal(text), target.match_path) << text;
  }
  EXPECT_GT(compared, 5000);
}

TEST(PathBits, AreThoseOfTheNormalForm) {
  const std::vector<std::vector<std::string>> same = {
      {"", "/", "//", "/.", "/a/.."},
      {"/a/b", "/a//b", "/a/./b", "/%61/b", "/a%2fb", "/x/../a/b"},
      {"/a%2520b", "/%61%2520b"},
      {"/.well-known", "/./.well-known"},
  };
  for (const auto& group : same)
    for (const std::string& each : group) {
      EXPECT_NE(path_bits(each), 0U) << each;
      EXPECT_EQ(path_bits(each), path_bits(group[0])) << each;
      EXPECT_EQ(normal(each), normal(group[0])) << each;
    }
  for (const char* none : {"a", "/a?", "/%", "/..", "/a\nb"}) EXPECT_EQ(path_bits(none), 0U) << none;
}

TEST(PathType, KnowsTheThreeAndTheUnset) {
  EXPECT_EQ(parse_path_type("Exact"), router::PathType::exact);
  EXPECT_EQ(parse_path_type("Prefix"), router::PathType::prefix);
  EXPECT_EQ(parse_path_type("ImplementationSpecific"), router::PathType::implementation_specific);
  EXPECT_EQ(parse_path_type(""), router::PathType::implementation_specific);
  EXPECT_EQ(parse_path_type("exact"), std::nullopt);
  EXPECT_EQ(parse_path_type("Regex"), std::nullopt);
}

}  // namespace
}  // namespace headgate::k8swatch
