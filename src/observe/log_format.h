// A format of the access log that the ConfigMap says (log-format-upstream, log-format-stream): read once,
// then run for each line. Immutable; shared by all threads.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "observe/access_record.h"
#include "observe/log_details.h"
#include "observe/log_escape.h"
#include "observe/log_variable.h"
#include "observe/stream_record.h"

namespace headgate::observe {

// What AccessLog::append(record) writes by hand.
inline constexpr std::string_view kDefaultHttpLogFormat =
    R"($remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" )"
    R"("$http_user_agent" $request_length $request_time [$proxy_upstream_name] )"
    R"([$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time )"
    R"($upstream_status $req_id)";
inline constexpr std::string_view kDefaultStreamLogFormat =
    "[$remote_addr] [$time_local] $protocol $status $bytes_sent $bytes_received $session_time";

// A value that is gone by the time the line is written: the proxy keeps it.
struct LogCapture {
  enum class From : std::uint8_t { request_field, cookie, answer_field, upstream_field };
  From from;
  std::string name;  // lower case; of a field with '_' for '-'
  friend bool operator==(const LogCapture&, const LogCapture&) = default;
};

class LogFormat {
 public:
  enum class Kind : std::uint8_t { http, stream };
  static constexpr std::size_t kMostText = std::size_t{16} * 1024;
  static constexpr std::size_t kMostVariables = 256;
  // A longer line has its last values cut.
  static constexpr std::size_t kMostLine = std::size_t{512} * 1024;

  // `text` as in the ConfigMap: both "$name" and "${name}", and nginx's \" \' \\ \t \r \n. Fails with one
  // sentence: a variable that does not exist, a "$" that begins none, a text that is too long.
  static Result<LogFormat> parse(std::string_view text, LogEscape escape, Kind kind);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] LogEscape escape() const { return escape_; }
  [[nodiscard]] const std::vector<LogCapture>& captures() const { return captures_; }
  [[nodiscard]] bool names(LogVariable variable) const { return named_[static_cast<std::size_t>(variable)]; }

  // Writes one line with its '\n' at `out` and returns its end; null: `room` bytes may be too few. Never null
  // with kMostLine bytes.
  char* write(char* out, std::size_t room, const AccessRecord& record, const LogDetails& details) const;
  char* write(char* out, std::size_t room, const StreamRecord& record, const LogDetails& details) const;

  friend bool operator==(const LogFormat& a, const LogFormat& b) {
    return a.text_ == b.text_ && a.escape_ == b.escape_;
  }

 private:
  struct Part {
    std::string literal;  // in front of the variable
    LogVariable variable = LogVariable::nothing;
    std::uint16_t capture = 0;  // where `variable` is captured
    std::string name;           // the NAME of $arg_NAME
  };
  Result<void> add(std::string_view name, std::string literal, Kind kind);
  void add_capture(Part& part, LogCapture capture);

  std::string text_;
  LogEscape escape_ = LogEscape::standard;
  std::vector<Part> parts_;
  std::string tail_;  // behind the last variable, with the line's end
  std::vector<LogCapture> captures_;
  std::bitset<static_cast<std::size_t>(LogVariable::count_)> named_;
  std::size_t fixed_ = 0;  // bytes that literals and values of bounded length take at most
};

}  // namespace headgate::observe
