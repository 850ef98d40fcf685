#include "k8swatch/yaml_converter.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>

#include "k8swatch/json_reader.h"
#include "k8swatch/yaml_json_writer.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kKeptBytes = std::size_t{1} << 20;  // scratch kept from document to document

// Reads from memory without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // streambuf has no const interface; nothing writes
    setg(begin, begin, begin + text.size());
  }
};

bool is_control(unsigned char c) { return c < 0x20 && c != '\t' && c != '\n' && c != '\r'; }

}  // namespace

bool YamlConverter::convert(std::string_view text) {
  json_.clear();
  marks_.clear();
  error_.clear();
  if (text.size() > kMaxDocumentBytes) {
    return fail(0, "the document is larger than " + std::to_string(kMaxDocumentBytes) + " bytes");
  }
  // yaml-cpp takes both silently: it replaces bad UTF-8 and stops at some control bytes.
  const auto control = std::find_if(text.begin(), text.end(),
                                    [](char c) { return is_control(static_cast<unsigned char>(c)); });
  if (control != text.end()) {
    return fail(static_cast<std::size_t>(std::count(text.begin(), control, '\n')),
                "not text: it holds the control byte " + std::to_string(static_cast<int>(*control)));
  }
  if (!simdjson::validate_utf8(text.data(), text.size())) return fail(0, "not valid UTF-8");
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    YamlJsonWriter writer(json_, marks_);
    const bool found = parser.HandleNextDocument(writer);
    if (!found) {
      json_ = "null";
    } else if (parser.HandleNextDocument(writer)) {
      return fail(0, "more than one document without a \"---\" line between them");
    }
  } catch (const YAML::Exception& e) {
    return fail(e.mark.line < 0 ? 0 : static_cast<std::size_t>(e.mark.line), e.msg);
  }
  json_.reserve(json_.size() + kJsonPadding);
  return true;
}

std::size_t YamlConverter::line_of(std::size_t offset) const {
  const auto after = std::upper_bound(marks_.begin(), marks_.end(), offset,
                                      [](std::size_t at, const LineMark& mark) { return at < mark.offset; });
  return after == marks_.begin() ? 0 : (after - 1)->line;
}

void YamlConverter::shrink() {
  if (json_.capacity() <= kKeptBytes) return;
  json_ = {};
  marks_ = {};
}

bool YamlConverter::fail(std::size_t line, std::string reason) {
  error_ = std::move(reason);
  error_line_ = line;
  return false;
}

}  // namespace headgate::k8swatch
