#include "policy/redirection.h"

namespace headgate::policy {

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(']', colon) != std::string_view::npos) return host;
  return host.substr(0, colon);
}

std::optional<Denial> Redirection::judge(const RequestView& request) const {
  Denial answer;
  answer.status = status;
  if (!relative && location.starts_with('/') && !request.host_as_sent.empty()) {
    answer.location.append(request.scheme).append("://").append(without_port(request.host_as_sent));
    if (with_port && request.port != (request.is_https() ? "443" : "80"))
      answer.location.append(":").append(request.port);
  }
  answer.location += location;
  return answer;
}

void Redirection::describe(std::string& out) const {
  out += " redirect=" + std::to_string(status) + ":" + location;
}

std::optional<Denial> HostRedirect::judge(const RequestView& request) const {
  Denial answer;
  answer.status = status;
  answer.location.append(request.scheme).append("://").append(host);
  answer.location += request.host_as_sent.substr(without_port(request.host_as_sent).size());
  answer.location.append(request.target.forward_path).append(request.target.query);
  return answer;
}

void HostRedirect::describe(std::string& out) const {
  out += " redirect=" + std::to_string(status) + ":host " + host;
}

}  // namespace headgate::policy
