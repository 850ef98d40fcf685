#include "app/echo_options.h"

#include <charconv>

namespace headgate::app {
namespace {

std::string from(const std::function<const char*(const char*)>& environment, const char* name) {
  const char* value = environment(name);
  return value == nullptr ? "" : value;
}

Result<SocketAddress> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return fail("--bind: expected IP:PORT, not '" + std::string(text) + "'");
  std::string_view ip = text.substr(0, colon);
  if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
  const std::string_view port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (error != std::errc{} || end != port_text.data() + port_text.size())
    return fail("--bind: not a port: '" + std::string(port_text) + "'");
  Result<SocketAddress> address = SocketAddress::parse(ip, port);
  if (!address) return fail("--bind: " + address.error().message);
  return address;
}

}  // namespace

std::string echo_usage() {
  return "usage: headgate echo [--bind=IP:PORT] [--name=NAME] [--namespace=NAME] [--ingress=NAME] "
         "[--service=NAME]\n"
         "  --bind       where to listen (default: 127.0.0.1:8080)\n"
         "  --name       the pod's name (default: $POD_NAME, or \"echo\")\n"
         "  --namespace, --ingress, --service\n"
         "               said in the answers (default: $NAMESPACE, $INGRESS_NAME, $SERVICE_NAME)\n";
}

Result<EchoOptions> parse_echo_options(std::span<const std::string_view> words,
                                       const std::function<const char*(const char*)>& environment) {
  EchoOptions options;
  options.name = from(environment, "POD_NAME");
  options.namespace_name = from(environment, "NAMESPACE");
  options.ingress = from(environment, "INGRESS_NAME");
  options.service = from(environment, "SERVICE_NAME");
  std::string bind = "127.0.0.1:8080";

  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view name = words[i];
    const std::size_t equals = name.find('=');
    std::string_view value;
    if (equals != std::string_view::npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return fail(std::string(name) + " needs a value");
    }
    std::string* target = name == "--bind"        ? &bind
                          : name == "--name"      ? &options.name
                          : name == "--namespace" ? &options.namespace_name
                          : name == "--ingress"   ? &options.ingress
                          : name == "--service"   ? &options.service
                                                  : nullptr;
    if (target == nullptr) return fail("unknown flag " + std::string(name));
    *target = value;
  }
  if (options.name.empty()) options.name = "echo";
  // It becomes a header field of every answer.
  if (options.name.find_first_of("\r\n") != std::string::npos) return fail("--name: not a name");
  Result<SocketAddress> address = parse_address(bind);
  if (!address) return fail(address.error().message);
  options.bind = *address;
  return options;
}

}  // namespace headgate::app
