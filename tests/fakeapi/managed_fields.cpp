#include "fakeapi/managed_fields.h"

#include <utility>

#include "fakeapi/object_store.h"

namespace headgate::fakeapi {
namespace {

constexpr int kMaxDepth = 4;

bool is_map(const std::string& name) {
  return name == "labels" || name == "annotations" || name == "data" || name == "matchLabels";
}

// A FieldsV1 tree: every field by name, lists as leaves, maps with "." for themselves.
Json fields_of(const Json& value, const std::string& name, int depth) {
  Json fields = Json::object();
  if (!value.is_object() || depth >= kMaxDepth) return fields;
  if (is_map(name)) fields["."] = Json::object();
  for (const auto& [member, content] : value.items()) {
    fields["f:" + member] = fields_of(content, member, depth + 1);
  }
  return fields;
}

}  // namespace

void note_manager(Json& object, const Kind& kind, const std::string& manager, const std::string& operation,
                  bool status_only) {
  Json fields = Json::object();
  if (!status_only) {
    Json metadata = Json::object();
    for (const char* name : {"labels", "annotations", "finalizers"}) {
      if (object["metadata"].contains(name) && !object["metadata"][name].empty()) {
        metadata[std::string("f:") + name] = fields_of(object["metadata"][name], name, 1);
      }
    }
    if (!metadata.empty()) fields["f:metadata"] = std::move(metadata);
  }
  for (const auto& [name, value] : object.items()) {
    if (name == "kind" || name == "apiVersion" || name == "metadata") continue;
    if ((name == "status") == status_only && !value.is_null())
      fields["f:" + name] = fields_of(value, name, 0);
  }
  Json entry{{"manager", manager},
             {"operation", operation},
             {"apiVersion", kind.api_version()},
             {"time", now_rfc3339()},
             {"fieldsType", "FieldsV1"}};
  entry["fieldsV1"] = std::move(fields);
  if (status_only) entry["subresource"] = "status";

  Json& entries = object["metadata"]["managedFields"];
  if (!entries.is_array()) entries = Json::array();
  for (Json& existing : entries) {
    if (string_member(existing, "manager") == manager && string_member(existing, "operation") == operation &&
        existing.contains("subresource") == status_only) {
      existing = std::move(entry);
      return;
    }
  }
  entries.push_back(std::move(entry));
}

}  // namespace headgate::fakeapi
