// Exchange: asking an auth service, and what comes of its answer (policy/external_auth.h decides).
#include <utility>

#include "proxy/auth_cache.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/subrequest.h"

namespace headgate::proxy {

// The question under way, for as long as its Exchange waits for it.
class AuthQuestion final : public SuspendedWork, public SubrequestOwner {
 public:
  AuthQuestion(WorkerContext& context, Exchange& exchange, const policy::ExternalAuth& step,
               std::string cache_name)
      : exchange_(exchange),
        step_(step),
        cache_name_(std::move(cache_name)),
        context_(context),
        began_(context.now),
        subrequest_(context, exchange.settings(), *this) {}

  [[nodiscard]] bool start(SubrequestTarget target, std::string request) {
    return subrequest_.start(std::move(target), http::method_of(step_.method_text()), std::move(request));
  }
  void on_subrequest_answer(policy::SubrequestAnswer answer) override {
    exchange_.log_question(answer.status,
                           std::chrono::duration_cast<std::chrono::microseconds>(context_.now - began_),
                           &subrequest_);
    exchange_.on_auth_answer(step_, std::move(answer), std::move(cache_name_));
  }

 private:
  Exchange& exchange_;
  const policy::ExternalAuth& step_;  // of the table that the Exchange has pinned
  std::string cache_name_;
  WorkerContext& context_;
  TimePoint began_;
  Subrequest subrequest_;
};

Exchange::StepVerdict Exchange::ask(const policy::ExternalAuth& step, const policy::RequestView& request) {
  std::string cache_name = step.cache_name(request);
  if (!cache_name.empty()) {
    if (const auto* const known = context_->auth_cache.find(cache_name, context_->now)) {
      log_question(known->status, std::chrono::microseconds(0), nullptr);
      return {judge_auth_answer(step, *known, request)};
    }
  }
  const router::SideCluster& service = route_->others[step.cluster];
  const EndpointPoolRef pool(context_->upstreams.pool_of(*service.cluster));
  if (!pool) return {judge_auth_answer(step, {}, request)};
  auto question = std::make_unique<AuthQuestion>(*context_, *this, step, std::move(cache_name));
  std::string text = step.request_text(request, client_certificate_fields(), trace_line());
  if (text.empty()) return {judge_auth_answer(step, {}, request)};
  if (!question->start({pool, service.tls.get()}, std::move(text)))
    return {judge_auth_answer(step, {}, request)};
  suspend(request, std::move(question));
  return {std::nullopt, true};
}

std::optional<policy::Denial> Exchange::judge_auth_answer(const policy::ExternalAuth& step,
                                                          const policy::SubrequestAnswer& answer,
                                                          const policy::RequestView& request) {
  auto decision = step.decide(answer, request);
  if (auto* const denial = std::get_if<policy::Denial>(&decision)) return std::move(*denial);
  grant_ = std::make_unique<policy::AuthGrant>(std::get<policy::AuthGrant>(std::move(decision)));
  return std::nullopt;
}

void Exchange::on_auth_answer(const policy::ExternalAuth& step, policy::SubrequestAnswer answer,
                              std::string cache_name) {
  auto denial = judge_auth_answer(step, answer, held_view());
  if (!cache_name.empty()) {
    if (const auto time = step.cache_time(answer))
      context_->auth_cache.put(std::move(cache_name), std::move(answer), context_->now, *time);
  }
  resume(std::move(denial));
}

// The fields that the pod gets of the auth service, and no client's in their place.
void Exchange::apply_grant(policy::RequestEdit& edit) const {
  if (grant_ == nullptr) {
    // Let in without being asked about (satisfy: any): what the service would say is not the client's to say.
    if (route_->policy.chain == nullptr) return;
    for (const policy::AccessStep& step : route_->policy.chain->access)
      if (const auto* const auth = std::get_if<policy::ExternalAuth>(&step))
        for (const std::string& name : auth->response_fields) edit.drop(name);
    return;
  }
  for (const std::string& name : grant_->replaced) edit.remove(name);
  edit.lines += grant_->lines;
}

void Exchange::add_auth_cookies(int status) {
  if (grant_ != nullptr && grant_->gives_cookies(status)) answer_fields_.append_lines(grant_->cookies);
}

}  // namespace headgate::proxy
