// Who a request says it is from, by Basic credentials (RFC 7617 §2), for logs: nobody has looked at the
// password.
#pragma once

#include <string_view>

namespace headgate::policy {

// The name in the value of an Authorization field, written at `out`, which has room for as many bytes as the
// value; empty where there is none. The password is not decoded.
std::string_view basic_user(std::string_view authorization, char* out);

}  // namespace headgate::policy
