// What is asked about the health of a Cluster's endpoints, in Envoy's terms: outlier detection (passive),
// health checks (active), panic threshold, slow start. Immutable; travels with the EndpointSet.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "router/model.h"

namespace headgate::router {

// When an endpoint is ejected for what its answers look like, and for how long. Envoy's defaults.
struct OutlierDetection {
  // Failures in a row; 0: not counted. A failure is a status of 5xx, no connection, no answer in time, or an
  // answer that is cut or makes no sense; that of a gateway the same without 500, 501 and above 504.
  std::uint32_t consecutive_5xx = 5;
  std::uint32_t consecutive_gateway_failure = 0;
  // How often success rates are compared, and how long it takes until an ejection is forgiven.
  std::chrono::milliseconds interval{10000};
  // For the n-th ejection n times as long, up to the second one.
  std::chrono::milliseconds base_ejection_time{30000};
  std::chrono::milliseconds max_ejection_time{300000};
  std::uint32_t max_ejection_percent = 10;  // of the endpoints at a time; one may always be, unless it is 0
  // An endpoint is ejected whose success rate of an interval is lower than the mean of all by `factor` / 1000
  // standard deviations; 0: rates are not compared. Only endpoints with so many requests count, and nobody is
  // ejected where fewer endpoints than that have them.
  std::uint32_t success_rate_stdev_factor = 1900;
  std::uint32_t success_rate_minimum_hosts = 5;
  std::uint32_t success_rate_request_volume = 100;
  friend bool operator==(const OutlierDetection&, const OutlierDetection&) = default;
};

// Asking each endpoint by itself whether it is well: GET `path` on a connection of its own, or gRPC's
// Health/Check.
struct HealthCheck {
  // Whose health is asked for by gRPC; empty: that of the server. Nothing: it is asked by GET, and then what
  // answers are `expected` counts.
  std::optional<std::string> grpc_service;
  std::string path;  // as it is sent
  std::string host;  // empty: the endpoint's address
  // As the requests of the Ingress that asks for it; nothing: as the EndpointSet says.
  std::optional<UpstreamProtocol> protocol;
  std::chrono::milliseconds interval{10000};
  std::chrono::milliseconds timeout{1000};  // until the head of an answer is there
  std::uint32_t healthy_threshold = 2;      // answers in a row that make it healthy again
  std::uint32_t unhealthy_threshold = 3;    // failures in a row that make it unhealthy
  // Of statuses that are well, both ends included; in order.
  struct Statuses {
    int first = 200;
    int last = 399;
    friend bool operator==(const Statuses&, const Statuses&) = default;
  };
  std::vector<Statuses> expected{Statuses{}};
  friend bool operator==(const HealthCheck&, const HealthCheck&) = default;
};

struct HealthSettings {
  std::optional<OutlierDetection> outliers;
  std::optional<HealthCheck> check;
  // Where fewer than so many percent of the endpoints are healthy, all are used; 0: never.
  std::uint32_t panic_threshold = 50;
  // How long an endpoint that is new or comes back gets less than its share; 0: it gets all of it at once.
  std::chrono::milliseconds slow_start{0};
  friend bool operator==(const HealthSettings&, const HealthSettings&) = default;
};

// For the dump: one line of text.
std::string to_string(const HealthSettings& settings);

}  // namespace headgate::router
