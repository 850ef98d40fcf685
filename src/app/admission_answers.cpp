#include "app/admission_answers.h"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/json_string.h"
#include "base/log.h"
#include "k8swatch/name_key.h"

namespace headgate::app {
namespace {

using SteadyClock = std::chrono::steady_clock;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "; ") + line;
  return text;
}

// A review on its way.
struct Question {
  k8swatch::AdmissionReview review;
  WebhookServer::Respond respond;
  SteadyClock::time_point begin;
};

WebhookReply plain(int status, const std::string& text) {
  return {status, text + "\n", "text/plain; charset=utf-8"};
}

void log_denial(const Question& question, const k8swatch::AdmissionDecision& decision) {
  k8swatch::Finding line{k8swatch::Severity::error, "Ingress " + name_key(question.review.ingress.metadata),
                         "", joined(decision.reasons)};
  log::info("admission: denied " + line_of(line));
}

}  // namespace

std::string admission_answer(const std::string& uid, const k8swatch::AdmissionDecision& decision) {
  std::string text = R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":)" +
                     json_string(uid) + R"(,"allowed":)" + (decision.is_allowed() ? "true" : "false");
  if (!decision.is_allowed())
    text += R"(,"status":{"code":422,"reason":"Invalid","message":)" + json_string(joined(decision.reasons)) +
            "}";
  if (!decision.warnings.empty()) {
    text += R"(,"warnings":[)";
    const char* separator = "";
    for (const std::string& warning : decision.warnings)
      text += std::exchange(separator, ",") + json_string(warning);
    text += "]";
  }
  return text + "}}\n";
}

AdmissionAnswers::AdmissionAnswers(boost::asio::io_context& control, k8swatch::DecodeOptions options,
                                   Admit admit)
    : control_(control), options_(std::move(options)), admit_(std::move(admit)) {}

void AdmissionAnswers::answer(std::string body, WebhookServer::Respond respond) {
  const SteadyClock::time_point begin = SteadyClock::now();
  Result<k8swatch::AdmissionReview> review = k8swatch::read_admission_review(std::move(body), options_);
  if (!review) {
    stats_.count(observe::AdmissionResult::malformed);
    respond(plain(400, "this is not an AdmissionReview: " + review.error().message));
    return;
  }
  auto question = std::make_shared<const Question>(Question{*std::move(review), std::move(respond), begin});
  boost::asio::post(control_, [this, question = std::move(question)] {
    const SteadyClock::time_point asked = SteadyClock::now();
    const auto decision = admit_(question->review);
    if (!decision) {
      stats_.count(observe::AdmissionResult::unanswered);
      question->respond(plain(503, "not everything that is there is known yet; there is no decision"));
      return;
    }
    const SteadyClock::time_point decided = SteadyClock::now();
    question->respond({200, admission_answer(question->review.uid, *decision)});
    const k8swatch::Metadata& ingress = question->review.ingress.metadata;
    if (decision->is_tested)
      stats_.count_tested(ingress.namespace_name, ingress.name, decision->is_allowed(), decided - asked,
                          decided - question->begin);
    else
      stats_.count(observe::AdmissionResult::passed);
    if (!decision->is_allowed()) log_denial(*question, *decision);
  });
}

}  // namespace headgate::app
