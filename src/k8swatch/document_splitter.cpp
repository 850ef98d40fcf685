#include "k8swatch/document_splitter.h"

#include <algorithm>

#include "k8swatch/json_scanner.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kShownKey = 60;
constexpr std::string_view kBlank = " \t\r\n";

bool is_marker(std::string_view line, std::string_view marker) {
  return line.starts_with(marker) &&
         (line.size() == marker.size() || kBlank.find(line[marker.size()]) != std::string_view::npos);
}

// Whether a line holds anything besides comments, directives and a document marker.
bool has_content(std::string_view line) {
  if (line.starts_with('%')) return false;
  if (is_marker(line, "---")) line.remove_prefix(3);
  const std::size_t first = line.find_first_not_of(kBlank);
  return first != std::string_view::npos && line[first] != '#';
}

// Follows line numbers through a text that is visited from front to back.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}
  std::uint32_t at(std::size_t offset) {
    line_ +=
        static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(position_),
                                              text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
    position_ = offset;
    return line_;
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  std::uint32_t line_ = 1;
};

bool is_list(std::string_view text, const JsonDocument& document) {
  for (const JsonMember& member : document.members) {
    if (text.substr(member.key.begin, member.key.end - member.key.begin) != "kind") continue;
    return text.substr(member.value.begin, member.value.end - member.value.begin).ends_with("List\"");
  }
  return false;
}

// Appends the document, or its items where it is a list. Lines count from `first_line`.
void append_json(std::string_view text, const JsonDocument& document, std::uint32_t first_line,
                 LineCounter& lines, std::vector<ManifestDocument>& out) {
  const std::vector<JsonSpan> whole = {document.span};
  auto duplicate = document.duplicates.begin();
  for (const JsonSpan& span : is_list(text, document) ? document.elements : whole) {
    ManifestDocument& item = out.emplace_back();
    item.text = text.substr(span.begin, span.end - span.begin);
    item.line = first_line - 1 + lines.at(span.begin);
    item.is_json = true;
    while (duplicate != document.duplicates.end() && *duplicate < span.begin) ++duplicate;
    if (duplicate == document.duplicates.end() || *duplicate >= span.end) continue;
    // The offset is that of the key's text.
    const std::string_view key = text.substr(*duplicate, text.find('"', *duplicate) - *duplicate);
    item.error = "the key \"" + std::string(key.substr(0, kShownKey)) + "\" is given twice";
    item.error_line = first_line - 1 + lines.at(*duplicate);
  }
}

// JSON texts one behind the other, and how far they have been read.
struct JsonTexts {
  explicit JsonTexts(std::string_view whole) : text(whole), scanner(whole), lines(whole) {}
  std::string_view text;
  JsonScanner scanner;
  LineCounter lines;
  JsonDocument document;  // the last one, or what is there of it
};

// Appends documents up to the end (true) or to one that is not JSON.
bool append_documents(JsonTexts& texts, std::uint32_t first_line, std::vector<ManifestDocument>& out) {
  while (true) {
    switch (texts.scanner.next(texts.document)) {
      case JsonScanner::Step::end:
        return true;
      case JsonScanner::Step::document:
        std::sort(texts.document.duplicates.begin(), texts.document.duplicates.end());
        append_json(texts.text, texts.document, first_line, texts.lines, out);
        break;
      case JsonScanner::Step::error:
        return false;
    }
  }
}

void split_json(std::string_view text, std::vector<ManifestDocument>& out) {
  JsonTexts texts(text);
  while (!append_documents(texts, 1, out)) {
    const std::size_t begin = texts.document.span.begin;
    ManifestDocument& broken = out.emplace_back();
    broken.text = text.substr(begin, texts.scanner.error_offset() - begin);
    broken.line = texts.lines.at(begin);
    broken.is_json = true;
    broken.error = "not valid JSON: " + texts.scanner.error();
    broken.error_line = texts.lines.at(texts.scanner.error_offset());
  }
}

// A document of a YAML file that is strictly JSON (kubectl's output pasted in, say): false where it is not.
bool append_as_json(std::string_view text, std::uint32_t line, std::vector<ManifestDocument>& out) {
  const std::size_t before = out.size();
  JsonTexts texts(text);
  if (append_documents(texts, line, out)) return true;
  out.resize(before);
  return false;
}

void append_yaml(std::string_view text, std::uint32_t line, std::vector<ManifestDocument>& out) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first != std::string_view::npos && text[first] == '{' && append_as_json(text, line, out)) return;
  ManifestDocument& document = out.emplace_back();
  document.text = text;
  document.line = line;
}

void split_yaml(std::string_view text, std::vector<ManifestDocument>& out) {
  std::size_t begin = 0;  // of the document being collected
  std::uint32_t begin_line = 1;
  bool content = false;
  std::uint32_t line_number = 1;
  for (std::size_t at = 0; at < text.size(); ++line_number) {
    const std::size_t newline = text.find('\n', at);
    const std::size_t next = newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view line = text.substr(at, next - at);
    const char first = line.front();
    const bool starts = first == '-' && is_marker(line, "---");
    if (starts || (first == '.' && is_marker(line, "..."))) {
      if (content) append_yaml(text.substr(begin, at - begin), begin_line, out);
      content = false;
      begin = starts ? at : next;
      begin_line = starts ? line_number : line_number + 1;
    }
    if (!content && has_content(line) && begin <= at) content = true;
    at = next;
  }
  if (content) append_yaml(text.substr(begin), begin_line, out);
}

}  // namespace

ManifestFormat format_of(std::string_view file_name) {
  return file_name.ends_with(".json") ? ManifestFormat::json : ManifestFormat::yaml;
}

std::vector<ManifestDocument> split_documents(std::string_view text, ManifestFormat format) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<ManifestDocument> documents;
  if (format == ManifestFormat::json) {
    split_json(text, documents);
  } else {
    split_yaml(text, documents);
  }
  return documents;
}

}  // namespace headgate::k8swatch
