#include "app/process_follower.h"

#include <string>
#include <utility>

#include "app/options_of.h"

namespace headgate::app {

ProcessFollower::ProcessFollower(const Flags& flags, LogOutputs& outputs, proxy::DataPlane& data_plane,
                                 ShutdownSequence& shutdown)
    : flags_(flags), outputs_(outputs), data_plane_(data_plane), shutdown_(shutdown) {}

bool ProcessFollower::follow(const k8swatch::ProcessSettings& settings) {
  if (followed_ == settings) return false;
  followed_ = settings;
  findings_.clear();
  if (outputs_.follow(settings)) data_plane_.set_log_sinks(outputs_.sinks());
  follow_error_log();
  follow_addresses();
  shutdown_.set_drain_timeout(settings.shutdown_timeout.value_or(flags_.worker_shutdown_timeout));
  return true;
}

void ProcessFollower::follow_error_log() {
  if (const Result<void> followed = error_log_.follow(followed_->error_log.text); !followed)
    findings_.push_back(followed_->finding(
        followed_->error_log.key, followed.error().message + "; lines go on where they went before"));
  log::set_level(followed_->log_level.value_or(level_by_flag_));
}

void ProcessFollower::follow_addresses() {
  if (!flags_.bind_addresses.empty()) {
    const std::string reason = "has no effect: the flag --bind-address says where to listen";
    if (!followed_->bind_addresses.empty()) findings_.push_back(followed_->finding("bind-address", reason));
    if (!followed_->ipv6) findings_.push_back(followed_->finding("disable-ipv6", reason));
    return;
  }
  const proxy::ListenAddresses before = data_plane_.listens_on();
  const std::vector<Error> errors = data_plane_.listen_on(listen_addresses(flags_, *followed_));
  const char* const key = followed_->bind_addresses.empty() ? "disable-ipv6" : "bind-address";
  for (const Error& error : errors)
    findings_.push_back(followed_->finding(key, error.message + "; it is not listened to"));
  if (data_plane_.listens_on() != before) log::info(describe(data_plane_.listens_on()));
}

void ProcessFollower::reopen_logs() {
  for (const Error& error : outputs_.reopen()) log::error("access log: " + error.message);
  if (const Result<void> reopened = error_log_.reopen(); !reopened)
    log::error("error log: " + reopened.error().message);
  if (auto settings = std::exchange(followed_, std::nullopt)) follow(*settings);
}

std::vector<k8swatch::Finding> ProcessFollower::findings() const {
  std::vector<k8swatch::Finding> all = outputs_.findings();
  all.insert(all.end(), findings_.begin(), findings_.end());
  return all;
}

}  // namespace headgate::app
