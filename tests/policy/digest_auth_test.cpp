// RFC 7616 as far as we speak it: what is read, whom it lets in, and how often.
#include "policy/digest_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/digest.h"
#include "policy/auth_params.h"
#include "policy/digest_user.h"
#include "policy/sample_request.h"

namespace headgate::policy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AuthParams, TokensAndQuotedStrings) {
  const auto params = AuthParams::parse("  a=1 , B = \"x, \\\"y\\\\\" ,, c=\"\" ");
  ASSERT_TRUE(params);
  EXPECT_EQ(*params->find("A"), "1");
  EXPECT_EQ(*params->find("b"), "x, \"y\\");
  EXPECT_EQ(*params->find("c"), "");
  EXPECT_EQ(params->find("d"), nullptr);
  EXPECT_TRUE(AuthParams::parse(""));
}

TEST(AuthParams, WhatTwoMayReadInTwoWaysIsRefused) {
  std::string many;
  for (std::size_t i = 0; i <= AuthParams::kMost; ++i) many += "p" + std::to_string(i) + "=1,";
  for (const std::string& text :
       {std::string("a=1, A=2"), std::string("a"), std::string("a="), std::string("=1"), std::string("a=\"1"),
        std::string("a=\"1\\"), std::string("a=1 b=2"), std::string("a=\"1\"2"), std::string("a=1;b=2"),
        std::string("dGVzdA=="), many})
    EXPECT_FALSE(AuthParams::parse(text)) << text;
}

TEST(DigestUser, IsWhomTheCredentialsName) {
  const auto user = [](const std::string& credentials) {
    std::string room(credentials.size(), '\0');
    return std::string(digest_user(credentials, room.data()));
  };
  EXPECT_EQ(user("Digest username=\"ann\", realm=\"here\""), "ann");
  EXPECT_EQ(user("dIGEST realm=x,  UserName = \"a\\\"n\\\\n\" "), "a\"n\\n");
  EXPECT_EQ(user("Digest username=bob, userhash=false"), "bob");
  EXPECT_EQ(user("Digest username=\"488869477bf257147b804c45308cd62a\", userhash=TRUE"), "");
  EXPECT_EQ(user("Digest username*=UTF-8''J%C3%A4s"), "");
  EXPECT_EQ(user("Digest username=\"ann\", username=\"bob\""), "") << "two may read it in two ways";
  EXPECT_EQ(user("Digest "), "");
  EXPECT_EQ(user("Digest"), "");
  EXPECT_EQ(user("Basic YW5uOng="), "");
  EXPECT_EQ(user("Bearer username=\"ann\""), "");
}

TEST(DigestUsers, LinesOfOneRealm) {
  std::vector<Error> errors;
  const std::string md5_hash(32, 'A'), sha_hash(64, 'b');
  const DigestUsers users =
      DigestUsers::parse_file("# people\nann:here:" + md5_hash + "\r\nbob:there:" + md5_hash +
                                  "\n\ncid:here:short\neve\n:here:" + md5_hash + "\ndan:here:" + md5_hash +
                                  "\ndan:here:" + sha_hash + "\nann:here:" + std::string(32, 'c'),
                              "here", errors);
  EXPECT_EQ(users.size(), 2u);
  ASSERT_NE(users.find("ann"), nullptr);
  EXPECT_EQ(users.find("ann")->hash, std::string(32, 'a')) << "the first counts";
  ASSERT_NE(users.find("dan"), nullptr);
  EXPECT_EQ(users.find("dan")->algorithm, DigestAlgorithm::sha256) << "the better one counts";
  EXPECT_EQ(users.find("bob"), nullptr) << "of another realm";
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].message, "line 5 does not end with the 32 or 64 hexadecimal digits of a hash");
  EXPECT_EQ(errors[1].message, "line 6 is not 'name:realm:hash'");
  EXPECT_EQ(errors[2].message, "line 7 names nobody");
}

TEST(DigestUsers, ARealmMayHaveAColon) {
  DigestUsers users;
  EXPECT_TRUE(users.add("ann", "a:b:" + std::string(32, '1'), "a:b"));
  EXPECT_NE(users.find("ann"), nullptr);
}

class DigestNoncesTest : public ::testing::Test {
 protected:
  DigestNonces nonces;
  const TimePoint t0 = TimePoint() + 1h;
};

