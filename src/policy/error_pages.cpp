#include "policy/error_pages.h"

#include "http/ascii.h"

namespace headgate::policy {

void ErrorPages::tell(int status, const RequestView& request, RequestEdit& edit) {
  std::string_view accept;
  for (const http::Field& field : request.head.fields)
    if (accept.empty() && http::same_name(field.name, "accept")) accept = field.value;
  edit.set("X-Code", std::to_string(status));
  edit.set("X-Format", accept);
  edit.set("X-Original-URI", std::string(request.target.forward_path) + std::string(request.target.query));
  edit.set("X-Namespace", request.namespace_name);
  edit.set("X-Ingress-Name", request.ingress);
  edit.set("X-Service-Name", request.service);
  edit.set("X-Service-Port", request.service_port);
}

void ErrorPages::describe(std::string& out) const {
  if (!statuses.empty()) out += " errors=";
  for (std::size_t i = 0; i < statuses.size(); ++i) out += (i == 0 ? "" : ",") + std::to_string(statuses[i]);
  if (!of_pods) out += " own-errors-only";
  if (backend) out += " default-backend";
}

}  // namespace headgate::policy
