// Cuts the items out of the JSON text of a list while it arrives, so that no list is ever in memory as a
// whole. Counts brackets and knows strings; whether an item is valid JSON is for its reader to say.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::k8swatch {

class ItemSplitter {
 public:
  static constexpr std::size_t kMaxItem = std::size_t{16} << 20;
  static constexpr std::size_t kMaxRest = std::size_t{1} << 20;

  using OnItem = std::function<void(std::string_view json)>;

  // Calls `on_item` for each item that is complete now, with kJsonPadding bytes behind it. Fails where an
  // item is no object, or where item or rest are too long.
  Result<void> feed(std::string_view bytes, const OnItem& on_item);

  // The text came to its end: all that was opened is closed.
  [[nodiscard]] bool is_complete() const { return depth_ == 0 && has_begun_; }
  // The text without the items: `{"kind":"IngressList","metadata":{…},"items":[]}`. The caller may reserve.
  [[nodiscard]] std::string& rest() { return rest_; }

 private:
  static constexpr std::size_t kKeptCapacity = std::size_t{64} << 10;

  // Goes on until the item at `at` is over or the bytes are; returns where.
  std::size_t scan_item(std::string_view bytes, std::size_t at);
  // One byte outside of the items.
  void scan_rest(char c);
  void end_item(std::string_view tail, std::size_t bytes_behind, const OnItem& on_item);

  std::string item_;  // of the item under way, what came before these bytes
  std::string rest_;
  std::string last_string_;  // the last one of the root object, shortened
  std::size_t depth_ = 0;    // of the whole text
  bool has_begun_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  bool in_items_ = false;  // between the brackets of "items"
  bool in_item_ = false;
};

}  // namespace headgate::k8swatch
