#include "app/span_exporter.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "observe/otlp.h"

namespace headgate::app {
namespace {

// "$NAME" and "${NAME}" as the environment says, and empty where it says nothing; other text as it is.
std::string resolved_by_environment(std::string text) {
  if (!text.starts_with('$')) return text;
  text.erase(0, 1);
  if (text.starts_with('{')) text = text.substr(1, text.size() - 2);
  const char* const value = std::getenv(text.c_str());
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

SpanExporter::SpanExporter(boost::asio::io_context& io, k8swatch::NameResolver& resolver,
                           std::vector<observe::SpanQueue*> queues, observe::SpanSource source,
                           std::function<void(std::string)> tell)
    : io_(io),
      resolver_(resolver),
      queues_(std::move(queues)),
      source_(std::move(source)),
      tell_(std::move(tell)),
      timer_(io),
      end_(io) {}

SpanExporter::~SpanExporter() {
  if (connection_ != nullptr) connection_->close();
}

std::string SpanExporter::where() const {
  return host_.empty() ? settings_.host : CollectorAddress{host_, settings_.port}.text();
}

void SpanExporter::update(const k8swatch::CollectorSettings& settings) {
  if (ending_ || settings == settings_) return;
  const bool moved = settings.host != settings_.host || settings.port != settings_.port;
  const bool renamed = settings.service_name != settings_.service_name;
  settings_ = settings;
  source_.service_name = settings_.service_name;
  const std::uint64_t share = std::max<std::uint64_t>(1, settings_.max_queue / queues_.size());
  // With half of its share a Worker does not wait for the delay either: it would soon drop.
  enough_ = std::min<std::uint64_t>(settings_.max_batch, std::max<std::uint64_t>(1, share / 2));
  for (observe::SpanQueue* const queue : queues_) queue->set_limits(share, enough_);
  if (renamed) message_.clear();
  if (moved) connect_anew();
  if (phase_ == Phase::waiting) wait();
}

// What is on its way goes to the new collector, too: whether the old one has taken it nobody knows.
void SpanExporter::connect_anew() {
  if (connection_ != nullptr) connection_->close();
  connection_.reset();
  say({});
  tries_ = 0;
  host_ = resolved_by_environment(settings_.host);
  if (host_.empty()) {
    if (!settings_.host.empty())
      say("the environment has no variable " + settings_.host + "; no spans are sent");
    timer_.cancel();
    phase_ = Phase::resting;
    do {
      drop_batch();
      std::size_t room = kMostBatchBytes;
      for (observe::SpanQueue* const queue : queues_) queue->take(batch_, SIZE_MAX, room);
    } while (!batch_.empty());
    return;
  }
  connection_ = std::make_shared<CollectorConnection>(io_, resolver_, CollectorAddress{host_, settings_.port},
                                                      "headgate/" + source_.version);
  if (batch_.empty())
    wait();
  else
    send();
}

void SpanExporter::set_timer(std::chrono::milliseconds wait) {
  timer_.expires_after(wait);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_timer();
  });
}

// May come late, when something else has happened meanwhile.
void SpanExporter::on_timer() {
  if (phase_ == Phase::waiting)
    begin_batch();
  else if (phase_ == Phase::holding)
    send();
}

void SpanExporter::say(std::string problem) {
  if (problem == said_) return;
  said_ = std::move(problem);
  tell_(said_);
}

void SpanExporter::wait() {
  phase_ = Phase::waiting;
  set_timer(settings_.delay);
}

void SpanExporter::wake() {
  if (phase_ == Phase::waiting) begin_batch();
}

bool SpanExporter::has_enough() const {
  std::uint64_t waiting = 0;
  for (const observe::SpanQueue* const queue : queues_) {
    const std::uint64_t size = queue->size();
    if (size >= enough_) return true;
    waiting += size;
  }
  return waiting >= settings_.max_batch;
}

// Of each Worker in turn, so that none is left behind.
void SpanExporter::begin_batch() {
  std::size_t room = kMostBatchBytes;
  for (std::size_t i = 0; i < queues_.size() && batch_.size() < settings_.max_batch; ++i) {
    if (!queues_[next_queue_]->take(batch_, settings_.max_batch, room)) break;
    next_queue_ = (next_queue_ + 1) % queues_.size();
  }
  if (batch_.empty()) {
    if (ending_)
      phase_ = Phase::over;
    else
      wait();
    return;
  }
  message_.clear();
  tries_ = 0;
  send();
}

void SpanExporter::send() {
  phase_ = Phase::sending;
  timer_.cancel();
  ++tries_;
  if (message_.empty()) message_ = observe::encode_export(source_, batch_);
  connection_->call(message_, [this](const ExportOutcome& outcome) { on_outcome(outcome); });
}

void SpanExporter::on_outcome(const ExportOutcome& outcome) {
  using Kind = ExportOutcome::Kind;
  if (outcome.kind == Kind::accepted) {
    const std::uint64_t rejected = std::min<std::uint64_t>(outcome.rejected, batch_.size());
    sent_.fetch_add(batch_.size() - rejected, std::memory_order_relaxed);
    dropped_.fetch_add(rejected, std::memory_order_relaxed);
    batch_.clear();
    say(rejected == 0 ? std::string() : "the collector " + where() + ": " + outcome.error);
    return go_on();
  }
  failures_.fetch_add(1, std::memory_order_relaxed);
  if (outcome.kind == Kind::retry) {
    say("the collector " + where() + " cannot be reached: " + outcome.error +
        "; spans are dropped while it is so");
    if (!ending_ && tries_ < kMostTries) return hold();
  } else {
    say("the collector " + where() + " takes no spans: " + outcome.error);
  }
  drop_batch();
  if (ending_) {
    phase_ = Phase::over;
    return;
  }
  wait();
}

void SpanExporter::hold() {
  phase_ = Phase::holding;
  set_timer(kFirstBackoff * (1 << (tries_ - 1)));
}

void SpanExporter::drop_batch() {
  dropped_.fetch_add(batch_.size(), std::memory_order_relaxed);
  batch_.clear();
}

// Between two batches.
void SpanExporter::go_on() {
  if (has_enough()) return begin_batch();
  if (!ending_) return wait();
  const bool is_empty = std::all_of(queues_.begin(), queues_.end(),
                                    [](const observe::SpanQueue* queue) { return queue->size() == 0; });
  if (!is_empty) return begin_batch();
  phase_ = Phase::over;
}

void SpanExporter::begin_end() {
  if (std::exchange(ending_, true)) return;
  if (phase_ == Phase::resting) {
    phase_ = Phase::over;
    return;
  }
  end_.expires_after(kLastPatience);
  end_.async_wait([this](const boost::system::error_code& error) {
    if (error || phase_ == Phase::over) return;
    connection_->close();
    drop_batch();
    phase_ = Phase::over;
  });
  if (phase_ == Phase::waiting) begin_batch();
  if (phase_ == Phase::holding) send();
}

observe::SpanTotals SpanExporter::totals() const {
  observe::SpanTotals totals;
  totals.sent = sent_.load(std::memory_order_relaxed);
  totals.dropped_collector = dropped_.load(std::memory_order_relaxed);
  totals.failures = failures_.load(std::memory_order_relaxed);
  for (const observe::SpanQueue* const queue : queues_) totals.dropped_queue += queue->dropped();
  return totals;
}

}  // namespace headgate::app
