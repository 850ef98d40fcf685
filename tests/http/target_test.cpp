#include "http/target.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headgate::http {
namespace {

// The target in a heap block of its size, its scratch in one of the size promised.
class Parsed {
 public:
  explicit Parsed(std::string_view target, Method method = Method::get)
      : bytes_(target.begin(), target.end()), scratch_(2 * target.size() + 2) {
    result_ = parse_target(method, {bytes_.data(), bytes_.size()}, scratch_.data(), target_);
    EXPECT_TRUE(result_.status != ParseStatus::refused ||
                (result_.refusal.status == 400 && result_.refusal.reason == RejectReason::bad_target));
  }
  [[nodiscard]] bool refused() const { return result_.status == ParseStatus::refused; }
  const Target* operator->() const { return &target_; }

 private:
  std::vector<char> bytes_;
  std::vector<char> scratch_;
  Target target_;
  ParseResult result_;
};

struct Case {
  std::string_view target;
  std::string_view match;
  std::string_view forward;
  std::string_view query = "";
};

TEST(Target, HasOneNormalFormOfThePath) {
  for (const Case& c : std::initializer_list<Case>{
           {"/", "/", "/"},
           {"/a/b.c/d-e_f~", "/a/b.c/d-e_f~", "/a/b.c/d-e_f~"},
           {"/a?b=c", "/a", "/a", "?b=c"},
           {"/?", "/", "/", "?"},
           {"/a?b?/../c%zz", "/a", "/a", "?b?/../c%zz"},
           {"/%70riv/x", "/priv/x", "/%70riv/x"},
           {"/a%20b", "/a b", "/a%20b"},
           {"/%C3%A9", "/\xC3\xA9", "/%C3%A9"},
           {"/%252e%252e/x", "/%2e%2e/x", "/%252e%252e/x"},
           {"//a///b//", "/a/b/", "//a///b//"},
           {"/a%2Fb", "/a/b", "/a%2Fb"},
           {"/a%2f%2Fb/%2fc", "/a/b/c", "/a%2f%2Fb/%2fc"},
           {"/.well-known/x", "/.well-known/x", "/.well-known/x"},
           {"/...", "/...", "/..."},
           {"/a..b/..c/d..", "/a..b/..c/d..", "/a..b/..c/d.."},
           {"/a/./b", "/a/b", "/a/b"},
           {"/a/.", "/a/", "/a/"},
           {"/.", "/", "/"},
           {"/a/..", "/", "/"},
           {"/a/b/..", "/a/", "/a/"},
           {"/a/b/../c", "/a/c", "/a/c"},
           {"/a/%2e%2E/c", "/c", "/c"},
           {"/a/.%2e/c?d", "/c", "/c", "?d"},
           {"/a/%2e/c", "/a/c", "/a/c"},
           {"/a/b/../../c", "/c", "/c"},
           {"/a//../b", "/b", "/b"},
           {"/a/b///../c", "/a/c", "/a/c"},
           {"//a/../b", "/b", "//b"},
           {"/a%2Fb/../c", "/c", "/c"},
           {"/a\\b", "/a\\b", "/a\\b"},
           {"/a;v=1/b", "/a;v=1/b", "/a;v=1/b"},
           {"/a;/b..;x", "/a;/b..;x", "/a;/b..;x"},
           {"/x=<>\"{}|^`", "/x=<>\"{}|^`", "/x=<>\"{}|^`"},
       }) {
    const Parsed parsed(c.target);
    ASSERT_FALSE(parsed.refused()) << c.target;
    EXPECT_EQ(parsed->form, TargetForm::origin);
    EXPECT_EQ(parsed->match_path, c.match) << c.target;
    EXPECT_EQ(parsed->forward_path, c.forward) << c.target;
    EXPECT_EQ(parsed->query, c.query) << c.target;
  }
}

TEST(Target, RefusesWhatCouldBeReadInTwoWays) {
  for (const char* target : {"",
                             "a",
                             "a/b",
                             "\\a",
                             "?a",
                             "#",
                             "/#",
                             "/a#b",
                             "/a?b#c",
                             "/%",
                             "/%4",
                             "/%zz",
                             "/%4g",
                             "/%u002e",
                             "/a%00",
                             "/%0d%0a",
                             "/%1f",
                             "/%7F",
                             "/%09",
                             "/..",
                             "/../a",
                             "/a/../..",
                             "/a/../../b",
                             "/./..",
                             "//..",
                             "/%2e%2e/a",
                             "/a/..%2fb",
                             "/a%2f..",
                             "/a%2F..%2Fb",
                             "/a%2f.",
                             "/a/.%2Fb",
                             "/a\\..\\b",
                             "/a\\..",
                             "/..\\a",
                             "/a%5c..%5Cb",
                             "/a%5c%2e%2e",
                             "/%2e%2e%2fa",
                             "/a/..;/b",
                             "/a/.;x",
                             "/a/..;x=y",
                             "/a%2f..;",
                             "/%2e%2e;/a",
                             "/a b",
                             "/a\tb",
                             "/\x7f",
                             "/\xc3\xa9",
                             "/a?\x01",
                             "/a?\xff"})
    EXPECT_TRUE(Parsed(target).refused()) << target;
}

TEST(Target, TakesAbsoluteForm) {
  for (const Case& c : std::initializer_list<Case>{{"http://h.test", "/", "/"},
                                                   {"HTTPS://h.test:8443/a%20b?c", "/a b", "/a%20b", "?c"},
                                                   {"http://h.test?x", "/", "/", "?x"},
                                                   {"http://[::1]:80/a/../b", "/b", "/b"}}) {
    const Parsed parsed(c.target);
    ASSERT_FALSE(parsed.refused()) << c.target;
    EXPECT_EQ(parsed->form, TargetForm::absolute);
    EXPECT_EQ(parsed->match_path, c.match);
    EXPECT_EQ(parsed->forward_path, c.forward);
    EXPECT_EQ(parsed->query, c.query);
  }
  EXPECT_EQ(Parsed("http://H.test:81/a")->authority, "H.test:81");
  for (const char* target :
       {"http://", "http:///a", "http://u:p@h/a", "http://h:x/", "http://h#x", "ftp://h/a", "http:/h", "h:80",
        "http//h", "http://a,b/", "file:///etc/passwd", "http://h\\@x/"})
    EXPECT_TRUE(Parsed(target).refused()) << target;
}

TEST(Target, TakesAsteriskForOptionsOnly) {
  const Parsed options("*", Method::options);
  EXPECT_FALSE(options.refused());
  EXPECT_EQ(options->form, TargetForm::asterisk);
  EXPECT_TRUE(Parsed("*", Method::get).refused());
  EXPECT_TRUE(Parsed("**", Method::options).refused());
}

TEST(Target, CopiesNothingOfAPlainPath) {
  char scratch[64];
  const std::string_view text = "/a/b/c.html?x=y";
  Target target;
  ASSERT_EQ(parse_target(Method::get, text, scratch, target).status, ParseStatus::complete);
  EXPECT_EQ(target.match_path.data(), text.data());
  EXPECT_EQ(target.forward_path.data(), text.data());
}

// What is matched must be what a backend makes of what it is sent: forwarding the forwarded path again
// changes neither.
TEST(Target, IsStableWhenReadAgain) {
  for (const char* text :
       {"/a//../b", "/a/%2e%2e/%62//c%2Fd", "//x/./y/../z%2f%2f", "/%2e/a", "/a/b/../../c/."}) {
    const Parsed once(text);
    ASSERT_FALSE(once.refused()) << text;
    const Parsed twice(once->forward_path);
    ASSERT_FALSE(twice.refused()) << text;
    EXPECT_EQ(twice->forward_path, once->forward_path);
    EXPECT_EQ(twice->match_path, once->match_path);
  }
}

// Every byte at every place of a path long enough for whole vectors and their rest.
TEST(Target, FindsADoubtfulByteWhereverItIs) {
  for (std::size_t at = 1; at < 50; ++at) {
    std::string path = "/" + std::string(49, 'p');
    path[at] = '#';
    EXPECT_TRUE(Parsed(path).refused()) << at;
    path[at] = '%';
    EXPECT_TRUE(Parsed(path).refused()) << at;
    path[at] = '/';
    EXPECT_EQ(Parsed(path)->match_path, at == 1 ? path.substr(1) : path) << at;
    path[at] = '?';
    EXPECT_EQ(Parsed(path)->match_path, path.substr(0, at)) << at;
    if (at + 3 < 50) {
      path.replace(at, 4, "/../");
      EXPECT_EQ(Parsed(path).refused(), at == 1) << at;
      path.replace(at, 4, "/..q");
      EXPECT_EQ(Parsed(path)->match_path, at == 1 ? path.substr(1) : path) << at;
    }
  }
}

}  // namespace
}  // namespace headgate::http
