// The copy of one request for its mirror, while its content still comes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/byte_budget.h"
#include "proxy/subrequest.h"

namespace headgate::proxy {

// Owned by its Exchange.
struct MirrorCopy {
  explicit MirrorCopy(ByteBudget& budget) : memory(budget) {}

  // A request with more content is not mirrored: whatever is kept for the mirror is memory.
  static constexpr std::size_t kMostContent = std::size_t{1024} * 1024;

  SubrequestTarget target;  // its TLS is of the Route
  std::string head;
  std::string content;
  bool with_body = true;
  ByteBudget::Share memory;

  // `text`: up to Content-Length. False: there is no memory for it.
  [[nodiscard]] bool begin(std::string_view text) {
    if (!memory.take(text.size())) return false;
    head = text;
    return true;
  }
  // False: it has become too large, or all copies together have.
  [[nodiscard]] bool add(std::string_view bytes) {
    if (!with_body) return true;
    if (content.size() + bytes.size() > kMostContent || !memory.take(bytes.size())) return false;
    content += bytes;
    return true;
  }
  // The whole request. `says_length`: also where there is no content.
  [[nodiscard]] std::string take(bool says_length) {
    if (says_length || !content.empty()) head += "Content-Length: " + std::to_string(content.size()) + "\r\n";
    head += "\r\n";
    return std::move(head) + content;
  }
};

}  // namespace headgate::proxy