TEST_F(DigestNoncesTest, EachCountOnceForAWhile) {
  const std::string nonce = nonces.make(t0);
  EXPECT_EQ(nonces.use(nonce, 2, t0 + 59s), DigestNonces::Use::good);
  EXPECT_EQ(nonces.use(nonce, 1, t0 + 60s), DigestNonces::Use::good) << "in any order";
  EXPECT_EQ(nonces.use(nonce, 2, t0 + 60s), DigestNonces::Use::stale) << "a replay";
  EXPECT_EQ(nonces.use(nonce, 20, t0 + 68s), DigestNonces::Use::good);
  EXPECT_EQ(nonces.use(nonce, 21, t0 + 68s), DigestNonces::Use::stale);
  EXPECT_EQ(nonces.use(nonce, 0, t0 + 68s), DigestNonces::Use::stale);
  EXPECT_EQ(nonces.use(nonce, 3, t0 + 69s), DigestNonces::Use::stale) << "10 s after the first";
  EXPECT_EQ(nonces.use(nonce, 2, t0 + 200s), DigestNonces::Use::stale) << "forgotten, and too old";
}

TEST_F(DigestNoncesTest, OnlyOursAndOnlyNewOnes) {
  const std::string nonce = nonces.make(t0);
  EXPECT_EQ(nonce.size(), 64u);
  EXPECT_NE(nonces.make(t0), nonce);
  EXPECT_EQ(nonces.use(nonce, 1, t0 + 60s), DigestNonces::Use::stale);
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    std::string other = nonce;
    other[i] = other[i] == '0' ? '1' : '0';
    EXPECT_EQ(nonces.use(other, 1, t0), DigestNonces::Use::stale) << i;
  }
  EXPECT_EQ(nonces.use("", 1, t0), DigestNonces::Use::stale);
  EXPECT_EQ(DigestNonces().use(nonce, 1, t0), DigestNonces::Use::stale) << "of another Ingress or process";
  EXPECT_EQ(nonces.use(nonce, 1, t0), DigestNonces::Use::good);
}

TEST_F(DigestNoncesTest, RemembersSoManyAndThenLetsNobodyIn) {
  for (std::size_t i = 0; i < DigestNonces::kMostNonces; ++i)
    ASSERT_EQ(nonces.use(nonces.make(t0), 1, t0), DigestNonces::Use::good);
  EXPECT_EQ(nonces.use(nonces.make(t0), 1, t0), DigestNonces::Use::full);
  const TimePoint later = t0 + DigestNonces::kLogin + DigestNonces::kReuse;
  EXPECT_EQ(nonces.use(nonces.make(later), 1, later), DigestNonces::Use::good);
}

std::string h(bool sha, const std::string& text) {
  return sha ? hex_text(sha256(text)) : hex_text(md5(text));
}

class DigestAuthTest : public ::testing::Test {
 protected:
  // ann by MD5, dan by SHA-256; both "secret".
  DigestAuthTest() {
    DigestUsers users;
    EXPECT_TRUE(users.add("ann", "here:" + h(false, "ann:here:secret"), "here"));
    EXPECT_TRUE(users.add("dan", "here:" + h(true, "dan:here:secret"), "here"));
    auth = {std::make_shared<const DigestUsers>(std::move(users)), std::make_shared<DigestNonces>(), "here",
            "Secret default/users"};
    nonce = auth.nonces->make(TimePoint());
  }
  // The field of a client that has that password; `changed`: what it says else.
  std::string field(const std::string& user, std::map<std::string, std::string> changed = {},
                    const std::string& password = "secret") const {
    const bool sha = user == "dan";
    const auto value = [&](const std::string& name, const std::string& usual) {
      const auto at = changed.find(name);
      return at == changed.end() ? usual : at->second;
    };
    const std::string uri = value("uri", "/"), nc = value("nc", "00000001"), used = value("nonce", nonce);
    const std::string response = h(
        sha, h(sha, user + ":here:" + password) + ":" + used + ":" + nc + ":cn:auth:" + h(sha, "GET:" + uri));
    return "Digest username=\"" + user + "\", realm=\"" + value("realm", "here") + "\", nonce=\"" + used +
           "\", uri=\"" + uri + "\", algorithm=" + value("algorithm", sha ? "SHA-256" : "MD5") +
           ", response=\"" + value("response", response) + "\", qop=" + value("qop", "auth") + ", nc=" + nc +
           ", cnonce=\"cn\"" + value("more", "");
  }
  // "passed", or the status and the challenge.
  [[nodiscard]] std::string judge(const std::string& authorization) const {
    const auto denial = auth.judge(SampleRequest().field("Authorization", authorization).view);
    return denial ? std::to_string(denial->status) + " " + denial->extra_fields : "passed";
  }

