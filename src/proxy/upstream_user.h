// Who asks an endpoint something over an Upstream: an Exchange for its client, or a Subrequest for
// Headgate itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/framing.h"
#include "http/message.h"
#include "router/model.h"

namespace headgate::proxy {

class UpstreamConnection;

// How a try failed, as its user hears it.
enum class UpstreamFailure : std::uint8_t {
  connect_failed,
  connect_timeout,
  send_timeout,
  read_timeout,
  reset,        // closed or reset by the upstream
  refused,      // one stream, not looked at by the upstream: RFC 9113 §8.7. HTTP/2 only
  bad_head,     // refused by the parser
  bad_framing,  // refused by the body decoder
};

class UpstreamUser {
 public:
  virtual void on_connected() = 0;
  // It takes bytes of the request again.
  virtual void on_upstream_drained() = 0;
  // A 1xx head other than 101.
  virtual void on_interim(http::ResponseHead& head) = 0;
  virtual void on_response_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* body,
                                std::size_t size, bool last) = 0;
  virtual void on_response_body(char* data, std::size_t size, bool last) = 0;
  // The end of the content, with trailer fields: lines "name: value\r\n". HTTP/2 only.
  virtual void on_response_trailers(std::string_view lines) = 0;
  // `connection` carries another protocol from here on.
  virtual void on_switching(http::ResponseHead& head, UpstreamConnection& connection) = 0;
  // The connection is closed already.
  virtual void on_upstream_failed(UpstreamFailure failure, bool request_sent, bool response_begun) = 0;

  [[nodiscard]] virtual bool response_paused() const = 0;
  [[nodiscard]] virtual std::size_t response_room() const = 0;
  [[nodiscard]] virtual http::ResponseContext response_context() const = 0;
  // Its time-outs count.
  [[nodiscard]] virtual const router::RouteSettings& settings() const = 0;

 protected:
  ~UpstreamUser() = default;
};

}  // namespace headgate::proxy
