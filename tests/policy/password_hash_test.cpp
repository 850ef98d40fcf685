#include "policy/password_hash.h"

#include <gtest/gtest.h>

#include "policy/password_list.h"

namespace headgate::policy {
namespace {

// Of "secret", made by openssl passwd and by libxcrypt.
constexpr std::string_view kForms[] = {
    "$apr1$r31abcde$SZEN.U5sWGGNcv9YsUrqI.",
    "$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1",
    "$5$saltstring$C3o4O1TC6aRHF4FI.QSZMXtHbaj2gSXr4sUc/3NcUi.",
    "$6$saltstring$AIsRs/Ee56G/tC8MEHhvReZTfx8u3rXXMl6eYrjCG9ibix19DxoMBLogdTET5Ukw9Sf7eZTITsuk0Ry5qulYz.",
    "$6$rounds=1000$saltstring$2BkAo106CG84raQcWpAlhyy6TSSkAsL1nfvBCoezLYyerUzY2l8axTvq6NynEt7SQAx3/"
    "cdop9ds0po8uaeHq0",
    "$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a",
    "abNANd1rDfiNc",
    "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=",
    "{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0",
    "{PLAIN}secret",
};

TEST(PasswordHash, EachFormLetsItsPasswordInAndNoOther) {
  for (const std::string_view form : kForms) {
    const auto hash = PasswordHash::parse(form);
    ASSERT_TRUE(hash) << form << ": " << hash.error().message;
    EXPECT_TRUE(hash->matches("secret")) << form;
    EXPECT_FALSE(hash->matches("Secret")) << form;
    EXPECT_FALSE(hash->matches("secrets")) << form;
    EXPECT_FALSE(hash->matches("")) << form;
    EXPECT_FALSE(hash->matches(form)) << form;
    EXPECT_FALSE(hash->matches(std::string_view("secret\0x", 8))) << form << ": C stops at the NUL";
  }
}

TEST(PasswordHash, Apr1TakesPasswordsLongerThanADigest) {
  const auto hash = PasswordHash::parse("$apr1$xy$lZKrz6QaGf7V.tBDwX4pR/");
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->matches("a much longer passphrase, over sixteen bytes"));
  EXPECT_FALSE(hash->matches("a much longer passphrase, over sixteen byteS"));
}

TEST(PasswordHash, RefusesWhatWouldHoldUpAThreadForSeconds) {
  EXPECT_TRUE(PasswordHash::parse("$2y$12$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"));
  const auto costly = PasswordHash::parse("$2y$13$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a");
  ASSERT_FALSE(costly);
  EXPECT_EQ(costly.error().message, "has a cost above 12");
  EXPECT_FALSE(PasswordHash::parse("$2y$31$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a"));
  EXPECT_TRUE(PasswordHash::parse("$6$rounds=100000$salt$x"));
  EXPECT_TRUE(PasswordHash::parse("$5$rounds=100000$salt$x"));
  const auto many = PasswordHash::parse("$6$rounds=100001$salt$x");
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().message, "has more than 100000 rounds");
  EXPECT_FALSE(PasswordHash::parse("$5$rounds=100001$salt$x"));
  EXPECT_FALSE(PasswordHash::parse("$5$rounds=999999999$salt$x"));
  EXPECT_FALSE(PasswordHash::parse("$5$rounds=99999999999999999999$salt$x"));
}

TEST(PasswordHash, RefusesOtherForms) {
  for (const char* text : {"", "secret", "$2y$05$short", "$y$j9T$salt$hash", "{SHA}", "{SHA}!!!!", "{SSHA}aa",
                           "{MD5}x", "*", "!", "x", "abNANd1rDfiN", "abNANd1rDfiNcc", "ab:NANd1rDfiN"})
    EXPECT_FALSE(PasswordHash::parse(text)) << text;
  const auto refused = PasswordHash::parse("hunter2");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("hunter2"), std::string::npos) << "it may be a password";
}

TEST(PasswordHash, AHashThatCryptCannotFollowMatchesNothing) {
  for (const char* text : {"$6$", "$1$", "$5$rounds=1$x$y"}) {
    const auto hash = PasswordHash::parse(text);
    ASSERT_TRUE(hash) << text;
    EXPECT_FALSE(hash->matches("")) << text;
    EXPECT_FALSE(hash->matches("secret")) << text;
  }
}

TEST(PasswordList, ReadsTheLinesOfAFile) {
  std::vector<Error> errors;
  const PasswordList list = PasswordList::parse_file(
      "# users\n\nann:{PLAIN}1\r\nbob:{PLAIN}2:a "
      "comment\nnobody\nann:{PLAIN}3\n:{PLAIN}4\neve:hunter2\nlast:{PLAIN}5",
      errors);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_TRUE(list.find("ann")->matches("1")) << "the first line of a name counts";
  EXPECT_TRUE(list.find("bob")->matches("2"));
  EXPECT_TRUE(list.find("last")->matches("5"));
  EXPECT_EQ(list.find("eve"), nullptr);
  EXPECT_EQ(list.find(""), nullptr);
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].message.substr(0, 6), "line 5");
  EXPECT_EQ(errors[1].message.substr(0, 6), "line 7");
  EXPECT_EQ(errors[2].message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace headgate::policy
