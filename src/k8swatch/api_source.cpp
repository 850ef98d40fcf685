#include "k8swatch/api_source.h"

#include <algorithm>
#include <ctime>
#include <random>
#include <utility>

#include "base/log.h"
#include "base/utc_text.h"

namespace headgate::k8swatch {
namespace {

std::function<double()> random_numbers() {
  return [engine = std::mt19937_64(std::random_device{}())]() mutable {
    return std::uniform_real_distribution<double>(0, 1)(engine);
  };
}

std::string origin_of(const WatchedResource& resource) {
  return std::string(ApiSource::kServer) + ' ' + resource.name;
}

}  // namespace

// One resource: its Reflector, and the call under way.
class ApiSource::Follower final : public ApiStreamHandler {
 public:
  Follower(ApiSource& owner, WatchedResource resource)
      : owner_(owner),
        resource_(std::move(resource)),
        reflector_({resource_.kind, resource_.name, owner.options_.chance}, owner.reader_, owner.sink_) {}

  void run_due(TimePoint now) {
    reflector_.run_due(now);
    drop_useless_call();
    auto request = reflector_.next_request(now);
    if (!request) return;
    call_.reset();
    call_ = owner_.transport_.stream(to_api(*std::move(request)), *this);
  }

  void on_head(const ApiHead& head) override {
    const TimePoint now = owner_.options_.now();
    for (const std::string& warning : head.warnings) say_warning(warning);
    reflector_.on_head(head, now);
    after(now);
  }
  void on_bytes(std::string_view bytes) override {
    const TimePoint now = owner_.options_.now();
    reflector_.on_bytes(bytes, now);
    after(now);
  }
  void on_end(std::optional<ApiError> error) override {
    const TimePoint now = owner_.options_.now();
    reflector_.on_end(error, now);
    after(now);
  }

  // Nothing more is to be waited for before the first table: it has been read, or cannot be and need not.
  [[nodiscard]] bool is_settled() const { return reflector_.is_synced() || is_given_up(); }
  [[nodiscard]] const WatchedResource& resource() const { return resource_; }
  [[nodiscard]] const Reflector& reflector() const { return reflector_; }

  void hurry(TimePoint now) { reflector_.hurry(now); }

  bool was_in_trouble = false;
  bool has_said_unreadable = false;
  bool has_said_trouble = false;

 private:
  [[nodiscard]] bool is_given_up() const {
    const auto& trouble = reflector_.trouble();
    return resource_.is_optional && trouble && trouble->what == ReflectorTrouble::What::forbidden;
  }

  [[nodiscard]] ApiRequest to_api(ReflectorRequest from) const {
    ApiRequest request;
    request.target = resource_.path;
    if (!resource_.query.empty() || !from.query.empty()) request.target += '?';
    request.target += resource_.query;
    if (!resource_.query.empty() && !from.query.empty()) request.target += '&';
    request.target += from.query;
    request.idle_timeout = from.idle_timeout;
    request.fresh_connection = from.fresh_connection;
    request.lane = resource_.name;
    return request;
  }

  void after(TimePoint now) {
    drop_useless_call();
    owner_.after_callback(now);
  }
  void drop_useless_call() {
    if (!reflector_.is_under_way()) call_.reset();
  }

  void say_warning(const std::string& warning) {
    if (warning == warned_) return;
    warned_ = warning;
    log::warning(resource_.name + ": the API server warns: " + warning);
  }

