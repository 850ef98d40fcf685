#include "proxy/endpoint_health.h"

namespace headgate::proxy {

TryOutcome outcome_of_status(int status) {
  if (status < 500) return TryOutcome::success;
  return status >= 502 && status <= 504 ? TryOutcome::gateway_failure : TryOutcome::failure;
}

bool EndpointHealth::note(TryOutcome outcome, Tally& tally) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  tally.tries.add();
  const auto reset = [](std::atomic<std::uint32_t>& count) {
    if (count.load(kRelaxed) != 0) count.store(0, kRelaxed);
  };
  if (outcome != TryOutcome::gateway_failure) reset(gateway_failures_in_a_row);
  if (outcome == TryOutcome::success) {
    reset(failures_in_a_row);
    return false;
  }
  tally.failures.add();
  failures_in_a_row.fetch_add(1, kRelaxed);
  if (outcome == TryOutcome::gateway_failure) gateway_failures_in_a_row.fetch_add(1, kRelaxed);
  return true;
}

bool EndpointHealth::note_check(CheckAnswer answer, const router::HealthCheck& rules) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  const bool good = answer.is_well(rules);
  last_answer.store(answer.code(), kRelaxed);
  checks.add();
  if (!good) failed_checks.add();
  const bool is_unwell = unwell.load(kRelaxed);
  if (good != is_unwell) {
    contrary_checks = 0;
    return false;
  }
  if (++contrary_checks < (is_unwell ? rules.healthy_threshold : rules.unhealthy_threshold)) return false;
  contrary_checks = 0;
  unwell.store(!is_unwell, kRelaxed);
  return true;
}

}  // namespace headgate::proxy
