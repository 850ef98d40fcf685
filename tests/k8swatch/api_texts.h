// JSON as an API server writes it, for tests. Objects are ConfigMaps: the smallest ones with a value to look
// at.
#pragma once

#include <string>
#include <vector>

namespace headgate::k8swatch::testing {

// `version` is the resourceVersion. The uid is "u-" and the name unless one is given.
inline std::string api_object(const std::string& name, int version, const std::string& value = "v",
                              const std::string& uid = "") {
  return R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":")" + name +
         R"(","namespace":"default","uid":")" + (uid.empty() ? "u-" + name : uid) +
         R"(","resourceVersion":")" + std::to_string(version) +
         R"(","managedFields":[{"manager":"x","fieldsV1":{"f:data":{"f:[]{":{}}}}]},"data":{"k":")" + value +
         R"("}})";
}

// An object whose data is a list, which no ConfigMap may have.
inline std::string broken_object(const std::string& name, int version) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"default","uid":"u-)" + name +
         R"(","resourceVersion":")" + std::to_string(version) + R"("},"data":[1,2]})";
}

inline std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

inline std::string bookmark(int version, bool initial_end = false) {
  return event("BOOKMARK", R"({"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":")" +
                               std::to_string(version) + R"(","creationTimestamp":null)" +
                               (initial_end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "") +
                               "}}");
}

inline std::string list(int version, const std::vector<std::string>& items,
                        const std::string& continue_token = "") {
  std::string text = R"({"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":")" +
                     std::to_string(version) + '"';
  if (!continue_token.empty()) text += R"(,"continue":")" + continue_token + R"(","remainingItemCount":7)";
  text += R"(},"items":[)";
  for (const std::string& item : items) {
    if (!text.ends_with('[')) text += ',';
    text += item;
  }
  return text + "]}\n";
}

inline std::string status(int code, const std::string& reason, const std::string& message = "no",
                          const std::string& details = "") {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":")" + message +
         R"(","reason":")" + reason + '"' + (details.empty() ? "" : R"(,"details":)" + details) +
         R"(,"code":)" + std::to_string(code) + "}";
}

// What a server says that is behind the version asked for.
inline std::string version_too_large() {
  return status(504, "Timeout", "Too large resource version: 900, current: 100",
                R"({"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],)"
                R"("retryAfterSeconds":1})");
}

}  // namespace headgate::k8swatch::testing
