#include "http/h2_budget.h"

#include <algorithm>

namespace headgate::http {
namespace {

constexpr std::size_t kWorks = static_cast<std::size_t>(H2Work::count_);

struct Allowance {
  float burst;                         // tokens at the start, and at most
  float per_second;                    // what time brings
  std::array<float, kWorks> per_work;  // what a stream opened, one completed and a DATA frame bring
  RejectReason reason;
};

// In the order of H2Charge. The most that clients known to be honest do, with room: a browser leaving a page
// cancels a hundred streams at once; gRPC pings once for each read of our DATA when it measures the path, and
// every 10 s when idle; naive clients send two WINDOW_UPDATEs for each DATA frame.
constexpr Allowance kAllowances[] = {
    {200, 33, {0, 1, 0}, RejectReason::h2_flood_reset},
    {100, 10, {0, 0, 0}, RejectReason::h2_flood_self_reset},
    {2000, 50, {0, 0, 0}, RejectReason::h2_flood_self_reset},
    {50, 5, {0, 0, 0}, RejectReason::h2_flood_headers},
    {100, 10, {0, 1, 1}, RejectReason::h2_flood_ping},
    {100, 10, {0, 0, 0}, RejectReason::h2_flood_settings},
    {200, 10, {4, 0, 0}, RejectReason::h2_flood_priority},
    {100, 10, {0, 1, 0}, RejectReason::h2_flood_empty_data},
    {1000, 100, {4, 0, 10}, RejectReason::h2_flood_window},
    {200, 10, {1, 0, 0}, RejectReason::h2_flood_unknown},
};
static_assert(std::size(kAllowances) == static_cast<std::size_t>(H2Charge::count_));

}  // namespace

H2Budget::H2Budget(TimePoint now) : now_(now) {
  for (std::size_t i = 0; i < kCharges; ++i) tokens_[i] = kAllowances[i].burst;
}

void H2Budget::advance(TimePoint now) {
  // A tick at a time: a float would lose what microseconds bring.
  constexpr Duration kTick = std::chrono::milliseconds(10);
  if (now - now_ < kTick) return;
  const float seconds = std::chrono::duration<float>(now - now_).count();
  now_ = now;
  for (std::size_t i = 0; i < kCharges; ++i)
    tokens_[i] = std::min(kAllowances[i].burst, tokens_[i] + seconds * kAllowances[i].per_second);
}

RejectReason H2Budget::charge(H2Charge charge) {
  const auto i = static_cast<std::size_t>(charge);
  if (tokens_[i] < 1) return kAllowances[i].reason;
  tokens_[i] -= 1;
  return RejectReason::none;
}

void H2Budget::earn(H2Work work) {
  for (std::size_t i = 0; i < kCharges; ++i)
    tokens_[i] =
        std::min(kAllowances[i].burst, tokens_[i] + kAllowances[i].per_work[static_cast<std::size_t>(work)]);
}

}  // namespace headgate::http
