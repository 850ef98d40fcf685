// Exchange: the Steps of a Route's PolicyChain, and the fields of ours that every answer gets.
#include <variant>

#include "http/ascii.h"
#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/request_trace.h"
#include "router/virtual_host.h"

namespace headgate::proxy {
namespace {

// What is added to a pod's answer must fit behind its head (Scratch::kHeadBytes).
constexpr std::size_t kMostOwnFields = std::size_t{56} * 1024;

}  // namespace

policy::RequestView Exchange::view_of(const http::RequestHead& head, const http::RequestFacts& facts,
                                      const http::Target& target, std::string_view host) const {
  const ClientInfo& client = downstream_->client();
  policy::RequestView view{head, facts, target};
  view.host_as_sent = target.authority.empty() ? facts.host : target.authority;
  view.host = host;
  view.server_name = host_->server_name();
  view.remote_ip = client.remote_ip();
  view.scheme = client.scheme();
  view.port = client.port;
  view.public_host = view.host_as_sent;
  if (table_->table->site().forwarding.address) believe_forwarded(head, view);
  view.request_id = request_id_;
  if (trace_ != nullptr && trace_->active) {
    view.trace_id = trace_->trace_id();
    view.span_id = trace_->span_id();
  }
  view.now = context_->now;
  view.namespace_name = route_->namespace_name;
  view.ingress = route_->ingress;
  if (route_->cluster != nullptr) {
    view.service = route_->cluster->service;
    view.service_port = route_->cluster->port;
    view.upstream_name = route_->cluster->name;
  }
  view.path = route_->path;
  view.pattern = route_->pattern.pattern.get();
  return view;
}

// What a proxy before us says, where it is believed. The virtual host and where redirects lead are of the
// Host that was sent here.
void Exchange::believe_forwarded(const http::RequestHead& head, policy::RequestView& view) const {
  const policy::ForwardedFacts said = table_->table->site().forwarding.read(head.fields, view.remote_ip);
  if (!said.remote_ip.empty()) view.remote_ip = said.remote_ip;
  if (!said.host.empty()) view.public_host = said.host;
  if (!said.scheme.empty()) view.scheme = said.scheme;
  if (!said.port.empty()) view.port = said.port;
}

// Before anything can be answered about the Route.
void Exchange::begin_answer(const policy::RequestView& request) {
  for (const policy::AnswerStep& step : route_->policy.chain->answer)
    std::visit([&](const auto& each) { each.apply(request, answer_fields_); }, step);
}

// False: answered.
bool Exchange::enter(const policy::RequestView& request) {
  for (const policy::EntryStep& step : route_->policy.chain->entry) {
    const auto denial = std::visit([&](const auto& each) { return each.judge(request); }, step);
    if (!denial) continue;
    reply(*denial);
    return false;
  }
  return true;
}

// Begins, or goes on, with the Step that is next.
Exchange::Passage Exchange::pass_access(const policy::RequestView& request) {
  const std::vector<policy::AccessStep>& steps = route_->policy.chain->access;
  while (next_access_step_ < steps.size()) {
    const policy::AccessStep& step = steps[next_access_step_++];
    StepVerdict verdict = std::visit([&](const auto& each) { return ask(each, request); }, step);
    if (verdict.suspended) return Passage::suspended;
    if (!settle(std::move(verdict.denial))) return Passage::answered;
  }
  return Passage::passed;
}

// What the access Step asked last has said. False: that is the answer. Where any of several is enough
// (nginx's `satisfy any`), one that lets the request pass is followed by none, and of those that do not the
// last one answers, but a 401 rather than a 403, with the challenges of all (RFC 9110 §11.6.1).
bool Exchange::settle(std::optional<policy::Denial> denial) {
  const policy::PolicyChain& chain = *route_->policy.chain;
  if (next_access_step_ > chain.any_of) {
    if (!denial) {
      next_access_step_ = chain.access.size();
      return true;
    }
    const bool may_ask_on = denial->status == 401 || denial->status == 403 || denial->status == 302;
    if (may_ask_on) {
      if (denial_ && denial->status == 403)
        denial = std::move(denial_);
      else if (denial_ && denial_->status == 401 && denial->status == 401)
        denial->extra_fields.insert(0, denial_->extra_fields);
      if (next_access_step_ < chain.access.size()) {
        denial_ = std::move(denial);
        return true;
      }
    }
  }
  if (denial) reply(*denial);
  return !denial;
}

// Strict-Transport-Security of every answer over HTTPS (RFC 6797 §7.1), or empty.
std::string_view Exchange::hsts_line() const {
  if (!downstream_->client().https || table_ == nullptr) return {};
  return table_->table->site().hsts_line;
}

std::string_view Exchange::own_fields(http::ResponseHead* head) {
  change_answer(head);
  add_auth_cookies(head != nullptr ? head->status : status_);
  std::string_view hsts = hsts_line();
  if (!hsts.empty() && answer_fields_.has("Strict-Transport-Security")) hsts = {};  // somebody knows better
  if (head != nullptr) {
    if (!session_key_.empty()) add_session_cookie();
    if (!hsts.empty())
      for (http::Field& field : head->fields)
        if (field.id == http::FieldId::strict_transport_security) field.drop = true;
    for (const std::string_view name : answer_fields_.replaced())
      for (http::Field& field : head->fields)
        if (http::same_name(field.name, name)) field.drop = true;
  }
  if (answer_fields_.empty()) return hsts;
  answer_fields_.bound(kMostOwnFields);
  answer_fields_.append_lines(hsts);
  return answer_fields_.lines();
}

}  // namespace headgate::proxy
