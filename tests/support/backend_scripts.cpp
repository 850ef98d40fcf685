// The shared scripts of test pods.
#include "support/backend_scripts.h"

#include <algorithm>
#include <utility>

#include "support/pattern.h"

namespace headgate::test_support {

BackendHandler upgrade_echo() {
  return [](BackendExchange& exchange) {
    if (!exchange.request().has("Upgrade")) {
      exchange.read_body();
      exchange.respond_with_echo();
      return;
    }
    exchange.send(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    ReadEnd end = ReadEnd::data;
    while (true) {
      const std::string bytes = exchange.read_some(end, std::chrono::minutes(5));
      if (end != ReadEnd::data) break;
      exchange.send(bytes);
    }
    if (end == ReadEnd::closed) exchange.send("bye");
    exchange.close();
  };
}

BackendHandler big_body(std::size_t size) {
  return [size](BackendExchange& exchange) {
    exchange.read_body();
    if (!exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n")) return;
    const std::string period = pattern(0, kPatternPeriod);
    std::size_t sent = 0;
    while (sent < size) {
      const std::size_t n = std::min(size - sent, period.size());
      if (!exchange.send(std::string_view(period).substr(0, n))) return;
      sent += n;
    }
  };
}

BackendHandler echo_after(Gate& gate) {
  return [&gate](BackendExchange& exchange) {
    exchange.read_body();
    gate.wait();
    exchange.respond_with_echo();
  };
}

BackendHandler send_then_close(std::string bytes) {
  return [bytes = std::move(bytes)](BackendExchange& exchange) {
    exchange.send(bytes);
    exchange.close();
  };
}

BackendHandler never_answer() {
  return [](BackendExchange& exchange) {
    exchange.read_body();
    exchange.closed_by_peer();
    exchange.close();
  };
}

}  // namespace headgate::test_support
