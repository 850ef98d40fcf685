// The command line of `headgate echo`.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/socket_address.h"

namespace headgate::app {

// What the pod says about itself, beside where it listens.
struct EchoOptions {
  SocketAddress bind;
  std::string name;
  std::string namespace_name;
  std::string ingress;
  std::string service;
};

std::string echo_usage();
// `environment`: getenv or a stand-in. Flags win over POD_NAME, NAMESPACE, INGRESS_NAME and SERVICE_NAME.
Result<EchoOptions> parse_echo_options(std::span<const std::string_view> words,
                                       const std::function<const char*(const char*)>& environment);

}  // namespace headgate::app
