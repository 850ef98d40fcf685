// A collector of OpenTelemetry for tests, inside the test program: takes OTLP over gRPC without TLS, and
// keeps what it is sent.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/deadline.h"
#include "support/otlp_reader.h"
#include "support/stream_pod.h"

namespace headgate::test_support {

// Thread-safe.
class OtlpCollector {
 public:
  OtlpCollector();

  [[nodiscard]] std::uint16_t port() const { return pod_.port(); }

  // The next `times` calls end with that code of gRPC, and their spans are not kept.
  void refuse(int code, int times);
  // Of each call from now on so many spans are said to be rejected.
  void reject(std::uint64_t spans);
  [[nodiscard]] std::vector<CollectedSpan> spans() const;
  [[nodiscard]] std::size_t calls() const;                          // refused ones too
  [[nodiscard]] std::size_t largest_call() const;                   // spans in it
  [[nodiscard]] std::map<std::string, std::string> fields() const;  // of the last call's head
  bool wait_for_spans(std::size_t count, std::chrono::milliseconds within = kPatience) const;
  bool wait_for_calls(std::size_t count, std::chrono::milliseconds within = kPatience) const;

 private:
  class Connection;
  void serve(int fd);
  // A whole call: its outcome.
  int take(std::map<std::string, std::string> fields, std::string_view body, std::string& answer);

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<CollectedSpan> spans_;
  std::map<std::string, std::string> fields_;
  std::size_t calls_ = 0;
  std::size_t largest_call_ = 0;
  int refusal_ = 0;
  int refusals_ = 0;
  std::uint64_t rejected_ = 0;
  StreamPod pod_;  // its threads end first
};

}  // namespace headgate::test_support
