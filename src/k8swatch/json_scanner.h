// Checks JSON text that people wrote and cuts it into documents: one pass, no tree. The reader behind it
// (simdjson on-demand) skips what it does not need unchecked; this is where a missing comma or a key given
// twice is found, with its place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::k8swatch {

struct JsonSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct JsonMember {
  JsonSpan key;    // without the quotes, escapes as written
  JsonSpan value;  // without surrounding white space
};

// One document. All spans count from the start of the scanned text.
struct JsonDocument {
  JsonSpan span;
  std::vector<JsonMember> members;      // of the root object
  std::vector<JsonSpan> elements;       // of the root array, or of the root object's member "items"
  std::vector<std::size_t> duplicates;  // where a key stands that its object already has
};

class JsonScanner {
 public:
  // Nesting beyond this is refused, in JSON and in YAML.
  static constexpr std::size_t kMaxDepth = 100;

  explicit JsonScanner(std::string_view text) : text_(text) {}

  enum class Step { document, end, error };
  // Reads the next document. After an error the next call goes on at the next line that starts with '{'.
  Step next(JsonDocument& out);

  [[nodiscard]] std::size_t error_offset() const { return error_offset_; }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  bool value(std::size_t depth, JsonDocument* root);
  bool object(std::size_t depth, JsonDocument* root);
  bool array(std::size_t depth, std::vector<JsonSpan>* elements);
  bool string(JsonSpan& content);
  bool number();
  bool literal(std::string_view word);
  void skip_space();
  void find_duplicates(std::size_t first_key);
  bool fail(std::string reason);
  [[nodiscard]] bool at(char c) const { return position_ < text_.size() && text_[position_] == c; }

  std::string_view text_;
  std::size_t position_ = 0;
  std::vector<JsonSpan> keys_;  // of the objects that are open, innermost last
  std::vector<std::size_t> duplicates_;
  std::size_t error_offset_ = 0;
  std::string error_;
};

}  // namespace headgate::k8swatch
