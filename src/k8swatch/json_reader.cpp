#include "k8swatch/json_reader.h"

#include <utility>

namespace headgate::k8swatch {
namespace {

using simdjson::ondemand::json_type;

std::string_view name_of(json_type type) {
  switch (type) {
    case json_type::object:
      return "an object";
    case json_type::array:
      return "a list";
    case json_type::string:
      return "a string";
    case json_type::number:
      return "the number";
    case json_type::boolean:
      return "the boolean";
    case json_type::null:
      return "null";
  }
  return "an unreadable value";
}

std::string_view trimmed(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

}  // namespace

bool JsonReader::open(std::string_view text) {
  text_ = text;
  segments_.clear();
  error_ = {};
  confidential_ = false;
  return begin();
}

bool JsonReader::begin() {
  const simdjson::padded_string_view padded(text_.data(), text_.size(), text_.size() + kJsonPadding);
  if (const auto code = parser_.iterate(padded).get(document_)) return broken(code);
  return true;
}

bool JsonReader::root(JsonValue& out) {
  segments_.clear();
  // Text that is no JSON ends simdjson's walk for good: it cannot be rewound.
  if (document_.is_alive())
    document_.rewind();
  else if (!begin())
    return false;
  json_type type;
  if (const auto code = document_.type().get(type)) return broken(code);
  if (type != json_type::object) {
    error_ = {"", "expected an object, found " + std::string(name_of(type)), 0};
    return false;
  }
  if (const auto code = document_.get_value().get(out)) return broken(code);
  return true;
}

bool JsonReader::string(JsonValue& value, std::string& out) {
  std::string_view text;
  if (!view(value, text)) return false;
  out.assign(text);
  return true;
}

bool JsonReader::view(JsonValue& value, std::string_view& out) {
  out = {};
  if (is_null(value)) return true;
  if (!expect(value, json_type::string, "a string")) return false;
  if (const auto code = value.get_string().get(out)) return broken(code);
  return true;
}

bool JsonReader::boolean(JsonValue& value, std::optional<bool>& out) {
  if (is_null(value)) return true;
  if (!expect(value, json_type::boolean, "true or false")) return false;
  bool read = false;
  if (const auto code = value.get_bool().get(read)) return broken(code);
  out = read;
  return true;
}

bool JsonReader::integer(JsonValue& value, std::int64_t least, std::int64_t most, std::int64_t& out) {
  if (is_null(value)) return true;
  if (!expect(value, json_type::number, "a number")) return false;
  std::int64_t read = 0;
  const auto code = value.get_int64().get(read);
  if (code != simdjson::SUCCESS || read < least || read > most) {
    std::string reason =
        "expected a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    if (!confidential_) {
      reason += ", found ";
      reason += raw(value);
    }
    return fail(value, std::move(reason));
  }
  out = read;
  return true;
}

bool JsonReader::is_null(JsonValue& value) {
  json_type type;
  return value.type().get(type) == simdjson::SUCCESS && type == json_type::null;
}

bool JsonReader::is_string(JsonValue& value) {
  json_type type;
  return value.type().get(type) == simdjson::SUCCESS && type == json_type::string;
}

bool JsonReader::raw_object(JsonValue& value, std::string_view& out) {
  out = {};
  if (is_null(value)) return true;
  if (!expect(value, json_type::object, "an object")) return false;
  simdjson::ondemand::object object;
  if (const auto code = value.get_object().get(object)) return broken(code);
  if (const auto code = object.raw_json().get(out)) return broken(code);
  return true;
}

std::string_view JsonReader::raw(JsonValue& value) {
  return trimmed(value.raw_json_token()).substr(0, kShownBytes);
}

bool JsonReader::fail(JsonValue& value, std::string reason) {
  error_ = {path(), std::move(reason), offset_of(value)};
  return false;
}

bool JsonReader::fail_missing(JsonValue& object, std::string_view field, std::string reason) {
  std::string where = path();
  if (!where.empty()) where += '.';
  where += field;
  error_ = {std::move(where), std::move(reason), offset_of(object)};
  return false;
}

bool JsonReader::expect(JsonValue& value, json_type wanted, std::string_view name) {
  json_type type;
  if (const auto code = value.type().get(type)) return broken(code);
  if (type == wanted) return true;
  std::string reason = "expected " + std::string(name) + ", found ";
  reason += name_of(type);
  if (type == json_type::number || type == json_type::boolean) {
    if (!confidential_) {
      reason += ' ';
      reason += raw(value);
    } else {
      reason = "expected " + std::string(name);
    }
    if (wanted == json_type::string) reason += " (put it in quotes)";
  }
  return fail(value, std::move(reason));
}

bool JsonReader::broken(simdjson::error_code code) {
  error_ = {path(), std::string("not valid JSON: ") + simdjson::error_message(code), 0};
  return false;
}

std::string JsonReader::path() const {
  std::string text;
  for (const Segment& segment : segments_) {
    if (segment.key.empty()) {
      text += '[' + std::to_string(segment.index) + ']';
      continue;
    }
    // Keys with dots (annotations, file names in a Secret) read better in brackets.
    if (segment.key.find('.') != std::string_view::npos) {
      text += '[';
      text += segment.key.substr(0, 2 * kShownBytes);
      text += ']';
    } else {
      if (!text.empty()) text += '.';
      text += segment.key.substr(0, 2 * kShownBytes);
    }
  }
  return text;
}

std::size_t JsonReader::offset_of(JsonValue& value) const {
  return static_cast<std::size_t>(value.raw_json_token().data() - text_.data());
}

}  // namespace headgate::k8swatch
