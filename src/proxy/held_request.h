// A request that outlives the bytes it came in: a copy of its head, of what was found in it, and of the
// content that came with it. Made for an Exchange that waits (see exchange_suspend.cpp), or that may have to
// ask twice (exchange_errors.cpp).
#pragma once

#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "http/framing.h"
#include "http/message.h"
#include "http/target.h"
#include "policy/request_view.h"

namespace headgate::proxy {

// Owned by its Exchange, one thread. All views are of its own memory.
class HeldRequest {
 public:
  HeldRequest(const policy::RequestView& request, std::string_view body);
  HeldRequest(const HeldRequest&) = delete;
  HeldRequest& operator=(const HeldRequest&) = delete;

  http::RequestHead head;
  http::RequestFacts facts;
  http::Target target;
  std::string_view host;  // lower case, without port

  [[nodiscard]] std::string_view body() const { return body_.view(); }
  // Instead of what came with the head.
  void keep_body(std::string_view body) {
    body_.clear();
    body_.append(body);
  }
  // No other try will want it.
  void forget_body() { body_.release(); }

 private:
  std::string_view keep(std::string_view text);
  void keep_fields(const http::FieldList& fields);
  [[nodiscard]] const http::Field* same_field(const http::Field* field, const http::FieldList& fields) const;

  ByteBuffer text_;  // reserved once: what is kept stays where it is
  ByteBuffer body_;
};

}  // namespace headgate::proxy
