#include "k8swatch/yaml_json_writer.h"

#include <yaml-cpp/exceptions.h>

#include <algorithm>

#include "base/json_string.h"
#include "k8swatch/yaml_scalar.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kFewKeys = 16;
constexpr std::size_t kShownKey = 60;
constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

[[noreturn]] void refuse(const YAML::Mark& mark, const std::string& reason) {
  throw YAML::ParserException(mark, reason);
}

std::string_view slice(std::string_view text, const JsonSpan& span) {
  return text.substr(span.begin, span.end - span.begin);
}

}  // namespace

void YamlJsonWriter::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (at_key()) refuse(mark, "a key must not be empty or null");
  begin_value(mark);
  const std::size_t begin = out_.size();
  out_ += "null";
  end_value(anchor, begin);
}

void YamlJsonWriter::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (at_key()) refuse(mark, "an alias as a key is not supported");
  if (anchor >= anchors_.size() || anchors_[anchor].empty()) {
    refuse(mark, "an alias to a node that is not complete");
  }
  spend_alias_bytes(mark, anchors_[anchor].size());
  begin_value(mark);
  const std::size_t begin = out_.size();
  out_ += anchors_[anchor];
  end_value(0, begin);
}

void YamlJsonWriter::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                              const std::string& value) {
  if (at_key()) {
    const std::size_t begin = out_.size() + (frames_.back().is_empty ? 0 : 1);
    write_key(mark, tag, value);
    if (anchor != 0 && begin < out_.size()) {
      // The key's text without the colon.
      remember(anchor, begin);
      anchors_[anchor].pop_back();
    }
    return;
  }
  begin_value(mark);
  const std::size_t begin = out_.size();
  write_scalar(mark, tag, value);
  end_value(anchor, begin);
}

void YamlJsonWriter::OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                                     YAML::EmitterStyle::value) {
  open(mark, anchor, false);
}

void YamlJsonWriter::OnSequenceEnd() {
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  out_ += ']';
  end_value(frame.anchor, frame.begin);
}

void YamlJsonWriter::OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                                YAML::EmitterStyle::value) {
  open(mark, anchor, true);
}

void YamlJsonWriter::OnMapEnd() {
  refuse_duplicates(frames_.back());
  if (!frames_.back().merges.empty()) merge_into(frames_.back());
  const Frame frame = std::move(frames_.back());
  frames_.pop_back();
  keys_.resize(frame.first_key);
  out_ += '}';
  end_value(frame.anchor, frame.begin);
}

void YamlJsonWriter::open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
  if (at_key()) refuse(mark, "a key must be a scalar");
  if (frames_.size() >= JsonScanner::kMaxDepth) {
    refuse(mark, "nested deeper than " + std::to_string(JsonScanner::kMaxDepth));
  }
  begin_value(mark);
  Frame& frame = frames_.emplace_back();
  frame.is_map = is_map;
  frame.expects_key = is_map;
  frame.anchor = anchor;
  frame.begin = out_.size();
  frame.first_key = keys_.size();
  out_ += is_map ? '{' : '[';
}

void YamlJsonWriter::write_key(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
  Frame& frame = frames_.back();
  frame.expects_key = false;
  last_mark_ = mark;
  if (tag == "?" && value == "<<") {
    frame.merging = true;
    frame.merge_begin = out_.size();
    return;
  }
  if (!frame.is_empty) out_ += ',';
  frame.is_empty = false;
  const std::size_t begin = out_.size();
  const PlainScalar plain = tag == "?" ? resolve_plain_scalar(value) : PlainScalar{};
  append_json_string(out_, plain.json.empty() ? std::string_view(value) : std::string_view(plain.json));
  keys_.push_back({{begin, out_.size()}, mark.line});
  out_ += ':';
}

void YamlJsonWriter::begin_value(const YAML::Mark& mark) {
  last_mark_ = mark;
  if (!frames_.empty() && !frames_.back().is_map) {
    if (!frames_.back().is_empty) out_ += ',';
    frames_.back().is_empty = false;
  }
  if (out_.size() > YamlConverter::kMaxDocumentBytes) refuse(mark, "the document is too large");
  const auto line = static_cast<std::uint32_t>(mark.line);
  if (marks_.empty() || marks_.back().line != line) {
    marks_.push_back({static_cast<std::uint32_t>(out_.size()), line});
  }
}

