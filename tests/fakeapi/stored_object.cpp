#include "fakeapi/stored_object.h"

namespace headgate::fakeapi {
namespace {

std::string pointed(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) && object.at(path).is_string() ? object.at(path).get<std::string>() : "";
}

Pairs selectable_fields(const Kind& kind, const Json& object) {
  const Json& metadata = object_member(object, "metadata");
  Pairs fields{{"metadata.name", string_member(metadata, "name")},
               {"metadata.namespace", string_member(metadata, "namespace")}};
  if (kind.plural == "secrets" || kind.plural == "events")
    fields.emplace_back("type", string_member(object, "type"));
  if (kind.plural == "events") {
    for (const char* name :
         {"kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"}) {
      fields.emplace_back(std::string("regarding.") + name,
                          string_member(object_member(object, "regarding"), name));
    }
    fields.emplace_back("reason", string_member(object, "reason"));
    fields.emplace_back("reportingController", string_member(object, "reportingController"));
  }
  if (kind.plural == "pods") {
    fields.emplace_back("spec.nodeName", pointed(object, "/spec/nodeName"));
    fields.emplace_back("status.phase", pointed(object, "/status/phase"));
  }
  if (kind.plural == "namespaces") fields.emplace_back("status.phase", pointed(object, "/status/phase"));
  return fields;
}

}  // namespace

std::string StoredObject::full_text() const {
  return "{\"kind\":\"" + std::string(kind->kind) + "\",\"apiVersion\":\"" + kind->api_version() + "\"," +
         text.substr(1);
}

std::string StoredObject::metadata_text() const {
  return "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\"," +
         text.substr(1, metadata_end - 1) + "}";
}

Json StoredObject::json() const { return Json::parse(full_text()); }

ObjectRef store_form(const Kind& kind, Json object, std::uint64_t revision) {
  object.erase("kind");
  object.erase("apiVersion");
  object["metadata"]["resourceVersion"] = std::to_string(revision);
  const Json& metadata = object["metadata"];

  auto stored = std::make_shared<StoredObject>();
  stored->kind = &kind;
  stored->namespace_name = string_member(metadata, "namespace");
  stored->name = string_member(metadata, "name");
  stored->uid = string_member(metadata, "uid");
  stored->revision = revision;
  for (const auto& [name, value] : object_member(metadata, "labels").items()) {
    stored->labels.emplace_back(name, value.is_string() ? value.get<std::string>() : "");
  }
  stored->fields = selectable_fields(kind, object);
  const std::string beginning = "{\"metadata\":" + text_of(metadata);
  stored->metadata_end = beginning.size();
  object.erase("metadata");
  const std::string rest = text_of(object);  // "{}" or "{…}"
  stored->text = beginning + (rest.size() > 2 ? "," : "") + rest.substr(1);
  return stored;
}

ObjectRef at_revision(const ObjectRef& object, std::uint64_t revision) {
  return store_form(*object->kind, object->json(), revision);
}

}  // namespace headgate::fakeapi
