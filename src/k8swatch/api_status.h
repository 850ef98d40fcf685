// What the API server says when it refuses: the Status object of an answer that failed, or of an ERROR event
// in a watch (Kubernetes API reference, meta/v1 Status).
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace headgate::k8swatch {

struct ApiStatus {
  int code = 0;         // as in HTTP; 0: it did not say
  std::string reason;   // "Expired", "Forbidden", …; may be empty
  std::string message;  // for people
  std::optional<std::chrono::seconds> retry_after;
  bool version_too_large = false;  // a cause says that the server has not reached that version yet

  // The version asked for is gone from the server's history (410; old servers say Gone).
  [[nodiscard]] bool is_expired() const { return code == 410 || reason == "Expired" || reason == "Gone"; }
};

// "403 Forbidden: services is forbidden: …"
std::string to_string(const ApiStatus& status);

}  // namespace headgate::k8swatch
