// Sends the spans of all Workers to the collector: in batches, by size or after a delay, one message at a
// time; again, a few times, what the collector could not take. What is beyond all that is dropped and
// counted. Control thread only, but for totals().
//
//   resting ──a collector is named──> waiting ──delay, or enough──> sending ──> waiting
//                                                                      └─> holding ──backoff──> sending
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/collector_connection.h"
#include "k8swatch/name_resolver.h"
#include "k8swatch/tracing_settings.h"
#include "observe/span.h"
#include "observe/span_queue.h"
#include "observe/span_totals.h"

namespace headgate::app {

class SpanExporter {
 public:
  // Of one batch; then it is dropped.
  static constexpr int kMostTries = 4;
  static constexpr std::chrono::milliseconds kFirstBackoff{1000};  // doubled with each try
  // Of one message: collectors take 4 MiB, unless they are told otherwise.
  static constexpr std::size_t kMostBatchBytes = std::size_t{1} << 20;
  // For all that is left at the end.
  static constexpr std::chrono::milliseconds kLastPatience{3000};

  // `source`: without its service name. `tell` is called whenever it may have changed whether the collector
  // can be reached: empty, or what is wrong. All must outlive this.
  SpanExporter(boost::asio::io_context& io, k8swatch::NameResolver& resolver,
               std::vector<observe::SpanQueue*> queues, observe::SpanSource source,
               std::function<void(std::string)> tell);
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

  // What the ConfigMap says now.
  void update(const k8swatch::CollectorSettings& settings);
  // A Worker says that enough wait.
  void wake();
  // No spans will come any more: those that wait are sent once, within kLastPatience. May be said again.
  void begin_end();
  [[nodiscard]] bool is_over() const { return phase_ == Phase::over; }

  // Any thread.
  [[nodiscard]] observe::SpanTotals totals() const;

 private:
  enum class Phase : std::uint8_t { resting, waiting, sending, holding, over };

  void connect_anew();
  void wait();
  void begin_batch();
  [[nodiscard]] bool has_enough() const;
  void send();
  void on_outcome(const ExportOutcome& outcome);
  void hold();
  void drop_batch();
  void go_on();
  void set_timer(std::chrono::milliseconds wait);
  void on_timer();
  void say(std::string problem);
  [[nodiscard]] std::string where() const;

  boost::asio::io_context& io_;
  k8swatch::NameResolver& resolver_;
  const std::vector<observe::SpanQueue*> queues_;
  observe::SpanSource source_;
  const std::function<void(std::string)> tell_;
  boost::asio::steady_timer timer_;
  boost::asio::steady_timer end_;
  k8swatch::CollectorSettings settings_;
  std::string host_;                                 // as it is looked up
  std::shared_ptr<CollectorConnection> connection_;  // null: there is no collector
  Phase phase_ = Phase::resting;
  bool ending_ = false;
  std::vector<std::string> batch_;
  std::string message_;  // of the batch
  int tries_ = 0;
  std::string said_;  // by tell_
  std::size_t next_queue_ = 0;
  std::uint64_t enough_ = 1;  // of one Worker: they do not wait for company
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint64_t> failures_{0};
};

}  // namespace headgate::app
