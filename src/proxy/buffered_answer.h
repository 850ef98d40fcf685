// What an Exchange keeps where its answer is read ahead of its client (exchange_answer_buffer.cpp).
#pragma once

#include <cstdint>
#include <string_view>

#include "proxy/answer_buffer.h"
#include "proxy/io_loop.h"

namespace headgate::proxy {

class Exchange;

// Owned by its Exchange until it is given to IoLoop::destroy_later(); one thread. An IoHandler without a
// descriptor: the loop calls it when content that a fast client takes at once has been sent for a while, and
// others had their turn.
class BufferedAnswer final : public IoHandler {
 public:
  BufferedAnswer(Exchange& exchange, ContentSpool& spool, std::string_view namespace_name,
                 AnswerBuffer::Limits limits)
      : content(spool, namespace_name, limits), exchange_(exchange) {}

  void on_io(std::uint32_t events) override;

  AnswerBuffer content;
  // How the pod has left.
  enum class End : std::uint8_t { none, whole, cut };
  End end = End::none;
  bool held_back = false;  // the pod is: it is told when there is room again

 private:
  Exchange& exchange_;
};

}  // namespace headgate::proxy
