// The copy of one request for its mirror, while its content still comes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/endpoint_pool.h"

namespace headgate::proxy {

// Owned by its Exchange.
struct MirrorCopy {
  // A request with more content is not mirrored: whatever is kept for the mirror is memory.
  static constexpr std::size_t kMostContent = std::size_t{1024} * 1024;

  EndpointPoolRef pool;
  const tls::ClientContext* tls = nullptr;  // of the Route; null: plain
  std::string head;                         // up to Content-Length
  std::string content;
  bool with_body = true;

  // False: it has become too large.
  [[nodiscard]] bool add(std::string_view bytes) {
    if (!with_body) return true;
    if (content.size() + bytes.size() > kMostContent) return false;
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
