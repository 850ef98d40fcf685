// The fields of a request that mean something to a proxy, found in one pass: the same for HTTP/1 and HTTP/2,
// so that what a pod is never told by a client is listed once.
#pragma once

#include "http/body_length.h"
#include "http/framing.h"
#include "http/hop_by_hop.h"
#include "http/message.h"

namespace headgate::http {

// Views into the head looked at.
struct RequestFields {
  BodyLength length;
  ConnectionOptions connection;
  const Field* host = nullptr;
  const Field* expect = nullptr;
  const Field* upgrade = nullptr;
  bool two_hosts = false;
  bool two_expects = false;
  bool two_upgrades = false;

  // Expect says 100-continue, once, and nothing else.
  [[nodiscard]] bool expects_continue() const;
};

// Sets `drop` on every field: true where it is of this hop, written anew, or not a client's to say. Fills
// `found`, and of `facts` the first field of each kind and accepts_trailers.
void gather_request_fields(FieldList& fields, RequestFields& found, RequestFacts& facts);

// CONNECT would make a tunnel to where the client says, TRACE tells a page what the client sent: 405.
inline bool is_never_relayed(Method method) { return method == Method::connect || method == Method::trace; }

}  // namespace headgate::http
