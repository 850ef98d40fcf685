// Exchange: the Steps of a Route's PolicyChain, and the fields of ours that every answer gets.
#include <variant>

#include "http/ascii.h"
#include "proxy/client_info.h"
#include "proxy/exchange.h"
#include "router/virtual_host.h"

namespace headgate::proxy {

policy::RequestView Exchange::view_of(const http::RequestHead& head, const http::RequestFacts& facts,
                                      const http::Target& target, std::string_view host) const {
  const ClientInfo& client = downstream_->client();
  policy::RequestView view{head, facts, target};
  view.host_as_sent = target.authority.empty() ? facts.host : target.authority;
  view.host = host;
  view.server_name = host_->host();
  view.remote_ip = client.remote_ip();
  view.scheme = client.scheme();
  view.port = client.port;
  view.request_id = request_id_;
  view.namespace_name = route_->namespace_name;
  view.ingress = route_->ingress;
  if (route_->cluster != nullptr) {
    view.service = route_->cluster->service;
    view.service_port = route_->cluster->port;
    view.upstream_name = route_->cluster->name;
  }
  view.path = route_->path;
  return view;
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

// False: answered.
bool Exchange::pass_access(const policy::RequestView& request) {
  for (const policy::AccessStep& step : route_->policy.chain->access) {
    const auto denial = std::visit([&](const auto& each) { return each.judge(request); }, step);
    if (!denial) continue;
    reply(*denial);
    return false;
  }
  return true;
}

// Strict-Transport-Security of every answer over HTTPS (RFC 6797 §7.1), or empty.
std::string_view Exchange::hsts_line() const {
  if (!downstream_->client().https || table_ == nullptr) return {};
  return table_->table->site().hsts_line;
}

std::string_view Exchange::own_fields(http::ResponseHead* head) {
  const std::string_view hsts = hsts_line();
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
  answer_fields_.append_lines(hsts);
  return answer_fields_.lines();
}

}  // namespace headgate::proxy
