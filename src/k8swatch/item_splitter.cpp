#include "k8swatch/item_splitter.h"

#include "k8swatch/json_padding.h"

namespace headgate::k8swatch {
namespace {

// Brackets of "items" itself stand in the root object.
constexpr std::size_t kRootDepth = 1;
constexpr std::size_t kItemsDepth = 2;
constexpr std::string_view kItems = "items";

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string too_long(std::string_view what, std::size_t bytes) {
  return "a list's " + std::string(what) + " is longer than " + std::to_string(bytes >> 20) + " MiB";
}

}  // namespace

std::size_t ItemSplitter::scan_item(std::string_view bytes, std::size_t at) {
  for (; at < bytes.size(); ++at) {
    const char c = bytes[at];
    if (in_string_) {
      if (escaped_)
        escaped_ = false;
      else if (c == '\\')
        escaped_ = true;
      else if (c == '"')
        in_string_ = false;
      continue;
    }
    if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == kItemsDepth) {
      in_item_ = false;
      return at + 1;
    }
  }
  return at;
}

void ItemSplitter::scan_rest(char c) {
  rest_ += c;
  if (in_string_) {
    if (!escaped_ && c == '"')
      in_string_ = false;
    else if (depth_ == kRootDepth && last_string_.size() <= kItems.size())
      last_string_ += c;
    escaped_ = !escaped_ && c == '\\';
    return;
  }
  switch (c) {
    case '"':
      in_string_ = true;
      if (depth_ == kRootDepth) last_string_.clear();
      break;
    case '{':
    case '[':
      has_begun_ = true;
      in_items_ = c == '[' && depth_ == kRootDepth && last_string_ == kItems;
      ++depth_;
      break;
    case '}':
    case ']':
      in_items_ = false;
      if (depth_ > 0) --depth_;
      break;
    default:
      break;
  }
}

void ItemSplitter::end_item(std::string_view tail, std::size_t bytes_behind, const OnItem& on_item) {
  if (item_.empty() && bytes_behind >= kJsonPadding) {
    on_item(tail);
    return;
  }
  item_ += tail;
  item_.reserve(item_.size() + kJsonPadding);
  on_item(item_);
  if (item_.capacity() > kKeptCapacity)
    item_ = {};
  else
    item_.clear();
}

Result<void> ItemSplitter::feed(std::string_view bytes, const OnItem& on_item) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (in_item_) {
      const std::size_t end = scan_item(bytes, at);
      const std::string_view piece = bytes.substr(at, end - at);
      at = end;
      if (item_.size() + piece.size() > kMaxItem) return fail(too_long("item", kMaxItem));
      if (in_item_)
        item_ += piece;
      else
        end_item(piece, bytes.size() - end, on_item);
      continue;
    }
    const char c = bytes[at];
    if (!in_items_ || c == ']') {
      scan_rest(c);
      if (rest_.size() > kMaxRest) return fail(too_long("text beside its items", kMaxRest));
    } else if (c == '{') {
      in_item_ = true;
      continue;
    } else if (c != ',' && !is_space(c)) {
      return fail("an item of a list is no object");
    }
    ++at;
  }
  return {};
}

}  // namespace headgate::k8swatch
