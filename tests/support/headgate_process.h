// The product under test: the real binary with its own ports, ready to serve, its clean end checked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/manifest_folder.h"
#include "support/port_reservation.h"
#include "support/raw_client.h"

namespace headgate::test_support {

struct HeadgateOptions {
  unsigned workers = 1;
  std::string bind_address = "127.0.0.1";  // empty: no flag
  std::string access_log = "/dev/null";    // empty: the binary's default, standard output
  std::vector<std::string> flags;          // further ones
  bool https = false;                      // listen on https_port() too
  std::chrono::milliseconds ready_within{kPatience};
  bool wait_ready = true;  // false: the constructor waits for the healthz port alone
};

class HeadgateProcess {
 public:
  // Starts the binary and returns when /readyz says 200; throws std::runtime_error with the binary's own
  // words when it does not.
  explicit HeadgateProcess(const ManifestFolder& manifests, const HeadgateOptions& options = {});
  // Without manifests: the flags say where the API server is.
  explicit HeadgateProcess(const HeadgateOptions& options);
  // SIGTERM, and a test failure for any end but exit(0), and for anything a sanitizer has written.
  ~HeadgateProcess();

  [[nodiscard]] std::uint16_t http_port() const { return ports_.port(0); }
  [[nodiscard]] std::uint16_t admin_port() const { return ports_.port(1); }
  [[nodiscard]] std::uint16_t https_port() const { return ports_.port(2); }
  ChildProcess& process() { return *process_; }
  // Has not ended (by crash or otherwise).
  bool is_running();

  HttpResponse get(std::string_view host, std::string_view path, std::string_view fields = "") const;
  HttpResponse admin(std::string_view path) const;
  // Waits until GET `path` is answered with `status` and, where given, by the pod `pod`.
  bool wait_for(std::string_view host, std::string_view path, int status, std::string_view pod = "",
                std::chrono::milliseconds within = kPatience) const;
  // Waits until a Finding has this in it.
  bool wait_for_finding(std::string_view text) const;

 private:
  HeadgateProcess(const std::vector<std::string>& source, const HeadgateOptions& options);

  PortReservation ports_;
  std::unique_ptr<ChildProcess> process_;
};

// Path of the binary under test.
std::string headgate_binary();

}  // namespace headgate::test_support
