// Turns one YAML document into JSON text, with the rules of kubectl for scalars, and remembers which line
// each part of the JSON came from. Bounded: depth, size, and what aliases may add. The only door to yaml-cpp
// in this folder. One thread; reusable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headgate::k8swatch {

// Where a line's contribution to the JSON begins.
struct LineMark {
  std::uint32_t offset = 0;
  std::uint32_t line = 0;  // counted from 0
};

class YamlConverter {
 public:
  static constexpr std::size_t kMaxDocumentBytes = std::size_t{64} << 20;
  // All text that aliases (*name) and merge keys (<<) may add to one document.
  static constexpr std::size_t kMaxAliasBytes = std::size_t{1} << 20;

  // `text` holds one document, with or without its "---" line. False: error() and error_line() say why.
  bool convert(std::string_view text);

  // The JSON of the document, "null" for an empty one; valid until the next convert(). Padding for a
  // JsonReader follows it.
  [[nodiscard]] std::string_view json() const { return json_; }
  // The line of the document, counted from 0, that the byte at `offset` of json() came from.
  [[nodiscard]] std::size_t line_of(std::size_t offset) const;

  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] std::size_t error_line() const { return error_line_; }

  // Gives back the memory that a very large document needed.
  void shrink();

 private:
  bool fail(std::size_t line, std::string reason);

  std::string json_;
  std::vector<LineMark> marks_;
  std::string error_;
  std::size_t error_line_ = 0;
};

}  // namespace headgate::k8swatch
