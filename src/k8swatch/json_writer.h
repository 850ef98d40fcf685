// Writes JSON text piece by piece; commas are its business. Strings must be UTF-8, as everything read from
// JSON is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json_string.h"

namespace headgate::k8swatch {

class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  // A key, or nothing for an element of a list.
  void begin_object(std::string_view key = {}) { begin(key, '{'); }
  void end_object() { end('}'); }
  void begin_list(std::string_view key = {}) { begin(key, '['); }
  void end_list() { end(']'); }
  void string(std::string_view key, std::string_view value) {
    begin_value(key);
    append_json_string(out_, value);
  }
  // Left out where it is empty.
  void text(std::string_view key, std::string_view value) {
    if (!value.empty()) string(key, value);
  }
  void element(std::string_view value) { string({}, value); }
  void number(std::string_view key, std::int64_t value) {
    begin_value(key);
    out_ += std::to_string(value);
  }
  void boolean(std::string_view key, bool value) {
    begin_value(key);
    out_ += value ? "true" : "false";
  }
  // A value that is JSON already.
  void json(std::string_view key, std::string_view value) {
    begin_value(key);
    out_ += value;
  }

 private:
  void begin(std::string_view key, char bracket) {
    begin_value(key);
    out_ += bracket;
    needs_comma_ = false;
  }
  void end(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
  }
  void begin_value(std::string_view key) {
    if (needs_comma_) out_ += ',';
    needs_comma_ = true;
    if (key.data() == nullptr) return;
    append_json_string(out_, key);
    out_ += ':';
  }

  std::string& out_;
  bool needs_comma_ = false;
};

}  // namespace headgate::k8swatch
