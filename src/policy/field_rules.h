// Which fields may be set by configuration: names and values that cannot change what a message is, however
// they were written.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace headgate::policy {

inline constexpr std::size_t kMostFieldName = 128;
inline constexpr std::size_t kMostFieldValue = 4096;

// Of a request or an answer. Fails with one sentence: no token (RFC 9110 §5.1), a field that frames the
// message or is of one hop, a control character in the value, too long.
Result<void> check_field(std::string_view name, std::string_view value);

}  // namespace headgate::policy
