#include "proxy/data_plane.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>

#include "proxy/health_keeper.h"
#include "proxy/password_checker.h"
#include "proxy/request_spool.h"
#include "proxy/worker.h"

namespace headgate::proxy {
namespace {

// Beside the Workers, which a flood of passwords must not stop.
constexpr unsigned kPasswordThreads = 2;

// SO_REUSEPORT lets a second process of the same user bind a port in use, silently: look without it first.
Result<void> check_free(const SocketAddress& address) {
  if (address.port() == 0) return {};
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail("cannot create a socket for " + address.to_string() + ": " + std::strerror(errno));
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.is_v6()) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const int bound = ::bind(fd, address.data(), address.size());
  const int error = errno;
  ::close(fd);
  if (bound != 0) return fail("cannot bind to " + address.to_string() + ": " + std::strerror(error));
  return {};
}

// SO_REUSEPORT lets two listeners of our own share an address, too: half of the clients would meet the wrong
// protocol.
Result<void> check_distinct(const DataPlaneConfig& config) {
  std::set<std::string> seen;
  for (const auto* addresses : {&config.http_addresses, &config.https_addresses}) {
    for (const SocketAddress& address : *addresses) {
      if (address.port() != 0 && !seen.insert(address.to_string()).second)
        return fail("cannot listen on " + address.to_string() + " twice");
    }
  }
  return {};
}

}  // namespace

DataPlane::DataPlane(DataPlaneConfig config, observe::AccessLogSink& access_log,
                     std::function<void(std::shared_ptr<const void>)> retire)
    : config_(std::move(config)),
      access_log_(access_log),
      retire_(std::move(retire)),
      health_(std::make_unique<HealthKeeper>(config_.workers)) {
  config_.passwords = std::make_shared<PasswordChecker>(kPasswordThreads);
  config_.request_spool = std::make_shared<RequestSpool>(
      config_.request_buffer_dir, config_.request_buffer_memory, config_.request_buffer_disk);
  for (unsigned i = 0; i < config_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(config_, i, access_log_, retire_, on_adopted_, on_spans_));
  }
}

DataPlane::~DataPlane() { config_.passwords->stop(); }  // before the Workers that wait for it

Result<void> DataPlane::bind() {
  if (Result<void> distinct = check_distinct(config_); !distinct) return distinct;
  for (const auto* addresses : {&config_.http_addresses, &config_.https_addresses}) {
    for (const SocketAddress& address : *addresses) {
      if (Result<void> is_free = check_free(address); !is_free) return is_free;
    }
  }
  for (const auto& worker : workers_) {
    if (Result<void> bound = worker->bind(config_.http_addresses, false); !bound) return bound;
    if (Result<void> bound = worker->bind(config_.https_addresses, true); !bound) return bound;
  }
  return {};
}

void DataPlane::start() {
  for (const auto& worker : workers_) worker->start();
}

void DataPlane::publish(const std::shared_ptr<const router::Publication>& publication) {
  const HealthUpdates health = health_->adopt(publication->clusters, Clock::now());
  for (const auto& worker : workers_) worker->post_publication(publication, health);
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
