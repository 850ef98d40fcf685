// Looks up names: the interface between ExternalNames and the DNS. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/socket_address.h"

namespace headgate::k8swatch {

// What came of one look-up.
struct NameAnswer {
  enum class Outcome : std::uint8_t {
    found,   // at least one address
    absent,  // the DNS says: there is no such name, or it has no address
    failed,  // nobody could say
  };
  Outcome outcome = Outcome::failed;
  std::vector<SocketAddress> addresses;  // of both families, port 0, sorted, each once
  std::chrono::seconds ttl{0};           // of the record that expires first; found only
  std::string error;                     // absent and failed: why, without the name
};

class NameResolver {
 public:
  using Done = std::function<void(NameAnswer)>;

  virtual ~NameResolver() = default;
  // Looks `name` up once, A and AAAA; a name that ends in '.' is complete, any other follows the search rules
  // of /etc/resolv.conf. Calls `done` exactly once, later, never from within resolve(), unless the resolver
  // is destroyed before.
  virtual void resolve(const std::string& name, Done done) = 0;
};

}  // namespace headgate::k8swatch
