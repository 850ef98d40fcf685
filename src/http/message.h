// A parsed HTTP/1 message head: views into the bytes it was parsed from, in the order they came.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/field_id.h"
#include "http/method.h"

namespace headgate::http {

// One field line. `name` and `value` view the parsed buffer; the value is without surrounding white space.
struct Field {
  std::string_view name;
  std::string_view value;
  FieldId id = FieldId::other;
  // The line in the buffer is exactly "name: value\r\n" (one space, nothing behind the value): it may be
  // relayed as the bytes it came in, and so may a run of such lines that follow each other.
  bool canonical = false;
  // Set by framing analysis: not for the other side (hop-by-hop, nominated by Connection, replaced by ours).
  bool drop = false;

  [[nodiscard]] const char* line_begin() const { return name.data(); }
};

inline constexpr std::size_t kMaxFields = 200;

// The fields of one head or trailer section. A Worker owns one of each and reuses it: 200 × 40 bytes, no
// allocation.
class FieldList {
 public:
  [[nodiscard]] const Field* begin() const { return fields_.data(); }
  [[nodiscard]] const Field* end() const { return fields_.data() + size_; }
  [[nodiscard]] Field* begin() { return fields_.data(); }
  [[nodiscard]] Field* end() { return fields_.data() + size_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool full() const { return size_ == kMaxFields; }
  void clear() { size_ = 0; }
  // The caller sees to it that the list is not full. Member by member: assigning a whole Field goes through
  // the stack and costs a stalled load, half the time of a head's parse.
  Field& add() {
    Field& field = fields_[size_++];
    field.name = field.value = {};
    field.id = FieldId::other;
    field.canonical = field.drop = false;
    return field;
  }
  // The first field of that id, or null.
  [[nodiscard]] const Field* find(FieldId id) const {
    for (const Field& field : *this)
      if (field.id == id) return &field;
    return nullptr;
  }

 private:
  std::array<Field, kMaxFields> fields_;
  std::size_t size_ = 0;
};

struct RequestHead {
  std::string_view request_line;  // without CRLF, for the log
  std::string_view method_text;
  Method method = Method::other;
  std::string_view target;
  int minor_version = 1;  // HTTP/1.0 or HTTP/1.1
  FieldList fields;
  std::size_t size = 0;  // bytes of the head, leading empty line and final CRLFCRLF included
};

struct ResponseHead {
  int status = 0;
  std::string_view reason;
  int minor_version = 1;
  FieldList fields;
  std::string_view added{};  // lines of ours to go out behind the fields, each with its CRLF
  std::size_t size = 0;
};

}  // namespace headgate::http