  DigestAuth auth;
  std::string nonce;
};

TEST_F(DigestAuthTest, LetsInWhoKnowsThePassword) {
  EXPECT_EQ(judge(field("ann")), "passed");
  EXPECT_EQ(judge(field("dan", {{"nc", "00000002"}})), "passed");
  EXPECT_THAT(judge(field("ann")), HasSubstr("stale=true")) << "a replay";
  EXPECT_EQ(judge(field("ann", {{"nc", "00000003"}})), "passed");
}

TEST_F(DigestAuthTest, AsksAllOthersAgain) {
  using Case = std::map<std::string, std::string>;
  for (const Case& each :
       {Case{{"realm", "there"}}, Case{{"uri", "/other"}}, Case{{"response", std::string(32, '0')}},
        Case{{"response", ""}}, Case{{"qop", "auth-int"}}, Case{{"qop", "x"}}, Case{{"nc", "1"}},
        Case{{"nc", "0000000g"}}, Case{{"algorithm", "MD5-sess"}}, Case{{"algorithm", "SHA-256"}},
        Case{{"more", ", nc=00000002"}}, Case{{"more", ", userhash=true"}}, Case{{"more", ", x"}}}) {
    const std::string answer = judge(field("ann", each));
    EXPECT_THAT(answer, HasSubstr("401 ")) << each.begin()->second;
    EXPECT_THAT(answer, Not(HasSubstr("stale"))) << each.begin()->second;
  }
  EXPECT_THAT(judge(field("ann", {}, "Secret")), HasSubstr("401 "));
  EXPECT_THAT(judge(field("eve")), HasSubstr("401 "));
  for (const char* other : {"", "Digest", "Digest ", "Basic YW5uOnNlY3JldA==", "Digest a=\"", "Bearer x"})
    EXPECT_THAT(judge(other), HasSubstr("401 ")) << other;
  EXPECT_EQ(judge(field("ann")), "passed") << "none of these has used up anything";
}

TEST_F(DigestAuthTest, AUserOfTheBetterAlgorithmHasNoOther) {
  std::string text = field("ann");
  text.replace(text.find("ann"), 3, "dan");
  EXPECT_THAT(judge(text), HasSubstr("401 "));
  EXPECT_THAT(judge(field("dan", {{"algorithm", "MD5"}})), HasSubstr("401 "));
}

TEST_F(DigestAuthTest, TwoFieldsAreNone) {
  const std::string text = field("ann");
  SampleRequest request;
  request.field("Authorization", text).field("authorization", text);
  EXPECT_TRUE(auth.judge(request.view));
}

TEST_F(DigestAuthTest, AStaleNonceIsToldOnlyToWhoKnowsThePassword) {
  const std::string old = DigestNonces().make(TimePoint());
  EXPECT_THAT(judge(field("ann", {{"nonce", old}})), HasSubstr("stale=true"));
  EXPECT_THAT(judge(field("ann", {{"nonce", old}}, "guess")), Not(HasSubstr("stale")));
}

TEST_F(DigestAuthTest, OffersTheBetterAlgorithmFirst) {
  const std::string answer = judge("");
  const std::size_t sha = answer.find("algorithm=SHA-256"), md = answer.find("algorithm=MD5");
  EXPECT_LT(sha, md);
  EXPECT_NE(md, std::string::npos);
  DigestUsers users;
  ASSERT_TRUE(users.add("ann", "here:" + std::string(32, '0'), "here"));
  auth.users = std::make_shared<const DigestUsers>(std::move(users));
  EXPECT_THAT(judge(""),
              ::testing::StartsWith(
                  "401 WWW-Authenticate: Digest realm=\"here\", qop=\"auth\", algorithm=MD5, nonce=\""));
  EXPECT_THAT(judge(""), Not(HasSubstr("SHA-256")));
}

// RFC 7616 §3.9.1.
TEST(Digest, TheExampleOfTheRfc) {
  EXPECT_EQ(h(false, "Mufasa:http-auth@example.org:Circle of Life"), "3d78807defe7de2157e2b0b6573a855f");
  EXPECT_EQ(hex_text(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231 §4.3
}

}  // namespace
}  // namespace headgate::policy
