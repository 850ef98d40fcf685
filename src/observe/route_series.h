// Per-route request series of one Worker: the `requests` counter and the histograms with ingress-nginx's R
// labels. One writer (the Worker); readers (the scrape) may run at any time. A series is created at the first
// request of its (route, method, status) and lives until its route is removed; recording into an existing one
// takes no lock and no memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "observe/access_record.h"
#include "observe/counter.h"

namespace headgate::observe {

// Upper bounds as ingress-nginx has them: microseconds (its .005 … 10 seconds) and bytes.
inline constexpr std::array<std::uint64_t, 11> kDurationBuckets = {
    5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};
inline constexpr std::array<std::uint64_t, 10> kLengthBuckets = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
inline constexpr std::array<std::uint64_t, 7> kSizeBuckets = {10,      100,       1'000,     10'000,
                                                              100'000, 1'000'000, 10'000'000};

// What the route is called; views into the routing table, read only when a series is created.
struct RouteLabels {
  std::uint32_t slot = 0;  // router::RouteSlot, the key
  std::string_view namespace_name;
  std::string_view ingress;
  std::string_view service;
  std::string_view path;
  std::string_view host;      // the rule's host ("*.foo.com", "_"), never the client's text
  std::string_view canary{};  // Cluster::name of the canary, with a slot of its own; empty: not a canary
};

// One series. The texts never change after its creation; the values have one writer.
struct RouteSeries {
  std::string namespace_name;
  std::string ingress;
  std::string service;
  std::string path;
  std::string canary;
  std::string host;
  std::string_view method;  // of a closed set: a client cannot create series by inventing methods
  std::uint16_t status = 0;

  enum Duration : std::size_t {
    request_duration,
    response_duration,  // time of all tries together
    header_duration,    // of the last try
    connect_duration,   // of the last try
    kDurations,
  };
  enum Length : std::size_t { request_size, response_size, kLengths };

  // On the request path: what most requests touch lies on four lines.
  alignas(64) Histograms<kDurationBuckets.size(), kDurations> durations;
  Counter requests;
  Histograms<kSizeBuckets.size(), 1> bytes_sent;
  Histograms<kLengthBuckets.size(), kLengths> lengths;
};

// Writer side: record() and remove(), by the Worker's thread. Reader side: for_each(), by any thread.
class RouteSeriesTable {
 public:
  RouteSeriesTable();
  ~RouteSeriesTable();
  RouteSeriesTable(const RouteSeriesTable&) = delete;
  RouteSeriesTable& operator=(const RouteSeriesTable&) = delete;

  void record(const RouteLabels& labels, const AccessRecord& record);
  // Forgets every series of the route. Unknown slots are harmless.
  void remove(std::uint32_t slot);

  // Visits each series once, in order of creation; series created or removed meanwhile may be missed or seen.
  // The writer is never kept waiting for longer than a few dozen pointer copies.
  void for_each(const std::function<void(const RouteSeries&)>& visit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::observe
