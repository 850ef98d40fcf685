// The body of an OCSP responder's HTTP answer. Sans-I/O. The responder is named by a certificate that anybody
// may have written, so the strict parser of the data plane reads it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::app {

// Head, body and chunking of an answer that is read; more is not received.
inline constexpr std::size_t kMostOcspAnswer = std::size_t{32} * 1024;

// `received`: everything so far; `ended`: the responder has closed the connection. Nothing: more is needed.
// Fails where it is no HTTP answer with status 200 and a body of at most tls::kMostOcspResponse bytes;
// redirects are not followed.
std::optional<Result<std::string>> read_ocsp_answer(std::string_view received, bool ended);

}  // namespace headgate::app
