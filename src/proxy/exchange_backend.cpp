// Exchange: which Cluster gets the request (canaries), which of its endpoints each try, and what the client
// is told of its session.
#include <algorithm>
#include <ctime>

#include "base/text_hash.h"
#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "router/backend_choice.h"

namespace headgate::proxy {
namespace {

// Cookies and hashed texts lead to the same endpoint in every replica and version: never to be changed.
constexpr std::uint64_t kTextSeed = 0x73657373696F6E73ULL;
// New keys drawn to find one that leads away from the endpoints that have failed (ingress-nginx's number).
constexpr int kKeysDrawn = 20;
// What a failed try counts as where latencies decide: an endpoint that refuses at once is not a fast one.
constexpr std::chrono::seconds kFailureLatency{1};

}  // namespace

// False: answered.
bool Exchange::choose_backend(const policy::RequestView& request) {
  if (!pool_) pool_ = context_->upstreams.pool(route_->cluster->slot);
  if (!pool_ || pool_->is_empty()) {
    if (fall_back()) return true;
    reply(503, RejectReason::no_endpoint);
    return false;
  }
  if (route_->backends.choice != nullptr) choose_among_backends(request);
  return true;
}

// A canary without endpoints leaves its requests to the primary.
void Exchange::choose_among_backends(const policy::RequestView& request) {
  const router::BackendChoice& choice = *route_->backends.choice;
  balancing_ = &choice.balancing;
  const auto draw = static_cast<std::uint32_t>(context_->random.next() >> 32);
  if (const auto* const canary = router::choose_alternative(choice, *route_->cluster, request, draw)) {
    if (EndpointPoolRef pool = usable_pool(canary->cluster.get())) {
      pool_ = std::move(pool);
      alternative_ = canary;
      balancing_ = &canary->balancing;
    }
  }
  if (balancing_->affinity)
    read_session(request);
  else if (!balancing_->hash_by.empty())
    choice_hash_ = text_hash(balancing_->hash_by.expand(request), kTextSeed);
}

void Exchange::read_session(const policy::RequestView& request) {
  const policy::SessionAffinity& affinity = *balancing_->affinity;
  const std::string_view key =
      policy::split_session_value(policy::cookie_value(request.head.fields, affinity.cookie)).key;
  if (key.empty()) return;
  if (affinity.mode == policy::SessionAffinity::Mode::balanced) {
    choice_hash_ = text_hash(key, kTextSeed);
    session_known_ = true;
  } else {
    session_endpoint_ = pool_->find_session(key);
    session_known_ = session_endpoint_ != nullptr;
  }
}

// For the next try; null: there is none.
EndpointState* Exchange::choose_endpoint() {
  const EndpointPool::Tried tried(tried_.data(), std::min(try_count_, kMaxTries));
  if (balancing_ == nullptr) return pool_->choose(tried.data(), tried.size());
  if (balancing_->affinity) return choose_for_session(tried);
  if (!balancing_->hash_by.empty())
    return balancing_->subset == 0
               ? pool_->choose_by_hash(choice_hash_)
               : pool_->choose_of_subset(choice_hash_, balancing_->subset, tried, context_->random);
  switch (balancing_->algorithm) {
    case policy::BalancingAlgorithm::round_robin:
      return pool_->choose(tried.data(), tried.size());
    case policy::BalancingAlgorithm::ewma:
      break;
  }
  EndpointState* const endpoint = pool_->choose_fast(tried, context_->now, context_->random);
  measure(endpoint);
  return endpoint;
}

// A session that the client brought stays where it is, unless it is to move after a failure. An ejected
// endpoint is one that has failed: its sessions move for good, or are another's guests until it is back.
EndpointState* Exchange::choose_for_session(EndpointPool::Tried tried) {
  const policy::SessionAffinity& affinity = *balancing_->affinity;
  const bool persistent = affinity.mode == policy::SessionAffinity::Mode::persistent;
  bool stays = session_known_ && !(try_count_ > 0 && affinity.change_on_failure);
  if (stays && affinity.change_on_failure) {
    const EndpointState* const home =
        persistent ? session_endpoint_.get() : pool_->owner_of_hash(choice_hash_);
    if (home != nullptr && pool_->avoids(*home)) stays = false;
  }
  if (persistent) {
    if (stays && !session_endpoint_->removed) {
      if (!pool_->avoids(*session_endpoint_)) return session_endpoint_.get();
      return pool_->choose_by_hash(text_hash(pool_->session_name(*session_endpoint_), kTextSeed));
    }
    EndpointState* const endpoint = pool_->choose_any(tried, context_->random);
    if (endpoint != nullptr) session_key_ = pool_->session_name(*endpoint);
    return endpoint;
  }
  if (stays) return pool_->choose_by_hash(choice_hash_);
  EndpointState* endpoint = nullptr;
  for (int i = 0; i < kKeysDrawn; ++i) {
    session_key_.resize(32);
    context_->random.hex32(session_key_.data());
    const std::uint64_t hash = text_hash(session_key_, kTextSeed);
    endpoint = pool_->owner_of_hash(hash);
    if (endpoint != nullptr && pool_->avoids(*endpoint)) {  // the session would move when that one is back
      endpoint = pool_->choose_by_hash(hash);
      continue;
    }
    if (std::none_of(tried.begin(), tried.end(),
                     [&](const EndpointRef& each) { return each.get() == endpoint; }))
      break;
  }
  return endpoint;
}

// For the answer of the pod that the client is bound to from now on.
void Exchange::add_session_cookie() {
  policy::SessionAffinity::Answer answer;
  answer.https = downstream_->client().https;
  answer.route_path = route_->path;
  answer.user_agent = user_agent_;
  answer.now = std::time(nullptr);
  answer_fields_.add("Set-Cookie", balancing_->affinity->set_cookie(
                                       session_key_ + "|" + router::session_tag(pool_->cluster()), answer));
}

// The try before is over, one at `endpoint` begins; null: none does.
void Exchange::measure(EndpointState* endpoint) {
  if (measured_) --measured_->running;
  measured_ = endpoint;
  if (measured_) ++measured_->running;
}

void Exchange::note_latency(bool failed) {
  if (!measured_) return;
  std::chrono::microseconds latency = since_try();
  if (failed) latency = std::max<std::chrono::microseconds>(latency, kFailureLatency);
  measured_->latency.add(latency, context_->now);
}

// For the health of the endpoint that was tried last.
void Exchange::note_outcome(TryOutcome outcome) { tried_[(try_count_ - 1) % kMaxTries]->note(outcome); }

// From now on endpoints take turns, and the client is told of no session: another backend answers.
void Exchange::forget_choice() {
  measure(nullptr);
  balancing_ = nullptr;
  session_endpoint_.reset();
  session_known_ = false;
  session_key_.clear();
}

}  // namespace headgate::proxy
