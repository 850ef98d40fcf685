// One request as Steps and templates see it: views of the request, its connection and its Route, good for the
// call they are handed to.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/socket_address.h"
#include "http/framing.h"
#include "http/message.h"
#include "http/target.h"
#include "policy/pattern.h"

namespace headgate::policy {

struct RequestView {
  const http::RequestHead& head;
  const http::RequestFacts& facts;
  const http::Target& target;
  std::string_view host_as_sent{};  // port included; empty for HTTP/1.0 without Host
  std::string_view public_host{};   // as the first proxy was asked for, port included
  std::string_view host{};          // lower case, without port
  std::string_view server_name{};   // of the VirtualHost: "shop.example", "*.example" or "_"
  std::string_view remote_ip{};  // the client's address, after PROXY protocol and trusted forwarding fields
  std::string_view scheme{};     // "http" or "https"
  std::string_view port{};       // X-Forwarded-Port
  std::string_view request_id{};
  std::string_view trace_id{};  // of the span of ours, in hexadecimal; empty: the request is none of a trace
  std::string_view span_id{};
  TimePoint now{};
  // Of the Route.
  std::string_view namespace_name{};
  std::string_view ingress{};
  std::string_view service{};
  std::string_view service_port{};
  std::string_view path{};           // as the Ingress wrote it
  std::string_view upstream_name{};  // "<namespace>-<service>-<port>"
  const Pattern* pattern = nullptr;  // that the path has matched; null: it is no regular expression

  [[nodiscard]] bool is_https() const { return scheme.size() == 5; }
  // `remote_ip`, parsed.
  [[nodiscard]] SocketAddress client() const {
    const auto address = SocketAddress::parse(remote_ip, 0);
    return address ? *address : SocketAddress();
  }
};

}  // namespace headgate::policy
