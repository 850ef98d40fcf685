// A token, key or certificate that lives in a file and may be replaced at any time, as the kubelet does.
// Control thread only.
#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "k8swatch/kubeconfig.h"

namespace headgate::k8swatch {

inline constexpr std::size_t kMostCredentialBytes = std::size_t{1} << 20;

// The whole file, by path, so that a symlink that was turned counts. "<path>: <reason>".
Result<std::string> read_credential_file(const std::string& path);

class Credential {
 public:
  // As client-go keeps tokens.
  static constexpr std::chrono::seconds kKeep{60};

  explicit Credential(TextOrFile source) : source_(std::move(source)) {}

  [[nodiscard]] bool empty() const { return source_.empty(); }
  [[nodiscard]] const std::string& path() const { return source_.path; }
  // The text in the configuration, or what the file holds. The file is read again once its text is older than
  // kKeep; where that fails, the last good text stays and the log tells once.
  Result<std::string> text(TimePoint now);
  // The next text() reads the file, and fails where it cannot be read.
  void forget() {
    read_at_.reset();
    text_.reset();
  }
  // The next text() reads the file.
  void expire() { read_at_.reset(); }

 private:
  TextOrFile source_;
  std::optional<TimePoint> read_at_;
  std::optional<std::string> text_;
  bool complained_ = false;
};

}  // namespace headgate::k8swatch
