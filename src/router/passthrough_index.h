// Server names whose TLS connections go to a pod unopened (ssl-passthrough). Exact names and one-label
// wildcards. Immutable; shared by all threads.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "base/host_map.h"
#include "router/model.h"

namespace headgate::router {

class PassthroughHost {
 public:
  PassthroughHost(std::string host, std::shared_ptr<const Cluster> target)
      : cluster(std::move(target)), host_(std::move(host)) {}
  [[nodiscard]] const std::string& host() const { return host_; }

  std::shared_ptr<const Cluster> cluster;  // never null
  // Labels for logs.
  std::string namespace_name;
  std::string ingress;

 private:
  std::string host_;
};

using PassthroughChange = HostMapChange<PassthroughHost>;
using PassthroughIndex = HostMap<PassthroughHost>;

}  // namespace headgate::router
