#include "k8swatch/policy_defaults.h"

#include <string>
#include <vector>

#include "base/quoted.h"
#include "k8swatch/annotations/redirection.h"
#include "k8swatch/annotations/values.h"

namespace headgate::k8swatch {
namespace {

void read_list(ConfigMapReader& reader, std::string_view key, CidrList& list) {
  const std::string* const text = reader.text(key);
  if (text == nullptr) return;
  std::vector<Error> errors;
  list = CidrList::parse_good(*text, errors);
  for (const Error& error : errors) reader.tell(key, error.message + "; the entry is left out");
}

void read_allow_list(ConfigMapReader& reader, PolicyDefaults& defaults) {
  constexpr std::string_view kKey = "whitelist-source-range";
  read_list(reader, kKey, defaults.allowed);
  const std::string* const text = reader.text(kKey);
  defaults.allows_nobody = defaults.allowed.empty() && text != nullptr && !trimmed(*text).empty();
  if (defaults.allows_nobody)
    reader.tell(kKey, "no entry is left; every path without an allow list of its own answers 403");
}

void read_balancing(ConfigMapReader& reader, BalancingDefaults& balancing) {
  constexpr std::string_view kKey = "load-balance";
  if (const std::string* const text = reader.text(kKey)) {
    if (const auto algorithm = parse_algorithm(trimmed(*text)))
      balancing.algorithm = *algorithm;
    else
      reader.refuse(kKey, quoted(*text) + " is neither round_robin nor ewma");
  }
  constexpr std::string_view kHash = "upstream-hash-by";
  if (const std::string* const text = reader.text(kHash)) {
    if (auto parsed = parse_hash_by(trimmed(*text)))
      balancing.hash_by = *std::move(parsed);
    else
      reader.refuse(kHash, parsed.error().message);
  }
  reader.boolean("upstream-hash-by-subset", balancing.subset);
  reader.count("upstream-hash-by-subset-size", 1, kMostSubset, balancing.subset_size);
}

// The variable is the key of both kinds of limit, as in ingress-nginx.
void read_limits(ConfigMapReader& reader, LimitDefaults& limits) {
  reader.count("limit-req-status-code", 400, 599, limits.rate_status);
  reader.count("limit-conn-status-code", 400, 599, limits.connection_status);
  constexpr std::string_view kVariable = "limit-conn-zone-variable";
  const std::string* const text = reader.text(kVariable);
  if (text == nullptr || *text == "$binary_remote_addr" || *text == "$remote_addr") return;
  if (auto key = policy::Template::parse(*text))
    limits.key = *std::move(key);
  else
    reader.refuse(kVariable, key.error().message);
}

}  // namespace

PolicyDefaults read_policy_defaults(ConfigMapReader& reader) {
  PolicyDefaults defaults;
  read_allow_list(reader, defaults);
  read_list(reader, "denylist-source-range", defaults.denied);
  read_balancing(reader, defaults.balancing);
  defaults.external_auth = read_external_auth_defaults(reader);
  defaults.error_pages = read_error_pages_defaults(reader);
  read_limits(reader, defaults.limits);
  if (const std::string* root = reader.text("app-root")) {
    if (auto parsed = parse_app_root(*root))
      defaults.app_root = *std::move(parsed);
    else
      reader.refuse("app-root", parsed.error().message);
  }
  return defaults;
}

}  // namespace headgate::k8swatch
