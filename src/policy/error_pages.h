// Which errors clients do not get as they are, but as a default backend words them (custom-http-errors and
// default-backend of ingress-nginx), and what that backend is told.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/request_edit.h"
#include "policy/request_view.h"

namespace headgate::policy {

struct ErrorPages {
  std::vector<int> statuses;  // sorted
  bool of_pods = true;        // those of pods too, not Headgate's own alone
  // Which of the Route's further Clusters (router::Route::others) words them, and gets the requests that the
  // Route's own has no endpoint for; nothing: the default backend of all, which gets no such requests.
  std::optional<std::uint32_t> backend;

  [[nodiscard]] bool covers(int status, bool of_pod) const {
    return (of_pods || !of_pod) && std::binary_search(statuses.begin(), statuses.end(), status);
  }
  // X-Code, X-Format, X-Original-URI, X-Namespace, X-Ingress-Name, X-Service-Name, X-Service-Port.
  static void tell(int status, const RequestView& request, RequestEdit& edit);

  void describe(std::string& out) const;  // " errors=404,503"
  friend bool operator==(const ErrorPages&, const ErrorPages&) = default;
};

}  // namespace headgate::policy
