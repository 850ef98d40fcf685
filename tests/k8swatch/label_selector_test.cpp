#include "k8swatch/label_selector.h"

#include <gtest/gtest.h>

namespace headgate::k8swatch {
namespace {

TEST(LabelSelector, TakesTheWholeSyntax) {
  for (const char* text :
       {"a", "!a", "a=b", "a==b", "a!=b", "a=", "a = b", "a in (b)", "a in (b,c)", "a in(b, c)",
        "a notin (b,)", "example.com/team=web,env in (prod,test),!internal,tier", "a>1", "a < 20",
        "kubernetes.io/metadata.name=x", " a , b ", "A_b.c-d=E"})
    EXPECT_TRUE(check_label_selector(text)) << text;
}

TEST(LabelSelector, RefusesWhatTheServerWouldRefuse) {
  for (const char* text :
       {"",       ",",      "a,",        "=b", "a=b c", "a in b", "a in (b", "a in (b$)", "a ! b",
        "-a",     "a-",     "x/y/z=1",   "/a", "a/",    "a=-b",   "a>b",     "a>",        "a within (b)",
        "in (a)", "a=b,,c", "Example/a", "!"})
    EXPECT_FALSE(check_label_selector(text)) << text;
  EXPECT_FALSE(check_label_selector(std::string(64, 'a')));
  EXPECT_FALSE(check_label_selector("a=" + std::string(64, 'a')));
}

TEST(LabelSelector, SaysWhichPartIsWrong) {
  EXPECT_EQ(check_label_selector("a=b,team in web").error().message,
            "'team in web': expected a list in parentheses");
  EXPECT_EQ(check_label_selector("a b").error().message, "'a b': expected one of = == != in notin < >");
}

}  // namespace
}  // namespace headgate::k8swatch
