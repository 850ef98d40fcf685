// Exchange: waiting in the access phase for what a Step cannot say at once (an auth service, a password's
// hash). The request is copied, its client is held back as by a slow upstream; resume() goes on where it was
// left, or answers.
#include "proxy/context.h"
#include "proxy/exchange.h"

namespace headgate::proxy {
namespace {

// Beyond every time-out of what is waited for, unless an admin sets these higher: a last resort.
constexpr std::chrono::minutes kLongestSuspension{10};

}  // namespace

void Resumer::resume(std::optional<policy::Denial> denial) const {
  loop_->post([suspensions = suspensions_, serial = serial_, denial = std::move(denial)]() mutable {
    if (Exchange* const exchange = suspensions->find(serial)) exchange->resume(std::move(denial));
  });
}

void SuspensionDeadline::on_timeout() { exchange_.resume(policy::Denial{500, RejectReason::access_timeout}); }

void Exchange::hold(const policy::RequestView& request) {
  if (held_ != nullptr) return;
  held_ = std::make_unique<HeldRequest>(request, early_body_);
  early_body_ = held_->body();
}

// Its slot may belong to another Cluster by the time the request goes on.
void Exchange::hold_pool() {
  if (!pool_ && route_->cluster != nullptr) pool_ = context_->upstreams.pool(route_->cluster->slot);
}

policy::RequestView Exchange::held_view() const {
  return view_of(held_->head, held_->facts, held_->target, held_->host);
}

Resumer Exchange::suspend(const policy::RequestView& request, std::unique_ptr<SuspendedWork> work) {
  hold(request);
  hold_pool();
  suspension_ = context_->suspensions.add(*this);
  work_ = std::move(work);
  if (deadline_ == nullptr) deadline_ = std::make_unique<SuspensionDeadline>(*this);
  context_->timers.set(*deadline_, context_->now + kLongestSuspension);
  return {context_->loop, context_->suspensions, suspension_};
}

// `work_` may be calling: it is destroyed when this returns.
void Exchange::resume(std::optional<policy::Denial> denial) {
  const std::unique_ptr<SuspendedWork> done = end_suspension();
  if (!settle(std::move(denial))) return;
  const policy::RequestView request = held_view();
  if (pass_access(request) == Passage::passed) go_on(held_->head, request);
}

std::unique_ptr<SuspendedWork> Exchange::end_suspension() {
  if (suspension_ != 0) context_->suspensions.remove(std::exchange(suspension_, 0));
  if (deadline_ != nullptr) TimerWheel::unset(*deadline_);
  return std::move(work_);
}

}  // namespace headgate::proxy
