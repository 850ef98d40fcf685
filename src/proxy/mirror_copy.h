// The copy of one request for its mirror, while its content still comes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "base/byte_buffer.h"
#include "proxy/mirror_budget.h"
#include "proxy/subrequest.h"

namespace headgate::proxy {

// Owned by its Exchange.
struct MirrorCopy {
  explicit MirrorCopy(MirrorBudget::Share share) : memory(std::move(share)) {}

  // A request with more content is not mirrored: whatever is kept for the mirror is memory.
  static constexpr std::size_t kMostContent = std::size_t{1024} * 1024;

  SubrequestTarget target;  // its TLS is of the Route
  std::string head;
  ByteBuffer content;
  bool with_body = true;
  MirrorBudget::Share memory;

  // `text`: up to Content-Length. False: there is no memory for it.
  [[nodiscard]] bool begin(std::string_view text) {
    if (!memory.hold(text.size())) return false;
    head = text;
    return true;
  }
  // False: it has become too large, or all copies together have.
  [[nodiscard]] bool add(std::string_view bytes) {
    if (!with_body) return true;
    if (content.size() + bytes.size() > kMostContent) return false;
    // What is reserved counts, not what is used of it.
    if (!memory.hold(head.size() + content.capacity_for(bytes.size()))) return false;
    content.append(bytes);
    return true;
  }
  // The whole request. `says_length`: also where there is no content.
  [[nodiscard]] std::string take(bool says_length) {
    memory.complete();
    std::string length;
    if (says_length || !content.empty())
      length = "Content-Length: " + std::to_string(content.size()) + "\r\n";
    std::string whole;
    whole.reserve(head.size() + length.size() + 2 + content.size());
    whole.append(std::exchange(head, {})).append(length).append("\r\n").append(content.view());
    content.release();
    return whole;
  }
};

}  // namespace headgate::proxy
