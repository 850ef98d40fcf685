#include "k8swatch/listener_translator.h"

#include <utility>

namespace headgate::k8swatch {

bool ListenerTranslator::update(const ListenerConfig& config, const std::string& object,
                                std::vector<Finding>& findings) {
  ticket_secret_ = config.ticket_secret;
  if (context_ == nullptr || !(context_->settings() == config.tls))
    update_context(config.tls, object, findings);
  router::ListenerSettings fresh = config.listeners;
  fresh.tls = context_;
  if (settings_ != nullptr && *settings_ == fresh) return false;
  settings_ = std::make_shared<const router::ListenerSettings>(std::move(fresh));
  return true;
}

void ListenerTranslator::update_context(const tls::ServerSettings& wanted, const std::string& object,
                                        std::vector<Finding>& findings) {
  auto made = tls::ServerContext::make(wanted, context_.get());
  if (made) {
    context_ = *std::move(made);
    return;
  }
  const std::string reason = made.error().message;
  std::string then = "the TLS settings before stay as a whole";
  if (context_ == nullptr) {
    then = "there is no HTTPS";
    if (auto standard = tls::ServerContext::make({})) {
      context_ = *std::move(standard);
      then = "the default TLS settings are used as a whole";
    }
  }
  findings.push_back({Severity::error, object, "data", reason + "; " + then});
}

}  // namespace headgate::k8swatch
