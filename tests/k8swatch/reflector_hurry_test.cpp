// How the pause of a Reflector ends where another one has found the server again.
#include <gmock/gmock.h>

#include "k8swatch/reflector_fixture.h"

namespace headgate::k8swatch::testing {
namespace {

using namespace std::chrono_literals;

class ReflectorHurry : public ReflectorTest {};

TEST_F(ReflectorHurry, CanBeHurriedWhereAnotherResourceIsReadAgain) {
  sync();
  pass(5s);
  fail(ApiFailure::connect);
  ASSERT_EQ(request(), "limit=1");
  fail(ApiFailure::connect);
  chance_ = 0.25;
  reflector_->hurry(now_);
  EXPECT_NE(next_request(), "");
  EXPECT_EQ(waited_, Reflector::kHurrySpread / 4);
}

TEST_F(ReflectorHurry, IsNotHurriedBeforeTheServersOwnTime) {
  sync();
  end_watch();
  ASSERT_EQ(request(), watch_from("100"));
  answer(429, status(429, "TooManyRequests"), 20);
  reflector_->hurry(now_);
  EXPECT_NE(next_request(), "");
  EXPECT_EQ(waited_, 20s);
}

TEST_F(ReflectorHurry, IsNotHurriedWithoutTrouble) {
  sync();
  bytes(event("ADDED", api_object("a", 105)));
  end();
  chance_ = 0;
  reflector_->hurry(now_);
  EXPECT_NE(next_request(), "");
  EXPECT_EQ(waited_, Reflector::kWatchSpacing);
}

}  // namespace
}  // namespace headgate::k8swatch::testing
