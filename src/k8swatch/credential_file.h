// A token, key or certificate that lives in a file and may be replaced at any time, as the kubelet does.
// Control thread only.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

  // What is in the way of using a text; nothing: it is fine. The reason follows "<path>: ".
  using Check = std::function<Result<void>(std::string_view text)>;
  // After a file that was no good: it may be being replaced.
  static constexpr std::chrono::seconds kLookAgain{2};

  // `check` is for texts of files; a file that is blank is refused without it.
  explicit Credential(TextOrFile source, Check check = nullptr)
      : source_(std::move(source)), check_(std::move(check)) {}

  [[nodiscard]] bool empty() const { return source_.empty(); }
  [[nodiscard]] const std::string& path() const { return source_.path; }
  // The text in the configuration, or what the file holds. The file is read again once its text is older than
  // kKeep; where that fails or is no good, the last good text stays, the log tells once, and the file is read
  // again after kLookAgain.
  Result<std::string> text(TimePoint now);
  // What was read is no good together with other files: read again after kLookAgain.
  void look_again(TimePoint now) {
    next_read_ = std::min(next_read_.value_or(now), TimePoint(now + kLookAgain));
  }
  // The next text() reads the file, and fails where it cannot be read.
  void forget() {
    next_read_.reset();
    text_.reset();
  }
  // The next text() reads the file.
  void expire() { next_read_.reset(); }

 private:
  Result<std::string> read() const;

  TextOrFile source_;
  Check check_;
  std::optional<TimePoint> next_read_;  // nothing: now
  std::optional<std::string> text_;
  bool complained_ = false;
};

}  // namespace headgate::k8swatch
