// From the text of an AdmissionReview to the text of its answer: reads it on the webhook's thread, has it
// decided on the control thread, where the objects are, and counts.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "app/webhook_server.h"
#include "k8swatch/admission.h"
#include "k8swatch/decode_options.h"
#include "observe/admission_stats.h"

namespace headgate::app {

// The AdmissionReview that answers the one with that uid. Denied: 422, which the API server passes on with
// all reasons.
std::string admission_answer(const std::string& uid, const k8swatch::AdmissionDecision& decision);

// Owned by the Server.
class AdmissionAnswers {
 public:
  // Called on the control thread; nothing: it cannot be decided yet.
  using Admit =
      std::function<std::optional<k8swatch::AdmissionDecision>(const k8swatch::AdmissionReview& review)>;

  // `control`: of the control thread; outlives this, which outlives what runs in it.
  AdmissionAnswers(boost::asio::io_context& control, k8swatch::DecodeOptions options, Admit admit);

  // Called on the webhook's thread.
  void answer(std::string body, WebhookServer::Respond respond);

  // Any thread.
  [[nodiscard]] observe::AdmissionTotals totals() const { return stats_.totals(); }

 private:
  boost::asio::io_context& control_;
  k8swatch::DecodeOptions options_;
  Admit admit_;
  observe::AdmissionStats stats_;
};

}  // namespace headgate::app
