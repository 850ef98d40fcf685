// Handlers for the test pod that several suites use.
#pragma once

#include <cstddef>
#include <string>

#include "support/echo_backend.h"
#include "support/gate.h"

namespace headgate::test_support {

// Answers an upgrade to `websocket` with 101 and then sends every byte back; on the client's end of stream it
// sends "bye" and ends. Other requests are echoed.
BackendHandler upgrade_echo();

// 200 with a body of `size` pattern bytes, by length.
BackendHandler big_body(std::size_t size);

// Answers only after `gate` is open; then echoes.
BackendHandler echo_after(Gate& gate);

// These bytes, whatever was asked, and the end of the connection.
BackendHandler send_then_close(std::string bytes);

// Takes the request and says nothing until the proxy gives up.
BackendHandler never_answer();

}  // namespace headgate::test_support
