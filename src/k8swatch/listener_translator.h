// Keeps the ListenerSettings published last, and makes a new ServerContext only where its settings changed:
// the context holds the session cache. Control thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "k8swatch/finding.h"
#include "k8swatch/listener_settings_reader.h"
#include "router/listener_settings.h"

namespace headgate::k8swatch {

class ListenerTranslator {
 public:
  // True: settings() are other ones than before. True the first time. Where no ServerContext can be made of
  // the new TLS settings, the one before stays, the first time that of the defaults; told in `findings` as a
  // fault of `object`.
  bool update(const ListenerConfig& config, const std::string& object, std::vector<Finding>& findings);
  // Never null after the first update().
  [[nodiscard]] const std::shared_ptr<const router::ListenerSettings>& settings() const { return settings_; }
  // The Secret whose change asks for another update(); may be empty.
  [[nodiscard]] const std::string& ticket_secret() const { return ticket_secret_; }

 private:
  void update_context(const tls::ServerSettings& wanted, const std::string& object,
                      std::vector<Finding>& findings);

  std::shared_ptr<const tls::ServerContext> context_;
  std::shared_ptr<const router::ListenerSettings> settings_;
  std::string ticket_secret_;
};

}  // namespace headgate::k8swatch
