#include "policy/session_affinity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headgate::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::time_t kNow = 1795082400;  // 2026-11-19 10:00:00 UTC

SessionAffinity::Answer answer() {
  SessionAffinity::Answer result;
  result.route_path = "/shop";
  result.now = kNow;
  return result;
}

TEST(SessionAffinity, TheCookieHasItsAttributesInTheOrderOfIngressNginx) {
  SessionAffinity affinity;
  EXPECT_EQ(affinity.set_cookie("k|t", answer()), "INGRESSCOOKIE=k|t; Path=/shop; HttpOnly");
  affinity.cookie = "route";
  affinity.path = "/other";
  affinity.domain = "x.test";
  affinity.same_site = "Lax";
  affinity.expires = 172800;
  affinity.max_age = 259200;
  affinity.always_secure = true;
  EXPECT_EQ(affinity.set_cookie("k|t", answer()),
            "route=k|t; Expires=" + cookie_date(kNow + 172800) +
                "; Max-Age=259200; Domain=x.test; Path=/other; Secure; HttpOnly; SameSite=Lax");
}

TEST(SessionAffinity, IsSecureOverHttpsWhateverIsSaid) {
  SessionAffinity::Answer over_https = answer();
  over_https.https = true;
  EXPECT_THAT(SessionAffinity().set_cookie("k", over_https), HasSubstr("; Secure"));
  EXPECT_THAT(SessionAffinity().set_cookie("k", answer()), Not(HasSubstr("Secure")));
}

TEST(SessionAffinity, LeavesSameSiteNoneOutForBrowsersThatMisreadIt) {
  SessionAffinity affinity;
  affinity.same_site = "None";
  SessionAffinity::Answer old = answer();
  old.user_agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/63.0.3239 Safari/537.36";
  EXPECT_THAT(affinity.set_cookie("k", old), HasSubstr("SameSite=None"));
  affinity.conditional_same_site_none = true;
  EXPECT_THAT(affinity.set_cookie("k", old), Not(HasSubstr("SameSite")));
  EXPECT_THAT(affinity.set_cookie("k", answer()), HasSubstr("SameSite=None"));
  affinity.same_site = "Lax";
  EXPECT_THAT(affinity.set_cookie("k", old), HasSubstr("SameSite=Lax"));
}

TEST(SessionAffinity, KnowsTheBrowsersThatMisreadIt) {
  EXPECT_TRUE(takes_same_site_none(""));
  EXPECT_TRUE(takes_same_site_none("Chrome/120.0"));
  EXPECT_TRUE(takes_same_site_none("Chrome/600.1"));
  EXPECT_FALSE(takes_same_site_none("Chrome/51.0"));
  EXPECT_FALSE(takes_same_site_none("Mozilla/5.0 (iPhone; CPU iPhone OS 12_0 like Mac OS X)"));
  EXPECT_FALSE(
      takes_same_site_none("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) Version/12.1 Safari/605"));
  EXPECT_TRUE(
      takes_same_site_none("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) Chrome/120.0 Safari/537"));
}

TEST(SessionAffinity, APathThatHoldsASemicolonBeginsNoAttribute) {
  SessionAffinity::Answer odd = answer();
  odd.route_path = "/a; Domain=evil.test";
  EXPECT_EQ(SessionAffinity().set_cookie("k", odd), "INGRESSCOOKIE=k; Path=/a; HttpOnly");
}

TEST(SessionAffinity, DatesAreThoseOfNginx) {
  EXPECT_EQ(cookie_date(1290079655), "Thu, 18-Nov-10 11:27:35 GMT");
  EXPECT_EQ(cookie_date(2147483648), "Tue, 19-Jan-2038 03:14:08 GMT");
}

TEST(SessionAffinity, AValueHasTwoParts) {
  EXPECT_EQ(split_session_value("key|tag").key, "key");
  EXPECT_EQ(split_session_value("key|tag").backend, "tag");
  EXPECT_EQ(split_session_value("key|tag|more").backend, "tag");
  EXPECT_EQ(split_session_value("key").key, "key");
  EXPECT_EQ(split_session_value("key").backend, "");
  EXPECT_EQ(split_session_value("|tag").key, "");
}

}  // namespace
}  // namespace headgate::policy
