// Keep-alive clients that ask without pause, in one thread, and note everything that is not a whole 200.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/stream_client.h"

namespace headgate::test_support {

class HttpLoad {
 public:
  // Starts `connections` clients that repeat `request` (whole, without a body in the answer's way); over TLS
  // where a server name is given.
  HttpLoad(std::uint16_t port, unsigned connections, std::string request, std::string server_name = "");
  // Stops and joins.
  ~HttpLoad();
  HttpLoad(const HttpLoad&) = delete;
  HttpLoad& operator=(const HttpLoad&) = delete;

  // Lets every open request be answered, then ends. Results are complete after it.
  void stop();

  [[nodiscard]] std::size_t answered() const { return answered_.load(); }
  // By X-Pod; call after stop().
  [[nodiscard]] const std::map<std::string, std::size_t>& answers_by_pod() const { return by_pod_; }
  // Everything else that happened, in words; empty is what a test wants. Call after stop().
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  void run();
  std::unique_ptr<StreamClient> connect() const;

  std::uint16_t port_;
  unsigned connections_;
  std::string request_;
  std::string server_name_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> answered_{0};
  std::map<std::string, std::size_t> by_pod_;
  std::vector<std::string> faults_;
  std::thread thread_;
};

}  // namespace headgate::test_support
