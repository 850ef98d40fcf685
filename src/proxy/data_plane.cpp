#include "proxy/data_plane.h"

#include <algorithm>
#include <string>
#include <utility>

#include "proxy/content_spool.h"
#include "proxy/health_keeper.h"
#include "proxy/password_checker.h"
#include "proxy/worker.h"

namespace headgate::proxy {
namespace {

// Beside the Workers, which a flood of passwords must not stop.
constexpr unsigned kPasswordThreads = 2;

}  // namespace

DataPlane::DataPlane(DataPlaneConfig config, const observe::AccessLogSinks& access_log,
                     std::function<void(std::shared_ptr<const void>)> retire)
    : config_(std::move(config)),
      listens_on_(config_.listen),
      retire_(std::move(retire)),
      health_(std::make_unique<HealthKeeper>(config_.workers)) {
  config_.passwords = std::make_shared<PasswordChecker>(kPasswordThreads);
  config_.content_spool = std::make_shared<ContentSpool>(
      config_.request_buffer_dir, config_.request_buffer_memory, config_.request_buffer_disk);
  for (unsigned i = 0; i < config_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(config_, i, access_log, retire_, on_adopted_, on_spans_));
  }
}

DataPlane::~DataPlane() { config_.passwords->stop(); }  // before the Workers that wait for it

void DataPlane::start() {
  for (const auto& worker : workers_) worker->start();
}

void DataPlane::publish(const std::shared_ptr<const router::Publication>& publication) {
  const HealthUpdates health = health_->adopt(publication->clusters, Clock::now());
  for (const auto& worker : workers_) worker->post_publication(publication, health);
}

void DataPlane::set_log_sinks(const observe::AccessLogSinks& sinks) {
  for (const auto& worker : workers_) worker->post_log_sinks(sinks);
}

std::uint64_t DataPlane::adopted_generation() const {
  std::uint64_t lowest = UINT64_MAX;
  for (const auto& worker : workers_) lowest = std::min(lowest, worker->adopted_generation());
  return workers_.empty() ? 0 : lowest;
}

void DataPlane::on_adopted(std::function<void()> callback) { on_adopted_ = std::move(callback); }

void DataPlane::on_spans(std::function<void()> callback) { on_spans_ = std::move(callback); }

std::vector<observe::SpanQueue*> DataPlane::span_queues() {
  std::vector<observe::SpanQueue*> queues;
  for (const auto& worker : workers_) queues.push_back(&worker->spans());
  return queues;
}

void DataPlane::begin_drain(std::chrono::milliseconds deadline) {
  for (const auto& worker : workers_) worker->post_drain(deadline);
}

bool DataPlane::drained() const {
  return std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->drained(); });
}

void DataPlane::stop() {
  config_.passwords->stop();
  health_->stop();
  for (const auto& worker : workers_) worker->stop();
}

std::string DataPlane::health_page() const { return health_->dump(Clock::now()); }

std::vector<observe::HealthSeries> DataPlane::health_series() const { return health_->series(Clock::now()); }

std::vector<const observe::WorkerStats*> DataPlane::stats() const {
  std::vector<const observe::WorkerStats*> all;
  all.reserve(workers_.size());
  for (const auto& worker : workers_) all.push_back(&worker->stats());
  return all;
}

}  // namespace headgate::proxy
