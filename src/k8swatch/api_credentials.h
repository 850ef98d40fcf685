// Keeps what opens the API server's door up to date while we run: re-reads tokens and certificates, asks the
// exec plugin. Control thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "k8swatch/api_access.h"
#include "k8swatch/api_config.h"
#include "k8swatch/api_delivery.h"
#include "k8swatch/credential_file.h"
#include "k8swatch/exec_runner.h"

namespace headgate::k8swatch {

class ApiCredentials : public ApiAccessSource {
 public:
  using Now = std::function<TimePoint()>;
  // `post` as for ApiClient. `now`: for tests.
  ApiCredentials(ApiTarget target, ControlPost::Post post, Now now = Clock::now);
  ~ApiCredentials() override = default;

  [[nodiscard]] const ApiTarget& target() const { return target_; }

  void get(std::function<void(const Result<ApiAccess>&)> ready) override;
  void refused(const ApiAccess& access) override;
  void distrusted() override;

 private:
  Result<ApiAccess> access(TimePoint now, const ExecCredential* plugin);
  Result<void> refresh_trust(TimePoint now, const ExecCredential* plugin);

  const ApiTarget target_;
  const Now now_;
  Credential authority_;
  Credential certificate_;
  Credential key_;
  Credential token_;
  std::unique_ptr<ExecRunner> exec_;  // null: no plugin
  // What trust_ was made of.
  std::string authority_text_;
  std::string certificate_text_;
  std::string key_text_;
  std::shared_ptr<const tls::PeerTrust> trust_;
  std::string authorization_;  // given out last
  std::string last_complaint_;
};

}  // namespace headgate::k8swatch
