// Per-route request series of one Worker: the `requests` counter and the histograms with ingress-nginx's R
// labels. One writer (the Worker); readers (the scrape) may run at any time. A series is created at the first
// request of its (route, host, method, status) and lives until its route is removed; recording into an
// existing one is allocation-free.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "observe/access_record.h"

namespace headgate::observe {

// What the route is called; views into the routing table, read only when a series is created.
struct RouteLabels {
  std::uint32_t slot = 0;  // router::RouteSlot, the key
  std::string_view namespace_name;
  std::string_view ingress;
  std::string_view service;
  std::string_view path;
  std::string_view host;  // the rule's host ("*.foo.com", "_"), never the client's text
};

// Writer side: record() and remove(), by the Worker's thread. Reader side: for_each(), by any thread.
class RouteSeriesTable {
 public:
  RouteSeriesTable();
  ~RouteSeriesTable();
  RouteSeriesTable(const RouteSeriesTable&) = delete;
  RouteSeriesTable& operator=(const RouteSeriesTable&) = delete;

  void record(const RouteLabels& labels, const AccessRecord& record);
  void remove(std::uint32_t slot);

  struct View;  // one series as the scrape sees it
  void for_each(const std::function<void(const View&)>& visit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace headgate::observe
