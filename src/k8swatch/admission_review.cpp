#include "k8swatch/admission_review.h"

#include <string_view>
#include <utility>

#include "k8swatch/ingress_class.h"
#include "k8swatch/json_reader.h"
#include "k8swatch/names.h"
#include "k8swatch/object_decoder.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kApiVersion = "admission.k8s.io/v1";
constexpr std::string_view kGroup = "networking.k8s.io";
constexpr std::string_view kVersion = "v1";
constexpr std::string_view kObjectPath = "request.object";
constexpr std::size_t kShown = 64;

std::string shown(std::string_view text) { return "'" + std::string(text.substr(0, kShown)) + "'"; }

// What goes round the objects.
struct Envelope {
  std::string api_version;
  std::string kind;
  bool has_request = false;
  std::string uid;
  std::string operation;
  std::string subresource;
  std::string namespace_name;
  std::string object_group;
  std::string object_version;
  std::string object_kind;
  bool has_object = false;
  bool has_old_object = false;
};

bool read_kind(JsonReader& reader, JsonValue& value, Envelope& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "group") return reader.string(field, out.object_group);
    if (key == "version") return reader.string(field, out.object_version);
    if (key == "kind") return reader.string(field, out.object_kind);
    return true;
  });
}

bool read_request(JsonReader& reader, JsonValue& value, Envelope& out) {
  return reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "uid") return reader.string(field, out.uid);
    if (key == "operation") return reader.string(field, out.operation);
    if (key == "subResource") return reader.string(field, out.subresource);
    if (key == "namespace") return reader.string(field, out.namespace_name);
    if (key == "kind") return read_kind(reader, field, out);
    if (key == "object") out.has_object = !reader.is_null(field);
    if (key == "oldObject") out.has_old_object = !reader.is_null(field);
    return true;
  });
}

bool read_envelope(JsonReader& reader, Envelope& out) {
  JsonValue root;
  return reader.root(root) && reader.object(root, [&](std::string_view key, JsonValue& field) {
    if (key == "apiVersion") return reader.string(field, out.api_version);
    if (key == "kind") return reader.string(field, out.kind);
    if (key != "request") return true;
    out.has_request = !reader.is_null(field);
    return read_request(reader, field, out);
  });
}

// Calls on_object(JsonValue& value) -> bool for `name` ("object", "oldObject") of the request.
template <typename OnObject>
bool read_object(JsonReader& reader, std::string_view name, OnObject&& on_object) {
  JsonValue root;
  return reader.root(root) && reader.object(root, [&](std::string_view key, JsonValue& request) {
    if (key != "request") return true;
    return reader.object(
        request, [&](std::string_view field, JsonValue& value) { return field != name || on_object(value); });
  });
}

// What decides whether the Ingress is ours, whatever else is wrong with it.
struct Sketch {
  Ingress ingress;
  bool is_being_deleted = false;
};

void take_string(JsonReader& reader, JsonValue& value, std::string& out) {
  if (reader.is_string(value)) static_cast<void>(reader.string(value, out));
}

void sketch_metadata(JsonReader& reader, JsonValue& value, Sketch& out) {
  Metadata& metadata = out.ingress.metadata;
  static_cast<void>(reader.object(value, [&](std::string_view key, JsonValue& field) {
    if (key == "name") take_string(reader, field, metadata.name);
    if (key == "deletionTimestamp") out.is_being_deleted = !reader.is_null(field);
    if (key != "annotations") return true;
    return reader.object(field, [&](std::string_view annotation, JsonValue& content) {
      if (annotation == kClassAnnotation)
        take_string(reader, content, metadata.annotations.emplace_back(annotation, "").second);
      return true;
    });
  }));
}

// As leniently as possible: what does not read is left out.
Sketch read_sketch(JsonReader& reader) {
  Sketch sketch;
  static_cast<void>(read_object(reader, "object", [&](JsonValue& object) {
    return reader.object(object, [&](std::string_view key, JsonValue& field) {
      if (key == "metadata") sketch_metadata(reader, field, sketch);
      if (key != "spec") return true;
      return reader.object(field, [&](std::string_view name, JsonValue& content) {
        if (name == "ingressClassName" && reader.is_string(content))
          return reader.string(content, sketch.ingress.class_name.emplace());
        return true;
      });
    });
  }));
  return sketch;
}

