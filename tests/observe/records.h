// Access records for tests: one complete request, to be varied.
#pragma once

#include "observe/access_record.h"

namespace headgate::observe {

inline AccessRecord sample_record() {
  AccessRecord record;
  record.remote_addr = "192.0.2.7";
  record.time_local = "22/Nov/2026:10:00:00 +0000";
  record.request_line = "GET /shop?q=1 HTTP/1.1";
  record.method = "GET";
  record.host = "shop.example";
  record.user_agent = "curl/7.88.1";
  record.request_id = "0123456789abcdef0123456789abcdef";
  record.upstream_name = "default-web-80";
  record.status = 200;
  record.body_bytes_sent = 1024;
  record.bytes_sent = 1200;
  record.request_length = 697;
  record.request_time = std::chrono::microseconds{12345};
  record.tries[0].address = "10.0.0.1:8080";
  record.tries[0].status = 200;
  record.tries[0].response_bytes = 1024;
  record.tries[0].connect_time = std::chrono::microseconds{0};
  record.tries[0].header_time = std::chrono::microseconds{9000};
  record.tries[0].response_time = std::chrono::microseconds{11999};
  record.try_count = 1;
  return record;
}

}  // namespace headgate::observe
