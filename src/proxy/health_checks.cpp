#include "proxy/health_checks.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/method.h"
#include "proxy/context.h"
#include "proxy/grpc_check.h"
#include "proxy/upstream.h"

namespace headgate::proxy {

// One endpoint's. Between two questions its timer runs; then it waits for its turn, then for the answer.
class HealthChecks::Check final : public Timer, public UpstreamUser {
 public:
  Check(HealthChecks& owner, std::shared_ptr<EndpointHealth> health, EndpointRef endpoint)
      : owner_(owner), health_(std::move(health)), endpoint_(std::move(endpoint)) {
    health_->contrary_checks = 0;  // of checks that were turned off meanwhile
  }
  ~Check() {
    if (upstream_ != nullptr) upstream_->close();
    owner_.forget_turn(*this);
  }

  void configure(EndpointPoolRef pool, std::shared_ptr<ClusterHealth> cluster) {
    pool_ = std::move(pool);
    cluster_ = std::move(cluster);
    const router::HealthCheck& rules = this->rules();
    settings_.connect_timeout = settings_.send_timeout = settings_.read_timeout = rules.timeout;
    if (!began_) {  // all at once after a start is what nobody wants
      began_ = true;
      set_timer(std::chrono::milliseconds(
          random_below(std::min<std::chrono::milliseconds>(rules.interval, kFirstWithin).count())));
    }
  }
  [[nodiscard]] const std::string& namespace_name() const { return pool_->cluster().namespace_name; }

  // Time for another question, or the one that is under way has taken too long, however much came.
  void on_timeout() override {
    if (upstream_ == nullptr) return owner_.ask_for_turn(*this);
    end(false);
  }

  // Its turn: asks.
  void begin() {
    using router::UpstreamProtocol;
    grpc_.reset();
    if (rules().grpc_service) grpc_.emplace();
    const UpstreamProtocol protocol = rules().protocol.value_or(pool_->protocol());
    UpstreamWay way;
    way.http2 = protocol == UpstreamProtocol::h2c || protocol == UpstreamProtocol::h2;
    way.cluster = &pool_->cluster();
    if (protocol == UpstreamProtocol::https || protocol == UpstreamProtocol::h2) {
      way.tls = owner_.context_.upstreams.default_tls();
      if (way.tls == nullptr) return finish({});
    }
    discarded_ = 0;
    answer_ = {};
    asks_http2_ = way.http2;
    // Streams share a connection, which it would take a minute to be rid of.
    upstream_ =
        owner_.context_.upstreams.checkout(*endpoint_, *this, way, way.http2 ? Reuse::any : Reuse::none);
    if (upstream_ == nullptr) return finish({});
    set_timer(rules().timeout);
    if (upstream_->is_connected()) on_connected();
  }

  void on_connected() override {
    const std::string request = this->request();
    upstream_->send(request.data(), request.size());
    if (upstream_ != nullptr) upstream_->request_complete();
  }
  void on_upstream_drained() override {}
  void on_interim(http::ResponseHead&) override {}
  void on_response_head(http::ResponseHead& head, const http::ResponseFacts&, char* body, std::size_t size,
                        bool last) override {
    if (grpc_)
      grpc_->on_head(head);
    else
      answer_ = CheckAnswer::http(head.status);
    take_content({body, size}, last);
  }
  void on_response_body(char* data, std::size_t size, bool last) override {
    take_content({data, size}, last);
  }
  void on_response_trailers(std::string_view lines) override {
    if (grpc_) grpc_->on_trailers(lines);
    take_content({}, true);
  }
  // Not asked for, so the parser lets none through.
  void on_switching(http::ResponseHead&, UpstreamConnection&) override { end(false); }
  void on_upstream_failed(UpstreamFailure, bool, bool) override {
    upstream_ = nullptr;
    finish(answer_);  // the head has said what it says, though its content did not end
  }
  [[nodiscard]] bool response_paused() const override { return false; }
  [[nodiscard]] std::size_t response_room() const override { return kMostDiscarded; }
  [[nodiscard]] http::ResponseContext response_context() const override {
    return {grpc_ ? http::Method::post : http::Method::get, {}};
  }
  [[nodiscard]] const router::RouteSettings& settings() const override { return settings_; }

  bool has_turn = false;

 private:
  static constexpr std::size_t kMostDiscarded = std::size_t{64} * 1024;
  static constexpr std::chrono::milliseconds kFirstWithin{2000};

  [[nodiscard]] const router::HealthCheck& rules() const { return *cluster_->settings().check; }
  std::int64_t random_below(std::int64_t limit) {
    return static_cast<std::int64_t>(owner_.context_.random.next() % static_cast<std::uint64_t>(limit));
  }
  void set_timer(std::chrono::milliseconds wait) {
    owner_.context_.timers.set(*this, owner_.context_.now + wait);
  }

