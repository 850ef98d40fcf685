#include "fakeapi/api_request.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace headgate::fakeapi {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      decoded += plus_is_blank && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const std::string_view segment = path.substr(0, path.find('/'));
    if (!segment.empty()) segments.emplace_back(segment);
    path.remove_prefix(std::min(path.size(), segment.size() + 1));
  }
  return segments;
}

std::string verb_of(const ApiRequest& request) {
  if (request.method == "GET") {
    if (request.flag("watch")) return "watch";
    return request.name.empty() ? "list" : "get";
  }
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return request.name.empty() ? "deletecollection" : "delete";
  return request.method;
}

void resolve_resource(ApiRequest& request) {
  std::vector<std::string> parts = segments_of(request.path);
  std::string group;
  if (parts.size() >= 3 && parts[0] == "api") {
    parts.erase(parts.begin());
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    group = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  } else {
    return;
  }
  const std::string version = parts[0];
  parts.erase(parts.begin());
  std::string namespace_name;
  // /namespaces/x is the Namespace x itself, and so is its status.
  if (parts[0] == "namespaces" && parts.size() >= 3 && parts[2] != "status" && parts[2] != "finalize") {
    namespace_name = parts[1];
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  const Kind* const kind = find_resource(group, version, parts[0]);
  if (kind == nullptr || parts.size() > 3 || (!kind->namespaced && !namespace_name.empty())) return;
  if (kind->namespaced && namespace_name.empty() && parts.size() > 1) return;
  request.kind = kind;
  request.namespace_name = namespace_name;
  if (parts.size() > 1) request.name = parts[1];
  if (parts.size() > 2) request.subresource = parts[2];
}

}  // namespace

std::string ApiRequest::parameter(const std::string& parameter_name) const {
  const auto found = query.find(parameter_name);
  return found == query.end() ? "" : found->second;
}

bool ApiRequest::flag(const std::string& parameter_name) const {
  const std::string value = parameter(parameter_name);
  return value == "true" || value == "1" || (has(parameter_name) && value.empty());
}

void resolve_target(ApiRequest& request) {
  std::string_view target = request.target;
  const std::size_t mark = target.find('?');
  request.path = percent_decoded(target.substr(0, mark), false);
  std::string_view query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    request.query.emplace(
        percent_decoded(pair.substr(0, equals), true),
        equals == std::string_view::npos ? "" : percent_decoded(pair.substr(equals + 1), true));
  }
  resolve_resource(request);
  if (request.kind != nullptr) {
    request.verb = verb_of(request);
  } else {
    request.verb = request.method;
    std::transform(request.verb.begin(), request.verb.end(), request.verb.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  }
}

}  // namespace headgate::fakeapi
