// What the Content-Length and Transfer-Encoding fields of one head say about its body. RFC 9112 §6.1–§6.3,
// read strictly: any doubt is a fault. Shared by both directions.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/reject_reason.h"
#include "http/message.h"

namespace headgate::http {

class BodyLength {
 public:
  // One Content-Length or Transfer-Encoding field. The first fault stays.
  void add_content_length(std::string_view value);
  void add_transfer_encoding(std::string_view value);

  // After the last field: none, or why the length is in doubt.
  [[nodiscard]] RejectReason fault() const;
  // The one transfer coding named is a token other than "chunked": answered 501 (RFC 9112 §6.1).
  [[nodiscard]] bool unknown_coding() const { return unknown_coding_; }
  [[nodiscard]] bool has_content_length() const { return lengths_ != 0; }
  [[nodiscard]] std::uint64_t content_length() const { return length_; }
  [[nodiscard]] bool chunked() const { return codings_ != 0; }

 private:
  std::uint64_t length_ = 0;
  RejectReason fault_ = RejectReason::none;
  std::uint8_t lengths_ = 0;  // 2: more than one
  std::uint8_t codings_ = 0;
  bool unknown_coding_ = false;
};

}  // namespace headgate::http
