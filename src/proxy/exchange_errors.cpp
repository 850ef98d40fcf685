// Exchange: errors that a default backend words, and requests that it gets because nobody else can
// (policy/error_pages.h).
#include <utility>

#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/head_writer.h"

namespace headgate::proxy {

const policy::ErrorPages* Exchange::error_pages() const {
  if (route_ == nullptr || route_->policy.chain == nullptr) return nullptr;
  return route_->policy.chain->errors ? &*route_->policy.chain->errors : nullptr;
}

// Null: none, or one without an endpoint to be used.
EndpointPoolRef Exchange::usable_pool(const router::Cluster* cluster) const {
  EndpointPoolRef pool(cluster != nullptr ? context_->upstreams.pool_of(*cluster) : nullptr);
  if (pool && pool->is_empty()) pool.reset();
  return pool;
}

EndpointPoolRef Exchange::own_error_backend(const policy::ErrorPages& pages) const {
  return usable_pool(pages.backend ? route_->others[*pages.backend].cluster.get() : nullptr);
}

// True: `pool_` is that of the default backend the Ingress names.
bool Exchange::fall_back() {
  const policy::ErrorPages* const pages = error_pages();
  if (pages == nullptr) return false;
  EndpointPoolRef pool = own_error_backend(*pages);
  if (!pool) return false;
  pool_ = std::move(pool);
  error_stage_ = ErrorStage::fallen_back;
  return true;
}

void Exchange::tell_default_backend(const policy::RequestView& request, policy::RequestEdit& edit) const {
  constexpr int kNoEndpoint = 503;
  if (error_stage_ == ErrorStage::fallen_back) policy::ErrorPages::tell(kNoEndpoint, request, edit);
}

// True: nothing has been said to the client yet, a default backend is asked to.
bool Exchange::ask_for_error_page(int status, bool of_pod) {
  const policy::ErrorPages* const pages = error_pages();
  if (pages == nullptr || held_ == nullptr || error_stage_ != ErrorStage::none || !upgrade_.empty() ||
      !pages->covers(status, of_pod))
    return false;
  EndpointPoolRef pool = own_error_backend(*pages);
  if (!pool) pool = usable_pool(table_->table->default_route().cluster.get());
  if (!pool) return false;
  pool_ = std::move(pool);
  error_stage_ = ErrorStage::page;
  first_try_ = try_count_;
  uncounted_tries_ = refusals_ = 0;
  forget_choice();
  continue_owed_ = false;
  drop_buffered();
  body_lost_ = false;
  if (!body_complete_) {
    abandoned_ = true;
    downstream_->abandon_request_body();
  }
  write_error_request(status);
  if (choose_way()) forward(false);
  return true;
}

// The method stays, the target is "/", the content is gone.
void Exchange::write_error_request(int status) {
  const policy::RequestView request = held_view();
  policy::RequestEdit edit{held_->head.fields};
  edit.lines = trace_line();
  policy::ErrorPages::tell(status, request, edit);
  ForwardingFields forwarding = forwarding_of(request);
  forwarding.more_fields = edit.lines;
  forwarding.http10 = asks_in_http10();
  http::Target target;
  target.forward_path = "/";
  const http::BodyKind body = says_length(method_) ? http::BodyKind::length : http::BodyKind::none;
  request_.clear();
  write_request_head(held_->head, target, forwarding, body, 0, {}, request_);
}

// True: the pod's answer goes nowhere.
bool Exchange::replace_answer(const http::ResponseHead& head, bool last) {
  const policy::ErrorPages* const pages = error_pages();
  if (pages == nullptr || !pages->covers(head.status, true)) return false;
  Upstream* const upstream = upstream_;
  const bool reusable = last && body_complete_ && !abandoned_;
  current_try().response_time = since_try();
  if (!ask_for_error_page(head.status, true)) return false;
  if (reusable)
    upstream->release(true);
  else
    upstream->close();
  return true;
}

}  // namespace headgate::proxy
