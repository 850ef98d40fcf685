// From the text of a review to the text of its answer, and to the control thread and back between them.
#include "app/admission_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headgate::app {
namespace {

using observe::AdmissionResult;
using ::testing::HasSubstr;

constexpr const char* kReview =
    R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u-1","operation":"CREATE",)"
    R"("kind":{"group":"networking.k8s.io","version":"v1","kind":"Ingress"},"namespace":"shop",)"
    R"("object":{"metadata":{"name":"web"},"spec":{}}}})";

class AdmissionAnswersTest : public ::testing::Test {
 protected:
  // What is answered before and after the control thread had its turn; a status of 0: nothing.
  void ask(const std::string& text) {
    reply_ = {0, ""};
    answers_.answer(text, [this](WebhookReply reply) { reply_ = std::move(reply); });
    status_before_ = reply_.status;
    control_.restart();
    control_.run();
  }
  std::uint64_t count(AdmissionResult result) const {
    return answers_.totals().results[static_cast<std::size_t>(result)];
  }

  boost::asio::io_context control_;
  std::optional<k8swatch::AdmissionDecision> decision_;
  std::string asked_for_;
  AdmissionAnswers answers_{control_, {}, [this](const k8swatch::AdmissionReview& review) {
                              asked_for_ = review.ingress.metadata.name;
                              return decision_;
                            }};
  WebhookReply reply_;
  int status_before_ = 0;
};

TEST(AdmissionAnswer, SaysWhatTheDecisionSays) {
  EXPECT_EQ(
      admission_answer("u\"1", {}),
      R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u\"1","allowed":true}})"
      "\n");
  EXPECT_EQ(
      admission_answer("u", {{"one \"a\"", "two"}, {"hint", "more"}, true}),
      R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"u","allowed":false,)"
      R"("status":{"code":422,"reason":"Invalid","message":"one \"a\"; two"},"warnings":["hint","more"]}})"
      "\n");
}

TEST_F(AdmissionAnswersTest, DecidesOnTheControlThread) {
  decision_.emplace();
  decision_->is_tested = true;
  ask(kReview);
  EXPECT_EQ(status_before_, 0);
  EXPECT_EQ(reply_.status, 200);
  EXPECT_EQ(reply_.content_type, "application/json");
  EXPECT_EQ(reply_.body, admission_answer("u-1", *decision_));
  EXPECT_EQ(asked_for_, "web");
  EXPECT_EQ(count(AdmissionResult::allowed), 1U);
  decision_->reasons = {"bad"};
  ask(kReview);
  EXPECT_THAT(reply_.body, HasSubstr(R"("allowed":false)"));
  EXPECT_EQ(count(AdmissionResult::denied), 1U);
  ASSERT_EQ(answers_.totals().series.size(), 1U);
  EXPECT_EQ(answers_.totals().series[0].namespace_name, "shop");
  EXPECT_EQ(answers_.totals().series[0].ingress, "web");
}

TEST_F(AdmissionAnswersTest, WithoutADecisionTheCallFails) {
  ask(kReview);
  EXPECT_EQ(reply_.status, 503);
  EXPECT_EQ(count(AdmissionResult::unanswered), 1U);
}

TEST_F(AdmissionAnswersTest, WhatIsNoReviewDoesNotReachTheControlThread) {
  ask("{");
  EXPECT_EQ(status_before_, 400);
  EXPECT_EQ(asked_for_, "");
  EXPECT_EQ(count(AdmissionResult::malformed), 1U);
}

TEST_F(AdmissionAnswersTest, WhatIsNotOursIsNoSeries) {
  decision_.emplace();
  ask(kReview);
  EXPECT_EQ(count(AdmissionResult::passed), 1U);
  EXPECT_TRUE(answers_.totals().series.empty());
}

}  // namespace
}  // namespace headgate::app
