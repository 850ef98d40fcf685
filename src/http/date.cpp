#include "http/date.h"

#include <cstdio>
#include <cstdlib>

namespace headgate::http {
namespace {

// Not strftime: its names follow the process's locale.
constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::size_t written(int count, std::size_t capacity) {
  if (count < 0) return 0;
  const auto size = static_cast<std::size_t>(count);
  return size < capacity ? size : capacity - 1;
}

}  // namespace

void DateCache::update(std::time_t now) {
  if (now == second_) return;
  second_ = now;
  std::tm utc{};
  gmtime_r(&now, &utc);
  http_size_ = written(std::snprintf(http_date_, sizeof http_date_, "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon], utc.tm_year + 1900,
                                     utc.tm_hour, utc.tm_min, utc.tm_sec),
                       sizeof http_date_);
  std::tm local{};
  localtime_r(&now, &local);
  const long minutes = local.tm_gmtoff / 60;
  log_size_ = written(
      std::snprintf(log_date_, sizeof log_date_, "%02d/%s/%04d:%02d:%02d:%02d %c%02ld%02ld", local.tm_mday,
                    kMonths[local.tm_mon], local.tm_year + 1900, local.tm_hour, local.tm_min, local.tm_sec,
                    minutes < 0 ? '-' : '+', std::labs(minutes) / 60, std::labs(minutes) % 60),
      sizeof log_date_);
}

}  // namespace headgate::http
