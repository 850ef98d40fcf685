#include "policy/ip_filter.h"

namespace headgate::policy {

std::optional<Denial> IpFilter::judge(const RequestView& request) const {
  const SocketAddress client = request.client();
  const bool passes = !denied.contains(client) && (allowed.empty() || allowed.contains(client));
  if (passes) return std::nullopt;
  Denial denial;
  denial.reason = RejectReason::ip_filter;
  return denial;
}

void IpFilter::describe(std::string& out) const {
  const auto add = [&out](std::string_view name, const CidrList& list) {
    if (list.empty()) return;
    char separator = '=';
    out.append(" ").append(name);
    for (const Cidr& block : list.blocks()) {
      out.append(1, separator).append(block.to_string());
      separator = ',';
    }
  };
  add("deny", denied);
  add("allow", allowed);
}

}  // namespace headgate::policy