bool read_ingress(JsonReader& reader, std::string_view name, const DecodeOptions& options, Ingress& out) {
  return read_object(reader, name,
                     [&](JsonValue& value) { return decode_ingress(reader, value, options, out); });
}

std::string fault_of(const JsonError& error) {
  std::string_view field = error.field;
  if (field.starts_with(kObjectPath)) field.remove_prefix(kObjectPath.size());
  if (field.starts_with('.')) field.remove_prefix(1);
  return field.empty() ? error.reason : std::string(field) + ": " + error.reason;
}

bool same_for_us(const Ingress& a, const Ingress& b) {
  return a.class_name == b.class_name && a.default_backend == b.default_backend && a.rules == b.rules &&
         a.tls == b.tls && a.metadata.annotations == b.metadata.annotations;
}

Result<void> check(const Envelope& envelope) {
  if (envelope.kind != "AdmissionReview")
    return fail("expected an AdmissionReview, found kind " + shown(envelope.kind));
  if (envelope.api_version != kApiVersion)
    return fail("expected an AdmissionReview of " + std::string(kApiVersion) + ", found apiVersion " +
                shown(envelope.api_version));
  if (!envelope.has_request) return fail("request: is required");
  if (envelope.uid.empty()) return fail("request.uid: is required");
  if (envelope.operation.empty()) return fail("request.operation: is required");
  if (envelope.object_kind.empty()) return fail("request.kind.kind: is required");
  if (!envelope.namespace_name.empty() && !is_dns1123_label(envelope.namespace_name))
    return fail("request.namespace: " + shown(envelope.namespace_name) + " is not the name of a namespace");
  return {};
}

// Whether an Ingress is about to be written; else `note` may say more.
bool is_about_an_ingress(const Envelope& envelope, std::string& note) {
  if (envelope.object_kind != "Ingress" || !envelope.subresource.empty()) return false;
  if (envelope.operation != "CREATE" && envelope.operation != "UPDATE") return false;
  if (envelope.object_group != kGroup || envelope.object_version != kVersion) {
    // Some other API's Ingress is none of ours; an older version of this one was meant to be looked at.
    if (envelope.object_group == kGroup || envelope.object_group == "extensions")
      note = "not looked at: only Ingresses of " + std::string(kGroup) + "/" + std::string(kVersion) + " are";
    return false;
  }
  if (!envelope.has_object) note = "not looked at: the review holds no object";
  return envelope.has_object;
}

}  // namespace

Result<AdmissionReview> read_admission_review(std::string text, const DecodeOptions& options) {
  const std::size_t size = text.size();
  text.append(kJsonPadding, ' ');
  JsonReader reader;
  Envelope envelope;
  if (!reader.open(std::string_view(text).substr(0, size)) || !read_envelope(reader, envelope))
    return fail(fault_of(reader.error()));
  if (Result<void> fine = check(envelope); !fine) return fail(fine.error().message);

  AdmissionReview review;
  review.uid = envelope.uid;
  if (!is_about_an_ingress(envelope, review.note)) return review;
  Sketch sketch = read_sketch(reader);
  if (sketch.is_being_deleted) return review;
  review.is_judged = true;
  if (!read_ingress(reader, "object", options, review.ingress)) {
    review.fault = fault_of(reader.error());
    review.ingress = std::move(sketch.ingress);
    std::string& sketched = review.ingress.metadata.name;
    if (!is_dns1123_subdomain(sketched)) sketched.clear();  // it goes into the log and into metrics
  } else if (envelope.operation == "UPDATE" && envelope.has_old_object) {
    Ingress old;
    review.is_unchanged = read_ingress(reader, "oldObject", options, old) && same_for_us(review.ingress, old);
  }
  if (!envelope.namespace_name.empty()) review.ingress.metadata.namespace_name = envelope.namespace_name;
  return review;
}

}  // namespace headgate::k8swatch
