// The NameResolver over c-ares: its sockets and time-outs are watched by the control thread's io_context, so
// that nothing ever blocks. The only door to c-ares.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>

#include "k8swatch/name_lookup.h"
#include "k8swatch/name_resolver.h"

namespace headgate::k8swatch {

struct CAresOptions {
  std::string servers;  // "IP[:PORT],…"; empty: those of `resolv_conf`
  // Also the source of the search rules; read anew when the file changes.
  std::string resolv_conf = "/etc/resolv.conf";
  std::chrono::milliseconds query_timeout{2000};  // of the first try; doubled with each round of the servers
  int tries = 2;                                  // of each server
  std::function<MachineRoutes()> routes;          // empty: the kernel is asked
  std::size_t most_at_once = 64;                  // look-ups under way; others wait for their turn
};

// Owned by the Server; control thread only.
class CAresResolver : public NameResolver {
 public:
  // `io` must outlive this. `answered` is called after one or more look-ups have been answered.
  CAresResolver(boost::asio::io_context& io, CAresOptions options, std::function<void()> answered);
  ~CAresResolver() override;
  CAresResolver(const CAresResolver&) = delete;
  CAresResolver& operator=(const CAresResolver&) = delete;

  // Addresses of a family that the machine has no route for are left out where there are others.
  // /etc/hosts is not looked at, as in ingress-nginx.
  void resolve(const std::string& name, Done done) override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headgate::k8swatch