void YamlJsonWriter::end_value(YAML::anchor_t anchor, std::size_t begin) {
  if (anchor != 0) remember(anchor, begin);
  if (frames_.empty() || !frames_.back().is_map) return;
  Frame& frame = frames_.back();
  frame.expects_key = true;
  if (!frame.merging) return;
  frame.merging = false;
  frame.merges.push_back(out_.substr(frame.merge_begin));
  out_.resize(frame.merge_begin);
  while (!marks_.empty() && marks_.back().offset >= out_.size()) marks_.pop_back();
}

void YamlJsonWriter::write_scalar(const YAML::Mark& mark, const std::string& tag, const std::string& value) {
  if (tag != "?" && !std::string_view(tag).starts_with(kCoreTag)) return append_json_string(out_, value);
  const std::string_view type =
      tag == "?" ? std::string_view{} : std::string_view(tag).substr(kCoreTag.size());
  if (type == "str" || type == "timestamp") return append_json_string(out_, value);
  if (type == "null") {
    out_ += "null";
    return;
  }
  const PlainScalar plain = resolve_plain_scalar(value);
  if (plain.type == ScalarType::not_a_number) refuse(mark, "infinity and NaN have no place in an object");
  const bool fits = type.empty() || (type == "bool" && plain.type == ScalarType::boolean) ||
                    ((type == "int" || type == "float") && plain.type == ScalarType::number);
  if (!fits) refuse(mark, "the value does not fit its tag !!" + std::string(type.substr(0, kShownKey)));
  if (plain.type == ScalarType::string) return append_json_string(out_, value);
  out_ += plain.json;
}

void YamlJsonWriter::remember(YAML::anchor_t anchor, std::size_t begin) {
  // Anchored text is kept a second time, so nested anchors count against the same bound as aliases.
  spend_alias_bytes(last_mark_, out_.size() - begin);
  if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
  anchors_[anchor] = out_.substr(begin);
}

void YamlJsonWriter::spend_alias_bytes(const YAML::Mark& mark, std::size_t bytes) {
  alias_bytes_ += bytes;
  if (alias_bytes_ > YamlConverter::kMaxAliasBytes) {
    refuse(mark, "anchors and aliases expand to more than " + std::to_string(YamlConverter::kMaxAliasBytes) +
                     " bytes");
  }
}

void YamlJsonWriter::refuse_duplicates(const Frame& frame) {
  const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(frame.first_key);
  const auto refuse_key = [this](const Key& key) {
    YAML::Mark mark;
    mark.line = key.line;
    refuse(mark, "the key " + std::string(text_of(key).substr(0, kShownKey)) + " is given twice");
  };
  if (keys_.end() - first <= static_cast<std::ptrdiff_t>(kFewKeys)) {
    for (auto key = first; key != keys_.end(); ++key) {
      for (auto earlier = first; earlier != key; ++earlier) {
        if (text_of(*earlier) == text_of(*key)) refuse_key(*key);
      }
    }
    return;
  }
  std::sort(first, keys_.end(), [this](const Key& a, const Key& b) {
    const int order = text_of(a).compare(text_of(b));
    return order != 0 ? order < 0 : a.line < b.line;
  });
  for (auto key = first + 1; key != keys_.end(); ++key) {
    if (text_of(*(key - 1)) == text_of(*key)) refuse_key(*key);
  }
}

// https://yaml.org/type/merge.html: keys of the map itself win, then earlier merges.
void YamlJsonWriter::merge_into(const Frame& frame) {
  std::set<std::string, std::less<>> known;
  for (std::size_t i = frame.first_key; i < keys_.size(); ++i) known.emplace(text_of(keys_[i]));
  for (const std::string& merge : frame.merges) {
    JsonScanner scanner(merge);
    JsonDocument document;
    if (scanner.next(document) != JsonScanner::Step::document) refuse(last_mark_, scanner.error());
    if (merge.front() != '[') {
      merge_object(known, merge);
      continue;
    }
    for (const JsonSpan& element : document.elements) merge_object(known, slice(merge, element));
  }
}

void YamlJsonWriter::merge_object(std::set<std::string, std::less<>>& known, std::string_view object) {
  JsonScanner scanner(object);
  JsonDocument document;
  if (object.front() != '{' || scanner.next(document) != JsonScanner::Step::document) {
    refuse(last_mark_, "a merge key needs a map or a list of maps");
  }
  for (const JsonMember& member : document.members) {
    const std::string_view key = object.substr(member.key.begin - 1, member.key.end - member.key.begin + 2);
    if (!known.emplace(key).second) continue;
    if (out_.back() != '{') out_ += ',';
    out_ += key;
    out_ += ':';
    out_ += slice(object, member.value);
  }
}

}  // namespace headgate::k8swatch
