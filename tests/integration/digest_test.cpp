// auth-type: digest as clients and pods see it: the real binary, a client that answers challenges.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "integration/annotated_pod.h"
#include "support/h2_client.h"
#include "support/metrics.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// Of "ann" and "secret" in the realm "the office".
std::string key_md5() { return hex_text(md5("ann:the office:secret")); }
std::string key_sha256() { return hex_text(sha256("ann:the office:secret")); }

std::string secret(std::string_view key, std::string_view text) {
  return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: users}\nstringData: {\"" + std::string(key) +
         "\": \"" + std::string(text) + "\"}\n";
}

std::string value_of(std::string_view field, std::string_view name) {
  const std::size_t at = field.find(std::string(name) + "=\"");
  if (at == std::string_view::npos) return {};
  const std::string_view rest = field.substr(at + name.size() + 2);
  return std::string(rest.substr(0, rest.find('"')));
}

std::string challenge_of(const HttpResponse& response) {
  return response.field("WWW-Authenticate").value_or("");
}

class Digest : public AnnotatedPod {
 protected:
  void begin(const std::string& file, const FieldList& more = {}, unsigned workers = 1) {
    folder.write("secret.yaml", secret("auth", file));
    FieldList annotations{{"auth-type", "digest"}, {"auth-secret", "users"}, {"auth-realm", "the office"}};
    annotations.insert(annotations.end(), more.begin(), more.end());
    start_annotated(annotations, {}, "", workers);
  }
  [[nodiscard]] std::string challenge() const { return challenge_of(ask_y()); }
  // What ann answers to it, as a value of Authorization.
  static std::string answer_to(const std::string& nonce, std::string_view uri, int count,
                               std::string_view method = "GET", bool better = false,
                               const std::string& password = "secret") {
    const auto h = [better](const std::string& text) {
      return better ? hex_text(sha256(text)) : hex_text(md5(text));
    };
    const std::string nc = "0000000" + std::to_string(count);
    const std::string response = h(h("ann:the office:" + password) + ":" + nonce + ":" + nc +
                                   ":cn:auth:" + h(std::string(method) + ":" + std::string(uri)));
    return "Digest username=\"ann\", realm=\"the office\", nonce=\"" + nonce + "\", uri=\"" +
           std::string(uri) + "\", algorithm=" + (better ? "SHA-256" : "MD5") + ", response=\"" + response +
           "\", qop=auth, nc=" + nc + ", cnonce=\"cn\"";
  }
  [[nodiscard]] HttpResponse send(const std::string& authorization, std::string_view path = "/",
                                  std::string_view method = "GET") const {
    return ask_y("Authorization: " + authorization + "\r\n", method, path);
  }
  std::string line_md5 = "ann:the office:" + key_md5();
  std::string line_sha256 = "ann:the office:" + key_sha256();
};

TEST_F(Digest, ChallengesAndLetsInWhoKnowsThePassword) {
  begin(line_md5);
  const HttpResponse first = ask_y();
  EXPECT_EQ(first.status, 401);
  EXPECT_THAT(challenge_of(first),
              StartsWith("Digest realm=\"the office\", qop=\"auth\", algorithm=MD5, nonce=\""));
  const std::string nonce = value_of(challenge_of(first), "nonce");
  EXPECT_EQ(pod.request_count(), 0u);
  EXPECT_EQ(send(answer_to(nonce, "/", 1)).status, 200);
  EXPECT_FALSE(pod.last_request().has("Authorization")) << "it is for us";
  EXPECT_EQ(send(answer_to(nonce, "/a?b=%20c", 2), "/a?b=%20c").status, 200);
  EXPECT_EQ(send(answer_to(nonce, "/post", 3, "POST"), "/post", "POST").status, 200);
  EXPECT_EQ(pod.request_count(), 3u);
}

TEST_F(Digest, AReplayIsStaleAndEverythingElseBeginsAnew) {
  begin(line_md5);
  const std::string nonce = value_of(challenge(), "nonce");
  ASSERT_EQ(send(answer_to(nonce, "/", 1)).status, 200);
  const HttpResponse again = send(answer_to(nonce, "/", 1));
  EXPECT_EQ(again.status, 401);
  EXPECT_THAT(challenge_of(again), HasSubstr(", stale=true"));
  const std::string newer = value_of(challenge_of(again), "nonce");
  EXPECT_EQ(send(answer_to(newer, "/", 1)).status, 200);
  for (const std::string& bad :
       {answer_to(newer, "/", 2, "GET", false, "guess"), answer_to(newer, "/other", 2),
        answer_to(newer, "/", 2, "POST"), answer_to(newer, "/", 2) + ", nc=00000003",
        std::string("Digest username=\"ann"), std::string("Digest ,,,=")}) {
    const HttpResponse response = send(bad);
    EXPECT_EQ(response.status, 401) << bad;
    EXPECT_THAT(challenge_of(response), Not(HasSubstr("stale"))) << bad;
  }
  EXPECT_EQ(pod.request_count(), 2u);
}

