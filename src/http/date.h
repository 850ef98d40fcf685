// Date texts, made at most once a second: IMF-fixdate (RFC 9110 §5.6.7) and the $time_local of access logs.
#pragma once

#include <ctime>
#include <string_view>

namespace headgate::http {

// Owned by one thread. The views stay valid until the next update() that meets a new second.
class DateCache {
 public:
  // `now`: wall-clock seconds. Cheap when the second is unchanged.
  void update(std::time_t now);
  [[nodiscard]] std::string_view http_date() const { return {http_date_, http_size_}; }
  [[nodiscard]] std::string_view log_date() const { return {log_date_, log_size_}; }

 private:
  std::time_t second_ = -1;
  char http_date_[40];
  char log_date_[40];
  std::size_t http_size_ = 0;
  std::size_t log_size_ = 0;
};

}  // namespace headgate::http
