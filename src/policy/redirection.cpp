#include "policy/redirection.h"

namespace headgate::policy {

std::optional<Denial> Redirection::judge(const RequestView& request) const {
  Denial answer;
  answer.status = status;
  if (!relative && location.starts_with('/') && !request.host_as_sent.empty()) {
    answer.location += request.scheme;
    answer.location += "://";
    answer.location += request.host_as_sent;
  }
  answer.location += location;
  return answer;
}

void Redirection::describe(std::string& out) const {
  out += " redirect=" + std::to_string(status) + ":" + location;
}

}  // namespace headgate::policy
