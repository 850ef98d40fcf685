#include "proxy/retry.h"

#include <gtest/gtest.h>

namespace headgate::proxy {
namespace {

using Conditions = policy::RetryConditions;

RetryLimits limits(std::string_view conditions = "error timeout") {
  RetryLimits result;
  result.conditions = Conditions::parse(conditions).value();
  return result;
}

FailedTry unsent() { return {}; }
FailedTry sent() {
  FailedTry failed;
  failed.request_sent = true;
  return failed;
}

TEST(Retry, TriesAgainWhateverTheMethodWhileNothingWasSent) {
  EXPECT_TRUE(may_try_again(unsent(), http::Method::get, limits()));
  EXPECT_TRUE(may_try_again(unsent(), http::Method::post, limits()));
  EXPECT_TRUE(may_try_again(unsent(), http::Method::other, limits()));
}

TEST(Retry, NeverRepeatsANonIdempotentRequestThatMayHaveBeenSent) {
  EXPECT_FALSE(may_try_again(sent(), http::Method::post, limits()));
  EXPECT_FALSE(may_try_again(sent(), http::Method::patch, limits()));
  EXPECT_FALSE(may_try_again(sent(), http::Method::lock, limits()));
  EXPECT_FALSE(may_try_again(sent(), http::Method::other, limits()));
}

TEST(Retry, RepeatsAnIdempotentRequest) {
  EXPECT_TRUE(may_try_again(sent(), http::Method::get, limits()));
  EXPECT_TRUE(may_try_again(sent(), http::Method::head, limits()));
  EXPECT_TRUE(may_try_again(sent(), http::Method::put, limits()));
  EXPECT_TRUE(may_try_again(sent(), http::Method::delete_, limits()));
}

TEST(Retry, NeverAfterAByteOfTheResponse) {
  FailedTry failed = unsent();
  failed.response_begun = true;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits()));
}

TEST(Retry, NeverWithoutTheWholeBody) {
  FailedTry failed = sent();
  failed.body_lost = true;
  EXPECT_FALSE(may_try_again(failed, http::Method::put, limits()));
}

TEST(Retry, StopsAtTheNumberOfTriesAllowed) {
  FailedTry failed = unsent();
  failed.tries_made = 2;
  EXPECT_TRUE(may_try_again(failed, http::Method::get, limits()));
  failed.tries_made = 3;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits()));
}

TEST(Retry, FollowsOnlyTheConditionsAskedFor) {
  FailedTry failed = sent();
  failed.why = Conditions::timeout;
  EXPECT_TRUE(may_try_again(failed, http::Method::get, limits()));
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits("error")));
  failed.why = Conditions::invalid_header;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits()));
  EXPECT_TRUE(may_try_again(failed, http::Method::get, limits("invalid_header")));
  failed.why = Conditions::http_404;
  EXPECT_TRUE(may_try_again(failed, http::Method::get, limits("http_404")));
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits("http_403")));
  failed.why = Conditions::none;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits("http_404")));
  failed.why = Conditions::error;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits("off")));
}

TEST(Retry, NeverOnceTheClientWasToldSomething) {
  FailedTry failed = unsent();
  failed.client_told = true;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limits()));
}

TEST(Retry, RepeatsANonIdempotentRequestWhereAskedTo) {
  EXPECT_TRUE(may_try_again(sent(), http::Method::post, limits("error non_idempotent")));
  RetryLimits by_key = limits();
  by_key.non_idempotent = true;
  EXPECT_TRUE(may_try_again(sent(), http::Method::post, by_key));
  by_key.conditions = Conditions::parse("off").value();
  EXPECT_FALSE(may_try_again(sent(), http::Method::post, by_key));
}

// Its own bound is the Exchange's.
TEST(Retry, RepeatsWhatWasNotLookedAtWhateverTheRules) {
  FailedTry failed = unsent();
  failed.unprocessed = true;
  failed.tries_made = 3;
  EXPECT_TRUE(may_try_again(failed, http::Method::post, limits("off")));
  RetryLimits limited = limits();
  limited.timeout = std::chrono::seconds(2);
  failed.elapsed = std::chrono::seconds(2);
  EXPECT_FALSE(may_try_again(failed, http::Method::post, limited));
  failed.elapsed = {};
  failed.body_lost = true;
  EXPECT_FALSE(may_try_again(failed, http::Method::post, limited));
}

TEST(Retry, StopsWhenTheTimeForTriesIsOver) {
  RetryLimits limited = limits();
  limited.timeout = std::chrono::seconds(2);
  FailedTry failed = unsent();
  failed.elapsed = std::chrono::milliseconds(1999);
  EXPECT_TRUE(may_try_again(failed, http::Method::get, limited));
  failed.elapsed = std::chrono::seconds(2);
  EXPECT_FALSE(may_try_again(failed, http::Method::get, limited));
}

}  // namespace
}  // namespace headgate::proxy
