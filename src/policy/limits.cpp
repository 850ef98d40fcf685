#include "policy/limits.h"

#include "base/hash.h"

namespace headgate::policy {
namespace {

void describe_status(int status, std::string& out) {
  if (status != 503) out += ":" + std::to_string(status);
}

}  // namespace

std::optional<std::uint64_t> LimitedClients::client_of(const RequestView& request) const {
  if (!exempt.empty() && exempt.contains(request.client())) return std::nullopt;
  if (key.empty()) return hash_of(request.remote_ip, hash_seed());
  const std::string text = key.expand(request);
  if (text.empty()) return std::nullopt;
  return hash_of(text, hash_seed());
}

void LimitedClients::describe(std::string& out) const {
  if (!key.empty()) out += " limit-key=" + key.text();
  char separator = '=';
  if (!exempt.empty()) out += " limit-exempt";
  for (const Cidr& block : exempt.blocks()) {
    out.append(1, separator).append(block.to_string());
    separator = ',';
  }
}

std::optional<Denial> RateLimit::judge(const RequestView& request) const {
  const auto client = clients.client_of(request);
  if (!client || zone->rates.take(*client, buckets, request.now)) return std::nullopt;
  Denial denial;
  denial.status = status;
  denial.reason = RejectReason::rate_limit;
  return denial;
}

void RateLimit::describe(std::string& out) const {
  for (const RateBucket& bucket : buckets) {
    if (bucket.per_second == 0) continue;
    out += " limit-rate=" + std::to_string(bucket.per_second) +
           "mr/s,burst=" + std::to_string(bucket.burst / 1000);
    describe_status(status, out);
  }
  clients.describe(out);
}

std::optional<Denial> ConnectionLimit::judge(const RequestView& request, ConnectionSlot& slot) const {
  const auto client = clients.client_of(request);
  if (!client) return std::nullopt;
  if (zone->connections.enter(*client, most)) {
    slot = ConnectionSlot(zone->connections, *client);
    return std::nullopt;
  }
  Denial denial;
  denial.status = status;
  denial.reason = RejectReason::connection_limit;
  return denial;
}

void ConnectionLimit::describe(std::string& out) const {
  out += " limit-connections=" + std::to_string(most);
  describe_status(status, out);
  clients.describe(out);
}

}  // namespace headgate::policy
