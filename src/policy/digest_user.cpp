#include "policy/digest_user.h"

#include <algorithm>
#include <string>

#include "http/ascii.h"
#include "policy/auth_params.h"

namespace headgate::policy {

std::string_view digest_user(std::string_view authorization, char* out) {
  constexpr std::string_view kScheme = "digest ";
  if (!http::starts_with_ignoring_case(authorization, kScheme)) return {};
  const auto params = AuthParams::parse(authorization.substr(kScheme.size()));
  const std::string* const name = params ? params->find("username") : nullptr;
  if (name == nullptr) return {};
  const std::string* const is_hash = params->find("userhash");
  if (is_hash != nullptr && http::equals_ignoring_case(*is_hash, "true")) return {};
  std::copy(name->begin(), name->end(), out);  // without quotes and escapes: shorter than it came
  return {out, name->size()};
}

}  // namespace headgate::policy