TEST_F(Digest, OneCountIsOnceInAllWorkers) {
  begin(line_md5, {}, 4);
  const std::string nonce = value_of(challenge(), "nonce");
  int passed = 0;
  for (int i = 0; i < 16; ++i) passed += send(answer_to(nonce, "/", 1)).status == 200 ? 1 : 0;
  EXPECT_EQ(passed, 1);
}

TEST_F(Digest, Sha256WhereTheSecretHasIt) {
  begin(line_md5 + "\\n" + line_sha256 + "\\nbob:the office:" + key_md5());
  const HttpResponse first = ask_y();
  EXPECT_EQ(first.count("WWW-Authenticate"), 2u);
  EXPECT_THAT(challenge_of(first), HasSubstr("algorithm=SHA-256"));
  const std::string nonce = value_of(challenge_of(first), "nonce");
  EXPECT_EQ(send(answer_to(nonce, "/", 1)).status, 401) << "no way back to MD5 for whom there is better";
  EXPECT_EQ(send(answer_to(nonce, "/", 2, "GET", true)).status, 200);
}

TEST_F(Digest, OverHttp2) {
  begin(line_md5);
  RawClient socket(headgate->http_port());
  H2Client h2(socket);
  const H2Response first = h2.get("y.test", "/h2?q");
  EXPECT_EQ(first.status, 401);
  const std::string nonce = value_of(first.field("www-authenticate").value_or(""), "nonce");
  EXPECT_EQ(h2.get("y.test", "/h2?q", {{"authorization", answer_to(nonce, "/h2?q", 1)}}).status, 200);
  EXPECT_EQ(h2.get("y.test", "/h2?q", {{"authorization", answer_to(nonce, "/h2?q", 1)}}).status, 401);
}

TEST_F(Digest, AMapOfUsers) {
  folder.write("secret.yaml", secret("ann", "the office:" + key_md5()));
  start_annotated({{"auth-type", "digest"},
                   {"auth-secret", "users"},
                   {"auth-secret-type", "auth-map"},
                   {"auth-realm", "the office"}});
  EXPECT_EQ(send(answer_to(value_of(challenge(), "nonce"), "/", 1)).status, 200);
}

TEST_F(Digest, ASecretThatChangesAndOneThatIsMissing) {
  begin("ann:another realm:" + key_md5());
  EXPECT_TRUE(wait_for_finding("names nobody of the realm 'the office'"));
  EXPECT_EQ(send(answer_to(value_of(challenge(), "nonce"), "/", 1)).status, 401);
  folder.write("secret.yaml", secret("auth", line_md5));
  EXPECT_TRUE(
      eventually([&] { return send(answer_to(value_of(challenge(), "nonce"), "/", 1)).status == 200; }));
  folder.write("secret.yaml", secret("auth", "ann:secret"));
  EXPECT_TRUE(wait_for_finding("line 1 does not end with the 32 or 64 hexadecimal digits of a hash") ||
              wait_for_finding("line 1 is not 'name:realm:hash'"));
  folder.remove("secret.yaml");
  EXPECT_TRUE(eventually([&] { return ask_y().status == 503; }));
}

TEST_F(Digest, SatisfyAnyPassesWhoIsOnTheAllowList) {
  begin(line_md5, {{"satisfy", "any"}, {"whitelist-source-range", "127.0.0.0/8"}});
  EXPECT_EQ(ask_y().status, 200);
}

TEST_F(Digest, SatisfyAnyAsksForADigestWhereTheAllowListDoesNotDo) {
  begin(line_md5, {{"satisfy", "any"}, {"whitelist-source-range", "10.0.0.0/8"}});
  EXPECT_EQ(ask_y().status, 401);
  EXPECT_EQ(send(answer_to(value_of(challenge(), "nonce"), "/", 1)).status, 200);
}

}  // namespace
}  // namespace headgate::test_support
