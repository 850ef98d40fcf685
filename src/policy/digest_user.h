// Who a request says it is from, by Digest credentials (RFC 7616 §3.4), for logs: nobody has looked at what
// proves it.
#pragma once

#include <string_view>

namespace headgate::policy {

// The name in the value of an Authorization field, written at `out`, which has room for as many bytes as the
// value; empty where there is none, or a hash in its place (userhash).
std::string_view digest_user(std::string_view authorization, char* out);

}  // namespace headgate::policy
