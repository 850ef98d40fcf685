// What one request needs to reach the API server and be let in, and who knows it. An interface, so that the
// HTTP client is tested without files and plugins.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "tls/peer_trust.h"

namespace headgate::k8swatch {

struct ApiAccess {
  std::string server;         // "https://10.96.0.1:443", without a slash at its end; may have a path
  std::string server_name;    // whom the certificate must be for; empty: the host of `server`
  std::string authorization;  // value of the Authorization field; empty: none
  std::shared_ptr<const tls::PeerTrust> trust;  // null: plain HTTP
};

// Control thread only.
class ApiAccessSource {
 public:
  virtual ~ApiAccessSource() = default;
  // Calls `ready` exactly once: before it returns, or later when a credential must be fetched first (never,
  // where the source is destroyed before). The error names the file or plugin.
  virtual void get(std::function<void(const Result<ApiAccess>&)> ready) = 0;
  // The server answered 401 to `access`: its credential is not to be given out again.
  virtual void refused(const ApiAccess& access) = 0;
  // The handshake failed: certificates may have changed on disk.
  virtual void distrusted() = 0;
};

}  // namespace headgate::k8swatch
