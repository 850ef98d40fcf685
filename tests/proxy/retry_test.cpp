#include "proxy/retry.h"

#include <gtest/gtest.h>

namespace headgate::proxy {
namespace {

FailedTry unsent() { return {}; }
FailedTry sent() {
  FailedTry failed;
  failed.request_sent = true;
  return failed;
}

TEST(Retry, TriesAgainWhateverTheMethodWhileNothingWasSent) {
  EXPECT_TRUE(may_try_again(unsent(), http::Method::get, 3));
  EXPECT_TRUE(may_try_again(unsent(), http::Method::post, 3));
  EXPECT_TRUE(may_try_again(unsent(), http::Method::other, 3));
}

TEST(Retry, NeverRepeatsANonIdempotentRequestThatMayHaveBeenSent) {
  EXPECT_FALSE(may_try_again(sent(), http::Method::post, 3));
  EXPECT_FALSE(may_try_again(sent(), http::Method::patch, 3));
  EXPECT_FALSE(may_try_again(sent(), http::Method::lock, 3));
  EXPECT_FALSE(may_try_again(sent(), http::Method::other, 3));
}

TEST(Retry, RepeatsAnIdempotentRequest) {
  EXPECT_TRUE(may_try_again(sent(), http::Method::get, 3));
  EXPECT_TRUE(may_try_again(sent(), http::Method::head, 3));
  EXPECT_TRUE(may_try_again(sent(), http::Method::put, 3));
  EXPECT_TRUE(may_try_again(sent(), http::Method::delete_, 3));
}

TEST(Retry, NeverAfterAByteOfTheResponse) {
  FailedTry failed = unsent();
  failed.response_begun = true;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, 3));
}

TEST(Retry, NeverWithoutTheWholeBody) {
  FailedTry failed = sent();
  failed.body_lost = true;
  EXPECT_FALSE(may_try_again(failed, http::Method::put, 3));
}

TEST(Retry, StopsAtTheNumberOfTriesAllowed) {
  FailedTry failed = unsent();
  failed.tries_made = 2;
  EXPECT_TRUE(may_try_again(failed, http::Method::get, 3));
  failed.tries_made = 3;
  EXPECT_FALSE(may_try_again(failed, http::Method::get, 3));
}

}  // namespace
}  // namespace headgate::proxy
