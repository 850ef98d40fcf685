// `headgate echo`: a small backend for demos and tests. It answers with what it was asked, as JSON, like the
// echo server of the Kubernetes ingress conformance suite, and sends WebSocket messages back.
#pragma once

#include <span>
#include <string_view>

namespace headgate::app {

// Serves until SIGTERM or SIGINT. Returns the exit code.
int run_echo(std::span<const std::string_view> words);

}  // namespace headgate::app
