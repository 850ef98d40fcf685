#include "app/ocsp_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_certificates.h"

namespace headgate::app {
namespace {

using namespace std::chrono_literals;
using Pointer = OcspSchedule::CertificatePointer;

Pointer certificate() {
  const auto issued = test_support::self_signed({.dns_names = {"a.org"}});
  return *tls::Certificate::from_pem(issued.chain, issued.key);
}

class OcspScheduleTest : public testing::Test {
 protected:
  OcspSchedule schedule_;
  TimePoint now_{};
  Pointer one_ = certificate();
};

TEST_F(OcspScheduleTest, ANewCertificateIsDueAtOnceAndOnlyOnce) {
  schedule_.set_certificates({one_, one_}, now_);
  EXPECT_EQ(schedule_.deadline(), now_);
  EXPECT_EQ(schedule_.take_due(now_), one_);
  EXPECT_EQ(schedule_.take_due(now_), nullptr);
  EXPECT_FALSE(schedule_.deadline());
  schedule_.set_certificates({one_}, now_);
  EXPECT_EQ(schedule_.take_due(now_), nullptr) << "it runs already";
}

TEST_F(OcspScheduleTest, ASuccessIsRefreshedInTime) {
  schedule_.set_certificates({one_}, now_);
  schedule_.take_due(now_);
  schedule_.succeeded(one_, 3h, now_);
  EXPECT_EQ(schedule_.take_due(now_ + 3h - 1s), nullptr);
  EXPECT_EQ(schedule_.take_due(now_ + 3h), one_);
  schedule_.succeeded(one_, -5s, now_);
  EXPECT_EQ(schedule_.deadline(), now_ + OcspSchedule::kShortestRefresh);
}

TEST_F(OcspScheduleTest, FailuresBackOffUpToALimit) {
  schedule_.set_certificates({one_}, now_);
  std::vector<std::chrono::seconds> waits;
  for (int i = 0; i < 9; ++i) {
    ASSERT_EQ(schedule_.take_due(now_), one_);
    waits.push_back(schedule_.failed(one_, now_));
    now_ += waits.back();
  }
  EXPECT_THAT(waits, testing::ElementsAre(60s, 120s, 240s, 480s, 960s, 1920s, 3600s, 3600s, 3600s));
  ASSERT_EQ(schedule_.take_due(now_), one_);
  schedule_.succeeded(one_, 60s, now_);
  ASSERT_EQ(schedule_.take_due(now_ + 60s), one_);
  EXPECT_EQ(schedule_.failed(one_, now_ + 60s), 60s) << "a success begins anew";
}

TEST_F(OcspScheduleTest, OneWithoutAResponderIsNeverAskedAgain) {
  schedule_.set_certificates({one_}, now_);
  schedule_.take_due(now_);
  schedule_.gave_up(one_);
  schedule_.set_certificates({one_}, now_);
  EXPECT_FALSE(schedule_.deadline());
}

TEST_F(OcspScheduleTest, FewRunAtATime) {
  std::vector<Pointer> many;
  for (int i = 0; i < 6; ++i) many.push_back(certificate());
  schedule_.set_certificates(many, now_);
  std::vector<Pointer> running;
  while (const Pointer next = schedule_.take_due(now_)) running.push_back(next);
  EXPECT_EQ(running.size(), OcspSchedule::kMostRunning);
  EXPECT_FALSE(schedule_.deadline());
  schedule_.succeeded(running[0], 1h, now_);
  EXPECT_EQ(schedule_.deadline(), now_);
  EXPECT_NE(schedule_.take_due(now_), nullptr);
}

TEST_F(OcspScheduleTest, AForgottenCertificateIsForgottenEvenWhileItRuns) {
  schedule_.set_certificates({one_}, now_);
  schedule_.take_due(now_);
  const Pointer other = certificate();
  schedule_.set_certificates({other}, now_);
  schedule_.succeeded(one_, 1s, now_);
  EXPECT_EQ(schedule_.take_due(now_), other);
  schedule_.succeeded(other, 1h, now_);
  EXPECT_EQ(schedule_.deadline(), now_ + 1h);
  schedule_.set_certificates({}, now_);
  EXPECT_FALSE(schedule_.deadline());
}

}  // namespace
}  // namespace headgate::app
