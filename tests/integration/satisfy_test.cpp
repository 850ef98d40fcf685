// satisfy: one or all of allow list, password and auth service, as clients and the service see it.
#include <gtest/gtest.h>

#include "integration/auth_service.h"

namespace headgate::test_support {
namespace {

class Satisfy : public ExternalAuth {};

TEST_F(Satisfy, SatisfyAnyAsksNobodyAboutWhoIsOnTheAllowList) {
  start_auth(
      {{"satisfy", "any"}, {"allowlist-source-range", "127.0.0.0/8"}, {"auth-response-headers", "X-User"}});
  answer(401);
  EXPECT_EQ(get("/", "X-User: admin\r\n").status, 200);
  EXPECT_EQ(auth.request_count(), 0u);
  EXPECT_FALSE(pod.last_request().has("X-User")) << "what the service would say is not the client's to say";
}

TEST_F(Satisfy, SatisfyAnyLetsTheServiceDecideAboutOthers) {
  start_auth({{"satisfy", "any"}, {"allowlist-source-range", "10.0.0.0/8"}});
  answer(204);
  EXPECT_EQ(get().status, 200);
  answer(401, "WWW-Authenticate: Bearer\r\n");
  EXPECT_EQ(get().status, 401) << "rather than the 403 of the list";
  EXPECT_EQ(get().field("WWW-Authenticate"), "Bearer");
  answer(403);
  EXPECT_EQ(get().status, 403);
  answer(500);
  EXPECT_EQ(get().status, 500);
}

TEST_F(Satisfy, SatisfyAnyLeadsToTheSigninLast) {
  start_auth(
      {{"satisfy", "any"}, {"allowlist-source-range", "10.0.0.0/8"}, {"auth-signin", "http://in.test/"}});
  answer(401);
  EXPECT_EQ(get().status, 302);
}

TEST_F(Satisfy, SatisfyAnyDoesNotReachPastTheDenyList) {
  start_auth({{"satisfy", "any"}, {"denylist-source-range", "127.0.0.0/8"}});
  answer(200);
  EXPECT_EQ(get().status, 403);
  EXPECT_EQ(auth.request_count(), 0u);
}

TEST_F(Satisfy, APasswordOrTheService) {
  constexpr std::string_view kRight = "Authorization: Basic YW5uOnNlY3JldA==\r\n";  // ann:secret
  constexpr std::string_view kWrong = "Authorization: Basic YW5uOmd1ZXNz\r\n";      // ann:guess
  folder.write("secret.yaml",
               "---\napiVersion: v1\nkind: Secret\nmetadata: {name: users}\n"
               "stringData: {auth: \"ann:{PLAIN}secret\"}\n");
  FieldList both{{"auth-type", "basic"}, {"auth-secret", "users"}, {"satisfy", "any"}};
  start_auth(both);
  answer(403);
  EXPECT_EQ(get("/", kRight).status, 200);
  EXPECT_EQ(auth.request_count(), 0u) << "the password is enough";
  EXPECT_EQ(get("/", kWrong).status, 401) << "rather than the 403 of the service";
  EXPECT_EQ(auth.request_count(), 1u);
  answer(200);
  EXPECT_EQ(get("/", kWrong).status, 200);
  EXPECT_EQ(get().status, 200);
}

TEST_F(Satisfy, APasswordAndTheService) {
  constexpr std::string_view kRight = "Authorization: Basic YW5uOnNlY3JldA==\r\n";  // ann:secret
  folder.write("secret.yaml",
               "---\napiVersion: v1\nkind: Secret\nmetadata: {name: users}\n"
               "stringData: {auth: \"ann:{PLAIN}secret\"}\n");
  start_auth({{"auth-type", "basic"}, {"auth-secret", "users"}});
  answer(200);
  EXPECT_EQ(get().status, 401);
  EXPECT_EQ(auth.request_count(), 0u) << "nobody is asked about who has no password";
  EXPECT_EQ(get("/", kRight).status, 200);
  answer(403);
  EXPECT_EQ(get("/", kRight).status, 403);
}

}  // namespace
}  // namespace headgate::test_support