  [[nodiscard]] std::string request() const {
    const router::HealthCheck& rules = this->rules();
    const std::string& host = rules.host.empty() ? endpoint_->endpoint.text : rules.host;
    if (grpc_) return GrpcCheck::request(rules.grpc_service.value_or(std::string()), host, rules.timeout);
    std::string text = "GET " + rules.path + " HTTP/1.1\r\nHost: " + host +
                       "\r\nUser-Agent: headgate-health-check\r\nAccept: */*\r\n";
    if (!asks_http2_) text += "Connection: close\r\n";
    return text + "\r\n";
  }
  void take_content(std::string_view bytes, bool last) {
    discarded_ += bytes.size();
    if (grpc_) grpc_->on_content(bytes);
    if (grpc_ && last) answer_ = grpc_->answer();
    if (last || discarded_ > kMostDiscarded) end(last);
  }
  void end(bool whole) {
    Upstream* const upstream = std::exchange(upstream_, nullptr);
    if (whole)
      upstream->release(asks_http2_);  // "Connection: close": it is not kept
    else
      upstream->close();
    finish(answer_);
  }
  void finish(CheckAnswer answer) {
    // What was asked by other rules says nothing about these.
    const bool is_of_these = grpc_.has_value() == rules().grpc_service.has_value();
    if (is_of_these && health_->note_check(answer, rules())) cluster_->ask();
    const auto interval = rules().interval;
    set_timer(interval - interval / 10 + std::chrono::milliseconds(random_below(interval.count() / 5)));
    owner_.end_turn(*this);
  }

  HealthChecks& owner_;
  std::shared_ptr<EndpointHealth> health_;
  EndpointRef endpoint_;
  EndpointPoolRef pool_;
  std::shared_ptr<ClusterHealth> cluster_;
  router::RouteSettings settings_;
  Upstream* upstream_ = nullptr;
  CheckAnswer answer_;
  std::optional<GrpcCheck> grpc_;  // where that is asked by
  std::size_t discarded_ = 0;
  bool asks_http2_ = false;
  bool began_ = false;
};

HealthChecks::HealthChecks(WorkerContext& context, unsigned worker, unsigned workers)
    : context_(context), worker_(worker), workers_(workers) {}

HealthChecks::~HealthChecks() { close_all(); }

void HealthChecks::adopt(router::ClusterSlot slot, const EndpointPoolRef& pool,
                         const std::shared_ptr<ClusterHealth>& health) {
  if (health == nullptr || !health->settings().check) {
    clusters_.erase(slot);
    return;
  }
  OfCluster& checks = clusters_[slot];
  OfCluster kept;
  for (std::size_t i = 0; i < health->checked_count(); ++i) {
    const ClusterHealth::Member& member = health->members()[i];
    EndpointState& endpoint = pool->endpoint(i);
    if (endpoint.hash_id % workers_ != worker_) continue;
    auto known = checks.extract(member.health.get());
    std::unique_ptr<Check>& check = kept[member.health.get()];
    check = known.empty() ? std::make_unique<Check>(*this, member.health, EndpointRef(&endpoint))
                          : std::move(known.mapped());
    check->configure(pool, health);
  }
  checks = std::move(kept);
  give_turns();
  health->ask();  // what has been found out meanwhile was told to the one before
}

void HealthChecks::close_all() { clusters_.clear(); }

std::size_t HealthChecks::size() const {
  std::size_t sum = 0;
  for (const auto& [slot, checks] : clusters_) sum += checks.size();
  return sum;
}

void HealthChecks::ask_for_turn(Check& check) {
  lines_[check.namespace_name()].waiting.push_back(&check);
  ++waiting_;
  give_turns();
}

void HealthChecks::end_turn(Check& check) {
  forget_turn(check);
  give_turns();
}

// It has been asked, or is destroyed.
void HealthChecks::forget_turn(Check& check) {
  const auto at = lines_.find(check.namespace_name());
  if (at == lines_.end()) return;
  Line& line = at->second;
  if (std::exchange(check.has_turn, false)) {
    --line.running;
    --running_;
  } else {
    waiting_ -= std::erase(line.waiting, &check);
  }
  if (line.running == 0 && line.waiting.empty()) lines_.erase(at);
}

// To the namespaces in turn. A question may end at once (nobody listens there), which comes back here.
void HealthChecks::give_turns() {
  if (giving_) return;
  giving_ = true;
  auto at = lines_.upper_bound(last_line_);
  for (std::size_t passed = 0; waiting_ > 0 && running_ < kMostAtOnce && passed <= lines_.size();) {
    if (at == lines_.end()) at = lines_.begin();
    Line& line = at->second;
    if (line.waiting.empty() || line.running >= kMostOfNamespace) {
      ++at;
      ++passed;
      continue;
    }
    Check& next = *line.waiting.front();
    line.waiting.pop_front();
    --waiting_;
    ++line.running;
    ++running_;
    next.has_turn = true;
    last_line_ = at->first;
    next.begin();
    passed = 0;
    at = lines_.upper_bound(last_line_);  // the lines may be others by now
  }
  giving_ = false;
}

}  // namespace headgate::proxy
