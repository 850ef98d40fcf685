// Everything known about one finished TCP relay: what the access log prints of it. Views are valid only
// during the call that takes the record.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace headgate::observe {

struct StreamRecord {
  std::string_view remote_addr;      // textual client IP
  std::string_view time_local;       // "22/Nov/2026:10:00:00 +0000", made once a second by the Worker
  std::string_view upstream_name{};  // Cluster::name
  std::string_view upstream_addr{};  // of the last endpoint tried; empty: none was
  // nginx's: 200, 502 where no endpoint could be reached, 503 where there is none; 499 where the client left
  // before.
  std::uint16_t status = 0;
  std::uint64_t bytes_sent = 0;               // to the client
  std::uint64_t bytes_received = 0;           // from it
  std::chrono::microseconds session_time{0};  // since it was accepted
};

}  // namespace headgate::observe
