#include "policy/app_root.h"

namespace headgate::policy {

std::optional<Denial> AppRoot::judge(const RequestView& request) const {
  if (request.target.match_path != "/") return std::nullopt;
  Denial answer;
  answer.status = 302;
  if (!request.host_as_sent.empty())  // HTTP/1.0 without Host: a relative one leads there as well
    answer.location.append(request.scheme).append("://").append(request.host_as_sent);
  path.append_to(answer.location, request);
  return answer;
}

}  // namespace headgate::policy
