// What an Exchange keeps while the content of its request is read before a pod is asked, and while it is sent
// from there (exchange_buffering.cpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "proxy/io_loop.h"
#include "proxy/request_buffer.h"

namespace headgate::proxy {

class Exchange;

// Owned by its Exchange until it is given to IoLoop::destroy_later(); one thread. An IoHandler without a
// descriptor: the loop calls it when content that a fast pod takes at once has been sent for a while, and
// others had their turn.
class BufferedRequest final : public IoHandler {
 public:
  BufferedRequest(Exchange& exchange, ContentSpool& spool, std::string_view namespace_name,
                  std::uint64_t most_in_memory)
      : content(spool, namespace_name, most_in_memory), exchange_(exchange) {}

  void on_io(std::uint32_t events) override;

  RequestBuffer content;
  bool whole = false;          // `content` is
  std::uint64_t sent = 0;      // of `content`, by the current try
  std::size_t sending_to = 0;  // the number of the try that it is sent by; 0: none yet

 private:
  Exchange& exchange_;
};

}  // namespace headgate::proxy
