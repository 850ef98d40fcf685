// The Host that pods are told instead of the client's (upstream-vhost of ingress-nginx).
#pragma once

#include <string>

#include "policy/request_edit.h"
#include "policy/request_view.h"
#include "policy/template.h"

namespace headgate::policy {

struct UpstreamHost {
  Template host;

  void apply(const RequestView& request, RequestEdit& edit) const { edit.host = host.expand(request); }
  void describe(std::string& out) const { out += " upstream-host=" + host.text(); }
  friend bool operator==(const UpstreamHost&, const UpstreamHost&) = default;
};

}  // namespace headgate::policy
