#include "policy/basic_auth.h"

#include <gtest/gtest.h>

#include "base/base64.h"
#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

BasicAuth auth() {
  PasswordList list;
  EXPECT_TRUE(list.add("ann", "{PLAIN}a:b"));
  return {std::make_shared<const PasswordList>(std::move(list)), "the office", "Secret default/users",
          "default"};
}

std::string asked(std::string_view authorization) {
  const auto question = auth().question_of(SampleRequest().field("Authorization", authorization).view);
  return question ? question->user + "/" + question->password : "nothing";
}

TEST(BasicAuth, AsksForThePasswordOfAKnownUser) {
  EXPECT_EQ(asked("Basic YW5uOmE6Yg=="), "ann/a:b") << "only the first ':' parts them";
  EXPECT_EQ(asked("bAsIc YW5uOmE6Yg"), "ann/a:b");
  EXPECT_EQ(asked("Basic   YW5uOg=="), "ann/");
}

TEST(BasicAuth, AsksNothingAboutAnythingElse) {
  for (const char* value : {"", "Basic", "Basic ", "Basic !!!!", "Bearer YW5uOmE6Yg==", "Basic YW5u",
                            "Basic Ym9iOng=", "Basic A", "YW5uOmE6Yg=="})
    EXPECT_EQ(asked(value), "nothing") << value;
  EXPECT_FALSE(auth().question_of(SampleRequest().view));
  EXPECT_FALSE(auth().question_of(SampleRequest()
                                      .field("Authorization", "Basic YW5uOmE6Yg==")
                                      .field("authorization", "Basic YW5uOmE6Yg==")
                                      .view))
      << "two fields say two things";
}

TEST(BasicAuth, ChallengesWithTheRealm) {
  const Denial denial = auth().challenge();
  EXPECT_EQ(denial.status, 401);
  EXPECT_EQ(denial.extra_fields, "WWW-Authenticate: Basic realm=\"the office\"\r\n");
}

TEST(WithheldCredentials, KeepsThePasswordFromThePod) {
  SampleRequest request;
  request.field("Authorization", "Basic x").field("X-Other", "1");
  RequestEdit edit{request.fields()};
  WithheldCredentials().apply(request.view, edit);
  EXPECT_TRUE(request.fields().begin()[0].drop);
  EXPECT_FALSE(request.fields().begin()[1].drop);
}

TEST(Base64Text, TakesTheAlphabetAndNothingElse) {
  EXPECT_EQ(decode_base64_without_padding("aGk="), "hi");
  EXPECT_EQ(decode_base64_without_padding("aGk"), "hi");
  EXPECT_EQ(decode_base64_without_padding("//++"), "\xff\xff\xbe");
  EXPECT_EQ(decode_base64_without_padding(""), "");
  for (const char* bad : {"a", "aGk=x", "a Gk", "aGk\n", "aGk===", "-_-_"})
    EXPECT_FALSE(decode_base64_without_padding(bad)) << bad;
}

}  // namespace
}  // namespace headgate::policy
