#include "k8swatch/policy_defaults.h"

#include <string>
#include <vector>

namespace headgate::k8swatch {
namespace {

void read_list(ConfigMapReader& reader, std::string_view key, CidrList& list) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return;
  std::vector<Error> errors;
  list = CidrList::parse_good(*text, errors);
  for (const Error& error : errors) reader.tell(key, error.message + "; the entry is left out");
}

}  // namespace

PolicyDefaults read_policy_defaults(ConfigMapReader& reader) {
  PolicyDefaults defaults;
  read_list(reader, "whitelist-source-range", defaults.allowed);
  read_list(reader, "denylist-source-range", defaults.denied);
  defaults.external_auth = read_external_auth_defaults(reader);
  defaults.error_pages = read_error_pages_defaults(reader);
  return defaults;
}

}  // namespace headgate::k8swatch
