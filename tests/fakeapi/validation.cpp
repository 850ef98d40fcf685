#include "fakeapi/validation.h"

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fakeapi/api_error.h"

namespace headgate::fakeapi {
namespace {

constexpr std::size_t kMaxNote = 1024;

using Causes = std::vector<ErrorCause>;

ErrorCause required(std::string field) { return {"FieldValueRequired", "Required value", std::move(field)}; }

ErrorCause invalid(std::string field, const std::string& value, const std::string& why) {
  return {"FieldValueInvalid", "Invalid value: \"" + value + "\": " + why, std::move(field)};
}

// "2006-01-02T15:04:05.000000Z" or with an offset: exactly six digits of a second's fraction.
bool is_micro_time(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddddd";
  if (text.size() < kShape.size() + 1) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool is_digit = std::isdigit(static_cast<unsigned char>(text[i])) != 0;
    if (kShape[i] == 'd' ? !is_digit : text[i] != kShape[i]) return false;
  }
  const std::string_view zone = text.substr(kShape.size());
  return zone == "Z" || (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':');
}

void check_micro_time(const Kind& kind, const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return;
  const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
  if (is_micro_time(text)) return;
  const std::string type(kind.kind);
  throw ApiError::bad_request(type + " in version \"v1\" cannot be handled as a " + type +
                              ": parsing time \"" + text +
                              "\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"" +
                              (text.size() > 19 ? text.substr(19) : text) + "\" as \".000000\"");
}

void check_lease(const Kind& kind, const Json& lease, Causes& causes) {
  const Json& spec = object_member(lease, "spec");
  check_micro_time(kind, spec, "acquireTime");
  check_micro_time(kind, spec, "renewTime");
  for (const auto& [name, least] : {std::pair{"leaseDurationSeconds", 1}, std::pair{"leaseTransitions", 0}}) {
    const auto found = spec.find(name);
    if (found == spec.end() || found->is_null()) continue;
    if (!found->is_number_integer()) {
      throw ApiError::bad_request("Lease in version \"v1\" cannot be handled as a Lease: spec." +
                                  std::string(name) + " is not an int32");
    }
    if (*found < least) {
      causes.push_back(
          {"FieldValueInvalid",
           "Invalid value: " + found->dump() + ": must be greater than " + std::to_string(least - 1),
           std::string("spec.") + name});
    }
  }
}

void check_event(const Kind& kind, const Json& event, Causes& causes) {
  check_micro_time(kind, event, "eventTime");
  const Json& series = object_member(event, "series");
  check_micro_time(kind, series, "lastObservedTime");
  const Json& regarding = object_member(event, "regarding");
  const std::string home = string_member(object_member(event, "metadata"), "namespace");
  const std::string about = string_member(regarding, "namespace");
  // An object without a namespace has its Events in "default".
  if (about.empty() ? home != "default" : about != home) {
    causes.push_back(invalid("involvedObject.namespace", about, "does not match event.namespace"));
  }
  for (const char* name : {"eventTime", "reportingController", "reportingInstance", "action", "reason"}) {
    if (string_member(event, name).empty()) causes.push_back(required(name));
  }
  const std::string type = string_member(event, "type");
  if (type != "Normal" && type != "Warning")
    causes.push_back(invalid("type", type, "has invalid value: " + type));
  if (string_member(event, "note").size() > kMaxNote) {
    causes.push_back(invalid("message", "", "can have at most 1024 characters"));
  }
}

void check_backend(const Json& backend, const std::string& field, Causes& causes) {
  const bool has_service = backend.contains("service");
  if (has_service == backend.contains("resource")) {
    causes.push_back(invalid(field, "",
                             has_service ? "cannot set both resource and service backends"
                                         : "resource or service backend is required"));
  }
}

void check_ingress(const Json& ingress, Causes& causes) {
  const Json& spec = object_member(ingress, "spec");
  const Json rules = spec.value("rules", Json::array());
  if (rules.empty() && !spec.contains("defaultBackend")) {
    causes.push_back(invalid("spec", "[]", "either `defaultBackend` or `rules` must be specified"));
  }
  if (!rules.is_array()) throw ApiError::bad_request("Ingress: spec.rules is not a list");
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const Json& http = object_member(rules[r], "http");
    const Json paths = http.value("paths", Json::array());
    for (std::size_t p = 0; p < paths.size(); ++p) {
      const std::string field = "spec.rules[" + std::to_string(r) + "].http.paths[" + std::to_string(p) + "]";
      const std::string type = string_member(paths[p], "pathType");
      const std::string path = string_member(paths[p], "path");
      if (type.empty())
        causes.push_back(
            {"FieldValueRequired", "Required value: pathType must be specified", field + ".pathType"});
      if (type != "ImplementationSpecific" && !path.starts_with("/")) {
        causes.push_back(invalid(field + ".path", path, "must be an absolute path"));
      }
      check_backend(object_member(paths[p], "backend"), field + ".backend", causes);
    }
  }
}

void check_service(const Json& service, Causes& causes) {
  std::set<std::string> names;
  const Json ports = object_member(service, "spec").value("ports", Json::array());
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const std::string name = string_member(ports[i], "name");
    const std::string field = "spec.ports[" + std::to_string(i) + "].name";
    if (ports.size() > 1 && name.empty()) causes.push_back(required(field));
    if (!name.empty() && !names.insert(name).second) {
      causes.push_back({"FieldValueDuplicate", "Duplicate value: \"" + name + "\"", field});
    }
  }
}

void check_endpoint_slice(const Json& slice, Causes& causes) {
  const std::string type = string_member(slice, "addressType");
  if (type.empty()) causes.push_back(required("addressType"));
  const auto endpoints = slice.find("endpoints");
  if (endpoints == slice.end() || !endpoints->is_array()) return;
  for (std::size_t i = 0; i < endpoints->size(); ++i) {
    const Json addresses = (*endpoints)[i].value("addresses", Json::array());
    const std::string field = "endpoints[" + std::to_string(i) + "].addresses";
    if (addresses.empty())
      causes.push_back({"FieldValueRequired", "Required value: must contain at least 1 address", field});
    for (const Json& address : addresses) {
      const std::string text = address.is_string() ? address.get<std::string>() : address.dump();
      const bool is_v6 = text.find(':') != std::string::npos;
      if ((type == "IPv4" && is_v6) || (type == "IPv6" && !is_v6)) {
        causes.push_back(invalid(field + "[0]", text, "must be an " + type + " address"));
      }
    }
  }
}

}  // namespace

void validate(const Kind& kind, const Json& object) {
  Causes causes;
  if (kind.plural == "leases") {
    check_lease(kind, object, causes);
  } else if (kind.plural == "events") {
    check_event(kind, object, causes);
  } else if (kind.plural == "ingresses") {
    check_ingress(object, causes);
  } else if (kind.plural == "services") {
    check_service(object, causes);
  } else if (kind.plural == "endpointslices") {
    check_endpoint_slice(object, causes);
  }
  if (!causes.empty()) {
    throw ApiError::invalid(kind, string_member(object_member(object, "metadata"), "name"), causes);
  }
}

}  // namespace headgate::fakeapi
