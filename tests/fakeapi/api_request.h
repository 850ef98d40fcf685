// One request to the API server, taken apart: what is asked of which resource.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "fakeapi/kind.h"

namespace headgate::fakeapi {

struct ApiRequest {
  std::string method;
  std::string target;                        // as sent: path and query
  std::string path;                          // of the target, percent-decoded
  std::map<std::string, std::string> query;  // decoded; of names that come twice, the first
  std::string content_type, accept, user_agent, authorization;
  std::string client_certificate;  // the subject's common name; empty: none shown
  std::string body;
  bool keep_alive = true;

  // What the path names; kind null: none of the resources.
  const Kind* kind = nullptr;
  std::string namespace_name;  // empty: all, or cluster-scoped
  std::string name;            // empty: the collection
  std::string subresource;
  // As RBAC has it: get, list, watch, create, update, patch, delete, deletecollection; for paths without a
  // resource the method in small letters.
  std::string verb;

  [[nodiscard]] std::string parameter(const std::string& parameter_name) const;
  [[nodiscard]] bool has(const std::string& parameter_name) const { return query.contains(parameter_name); }
  // "true" or "1", as the server's decoder has it.
  [[nodiscard]] bool flag(const std::string& parameter_name) const;
};

// Fills in path, query, kind … verb from method and target.
void resolve_target(ApiRequest& request);

}  // namespace headgate::fakeapi
