#include "k8swatch/api_object_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "k8swatch/names.h"
#include "k8swatch/object_decoder.h"

namespace headgate::k8swatch {
namespace {

constexpr std::string_view kInitialEnd = "k8s.io/initial-events-end";
constexpr std::size_t kShownBytes = 200;

WatchEvent::Type type_of(std::string_view text) {
  if (text == "ADDED") return WatchEvent::Type::added;
  if (text == "MODIFIED") return WatchEvent::Type::modified;
  if (text == "DELETED") return WatchEvent::Type::deleted;
  if (text == "BOOKMARK") return WatchEvent::Type::bookmark;
  if (text == "ERROR") return WatchEvent::Type::error;
  return WatchEvent::Type::unknown;
}

std::string shown(std::string_view text) { return std::string(text.substr(0, kShownBytes)); }

}  // namespace

std::string to_string(const ApiStatus& status) {
  std::string text = status.code == 0 ? std::string("no code") : std::to_string(status.code);
  if (!status.reason.empty()) text += ' ' + status.reason;
  if (!status.message.empty()) text += ": " + status.message;
  return text;
}

class ApiObjectReader::Work {
 public:
  explicit Work(DecodeOptions options) : options_(std::move(options)) {}

  ObservedObject object(std::string_view json, Kind kind);
  // Why the object is none of the kind, as far as it says what it is; else "".
  std::string foreign_type(std::string_view json, Kind kind);
  Result<WatchEvent> event(std::string_view line, Kind kind);
  Result<ListMetadata> list(std::string_view json);
  ApiStatus status(std::string_view body, int http_code);

 private:
  // What identifies an object, read as leniently as possible. False: not even that can be read.
  bool identity(std::string_view json, Kind kind, ObservedObject& out);
  bool bookmark(std::string_view json, WatchEvent& out);
  bool open_root(std::string_view json, JsonValue& root) { return reader_.open(json) && reader_.root(root); }
  [[nodiscard]] std::string reason() const {
    const JsonError& error = reader_.error();
    return error.field.empty() ? error.reason : error.field + ": " + error.reason;
  }

