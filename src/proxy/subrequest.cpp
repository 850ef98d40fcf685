#include "proxy/subrequest.h"

#include <algorithm>
#include <utility>

#include "proxy/context.h"
#include "proxy/retry.h"
#include "proxy/upstream_connection.h"

namespace headgate::proxy {

Subrequest::Subrequest(WorkerContext& context, const router::RouteSettings& settings, SubrequestOwner& owner)
    : context_(context), settings_(settings), owner_(owner) {}

Subrequest::~Subrequest() {
  if (upstream_ != nullptr) upstream_->close();
}

bool Subrequest::start(SubrequestTarget target, http::Method method, std::string request) {
  target_ = std::move(target);
  method_ = method;
  request_ = std::move(request);
  return try_endpoint(false);
}

std::uint32_t Subrequest::tries_allowed() const {
  return settings_.tries != 0 ? settings_.tries : static_cast<std::uint32_t>(target_.pool->size());
}

bool Subrequest::try_endpoint(bool fresh) {
  const Reuse reuse = http::is_idempotent(method_) ? Reuse::any : Reuse::checked;
  do {
    EndpointState* const endpoint =
        target_.pool->choose(tried_.data(), std::min<std::size_t>(try_count_, kMaxTries));
    if (endpoint == nullptr) return false;
    tried_[try_count_++ % kMaxTries] = endpoint;
    current_try() = {};
    current_try().address = endpoint->endpoint.text;
    try_began_ = context_.now;
    upstream_ = context_.upstreams.checkout(*endpoint, *this, {target_.tls, false, &target_.pool->cluster()},
                                            fresh ? Reuse::none : reuse);
    if (upstream_ != nullptr) break;
    endpoint->note(TryOutcome::gateway_failure);
    current_try().status = 502;
    current_try().response_time = std::chrono::microseconds(0);
  } while (try_count_ < tries_allowed());
  if (upstream_ == nullptr) return false;
  if (upstream_->is_connected()) on_connected();
  return true;
}

std::chrono::microseconds Subrequest::since_try() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(context_.now - try_began_);
}

void Subrequest::tell_tries(observe::AccessRecord& record) const {
  const std::size_t kept = std::min<std::size_t>(try_count_, kMaxTries);
  for (std::size_t i = 0; i < kept; ++i) record.tries[i] = tries_[(try_count_ - kept + i) % kMaxTries];
  record.try_count = static_cast<std::uint8_t>(kept);
}

void Subrequest::on_connected() {
  current_try().connect_time = upstream_->is_reused() ? std::chrono::microseconds(0) : since_try();
  upstream_->send(request_.data(), request_.size());
  upstream_->request_complete();
}

void Subrequest::on_response_head(http::ResponseHead& head, const http::ResponseFacts&, char*,
                                  std::size_t size, bool last) {
  answer_.status = head.status;
  current_try().status = static_cast<std::uint16_t>(head.status);
  current_try().header_time = since_try();
  tried_[(try_count_ - 1) % kMaxTries]->note(outcome_of_status(head.status));
  for (const http::Field& field : head.fields)
    if (!field.drop) answer_.fields.push_back({std::string(field.name), std::string(field.value)});
  take_content(size, last);
}

void Subrequest::on_response_trailers(std::string_view) { take_content(0, true); }

void Subrequest::on_response_body(char*, std::size_t size, bool last) { take_content(size, last); }

void Subrequest::take_content(std::size_t size, bool last) {
  discarded_ += size;
  current_try().response_bytes += size;
  if (last)
    finish(true);
  else if (discarded_ > kMostDiscarded)
    finish(false);
}

void Subrequest::finish(bool reusable) {
  current_try().response_time = since_try();
  Upstream* const upstream = std::exchange(upstream_, nullptr);
  if (reusable)
    upstream->release(true);
  else
    upstream->close();
  owner_.on_subrequest_answer(std::move(answer_));
}

// Not asked for, so the parser lets none through.
void Subrequest::on_switching(http::ResponseHead&, UpstreamConnection&) {
  answer_ = {};
  finish(false);
}

void Subrequest::on_upstream_failed(UpstreamFailure failure, bool request_sent, bool response_begun) {
  const bool stale =
      upstream_ != nullptr && upstream_->is_reused() && failure == UpstreamFailure::reset && !response_begun;
  upstream_ = nullptr;
  current_try().response_time = since_try();
  if (current_try().status == 0) {
    const bool timed_out = failure == UpstreamFailure::connect_timeout ||
                           failure == UpstreamFailure::send_timeout ||
                           failure == UpstreamFailure::read_timeout;
    current_try().status = timed_out ? 504 : 502;
  }
  if (!stale) tried_[(try_count_ - 1) % kMaxTries]->note(TryOutcome::gateway_failure);
  const bool transient =
      failure != UpstreamFailure::bad_head && failure != UpstreamFailure::bad_framing && answer_.status == 0;
  FailedTry failed;
  failed.request_sent = request_sent;
  failed.response_begun = response_begun;
  failed.tries_made = try_count_;
  RetryLimits limits;
  limits.tries = tries_allowed();
  if (transient && may_try_again(failed, method_, limits)) {
    context_.stats.upstream_retries.add();
    if (try_endpoint(true)) return;
  }
  owner_.on_subrequest_answer({});
}

}  // namespace headgate::proxy
