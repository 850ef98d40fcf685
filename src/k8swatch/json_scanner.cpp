#include "k8swatch/json_scanner.h"

#include <algorithm>

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kFewKeys = 16;  // up to here comparing all pairs is cheaper than sorting

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

}  // namespace

JsonScanner::Step JsonScanner::next(JsonDocument& out) {
  if (!error_.empty()) {
    error_.clear();
    const std::size_t line = text_.find("\n{", error_offset_);
    position_ = line == std::string_view::npos ? text_.size() : line + 1;
  }
  skip_space();
  if (position_ == text_.size()) return Step::end;
  out = {};
  keys_.clear();
  duplicates_.clear();
  out.span.begin = position_;
  if (!value(0, &out)) return Step::error;
  out.span.end = position_;
  out.duplicates = duplicates_;
  return Step::document;
}

bool JsonScanner::value(std::size_t depth, JsonDocument* root) {
  if (depth > kMaxDepth) return fail("nested deeper than " + std::to_string(kMaxDepth));
  if (position_ == text_.size()) return fail("the text ends where a value is due");
  switch (text_[position_]) {
    case '{':
      return object(depth, root);
    case '[':
      return array(depth, root == nullptr ? nullptr : &root->elements);
    case '"': {
      JsonSpan content;
      return string(content);
    }
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return number();
  }
}

bool JsonScanner::object(std::size_t depth, JsonDocument* root) {
  const std::size_t first_key = keys_.size();
  ++position_;
  skip_space();
  if (at('}')) {
    ++position_;
    return true;
  }
  while (true) {
    if (!at('"')) return fail("expected a key in double quotes");
    JsonMember member;
    if (!string(member.key)) return false;
    keys_.push_back(member.key);
    skip_space();
    if (!at(':')) return fail("expected ':' after the key");
    ++position_;
    skip_space();
    member.value.begin = position_;
    const std::string_view key = text_.substr(member.key.begin, member.key.end - member.key.begin);
    if (root != nullptr && key == "items" && at('[')) {
      if (!array(depth + 1, &root->elements)) return false;
    } else if (!value(depth + 1, nullptr)) {
      return false;
    }
    member.value.end = position_;
    if (root != nullptr) root->members.push_back(member);
    skip_space();
    if (at('}')) break;
    if (!at(',')) return fail("expected ',' or '}'");
    ++position_;
    skip_space();
  }
  ++position_;
  find_duplicates(first_key);
  keys_.resize(first_key);
  return true;
}

bool JsonScanner::array(std::size_t depth, std::vector<JsonSpan>* elements) {
  ++position_;
  skip_space();
  if (at(']')) {
    ++position_;
    return true;
  }
  while (true) {
    const std::size_t begin = position_;
    if (!value(depth + 1, nullptr)) return false;
    if (elements != nullptr) elements->push_back({begin, position_});
    skip_space();
    if (at(']')) break;
    if (!at(',')) return fail("expected ',' or ']'");
    ++position_;
    skip_space();
  }
  ++position_;
  return true;
}

bool JsonScanner::string(JsonSpan& content) {
  ++position_;
  content.begin = position_;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == '"') {
      content.end = position_++;
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return fail("a control character inside a string");
    if (c != '\\') {
      ++position_;
      continue;
    }
    const std::string_view escape = text_.substr(position_ + 1, 5);
    if (escape.empty()) break;
    if (escape[0] == 'u') {
      if (escape.size() < 5 || !std::all_of(escape.begin() + 1, escape.end(), is_hex)) {
        return fail("expected four hexadecimal digits after \\u");
      }
      position_ += 6;
    } else if (std::string_view("\"\\/bfnrt").find(escape[0]) != std::string_view::npos) {
      position_ += 2;
    } else {
      return fail("an unknown escape inside a string");
    }
  }
  return fail("the text ends inside a string");
}

bool JsonScanner::number() {
  const std::size_t begin = position_;
  const auto digits = [this] {
    const std::size_t first = position_;
    while (position_ < text_.size() && is_digit(text_[position_])) ++position_;
    return position_ > first;
  };
  if (at('-')) ++position_;
  const bool leading_zero = at('0');
  const std::size_t integer = position_;
  bool good = digits() && (!leading_zero || position_ == integer + 1);
  if (good && at('.')) {
    ++position_;
    good = digits();
  }
  if (good && (at('e') || at('E'))) {
    ++position_;
    if (at('+') || at('-')) ++position_;
    good = digits();
  }
  if (good) return true;
  position_ = begin;
  return fail("expected a value");
}

bool JsonScanner::literal(std::string_view word) {
  if (text_.substr(position_, word.size()) != word) return fail("expected a value");
  position_ += word.size();
  return true;
}

void JsonScanner::skip_space() {
  while (at(' ') || at('\n') || at('\r') || at('\t')) ++position_;
}

void JsonScanner::find_duplicates(std::size_t first_key) {
  const auto text_of = [this](const JsonSpan& key) { return text_.substr(key.begin, key.end - key.begin); };
  const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(first_key);
  if (keys_.end() - first <= static_cast<std::ptrdiff_t>(kFewKeys)) {
    for (auto key = first; key != keys_.end(); ++key) {
      for (auto earlier = first; earlier != key; ++earlier) {
        if (text_of(*earlier) != text_of(*key)) continue;
        duplicates_.push_back(key->begin);
        break;
      }
    }
    return;
  }
  std::sort(first, keys_.end(), [&](const JsonSpan& a, const JsonSpan& b) {
    const int order = text_of(a).compare(text_of(b));
    return order != 0 ? order < 0 : a.begin < b.begin;
  });
  for (auto key = first + 1; key != keys_.end(); ++key) {
    if (text_of(*(key - 1)) == text_of(*key)) duplicates_.push_back(key->begin);
  }
}

bool JsonScanner::fail(std::string reason) {
  error_ = std::move(reason);
  error_offset_ = position_;
  return false;
}

}  // namespace headgate::k8swatch
