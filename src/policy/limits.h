// How often, and how many at a time, a client may ask (the limit-* annotations of ingress-nginx).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/cidr.h"
#include "policy/connection_zone.h"
#include "policy/denial.h"
#include "policy/rate_zone.h"
#include "policy/request_view.h"
#include "policy/template.h"

namespace headgate::policy {

// What is counted for one Ingress. The only thing of a PolicyChain that changes; any thread. It lives as long
// as a table uses it, so that counts outlive changes of the Ingress.
struct LimitZone {
  RateZone rates;
  ConnectionZone connections;
};

// Whose requests count together.
struct LimitedClients {
  Template key;     // empty: the client's address [limit-conn-zone-variable]
  CidrList exempt;  // [limit-allowlist]

  // A hash of the key; nothing: not limited, since it is exempt, or has no key.
  [[nodiscard]] std::optional<std::uint64_t> client_of(const RequestView& request) const;
  void describe(std::string& out) const;
  friend bool operator==(const LimitedClients&, const LimitedClients&) = default;
};

struct RateLimit {
  std::shared_ptr<LimitZone> zone;
  RateBuckets buckets;
  LimitedClients clients;
  int status = 503;  // [limit-req-status-code]

  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string& out) const;
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

struct ConnectionLimit {
  std::shared_ptr<LimitZone> zone;
  std::uint32_t most = 0;
  LimitedClients clients;
  int status = 503;  // [limit-conn-status-code]

  // `slot`: to be given back when the Exchange is over.
  [[nodiscard]] std::optional<Denial> judge(const RequestView& request, ConnectionSlot& slot) const;
  void describe(std::string& out) const;
  friend bool operator==(const ConnectionLimit&, const ConnectionLimit&) = default;
};

}  // namespace headgate::policy
