// The cluster source: follows the API server's resources with one Reflector each and delivers their objects
// to a sink. Sans event loop: the owner calls run_due() at deadline() and whenever it is woken. Control
// thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "k8swatch/api_object_reader.h"
#include "k8swatch/api_transport.h"
#include "k8swatch/backoff.h"
#include "k8swatch/object_sink.h"
#include "k8swatch/object_source.h"
#include "k8swatch/reflector.h"
#include "k8swatch/watched_resource.h"

namespace headgate::k8swatch {

struct ApiSourceOptions {
  std::vector<WatchedResource> resources;
  DecodeOptions decoding;
  std::function<double()> chance;  // numbers from 0 up to 1; empty: random ones
  std::function<TimePoint()> now = Clock::now;
  std::function<std::int64_t()> wall_seconds;  // since 1970, for people; empty: the system's
};

// What one resource's watch has been doing; a copy.
struct ApiWatchFacts {
  std::string resource;
  bool synced = false;
  bool in_trouble = false;
  std::uint64_t objects = 0;
  ReflectorCounters counters;
};

class ApiSource : public ObjectSource {
 public:
  // The object of its own Findings, those about the server and what may be read there.
  static constexpr const char* kServer = "Kubernetes API";
  // Trouble that is over sooner is in the log, but no Finding.
  static constexpr Duration kFindingAfter = std::chrono::seconds(5);
  // A server that comes and goes is not asked by all resources each time.
  static constexpr Duration kHurryAgain = Backoff::kMost;

  // `transport` and `sink` must outlive this.
  ApiSource(ApiSourceOptions options, ApiTransport& transport, ObjectSink& sink);
  ~ApiSource() override;
  ApiSource(const ApiSource&) = delete;
  ApiSource& operator=(const ApiSource&) = delete;

  // Sends the first requests; synced() is said when every resource has been read. Never fails: a server that
  // is not there may come.
  Result<void> start(TimePoint now) override;
  void set_wake(std::function<void()> wake) override { wake_ = std::move(wake); }
  void run_due(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;

  [[nodiscard]] std::vector<ApiWatchFacts> facts() const;
  [[nodiscard]] bool is_synced() const { return synced_; }

 private:
  class Follower;

  void after_callback(TimePoint now);
  void say_synced();
  // Where one resource can be read again the others need not wait for the end of their pauses.
  void hurry_after_trouble(TimePoint now);
  void update_findings(TimePoint now);
  void say_refusal(Follower& follower, const ReflectorTrouble& trouble, TimePoint now);
  [[nodiscard]] std::string since_text(TimePoint since, TimePoint now) const;

  ApiSourceOptions options_;
  ApiTransport& transport_;
  ObjectSink& sink_;
  std::function<void()> wake_;
  ApiObjectReader reader_;
  std::vector<std::unique_ptr<Follower>> followers_;
  bool synced_ = false;
  bool has_said_unreachable_ = false;
  std::optional<TimePoint> hurried_at_;
};

}  // namespace headgate::k8swatch
