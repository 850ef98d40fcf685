#include "k8swatch/url_host.h"

namespace headgate::k8swatch {

ObjectNameView service_of_host(std::string_view host) {
  const ObjectNameView none{{}, host};
  std::string_view name = host;
  if (name.ends_with('.')) name.remove_suffix(1);
  const std::size_t first = name.find('.');
  if (first == std::string_view::npos) return none;
  const std::size_t second = name.find('.', first + 1);
  if (second == std::string_view::npos) return none;
  const std::string_view rest = name.substr(second + 1);
  if (rest != "svc" && !rest.starts_with("svc.")) return none;
  const ObjectNameView service{name.substr(first + 1, second - first - 1), name.substr(0, first)};
  return is_dns1123_label(service.namespace_name) && is_dns1123_label(service.name) ? service : none;
}

Service external_service_for(std::string_view host) {
  Service service;
  service.metadata.name = host;
  service.type = "ExternalName";
  service.external_name = host;
  return service;
}

}  // namespace headgate::k8swatch
