#include "fakeapi/discovery.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/json.h"
#include "fakeapi/kind.h"

namespace headgate::fakeapi {
namespace {

const Json kVerbs{"create", "delete", "get", "list", "patch", "update", "watch"};
const Json kStatusVerbs{"get", "patch", "update"};

std::vector<std::string> groups() {
  std::vector<std::string> names;
  for (const Kind& kind : all_kinds()) {
    const std::string name(kind.group);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

Json response_kind(const Kind& kind) {
  return {{"group", kind.group}, {"version", kind.version}, {"kind", kind.kind}};
}

Json aggregated_group(std::string_view group) {
  Json resources = Json::array();
  for (const Kind& kind : all_kinds()) {
    if (kind.group != group) continue;
    Json resource{{"resource", kind.plural},
                  {"responseKind", response_kind(kind)},
                  {"scope", kind.namespaced ? "Namespaced" : "Cluster"},
                  {"singularResource", kind.singular},
                  {"verbs", kVerbs}};
    if (!kind.short_name.empty()) resource["shortNames"] = Json::array({kind.short_name});
    if (kind.has_status) {
      resource["subresources"] = Json::array(
          {Json{{"subresource", "status"}, {"responseKind", response_kind(kind)}, {"verbs", kStatusVerbs}}});
    }
    resources.push_back(std::move(resource));
  }
  Json item;
  item["metadata"] = Json::object();
  if (!group.empty()) item["metadata"]["name"] = group;
  item["versions"] =
      Json::array({Json{{"version", "v1"}, {"resources", std::move(resources)}, {"freshness", "Current"}}});
  return item;
}

Json aggregated(const ApiRequest& request, const std::string& version) {
  Json list{{"kind", "APIGroupDiscoveryList"}, {"apiVersion", "apidiscovery.k8s.io/" + version}};
  list["metadata"] = Json::object();
  list["items"] = Json::array();
  if (request.path == "/api") {
    list["items"].push_back(aggregated_group(""));
  } else {
    for (const std::string& group : groups()) list["items"].push_back(aggregated_group(group));
  }
  return list;
}

Json resource_list(std::string_view group) {
  Json list{{"kind", "APIResourceList"}, {"apiVersion", "v1"}};
  list["groupVersion"] = group.empty() ? "v1" : std::string(group) + "/v1";
  list["resources"] = Json::array();
  for (const Kind& kind : all_kinds()) {
    if (kind.group != group) continue;
    Json resource{{"name", kind.plural},
                  {"singularName", kind.singular},
                  {"namespaced", kind.namespaced},
                  {"kind", kind.kind},
                  {"verbs", kVerbs}};
    if (!kind.short_name.empty()) resource["shortNames"] = Json::array({kind.short_name});
    list["resources"].push_back(resource);
    if (!kind.has_status) continue;
    list["resources"].push_back({{"name", std::string(kind.plural) + "/status"},
                                 {"singularName", ""},
                                 {"namespaced", kind.namespaced},
                                 {"kind", kind.kind},
                                 {"verbs", kStatusVerbs}});
  }
  return list;
}

Json group_entry(const std::string& name) {
  const Json version{{"groupVersion", name + "/v1"}, {"version", "v1"}};
  return {{"name", name}, {"versions", Json::array({version})}, {"preferredVersion", version}};
}

Json group_list() {
  Json list{{"kind", "APIGroupList"}, {"apiVersion", "v1"}};
  list["groups"] = Json::array();
  for (const std::string& group : groups()) list["groups"].push_back(group_entry(group));
  return list;
}

ApiAnswer json_answer(const Json& body, std::string content_type = "application/json") {
  ApiAnswer answer;
  answer.body = text_of(body) + "\n";
  answer.content_type = std::move(content_type);
  return answer;
}

// The newest version of the aggregated form that the client names; empty: none.
std::string wanted_aggregation(const ApiRequest& request) {
  if (request.accept.find("as=APIGroupDiscoveryList") == std::string::npos) return "";
  if (request.accept.find("v=v2;") != std::string::npos) return "v2";
  return request.accept.find("v=v2beta1;") != std::string::npos ? "v2beta1" : "";
}

}  // namespace

std::optional<ApiAnswer> answer_about_server(const ApiRequest& request) {
  const std::string& path = request.path;
  if (path == "/healthz" || path == "/livez" || path == "/readyz") {
    ApiAnswer answer;
    answer.body = "ok";
    answer.content_type = "text/plain; charset=utf-8";
    answer.headers.emplace_back("X-Content-Type-Options", "nosniff");
    return answer;
  }
  if (path == "/version" || path == "/version/") {
    return json_answer(
        {{"major", "1"}, {"minor", "32"}, {"gitVersion", "v1.32.0"}, {"platform", "linux/amd64"}});
  }
  if (path == "/api" || path == "/apis") {
    const std::string version = wanted_aggregation(request);
    if (!version.empty()) {
      return json_answer(aggregated(request, version),
                         "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList");
    }
    if (path == "/apis") return json_answer(group_list());
    Json versions{{"kind", "APIVersions"}};
    versions["versions"] = Json::array({"v1"});
    return json_answer(versions);
  }
  if (path == "/api/v1") return json_answer(resource_list(""));
  for (const std::string& group : groups()) {
    if (path == "/apis/" + group) {
      Json entry = group_entry(group);
      entry["kind"] = "APIGroup";
      entry["apiVersion"] = "v1";
      return json_answer(entry);
    }
    if (path == "/apis/" + group + "/v1") return json_answer(resource_list(group));
  }
  return std::nullopt;
}

}  // namespace headgate::fakeapi
