#include "fakeapi/object_store.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "fakeapi/api_error.h"
#include "fakeapi/defaults.h"
#include "fakeapi/managed_fields.h"
#include "fakeapi/patch.h"
#include "fakeapi/validation.h"

namespace headgate::fakeapi {
namespace {

// The fields of ObjectMeta in the order of the Go type, which is the order on the wire.
constexpr std::array kMetadataOrder{"name",
                                    "generateName",
                                    "namespace",
                                    "uid",
                                    "resourceVersion",
                                    "generation",
                                    "creationTimestamp",
                                    "deletionTimestamp",
                                    "labels",
                                    "annotations",
                                    "ownerReferences",
                                    "finalizers",
                                    "managedFields"};

Json ordered_metadata(const Json& metadata) {
  Json ordered = Json::object();
  for (const char* name : kMetadataOrder) {
    const auto found = metadata.find(name);
    if (found == metadata.end() || found->is_null()) continue;
    if ((found->is_object() || found->is_array()) && found->empty()) continue;
    ordered[name] = *found;
  }
  return ordered;
}

// kind, apiVersion, metadata, then the rest as it came, the status last.
Json ordered_object(const Kind& kind, Json object) {
  Json ordered{{"kind", kind.kind}, {"apiVersion", kind.api_version()}};
  ordered["metadata"] = ordered_metadata(object_member(object, "metadata"));
  for (auto& [name, value] : object.items()) {
    if (name != "kind" && name != "apiVersion" && name != "metadata" && name != "status") {
      ordered[name] = std::move(value);
    }
  }
  if (object.contains("status")) ordered["status"] = object["status"];
  return ordered;
}

// What the URL and the body say must agree.
void check_identity(const Kind& kind, const std::string& namespace_name, const std::string& name,
                    Json& body) {
  if (!body.is_object()) throw ApiError::bad_request("the body is not an object");
  const std::string body_kind = string_member(body, "kind");
  const std::string body_version = string_member(body, "apiVersion");
  if ((!body_kind.empty() && body_kind != kind.kind) ||
      (!body_version.empty() && body_version != kind.api_version())) {
    throw ApiError::bad_request(body_version + ", Kind=" + body_kind +
                                " in the body cannot be handled as a " + std::string(kind.kind) + " of " +
                                kind.api_version());
  }
  if (!body.contains("metadata") || !body["metadata"].is_object()) body["metadata"] = Json::object();
  Json& metadata = body["metadata"];
  const std::string body_namespace = string_member(metadata, "namespace");
  if (kind.namespaced) {
    if (!body_namespace.empty() && body_namespace != namespace_name) {
      throw ApiError::bad_request(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
    metadata["namespace"] = namespace_name;
  } else {
    metadata.erase("namespace");
  }
  const std::string body_name = string_member(metadata, "name");
  if (!name.empty() && !body_name.empty() && body_name != name) {
    throw ApiError::bad_request("the name of the object (" + body_name +
                                ") does not match the name on the URL (" + name + ")");
  }
  if (!name.empty()) metadata["name"] = name;
}

void set_or_erase(Json& object, const char* name, const Json& from) {
  const auto found = from.find(name);
  if (found == from.end()) {
    object.erase(name);
  } else {
    object[name] = *found;
  }
}

// Everything that metadata.generation counts the changes of.
bool same_desire(Json a, Json b) {
  for (Json* const object : {&a, &b}) {
    object->erase("metadata");
    object->erase("status");
  }
  return same_content(a, b);
}

bool same_but_for_bookkeeping(Json a, Json b) {
  for (Json* const object : {&a, &b}) {
    (*object)["metadata"].erase("managedFields");
    (*object)["metadata"].erase("resourceVersion");
  }
  return same_content(a, b);
}

bool has_finalizers(const Json& object) {
  const auto found = object_member(object, "metadata").find("finalizers");
  return found != object_member(object, "metadata").end() && found->is_array() && !found->empty();
}

}  // namespace

std::string now_rfc3339() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::string object_key(const std::string& namespace_name, const std::string& name) {
  return namespace_name.empty() ? name : namespace_name + "/" + name;
}

ObjectStore::ObjectStore() : random_(std::random_device{}()) {
  for (const Kind& kind : all_kinds()) collections_.emplace(&kind, Collection(kind, revision_));
}

std::string ObjectStore::make_uid() {
  const std::uint64_t a = random_();
  const std::uint64_t b = random_();
  std::array<char, 40> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                    static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xfff),
                    static_cast<unsigned>(0x8000 | (b >> 48 & 0x3fff)),
                    static_cast<unsigned long long>(b & 0xffffffffffffULL));
  return {text.data(), static_cast<std::size_t>(length)};
}

ObjectRef ObjectStore::get(const Kind& kind, const std::string& namespace_name, const std::string& name) {
  ObjectRef found = collection(kind).find(object_key(namespace_name, name));
  if (found == nullptr) throw ApiError::not_found(kind, name);
  return found;
}

ObjectRef ObjectStore::commit(const Kind& kind, Json object, const WriteOptions& options) {
  if (options.dry_run) return store_form(kind, std::move(object), revision_);
  const ObjectRef stored = store_form(kind, std::move(object), revision_ + 1);
  ++revision_;
  collection(kind).put(stored);
  return stored;
}

ObjectRef ObjectStore::create(const Kind& kind, const std::string& namespace_name, Json body,
                              const WriteOptions& options) {
  check_identity(kind, namespace_name, "", body);
  // No reference into `body` outlives a member that is added to it: its objects are vectors.
  std::string name = string_member(body["metadata"], "name");
  const std::string prefix = string_member(body["metadata"], "generateName");
  if (name.empty() && !prefix.empty()) {
    name = prefix + make_uid().substr(0, 5);
    body["metadata"]["name"] = name;
  }
  if (!string_member(body["metadata"], "resourceVersion").empty()) {
    throw ApiError::bad_request("resourceVersion should not be set on objects to be created");
  }
  if (options.part == Part::main && kind.has_status) body.erase("status");
  set_defaults(kind, body, next_cluster_ip_);
  if (validation) validate(kind, body);
  if (name.empty()) {
    throw ApiError::invalid(
        kind, "",
        {{"FieldValueRequired", "Required value: name or generateName is required", "metadata.name"}});
  }
  if (collection(kind).find(object_key(namespace_name, name)) != nullptr) {
    throw ApiError::already_exists(kind, name);
  }
  Json& metadata = body["metadata"];
  metadata["uid"] = make_uid();
  metadata["resourceVersion"] = "0";  // keeps the place for commit()
  metadata["creationTimestamp"] = now_rfc3339();
  metadata.erase("deletionTimestamp");
  metadata.erase("managedFields");
  if (kind.has_generation) {
    metadata["generation"] = 1;
  } else {
    metadata.erase("generation");
  }
  if (managed_fields) note_manager(body, kind, options.manager, "Update", options.part == Part::status);
  return commit(kind, ordered_object(kind, std::move(body)), options);
}

ObjectRef ObjectStore::update(const Kind& kind, const std::string& namespace_name, const std::string& name,
                              Json body, const WriteOptions& options) {
  check_identity(kind, namespace_name, name, body);
  const ObjectRef old_object = get(kind, namespace_name, name);
  const Json old = old_object->json();
  const Json& old_metadata = old["metadata"];

  const std::string version = string_member(body["metadata"], "resourceVersion");
  if (version.empty() && kind.plural == "leases") {
    throw ApiError::invalid(kind, name,
                            {{"FieldValueInvalid", "Invalid value: 0x0: must be specified for an update",
                              "metadata.resourceVersion"}});
  }
  if (!version.empty() && version != string_member(old_metadata, "resourceVersion")) {
    throw ApiError::conflict(kind, name);
  }
  const std::string uid = string_member(body["metadata"], "uid");
  if (!uid.empty() && uid != old_object->uid) {
    throw ApiError::conflict(
        kind, name,
        "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + old_object->uid);
  }

  Json object = std::move(body);
  if (options.part == Part::status) {
    Json status = object.contains("status") ? object["status"] : Json();
    object = old;
    object["status"] = std::move(status);
    if (object["status"].is_null()) object.erase("status");
  } else if (options.part == Part::main && kind.has_status) {
    set_or_erase(object, "status", old);
  }
  Json& metadata = object["metadata"];
  for (const char* kept :
       {"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "managedFields"}) {
    set_or_erase(metadata, kept, old_metadata);
  }
  if (options.part != Part::status) keep_allocated(kind, object, old);
  set_defaults(kind, object, next_cluster_ip_);
  if (validation) validate(kind, object);
  object = ordered_object(kind, std::move(object));
  if (kind.has_generation && !same_desire(object, old)) {
    object["metadata"]["generation"] = old_metadata.value("generation", 0) + 1;
  }
  if (same_but_for_bookkeeping(object, old)) return old_object;
  if (managed_fields) note_manager(object, kind, options.manager, "Update", options.part == Part::status);
  object = ordered_object(kind, std::move(object));

  if (object["metadata"].contains("deletionTimestamp") && !has_finalizers(object) && !options.dry_run) {
    collection(kind).remove(old_object->key(), ++revision_);
    return store_form(kind, std::move(object), revision_);
  }
  return commit(kind, std::move(object), options);
}

ObjectRef ObjectStore::patch(const Kind& kind, const std::string& namespace_name, const std::string& name,
                             PatchType type, const Json& patch, const WriteOptions& options, bool& created) {
  created = false;
  const ObjectRef old_object = collection(kind).find(object_key(namespace_name, name));
  if (old_object == nullptr) {
    if (type != PatchType::apply || options.part == Part::status) throw ApiError::not_found(kind, name);
    created = true;
    Json body = patch;
    check_identity(kind, namespace_name, name, body);
    return create(kind, namespace_name, std::move(body), options);
  }
  Json patched = apply_patch(kind, old_object->json(), type, patch);
  return update(kind, namespace_name, name, std::move(patched), options);
}

ObjectRef ObjectStore::remove(const Kind& kind, const std::string& namespace_name, const std::string& name,
                              const Json& wanted, bool dry_run) {
  const ObjectRef object = get(kind, namespace_name, name);
  const Json& conditions = object_member(wanted, "preconditions");
  const std::string uid = string_member(conditions, "uid");
  const std::string version = string_member(conditions, "resourceVersion");
  if (!uid.empty() && uid != object->uid) {
    throw ApiError::conflict(
        kind, name,
        "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + object->uid);
  }
  if (!version.empty() && version != std::to_string(object->revision)) {
    throw ApiError::conflict(kind, name,
                             "Precondition failed: ResourceVersion in precondition: " + version +
                                 ", ResourceVersion in object meta: " + std::to_string(object->revision));
  }
  Json body = object->json();
  if (has_finalizers(body)) {
    if (body["metadata"].contains("deletionTimestamp")) return object;
    body["metadata"]["deletionTimestamp"] = now_rfc3339();
    return commit(kind, ordered_object(kind, std::move(body)), {Part::whole, "fakeapi", dry_run});
  }
  if (!dry_run) collection(kind).remove(object->key(), ++revision_);
  return nullptr;
}

}  // namespace headgate::fakeapi
