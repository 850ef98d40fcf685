#include "observe/route_series.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "records.h"

namespace headgate::observe {
namespace {

using std::chrono::microseconds;

RouteLabels labels_of(std::uint32_t slot) {
  return {slot, "default", "web", "web-svc", "/shop", "shop.example"};
}

AccessRecord record_of(std::string_view method, std::uint16_t status) {
  AccessRecord record = sample_record();
  record.method = method;
  record.status = status;
  return record;
}

std::map<std::string, std::uint64_t> requests_by_name(const RouteSeriesTable& table) {
  std::map<std::string, std::uint64_t> counts;
  table.for_each([&](const RouteSeries& series) {
    counts[std::string(series.method) + " " + std::to_string(series.status)] += series.requests.value();
  });
  return counts;
}

TEST(RouteSeries, CountsByMethodAndStatus) {
  RouteSeriesTable table;
  table.record(labels_of(1), record_of("GET", 200));
  table.record(labels_of(1), record_of("GET", 200));
  table.record(labels_of(1), record_of("POST", 200));
  table.record(labels_of(1), record_of("GET", 404));
  table.record(labels_of(2), record_of("GET", 200));
  const std::map<std::string, std::uint64_t> expected = {{"GET 200", 3}, {"GET 404", 1}, {"POST 200", 1}};
  EXPECT_EQ(requests_by_name(table), expected);
}

TEST(RouteSeries, KeepsTheLabelsItWasCreatedWith) {
  RouteSeriesTable table;
  table.record(labels_of(7), record_of("GET", 200));
  int seen = 0;
  table.for_each([&](const RouteSeries& series) {
    ++seen;
    EXPECT_EQ(series.namespace_name, "default");
    EXPECT_EQ(series.ingress, "web");
    EXPECT_EQ(series.service, "web-svc");
    EXPECT_EQ(series.path, "/shop");
    EXPECT_EQ(series.host, "shop.example");
  });
  EXPECT_EQ(seen, 1);
}

TEST(RouteSeries, CannotBeMultipliedByInventedMethods) {
  RouteSeriesTable table;
  for (int i = 0; i < 100; ++i) {
    const std::string method = "M" + std::to_string(i);
    table.record(labels_of(1), record_of(method, 200));
  }
  EXPECT_EQ(requests_by_name(table), (std::map<std::string, std::uint64_t>{{"OTHER 200", 100}}));
}

TEST(RouteSeries, ObservesEveryHistogram) {
  RouteSeriesTable table;
  AccessRecord record = sample_record();
  record.request_time = microseconds{6000};
  record.request_length = 95;
  record.bytes_sent = 1200;
  record.tries[0].response_time = microseconds{1000};
  record.tries[1] = {"10.0.0.2:8080", 200, 5, microseconds{700}, microseconds{30000}, microseconds{39000}};
  record.try_count = 2;
  table.record(labels_of(1), record);
  table.for_each([&](const RouteSeries& series) {
    EXPECT_EQ(series.durations.count(RouteSeries::request_duration, 1), 1U);  // ≤ 10 ms
    EXPECT_EQ(series.durations.sum(RouteSeries::request_duration), 6000U);
    EXPECT_EQ(series.durations.count(RouteSeries::connect_duration, 0), 1U);
    EXPECT_EQ(series.durations.count(RouteSeries::header_duration, 3), 1U);                  // ≤ 50 ms
    EXPECT_EQ(series.durations.sum(RouteSeries::response_duration), 40000U);                 // both tries
    EXPECT_EQ(series.lengths.count(RouteSeries::request_size, 9), 1U);                       // ≤ 100
    EXPECT_EQ(series.lengths.count(RouteSeries::response_size, kLengthBuckets.size()), 1U);  // +Inf
    EXPECT_EQ(series.bytes_sent.count(0, 3), 1U);                                            // ≤ 10,000
  });
}

TEST(RouteSeries, SkipsLatenciesThatWereNotReached) {
  RouteSeriesTable table;
  AccessRecord record = sample_record();
  record.try_count = 0;
  table.record(labels_of(1), record);
  record.try_count = 1;
  record.tries[0] = {"10.0.0.1:1", 502, 0, microseconds{-1}, microseconds{-1}, microseconds{-1}};
  table.record(labels_of(1), record);
  table.for_each([&](const RouteSeries& series) {
    for (const RouteSeries::Duration one :
         {RouteSeries::connect_duration, RouteSeries::header_duration, RouteSeries::response_duration})
      for (std::size_t i = 0; i <= kDurationBuckets.size(); ++i)
        EXPECT_EQ(series.durations.count(one, i), 0U);
  });
}

TEST(RouteSeries, ForgetsARemovedRouteAndOnlyThat) {
  RouteSeriesTable table;
  for (std::uint32_t slot = 0; slot < 200; ++slot)
    for (const std::uint16_t status : {200, 301, 404, 503})
      table.record(labels_of(slot), record_of("GET", status));
  for (std::uint32_t slot = 0; slot < 200; slot += 2) table.remove(slot);
  table.remove(4711);
  std::map<std::string, std::uint64_t> expected = {
      {"GET 200", 100}, {"GET 301", 100}, {"GET 404", 100}, {"GET 503", 100}};
  EXPECT_EQ(requests_by_name(table), expected);
  // Every survivor is still found, every slot may be used again and starts at zero.
  for (std::uint32_t slot = 0; slot < 200; ++slot)
    for (const std::uint16_t status : {200, 301, 404, 503})
      table.record(labels_of(slot), record_of("GET", status));
  for (auto& [name, count] : expected) count = 300;
  EXPECT_EQ(requests_by_name(table), expected);
  int series_count = 0;
  table.for_each([&](const RouteSeries&) { ++series_count; });
  EXPECT_EQ(series_count, 800);
}

// For the thread sanitizer as much as for the assertions.
TEST(RouteSeries, CanBeReadWhileTheWorkerCreatesAndRemoves) {
  RouteSeriesTable table;
  constexpr std::uint32_t kStable = 100;
  for (std::uint32_t slot = 0; slot < kStable; ++slot) table.record(labels_of(slot), record_of("GET", 200));
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint32_t round = 0; round < 2000; ++round) {
      const std::uint32_t slot = kStable + round % 50;
      table.record(labels_of(slot), record_of("POST", 201));
      table.record(labels_of(round % kStable), record_of("GET", 200));
      if (round % 3 == 0) table.remove(slot);
    }
    done = true;
  });
  int rounds = 0;
  do {
    std::uint32_t stable = 0;
    table.for_each([&](const RouteSeries& series) {
      if (series.status == 200) ++stable;
      EXPECT_EQ(series.service, "web-svc");
    });
    EXPECT_EQ(stable, kStable);
    ++rounds;
  } while (!done);
  writer.join();
  EXPECT_GT(rounds, 0);
  EXPECT_EQ(requests_by_name(table)["GET 200"], kStable + 2000U);
}

}  // namespace
}  // namespace headgate::observe
