// Reads one JSON text field by field (simdjson on-demand), keeping the path of the field it stands on, so
// that a wrong type is reported with its place. The only door to simdjson: to be
// included from .cpp files only. One thread; reusable; internal to
// the decoders.
//
// Every read function returns false once something failed; error() then says what and where. A JSON null is
// read as an absent value, as the Kubernetes API reads it.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/json_padding.h"

namespace headgate::k8swatch {

using JsonValue = simdjson::ondemand::value;

static_assert(kJsonPadding >= simdjson::SIMDJSON_PADDING);

struct JsonError {
  std::string field;       // "spec.rules[0].host"; empty: the document as a whole
  std::string reason;      // "expected a string, found a number"
  std::size_t offset = 0;  // of the offending value in the text
};

class JsonReader {
 public:
  // Starts reading `text`, which must stay valid and have kJsonPadding bytes behind it. What was read from
  // the text before is invalid from now on.
  bool open(std::string_view text);
  // The object the text consists of; may be called again to read it anew.
  bool root(JsonValue& out);

  // While set, error messages do not quote values (Secrets).
  void set_confidential(bool on) { confidential_ = on; }

  // Calls on_field(std::string_view key, JsonValue& value) -> bool for each field. The key is valid until the
  // next open(). A value that on_field does not read is skipped.
  template <typename OnField>
  bool object(JsonValue& value, OnField&& on_field);
  // Calls on_element(JsonValue& value) -> bool for each element.
  template <typename OnElement>
  bool array(JsonValue& value, OnElement&& on_element);

  bool string(JsonValue& value, std::string& out);
  // Valid until the next open(); empty for null.
  bool view(JsonValue& value, std::string_view& out);
  bool boolean(JsonValue& value, std::optional<bool>& out);
  bool integer(JsonValue& value, std::int64_t least, std::int64_t most, std::int64_t& out);
  bool is_null(JsonValue& value);
  bool is_string(JsonValue& value);
  // The text of an object as written; empty for null. Its brackets match, more is not known of it.
  bool raw_object(JsonValue& value, std::string_view& out);
  // A number, boolean or null as written (shortened); of a list or object its bracket.
  std::string_view raw(JsonValue& value);

  // Records a failure at `value` and returns false.
  bool fail(JsonValue& value, std::string reason);
  // The same about a field of the object being read that is not there.
  bool fail_missing(JsonValue& object, std::string_view field, std::string reason);
  [[nodiscard]] const JsonError& error() const { return error_; }

 private:
  struct Segment {
    std::string_view key;
    std::size_t index;  // meaningful where key is empty
  };
  static constexpr std::size_t kShownBytes = 40;

  bool begin();
  bool expect(JsonValue& value, simdjson::ondemand::json_type wanted, std::string_view name);
  bool broken(simdjson::error_code code);
  [[nodiscard]] std::string path() const;
  [[nodiscard]] std::size_t offset_of(JsonValue& value) const;

  simdjson::ondemand::parser parser_;
  simdjson::ondemand::document document_;
  std::string_view text_;
  std::vector<Segment> segments_;
  JsonError error_;
  bool confidential_ = false;
};

template <typename OnField>
bool JsonReader::object(JsonValue& value, OnField&& on_field) {
  if (is_null(value)) return true;
  if (!expect(value, simdjson::ondemand::json_type::object, "an object")) return false;
  simdjson::ondemand::object fields;
  if (const auto code = value.get_object().get(fields)) return broken(code);
  for (auto entry : fields) {
    simdjson::ondemand::field field;
    if (const auto code = std::move(entry).get(field)) return broken(code);
    std::string_view key;
    if (const auto code = field.unescaped_key().get(key)) return broken(code);
    segments_.push_back({key, 0});
    if (!on_field(key, field.value())) return false;
    segments_.pop_back();
  }
  return true;
}

template <typename OnElement>
bool JsonReader::array(JsonValue& value, OnElement&& on_element) {
  if (is_null(value)) return true;
  if (!expect(value, simdjson::ondemand::json_type::array, "a list")) return false;
  simdjson::ondemand::array elements;
  if (const auto code = value.get_array().get(elements)) return broken(code);
  std::size_t index = 0;
  for (auto entry : elements) {
    JsonValue element;
    if (const auto code = std::move(entry).get(element)) return broken(code);
    segments_.push_back({{}, index++});
    if (!on_element(element)) return false;
    segments_.pop_back();
  }
  return true;
}

}  // namespace headgate::k8swatch
