// One request on its way to an endpoint, as its Exchange sees it: a connection of HTTP/1, or a stream of
// HTTP/2.
#pragma once

#include <cstddef>

namespace headgate::proxy {

// Lent to one Exchange, until release(), close(), or until the Exchange hears that it has failed.
class Upstream {
 public:
  virtual ~Upstream() = default;

  // Requests can be sent; else Exchange::on_connected() tells.
  [[nodiscard]] virtual bool is_connected() const = 0;
  // Its connection has carried requests before.
  [[nodiscard]] virtual bool is_reused() const = 0;
  // The answer may begin while the request goes on (HTTP/2). Else an answer that comes before the request is
  // whole ends it.
  [[nodiscard]] virtual bool is_duplex() const = 0;

  // Sends what it can and keeps the rest; see congested(). The first call begins with the whole head, as
  // write_request_head() writes it. A failed write is reported only after the upstream had its chance to
  // answer early.
  virtual void send(const char* data, std::size_t size) = 0;
  // Enough is kept: on_upstream_drained() tells when more is welcome.
  [[nodiscard]] virtual bool congested() const = 0;
  // All of the request has been given to send(): from now on the read time-out runs.
  virtual void request_complete() = 0;
  // The client takes bytes again.
  virtual void resume_response() = 0;

  // The answer is whole. `reusable`: so is the request.
  virtual void release(bool reusable) = 0;
  // Gives the request up. The Exchange hears nothing.
  virtual void close() = 0;
};

}  // namespace headgate::proxy
