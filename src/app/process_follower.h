// Makes the process do what the ConfigMap says about it: where logs go and how much of them, where it
// listens, how long its end may take.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "app/error_log.h"
#include "app/flags.h"
#include "app/log_outputs.h"
#include "app/shutdown_sequence.h"
#include "base/log.h"
#include "k8swatch/process_settings.h"
#include "proxy/data_plane.h"

namespace headgate::app {

// Owned by the Server; control thread only.
class ProcessFollower {
 public:
  // All must outlive this. The level of the log is that of now where no ConfigMap says another.
  ProcessFollower(const Flags& flags, LogOutputs& outputs, proxy::DataPlane& data_plane,
                  ShutdownSequence& shutdown);

  // True: findings() may be other ones than before. What is followed already costs a comparison.
  bool follow(const k8swatch::ProcessSettings& settings);
  // SIGHUP: files of logs are opened anew, and what could not be followed is tried again.
  void reopen_logs();
  // What cannot be followed, and why.
  [[nodiscard]] std::vector<k8swatch::Finding> findings() const;

 private:
  void follow_error_log();
  void follow_addresses();

  const Flags& flags_;
  LogOutputs& outputs_;
  proxy::DataPlane& data_plane_;
  ShutdownSequence& shutdown_;
  const log::Level level_by_flag_ = log::level();
  ErrorLog error_log_;
  std::optional<k8swatch::ProcessSettings> followed_;
  std::vector<k8swatch::Finding> findings_;  // without those of outputs_
};

}  // namespace headgate::app
