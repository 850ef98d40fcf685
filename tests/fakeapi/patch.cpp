#include "fakeapi/patch.h"

#include <algorithm>
#include <string>
#include <utility>

#include "fakeapi/api_error.h"

namespace headgate::fakeapi {
namespace {

// The patchMergeKey of a list, by the name of the field; empty: the list is replaced as a whole.
std::string merge_key(const Kind& kind, const std::string& field) {
  if (field == "ports" && kind.plural == "services") return "port";
  if (field == "conditions") return "type";
  if (field == "ownerReferences") return "uid";
  if (field == "containers" || field == "env" || field == "volumes") return "name";
  return "";
}

void merge(const Kind& kind, Json& into, const Json& patch);

void merge_list(const Kind& kind, Json& list, const Json& patch, const std::string& key) {
  for (const Json& element : patch) {
    const auto same = std::find_if(list.begin(), list.end(), [&](const Json& candidate) {
      return candidate.is_object() && element.is_object() && candidate.contains(key) &&
             element.contains(key) && candidate.at(key) == element.at(key);
    });
    const bool is_deletion = string_member(element, "$patch") == "delete";
    if (same == list.end()) {
      if (!is_deletion) list.push_back(element);
    } else if (is_deletion) {
      list.erase(same);
    } else {
      merge(kind, *same, element);
    }
  }
}

void merge(const Kind& kind, Json& into, const Json& patch) {
  if (!into.is_object()) into = Json::object();
  for (const auto& [name, value] : patch.items()) {
    if (name.starts_with("$")) continue;  // directives: $setElementOrder, $retainKeys
    if (value.is_null()) {
      into.erase(name);
    } else if (value.is_object()) {
      if (string_member(value, "$patch") == "replace") into.erase(name);
      merge(kind, into[name], value);
    } else if (value.is_array() && !merge_key(kind, name).empty() && into.contains(name) &&
               into[name].is_array()) {
      merge_list(kind, into[name], value, merge_key(kind, name));
    } else {
      into[name] = value;
    }
  }
}

}  // namespace

Json apply_patch(const Kind& kind, Json object, PatchType type, const Json& patch) {
  if (type == PatchType::json) {
    if (!patch.is_array()) throw ApiError::bad_request("error decoding patch: not a list of operations");
    try {
      return object.patch(patch);
    } catch (const Json::exception&) {
      throw ApiError(422, "Invalid", "the server rejected our request due to an error in our request",
                     Json::object());
    }
  }
  if (!patch.is_object()) throw ApiError::bad_request("error decoding patch: not an object");
  if (type == PatchType::merge) {
    object.merge_patch(patch);
  } else {
    merge(kind, object, patch);
  }
  return object;
}

}  // namespace headgate::fakeapi