  DecodeOptions options_;
  JsonReader reader_;
};

ObservedObject ApiObjectReader::Work::object(std::string_view json, Kind kind) {
  ObservedObject out;
  if (reader_.open(json)) out.object = decode_object(reader_, kind, options_);
  if (out.object) {
    out.key = key_of(*out.object);
    const Metadata& metadata = metadata_of(*out.object);
    out.uid = metadata.uid;
    out.resource_version = metadata.resource_version;
    return out;
  }
  JsonError error = reader_.error();
  const bool known = identity(json, kind, out);
  std::string name = known ? to_string(out.key) : std::string(to_string(kind)) + " without a readable name";
  out.finding =
      Finding{Severity::error, std::move(name), std::move(error.field),
              error.reason + " (as the API server sent it; the last good version stays where there is one)"};
  return out;
}

std::string ApiObjectReader::Work::foreign_type(std::string_view json, Kind kind) {
  TypeMeta type;
  // What is missing is not required, and what cannot be read is for the decoder to say.
  if (reader_.open(json)) static_cast<void>(decode_type(reader_, type));
  if (!type.kind.empty() && type.kind != to_string(kind))
    return "is a \"" + shown(type.kind) + "\" in a watch of another kind";
  if (!type.api_version.empty() && type.api_version != api_version_of(kind))
    return "is of apiVersion \"" + shown(type.api_version) + "\", asked for was " +
           std::string(api_version_of(kind));
  return "";
}

bool ApiObjectReader::Work::identity(std::string_view json, Kind kind, ObservedObject& out) {
  JsonValue root;
  if (!open_root(json, root)) return false;
  ObjectKey key{kind, "", ""};
  const auto read_text = [this](JsonValue& value, std::string& into) {
    return !reader_.is_string(value) || reader_.string(value, into);
  };
  // What fails to read is left out: the object is known to be broken somewhere.
  static_cast<void>(reader_.object(root, [&](std::string_view name, JsonValue& metadata) {
    if (name != "metadata") return true;
    return reader_.object(metadata, [&](std::string_view field, JsonValue& content) {
      if (field == "name") return read_text(content, key.name);
      if (field == "namespace") return read_text(content, key.namespace_name);
      if (field == "uid") return read_text(content, out.uid);
      if (field == "resourceVersion") return read_text(content, out.resource_version);
      return true;
    });
  }));
  if (!is_dns1123_subdomain(key.name)) return false;
  const bool has_namespace = kind != Kind::ingress_class && kind != Kind::namespace_;
  if (!has_namespace) {
    key.namespace_name.clear();
  } else if (!is_dns1123_label(key.namespace_name)) {
    return false;
  }
  out.key = std::move(key);
  return true;
}

bool ApiObjectReader::Work::bookmark(std::string_view json, WatchEvent& out) {
  JsonValue root;
  if (!open_root(json, root)) return false;
  return reader_.object(root, [&](std::string_view name, JsonValue& metadata) {
    if (name != "metadata") return true;
    return reader_.object(metadata, [&](std::string_view field, JsonValue& content) {
      if (field == "resourceVersion") return reader_.string(content, out.observed.resource_version);
      if (field != "annotations") return true;
      return reader_.object(content, [&](std::string_view annotation, JsonValue& value) {
        if (annotation != kInitialEnd) return true;
        std::string_view text;
        if (!reader_.view(value, text)) return false;
        out.is_initial_end = text == "true";
        return true;
      });
    });
  });
}

Result<WatchEvent> ApiObjectReader::Work::event(std::string_view line, Kind kind) {
  WatchEvent out;
  std::string_view json;
  std::string type;
  JsonValue root;
  const bool read =
      open_root(line, root) && reader_.object(root, [&](std::string_view key, JsonValue& value) {
        if (key == "type") return reader_.string(value, type);
        return key != "object" || reader_.raw_object(value, json);
      });
  if (!read) return fail("a watch event cannot be read: " + reason());
  if (type.empty()) return fail("a watch event has no type");
  out.type = type_of(type);
  if (out.type == WatchEvent::Type::unknown) {
    out.type_text = shown(type);
    return out;
  }
  if (json.empty()) return fail("a watch event of type " + type + " has no object");
  const bool is_about_one = out.type == WatchEvent::Type::added || out.type == WatchEvent::Type::modified ||
                            out.type == WatchEvent::Type::deleted;
  if (is_about_one) {
    if (std::string foreign = foreign_type(json, kind); !foreign.empty()) {
      // Its name is not that of an object of the kind, so nothing may come or go by it.
      if (out.type == WatchEvent::Type::deleted) return fail("the object of a DELETED event " + foreign);
      out.observed.finding = Finding{Severity::error, std::string(to_string(kind)) + " of the API server", "",
                                     "an object of a watch " + foreign + " and is not taken"};
      return out;
    }
  }
  switch (out.type) {
    case WatchEvent::Type::added:
    case WatchEvent::Type::modified:
      out.observed = object(json, kind);
      return out;
    case WatchEvent::Type::deleted:
      // Not decoded: a broken object can be deleted like any other.
      if (!identity(json, kind, out.observed))
        return fail("a DELETED event does not say which " + std::string(to_string(kind)) + " it is about");
      return out;
    case WatchEvent::Type::bookmark:
      if (!bookmark(json, out)) return fail("a bookmark cannot be read: " + reason());
      // A watch from "0" would begin with the state, in any order.
      if (out.observed.resource_version.empty() ||
          (out.is_initial_end && out.observed.resource_version == "0"))
        return fail("a bookmark has no resourceVersion");
      return out;
    case WatchEvent::Type::error:
      out.status = status(json, 0);
      return out;
    case WatchEvent::Type::unknown:
      break;
  }
  return out;
}

Result<ListMetadata> ApiObjectReader::Work::list(std::string_view json) {
  ListMetadata out;
  JsonValue root;
  bool has_items = false;
  const bool read =
      open_root(json, root) && reader_.object(root, [&](std::string_view key, JsonValue& value) {
        if (key == "items") has_items = true;
        if (key != "metadata") return true;
        return reader_.object(value, [&](std::string_view field, JsonValue& content) {
          if (field == "resourceVersion") return reader_.string(content, out.resource_version);
          if (field == "continue") return reader_.string(content, out.continue_token);
          return true;
        });
      });
  if (!read) return fail("a list cannot be read: " + reason());
  if (!has_items) return fail("the answer to a list request is no list");
  // A watch from "0" would begin with the state, in any order.
  if (out.resource_version.empty() || out.resource_version == "0")
    return fail("a list has no resourceVersion");
  return out;
}

ApiStatus ApiObjectReader::Work::status(std::string_view body, int http_code) {
  ApiStatus out;
  JsonValue root;
  bool is_status = false;
  constexpr std::int64_t kMaxSeconds = 86400;
  const auto read_causes = [&](JsonValue& causes) {
    return reader_.array(causes, [&](JsonValue& cause) {
      return reader_.object(cause, [&](std::string_view field, JsonValue& content) {
        std::string_view text;
        if (field != "reason") return true;
        if (!reader_.view(content, text)) return false;
        out.version_too_large |= text == "ResourceVersionTooLarge";
        return true;
      });
    });
  };
  const bool read =
      open_root(body, root) && reader_.object(root, [&](std::string_view key, JsonValue& value) {
        if (key == "reason") return reader_.string(value, out.reason);
        if (key == "message") return reader_.string(value, out.message);
        if (key == "kind") {
          std::string_view text;
          if (!reader_.view(value, text)) return false;
          is_status = text == "Status";
          return true;
        }
        if (key == "code") {
          std::int64_t code = 0;
          if (!reader_.integer(value, 0, 999, code)) return false;
          out.code = static_cast<int>(code);
          return true;
        }
        if (key != "details") return true;
        return reader_.object(value, [&](std::string_view field, JsonValue& content) {
          if (field == "causes") return read_causes(content);
          if (field != "retryAfterSeconds") return true;
          std::int64_t seconds = 0;
          if (!reader_.integer(content, 0, std::numeric_limits<std::int32_t>::max(), seconds)) return false;
          if (seconds > 0) out.retry_after = std::chrono::seconds(std::min(seconds, kMaxSeconds));
          return true;
        });
      });
  if (!read || !is_status) {
    out = {};
    out.message = shown(body);
  }
  if (http_code != 0) out.code = http_code;
  out.message.resize(std::min<std::size_t>(out.message.size(), 2 * kShownBytes));
  return out;
}

ApiObjectReader::ApiObjectReader(DecodeOptions options) : work_(std::make_unique<Work>(std::move(options))) {}
ApiObjectReader::~ApiObjectReader() = default;

ObservedObject ApiObjectReader::read_object(std::string_view json, Kind kind) {
  return work_->object(json, kind);
}
Result<WatchEvent> ApiObjectReader::read_event(std::string_view line, Kind kind) {
  return work_->event(line, kind);
}
Result<ListMetadata> ApiObjectReader::read_list(std::string_view json) { return work_->list(json); }
ApiStatus ApiObjectReader::read_status(std::string_view body, int http_code) {
  return work_->status(body, http_code);
}

}  // namespace headgate::k8swatch