  ApiSource& owner_;
  WatchedResource resource_;
  Reflector reflector_;
  std::unique_ptr<ApiCall> call_;
  std::string warned_;
};

ApiSource::ApiSource(ApiSourceOptions options, ApiTransport& transport, ObjectSink& sink)
    : options_(std::move(options)), transport_(transport), sink_(sink), reader_(options_.decoding) {
  if (!options_.chance) options_.chance = random_numbers();
  if (!options_.wall_seconds)
    options_.wall_seconds = [] { return static_cast<std::int64_t>(std::time(nullptr)); };
  for (const WatchedResource& resource : options_.resources)
    followers_.push_back(std::make_unique<Follower>(*this, resource));
}

ApiSource::~ApiSource() = default;

Result<void> ApiSource::start(TimePoint now) {
  run_due(now);
  return {};
}

void ApiSource::run_due(TimePoint now) {
  for (const auto& follower : followers_) follower->run_due(now);
  hurry_after_trouble(now);
  update_findings(now);
}

std::optional<TimePoint> ApiSource::deadline() const {
  std::optional<TimePoint> earliest;
  const auto consider = [&earliest](TimePoint time) {
    if (!earliest || time < *earliest) earliest = time;
  };
  for (const auto& follower : followers_) {
    if (const auto due = follower->reflector().deadline()) consider(*due);
    const auto& trouble = follower->reflector().trouble();
    const bool is_outage = trouble && trouble->what == ReflectorTrouble::What::unreachable;
    if (trouble && !(is_outage ? has_said_unreachable_ : follower->has_said_trouble))
      consider(trouble->since + kFindingAfter);
  }
  return earliest;
}

void ApiSource::after_callback(TimePoint now) {
  say_synced();
  hurry_after_trouble(now);
  update_findings(now);
  if (wake_) wake_();
}

void ApiSource::say_synced() {
  bool all = true;
  for (const auto& follower : followers_) {
    all = all && follower->is_settled();
    const bool unreadable = follower->is_settled() && !follower->reflector().is_synced();
    if (std::exchange(follower->has_said_unreadable, unreadable) != unreadable)
      sink_.set_readable(follower->resource().kind, !unreadable);
  }
  if (!all || std::exchange(synced_, true)) return;
  sink_.synced();
}

void ApiSource::hurry_after_trouble(TimePoint now) {
  bool is_over = false;
  for (const auto& follower : followers_) {
    const bool in_trouble = follower->reflector().trouble().has_value();
    is_over = (std::exchange(follower->was_in_trouble, in_trouble) && !in_trouble) || is_over;
  }
  if (!is_over || (hurried_at_ && now - *hurried_at_ < kHurryAgain)) return;
  hurried_at_ = now;
  for (const auto& follower : followers_) follower->hurry(now);
}

std::string ApiSource::since_text(TimePoint since, TimePoint now) const {
  const auto ago = std::chrono::duration_cast<std::chrono::seconds>(now - since).count();
  return utc_text(options_.wall_seconds() - ago);
}

void ApiSource::say_refusal(Follower& follower, const ReflectorTrouble& trouble, TimePoint now) {
  if (now - trouble.since < kFindingAfter || std::exchange(follower.has_said_trouble, true)) return;
  const std::string& name = follower.resource().name;
  sink_.set_source_findings(
      origin_of(follower.resource()),
      {{follower.is_settled() ? Severity::warning : Severity::error, kServer, name,
        "cannot be read since " + since_text(trouble.since, now) + ": " + trouble.reason +
            (follower.reflector().is_synced() ? "; what was read before stays" : "")}});
}

// A Finding says how it began and stays as it is while it lasts, however the reason changes from try to try.
void ApiSource::update_findings(TimePoint now) {
  const ReflectorTrouble* outage = nullptr;
  for (const auto& follower : followers_) {
    const auto& trouble = follower->reflector().trouble();
    const bool is_outage = trouble && trouble->what == ReflectorTrouble::What::unreachable;
    if (is_outage && (outage == nullptr || trouble->since < outage->since)) outage = &*trouble;
    if (trouble && !is_outage)
      say_refusal(*follower, *trouble, now);
    else if (std::exchange(follower->has_said_trouble, false))
      sink_.set_source_findings(origin_of(follower->resource()), {});
  }
  if (outage != nullptr && now - outage->since >= kFindingAfter) {
    if (std::exchange(has_said_unreachable_, true)) return;
    sink_.set_source_findings(
        kServer, {{synced_ ? Severity::warning : Severity::error, kServer, "",
                   "cannot be reached since " + since_text(outage->since, now) + ": " + outage->reason +
                       (synced_ ? "; what was read before is served on" : "")}});
  } else if (outage == nullptr && std::exchange(has_said_unreachable_, false)) {
    sink_.set_source_findings(kServer, {});
  }
}

std::vector<ApiWatchFacts> ApiSource::facts() const {
  std::vector<ApiWatchFacts> all;
  for (const auto& follower : followers_) {
    const Reflector& reflector = follower->reflector();
    all.push_back({follower->resource().name, reflector.is_synced(), reflector.trouble().has_value(),
                   reflector.object_count(), reflector.counters()});
  }
  return all;
}

}  // namespace headgate::k8swatch
