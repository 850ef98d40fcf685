#include "fakeapi/access.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "fakeapi/api_error.h"

namespace headgate::fakeapi {
namespace {

constexpr std::string_view kAnonymous = "system:anonymous";

// What system:public-info-viewer lets everybody see.
bool is_public(const std::string& path) {
  constexpr std::array kPublic{"/healthz", "/livez", "/readyz", "/version"};
  return std::any_of(kPublic.begin(), kPublic.end(), [&](const char* p) { return path == p; });
}

ApiError forbidden(const ApiRequest& request, std::string_view user) {
  const std::string who = "User \"" + std::string(user) + "\" cannot ";
  if (request.kind == nullptr) {
    return {403, "Forbidden", "forbidden: " + who + request.verb + " path \"" + request.path + "\"",
            Json::object()};
  }
  const Kind& kind = *request.kind;
  Json details = Json::object();
  if (!request.name.empty()) details["name"] = request.name;
  if (!kind.group.empty()) details["group"] = kind.group;
  details["kind"] = kind.plural;
  const std::string resource =
      std::string(kind.plural) + (request.subresource.empty() ? "" : "/" + request.subresource);
  return {403, "Forbidden",
          kind.qualified_plural() + (request.name.empty() ? "" : " \"" + request.name + "\"") +
              " is forbidden: " + who + request.verb + " resource \"" + resource + "\" in API group \"" +
              std::string(kind.group) + "\" " +
              (request.namespace_name.empty() ? "at the cluster scope"
                                              : "in the namespace \"" + request.namespace_name + "\""),
          std::move(details)};
}

}  // namespace

std::string Access::user_of(const ApiRequest& request) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (request.authorization.starts_with(kBearer)) {
    const auto found = users_.find(request.authorization.substr(kBearer.size()));
    if (found == users_.end()) throw ApiError::unauthorized();
    return found->second;
  }
  return request.client_certificate.empty() ? std::string(kAnonymous) : request.client_certificate;
}

void Access::check(const ApiRequest& request) const {
  std::string user = "system:admin";
  if (required_ || !users_.empty()) {
    user = user_of(request);
    if (user == kAnonymous && !is_public(request.path)) throw forbidden(request, user);
  }
  if (request.kind == nullptr) return;
  const std::string resource =
      std::string(request.kind->plural) + (request.subresource.empty() ? "" : "/" + request.subresource);
  for (const Rule& rule : forbidden_) {
    if ((rule.verb == "*" || rule.verb == request.verb) &&
        (rule.resource == "*" || rule.resource == resource)) {
      throw forbidden(request, user);
    }
  }
}

}  // namespace headgate::fakeapi
