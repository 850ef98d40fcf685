#include "observe/route_series.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace headgate::observe {
namespace {

constexpr std::array<std::string_view, 10> kMethods = {"GET",     "HEAD",  "POST",  "PUT",     "DELETE",
                                                       "OPTIONS", "PATCH", "TRACE", "CONNECT", "OTHER"};

std::uint8_t method_index(std::string_view method) {
  if (method == kMethods[0]) return 0;
  std::uint8_t i = 1;
  while (i + 1U < kMethods.size() && kMethods[i] != method) ++i;
  return i;
}

// (slot, method, status) in one word; never 0 (the empty entry), because of the lowest bit.
std::uint64_t pack(std::uint32_t slot, std::uint8_t method, std::uint16_t status) {
  return (std::uint64_t{slot} << 32) | (std::uint64_t{status} << 16) | (std::uint64_t{method} << 8) | 1;
}

// Open addressing from packed key to series; at most half full. Neither slots nor methods nor statuses are
// free for a client to choose, so the hash needs no seed.
class SeriesIndex {
 public:
  [[nodiscard]] RouteSeries* find(std::uint64_t key) const {
    for (std::size_t i = home(key); entries_[i].key != 0; i = next(i))
      if (entries_[i].key == key) return entries_[i].series;
    return nullptr;
  }

  void insert(std::uint64_t key, RouteSeries* series) {
    if (2 * (size_ + 1) > entries_.size()) grow();
    place(key, series);
    ++size_;
  }

  void erase(std::uint64_t key) {
    std::size_t hole = home(key);
    while (entries_[hole].key != key) {
      if (entries_[hole].key == 0) return;
      hole = next(hole);
    }
    // Close the gap, so that no probe ends too early.
    for (std::size_t i = next(hole); entries_[i].key != 0; i = next(i)) {
      const std::size_t wanted = home(entries_[i].key);
      if (((i - wanted) & mask()) < ((i - hole) & mask())) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole] = Entry{};
    --size_;
  }

 private:
  struct Entry {
    std::uint64_t key = 0;
    RouteSeries* series = nullptr;
  };

  [[nodiscard]] std::size_t mask() const { return entries_.size() - 1; }
  [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & mask(); }
  [[nodiscard]] std::size_t home(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ULL) >> 32) & mask();
  }
  void place(std::uint64_t key, RouteSeries* series) {
    std::size_t i = home(key);
    while (entries_[i].key != 0) i = next(i);
    entries_[i] = Entry{key, series};
  }
  void grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old)
      if (entry.key != 0) place(entry.key, entry.series);
  }

  std::vector<Entry> entries_ = std::vector<Entry>(16);
  std::size_t size_ = 0;
};

std::uint64_t microseconds(std::chrono::microseconds value) {
  return static_cast<std::uint64_t>(value.count());
}

void record_tries(RouteSeries& series, const AccessRecord& record) {
  const std::size_t count = std::min<std::size_t>(record.try_count, record.tries.size());
  if (count == 0) return;
  const UpstreamTry& last = record.tries[count - 1];
  if (last.connect_time.count() >= 0)
    series.durations.observe(RouteSeries::connect_duration, kDurationBuckets,
                             microseconds(last.connect_time));
  if (last.header_time.count() >= 0)
    series.durations.observe(RouteSeries::header_duration, kDurationBuckets, microseconds(last.header_time));
  std::chrono::microseconds total{-1};
  for (std::size_t i = 0; i < count; ++i) {
    const std::chrono::microseconds time = record.tries[i].response_time;
    if (time.count() >= 0) total = std::max(total, std::chrono::microseconds{0}) + time;
  }
  if (total.count() >= 0)
    series.durations.observe(RouteSeries::response_duration, kDurationBuckets, microseconds(total));
}

void record_into(RouteSeries& series, const AccessRecord& record) {
  series.requests.add();
  series.durations.observe(RouteSeries::request_duration, kDurationBuckets,
                           microseconds(record.request_time));
  series.lengths.observe(RouteSeries::request_size, kLengthBuckets, record.request_length);
  series.lengths.observe(RouteSeries::response_size, kLengthBuckets, record.bytes_sent);
  series.bytes_sent.observe(0, kSizeBuckets, record.bytes_sent);
  record_tries(series, record);
}

}  // namespace

struct RouteSeriesTable::State {
  // Used by the writer alone.
  SeriesIndex index;
  std::uint64_t last_key = 0;
  RouteSeries* last = nullptr;
  struct Owned {
    std::uint64_t key;  // in `index`
    std::uint64_t id;   // in `all`
  };
  std::unordered_map<std::uint32_t, std::vector<Owned>> by_slot;
  std::uint64_t next_id = 1;

  // Taken to create, to remove and, in short spans, to read.
  mutable std::mutex mutex;
  std::map<std::uint64_t, std::shared_ptr<RouteSeries>> all;  // by id, so that a reader can resume
};

RouteSeriesTable::RouteSeriesTable() : state_(std::make_unique<State>()) {}
RouteSeriesTable::~RouteSeriesTable() = default;

void RouteSeriesTable::record(const RouteLabels& labels, const AccessRecord& record) {
  State& state = *state_;
  const std::uint8_t method = method_index(record.method);
  const std::uint64_t key = pack(labels.slot, method, record.status);
  if (key != state.last_key) {
    RouteSeries* series = state.index.find(key);
    if (series == nullptr) {
      auto created = std::make_shared<RouteSeries>();
      created->namespace_name = labels.namespace_name;
      created->ingress = labels.ingress;
      created->service = labels.service;
      created->path = labels.path;
      created->canary = labels.canary;
      created->host = labels.host;
      created->method = kMethods[method];
      created->status = record.status;
      series = created.get();
      const std::uint64_t id = state.next_id++;
      state.index.insert(key, series);
      state.by_slot[labels.slot].push_back({key, id});
      const std::lock_guard lock(state.mutex);
      state.all.emplace(id, std::move(created));
    }
    state.last_key = key;
    state.last = series;
  }
  record_into(*state.last, record);
}

void RouteSeriesTable::remove(std::uint32_t slot) {
  State& state = *state_;
  const auto found = state.by_slot.find(slot);
  if (found == state.by_slot.end()) return;
  for (const State::Owned& owned : found->second) {
    state.index.erase(owned.key);
    std::shared_ptr<RouteSeries> doomed;  // freed outside the lock
    const std::lock_guard lock(state.mutex);
    const auto position = state.all.find(owned.id);
    doomed = std::move(position->second);
    state.all.erase(position);
  }
  state.by_slot.erase(found);
  state.last_key = 0;
  state.last = nullptr;
}

void RouteSeriesTable::for_each(const std::function<void(const RouteSeries&)>& visit) const {
  constexpr std::size_t kSpan = 64;
  std::vector<std::shared_ptr<const RouteSeries>> span;
  span.reserve(kSpan);
  std::uint64_t last_id = 0;
  do {
    span.clear();
    {
      const std::lock_guard lock(state_->mutex);
      for (auto i = state_->all.upper_bound(last_id); i != state_->all.end() && span.size() < kSpan; ++i) {
        span.push_back(i->second);
        last_id = i->first;
      }
    }
    for (const auto& series : span) visit(*series);
  } while (span.size() == kSpan);
}

}  // namespace headgate::observe
