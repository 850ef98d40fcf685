// Redirects and cookies of pods, said otherwise.
#include "policy/rewrite_answer.h"

#include <gtest/gtest.h>

namespace headgate::policy {
namespace {

TEST(RewriteRedirects, ReplacesHowTheLocationBegins) {
  const RewriteRedirects step{"http://pod:8080/", "https://shop.example/app/"};
  EXPECT_EQ(step.location("http://pod:8080/x?y=1"), "https://shop.example/app/x?y=1");
  EXPECT_EQ(step.location("http://pod:8080"), std::nullopt);
  EXPECT_EQ(step.location("https://pod:8080/x"), std::nullopt);
  EXPECT_EQ(step.location(" http://pod:8080/x"), std::nullopt) << "the beginning only";
}

TEST(RewriteRedirects, ReplacesTheUrlOfRefresh) {
  const RewriteRedirects step{"/old", "/new"};
  EXPECT_EQ(step.refresh("5; URL=/old/x"), "5; URL=/new/x");
  EXPECT_EQ(step.refresh("5"), std::nullopt);
  EXPECT_EQ(step.refresh("5; url=/other"), std::nullopt);
}

TEST(RewriteCookies, ReplacesTheDomainWithoutRegardToCaseAndDot) {
  const RewriteCookies step{"pod.internal", "shop.example", "", ""};
  EXPECT_EQ(step.cookie("a=1; Domain=.Pod.Internal; Path=/"), "a=1; Domain=shop.example; Path=/");
  EXPECT_EQ(step.cookie("a=1; domain=pod.internal"), "a=1; domain=shop.example");
  EXPECT_EQ(step.cookie("a=1; Domain=x.pod.internal"), std::nullopt) << "the whole domain";
  EXPECT_EQ(step.cookie("domain=pod.internal"), std::nullopt) << "that is the cookie itself";
}

TEST(RewriteCookies, ReplacesHowThePathBegins) {
  const RewriteCookies step{"", "", "/app", "/"};
  EXPECT_EQ(step.cookie("a=1; Path=/app; HttpOnly"), "a=1; Path=/; HttpOnly");
  EXPECT_EQ(step.cookie("a=1; path=/app/x"), "a=1; path=//x");
  EXPECT_EQ(step.cookie("a=1; Path=/other"), std::nullopt);
  EXPECT_EQ(step.cookie("path=/app"), std::nullopt);
}

TEST(RewriteCookies, ReplacesBothAtOnce) {
  const RewriteCookies step{"a.b", "c.d", "/x", "/y"};
  EXPECT_EQ(step.cookie("n=v; Path=/x; Domain=a.b; Secure"), "n=v; Path=/y; Domain=c.d; Secure");
}

TEST(RewriteAnswer, PutsTheNewFieldInPlaceOfTheOld) {
  http::ResponseHead head;
  const auto add = [&head](std::string_view name, std::string_view value) {
    http::Field& field = head.fields.add();
    field.name = name;
    field.value = value;
    field.id = http::field_id_of(name);
  };
  add("Location", "/old/1");
  add("Set-Cookie", "a=1; Path=/old");
  add("Set-Cookie", "b=2; Path=/");
  AnswerFields answer;
  RewriteRedirects{"/old", "/new"}.apply(head, answer);
  RewriteCookies{"", "", "/old", "/new"}.apply(head, answer);
  EXPECT_EQ(answer.lines(), "Location: /new/1\r\nSet-Cookie: a=1; Path=/new\r\n");
  EXPECT_TRUE(head.fields.begin()[0].drop);
  EXPECT_TRUE(head.fields.begin()[1].drop);
  EXPECT_FALSE(head.fields.begin()[2].drop);
  EXPECT_TRUE(answer.replaced().empty()) << "the other cookie stays";
}

}  // namespace
}  // namespace headgate::policy
