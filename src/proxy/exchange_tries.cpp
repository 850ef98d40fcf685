// Exchange: the tries. Which endpoint is asked, what a failed try is answered with, and when another follows.
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/log_notes.h"
#include "proxy/retry.h"

namespace headgate::proxy {
namespace {

using Conditions = policy::RetryConditions;

struct FailureAnswer {
  int status;
  RejectReason reason;
  Conditions::Condition condition;
};

FailureAnswer answer_to(UpstreamFailure failure) {
  switch (failure) {
    case UpstreamFailure::connect_failed:
      return {502, RejectReason::upstream_connect, Conditions::error};
    case UpstreamFailure::connect_timeout:
    case UpstreamFailure::send_timeout:
    case UpstreamFailure::read_timeout:
      return {504, RejectReason::upstream_timeout, Conditions::timeout};
    case UpstreamFailure::reset:
    case UpstreamFailure::refused:
      return {502, RejectReason::upstream_reset, Conditions::error};
    case UpstreamFailure::bad_head:
      return {502, RejectReason::upstream_bad_head, Conditions::invalid_header};
    case UpstreamFailure::bad_framing:
      return {502, RejectReason::upstream_bad_framing, Conditions::invalid_header};
  }
  return {502, RejectReason::upstream_reset, Conditions::error};
}

}  // namespace

void Exchange::forward(bool fresh) {
  if (try_count_ == first_try_) tries_began_ = context_->now;
  // A kept connection may have been closed a moment ago; a request that cannot be sent twice looks first.
  const Reuse reuse = http::is_idempotent(method_) ? Reuse::any : Reuse::checked;
  while (true) {
    EndpointState* const endpoint = choose_endpoint();
    if (endpoint == nullptr) {
      reply(503, RejectReason::no_endpoint);
      return;
    }
    const std::size_t at = try_count_++ % kMaxTries;
    tried_[at] = endpoint;
    tries_[at] = {};
    tries_[at].address = endpoint->endpoint.text;
    try_started_[at] = context_->now;
    if (log_format_ != nullptr) notes_->forget_upstream();
    upstream_ =
        context_->upstreams.checkout(*endpoint, *this, way_, fresh || asks_in_http10() ? Reuse::none : reuse);
    if (upstream_ != nullptr) break;
    tries_[at].status = 502;
    tries_[at].response_time = std::chrono::microseconds(0);
    note_latency(true);
    note_outcome(TryOutcome::gateway_failure);
    if (!may_try_again(Conditions::error, false, false)) {
      reply(502, RejectReason::upstream_connect);
      return;
    }
    context_->stats.upstream_retries.add();
  }
  if (upstream_->is_connected()) send_request();
}

bool Exchange::may_try_again(Conditions::Condition why, bool request_sent, bool response_begun,
                             bool unprocessed) const {
  const router::RouteSettings& rules = settings();
  FailedTry failed;
  failed.why = why;
  failed.request_sent = request_sent;
  failed.response_begun = response_begun;
  failed.unprocessed = unprocessed;
  failed.client_told = head_sent_ || interim_sent_;
  failed.body_lost = body_lost_;
  failed.tries_made = tries_made() - uncounted_tries_;
  failed.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(context_->now - tries_began_);
  RetryLimits limits;
  limits.conditions = rules.retry_on;
  limits.non_idempotent = rules.retry_non_idempotent;
  limits.tries = rules.tries != 0 ? rules.tries : static_cast<std::uint32_t>(pool_->size());
  limits.timeout = rules.tries_timeout;
  // Whoever has closed its half may be gone: it gets what this try gave, pods are not asked again for it.
  return !downstream_->half_closed() && proxy::may_try_again(failed, method_, limits);
}

void Exchange::on_upstream_failed(UpstreamFailure failure, bool request_sent, bool response_begun) {
  const bool kept = upstream_ != nullptr && upstream_->is_reused();
  upstream_ = nullptr;
  const FailureAnswer answer = answer_to(failure);
  observe::UpstreamTry& failed = current_try();
  failed.response_time = since_try();
  const bool refused = failure == UpstreamFailure::refused && refusals_ < kMostRefusals;
  if (!refused) note_latency(true);
  const bool stale = kept && failure == UpstreamFailure::reset && !response_begun;
  const bool noted = head_sent_ && failed.status >= 500;
  if (!stale && !refused && !noted) note_outcome(TryOutcome::gateway_failure);
  if (head_sent_) {  // too late to say anything but that it is cut
    reason_ = answer.reason;
    if (!cut_behind_buffer()) finish(Ending::cut);
    return;
  }
  failed.status = static_cast<std::uint16_t>(answer.status);
  if (stale || refused) ++uncounted_tries_;
  if (refused) ++refusals_;
  // A head that was refused is an answer like any other of which the client has seen nothing.
  if (answer.condition == Conditions::invalid_header) response_begun = false;
  if (may_try_again(answer.condition, request_sent, response_begun, refused)) {
    context_->stats.upstream_retries.add();
    forward(true);
    return;
  }
  reply(answer.status, answer.reason);
}

// True: the answer is one that another endpoint is asked for instead (http_503 …), while tries are left.
// `last`: it has no content, so that its connection can be kept.
bool Exchange::passed_over(const http::ResponseHead& head, bool last) {
  if (!settings().retry_on.has_statuses() || error_stage_ == ErrorStage::page) return false;
  if (!may_try_again(Conditions::of_status(head.status), true, false)) return false;
  observe::UpstreamTry& current = current_try();
  current.status = static_cast<std::uint16_t>(head.status);
  current.header_time = current.response_time = since_try();
  note_latency(true);
  note_outcome(outcome_of_status(head.status));
  Upstream* const upstream = upstream_;
  upstream_ = nullptr;
  if (last)
    upstream->release(body_complete_ && !asks_in_http10());
  else
    upstream->close();
  context_->stats.upstream_retries.add();
  forward(false);
  return true;
}

}  // namespace headgate::proxy
