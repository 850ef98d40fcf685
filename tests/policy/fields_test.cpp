// Fields set by configuration: which may be, and which of several counts.
#include <gtest/gtest.h>

#include <string>

#include "policy/field_rules.h"
#include "policy/fixed_fields.h"
#include "policy/sample_request.h"
#include "policy/set_request_fields.h"

namespace headgate::policy {
namespace {

TEST(FieldRules, TakeTokensAndTextOfOneLine) {
  EXPECT_TRUE(check_field("X-Frame-Options", "DENY"));
  EXPECT_TRUE(check_field("content-security-policy", "default-src 'self'; img-src *\t\"x\""));
  EXPECT_TRUE(check_field("X-Empty", ""));
}

TEST(FieldRules, RefuseWhatCouldChangeTheMessage) {
  for (const char* name : {"", "X A", "X:A", "X\r\nEvil", "Content-Length", "transfer-encoding", "Connection",
                           "Upgrade", "TE", "Trailer", "Keep-Alive", "Proxy-Connection", "Expect"})
    EXPECT_FALSE(check_field(name, "1")) << name;
  for (const std::string& value : {std::string("a\r\nEvil: 1"), std::string("a\n"), std::string("a\0b", 3),
                                   std::string("\x7f"), std::string(kMostFieldValue + 1, 'x')})
    EXPECT_FALSE(check_field("X-A", value));
  EXPECT_FALSE(check_field(std::string(kMostFieldName + 1, 'x'), "1"));
}

TEST(FixedFields, CountInPlaceOfWhatWasAskedForBefore) {
  const SampleRequest request;
  AnswerFields answer;
  answer.set("X-A", "cors");
  answer.add("Set-Cookie", "s=1");
  FixedFields({{"x-a", "mine"}, {"X-B", "2"}}).apply(request.view, answer);
  EXPECT_EQ(answer.lines(), "Set-Cookie: s=1\r\nx-a: mine\r\nX-B: 2\r\n");
}

TEST(FixedFields, FillInWhatNobodyAskedFor) {
  AnswerFields answer;
  answer.set("X-A", "special");
  FixedFields({{"x-a", "usual"}, {"X-B", "usual"}}).fill_in(answer);
  EXPECT_EQ(answer.lines(), "X-A: special\r\nX-B: usual\r\n");
}

TEST(RequestEdit, TakesHyphensAndUnderscoresForOne) {
  SampleRequest request;
  request.field("X_User", "root").field("x-uSER", "root").field("XxUser", "mine").field("X-User-Id", "mine");
  RequestEdit edit{request.fields()};
  edit.set("X-User", "alice");
  EXPECT_EQ(edit.lines, "X-User: alice\r\n");
  const http::Field* const fields = request.fields().begin();
  EXPECT_TRUE(fields[0].drop);
  EXPECT_TRUE(fields[1].drop);
  EXPECT_FALSE(fields[2].drop);
  EXPECT_FALSE(fields[3].drop);
  edit.drop("x_user_id");
  EXPECT_TRUE(fields[3].drop);
}

TEST(SetRequestFields, ReplaceTheClientsAndOurs) {
  SampleRequest request;
  request.field("X-Client", "evil").field("X-Gone", "1");
  RequestEdit edit{request.fields()};
  SetRequestFields step;
  step.fields = {{"x-client", *Template::parse("from $host")},
                 {"X-Forwarded-Proto", Template::literal("https")},
                 {"X-Gone", Template::literal("")},
                 {"Host", *Template::parse("pods.example")}};
  step.apply(request.view, edit);
  EXPECT_EQ(edit.lines, "x-client: from x.test\r\nX-Forwarded-Proto: https\r\n");
  EXPECT_EQ(edit.host, "pods.example");
  EXPECT_TRUE(edit.written.contains(http::FieldId::x_forwarded_proto));
  EXPECT_FALSE(edit.written.contains(http::FieldId::x_real_ip));
  EXPECT_TRUE(request.fields().begin()[0].drop);
  EXPECT_TRUE(request.fields().begin()[1].drop) << "an empty value: no such field";
}

TEST(SetRequestFields, LeaveOutAValueThatWouldBreakTheMessage) {
  SampleRequest request;
  request.field("X-In", "a\r\nEvil: 1");  // as no parser lets it in
  RequestEdit edit{request.fields()};
  SetRequestFields step;
  step.fields = {{"X-Out", *Template::parse("$http_x_in")}};
  step.apply(request.view, edit);
  EXPECT_EQ(edit.lines, "");
}

}  // namespace
}  // namespace headgate::policy
