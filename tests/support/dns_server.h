// A DNS server for tests, inside the test program: UDP on a port of its own, answers as told.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/deadline.h"
#include "support/loopback.h"

namespace headgate::test_support {

// What the server says about one name (RFC 1035 §4.1.1 has the codes).
struct DnsRecords {
  static constexpr int kNoError = 0;
  static constexpr int kServerFailure = 2;
  static constexpr int kNoSuchName = 3;
  static constexpr int kSilence = -1;  // no answer at all

  std::vector<std::string> addresses;  // IPv4 and IPv6
  std::uint32_t ttl = 60;              // seconds
  int code = kNoError;
};

// One thread. Thread-safe. A name nobody has set does not exist.
class DnsServer {
 public:
  DnsServer();
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(socket_.port); }

  // From now on; `name` without a dot at its end, lower case.
  void set(const std::string& name, DnsRecords records);
  // Queries of either type so far.
  [[nodiscard]] std::size_t queries(const std::string& name) const;
  bool wait_for_queries(const std::string& name, std::size_t count,
                        std::chrono::milliseconds within = kPatience) const;

 private:
  void serve();
  std::string answer(std::string_view query);

  BoundSocket socket_;
  FileDescriptor stop_event_;
  mutable std::mutex mutex_;
  mutable std::condition_variable asked_;
  std::map<std::string, DnsRecords> names_;
  std::map<std::string, std::size_t> queries_;
  std::thread thread_;
};

}  // namespace headgate::test_support
