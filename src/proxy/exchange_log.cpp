// Exchange: its end in the access log and the counters.
#include <algorithm>
#include <charconv>
#include <string>

#include "observe/route_series.h"
#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/log_notes.h"
#include "proxy/request_trace.h"
#include "proxy/subrequest.h"
#include "router/backend_choice.h"
#include "router/virtual_host.h"

namespace headgate::proxy {
namespace {

using observe::LogDetails;
using observe::LogFormat;
using observe::LogVariable;

// What ingress-nginx's log calls the built-in default backend.
constexpr std::string_view kDefaultBackendName = "upstream-default-backend";
// The host of $proxy_pass in ingress-nginx's configuration, whoever is asked.
constexpr std::string_view kProxyHost = "upstream_balancer";

}  // namespace

// Once for each Exchange, before its head is gone.
void Exchange::begin_notes(const http::RequestHead* head, std::string_view host_as_sent) {
  if (table_ == nullptr || !context_->access_log.enabled()) return;
  const router::SiteSettings& site = table_->table->site();
  log_format_ = site.access_log ? site.log_format.format.get() : nullptr;
  if (log_format_ == nullptr) return;
  if (notes_ == nullptr) notes_ = std::make_unique<LogNotes>();
  notes_->begin(*log_format_);
  if (head != nullptr) notes_->note_request(*head, host_as_sent, site.pass_underscores || site.pass_unusual);
}

void Exchange::note_route(const policy::RequestView& request) {
  if (log_format_ == nullptr) return;
  notes_->note(LogVariable::uri, request.target.match_path);
  notes_->note(LogVariable::host, request.host.empty() ? request.server_name : request.host);
  notes_->note(LogVariable::best_http_host, request.public_host);
  notes_->note(LogVariable::pass_access_scheme, request.scheme);
  notes_->note(LogVariable::pass_port, request.port);
  if (!log_format_->names(LogVariable::forwarded_for)) return;
  std::string chain;
  for (const http::Field& field : request.head.fields)
    if (field.id == http::FieldId::x_forwarded_for) chain.append(field.value).append(", ");
  notes_->note(LogVariable::forwarded_for, chain.append(request.remote_ip));
}

void Exchange::note_answer(const http::ResponseHead& head, const http::ResponseFacts& facts,
                           bool compressed) {
  notes_->note_answer(head, facts.has_content_length && !compressed, facts.has_date,
                      context_->date.http_date());
}

void Exchange::write_line(const observe::AccessRecord& record) {
  if (!is_logged()) return;
  if (log_format_ == nullptr) {
    context_->access_log.append(record);
    return;
  }
  const ClientInfo& client = downstream_->client();
  LogDetails details;
  if (log_format_->names(LogVariable::msec) || log_format_->names(LogVariable::time_iso8601))
    details.wall_milliseconds = wall_milliseconds();
  details.connection_requests = downstream_->connection_requests();
  tell_client(client, details);
  details.set(LogVariable::scheme, client.scheme());
  details.set(LogVariable::https, client.https ? "on" : "");
  details.set(LogVariable::server_port, client.port);
  details.set(LogVariable::server_name, host_ != nullptr ? host_->server_name() : router::kDefaultHost);
  char port[8];
  char* const end = std::to_chars(port, port + sizeof port, client.remote_port).ptr;
  // The address of a client that a proxy before us tells of has no port.
  details.set(LogVariable::remote_port,
              client_ip_.empty() ? std::string_view(port, static_cast<std::size_t>(end - port)) : "");
  if (try_count_ > 0) details.set(LogVariable::proxy_host, kProxyHost);
  // ingress-nginx sets these for every request: what is not known is nothing, not "-".
  const router::Cluster* const cluster = route_ != nullptr ? route_->cluster.get() : nullptr;
  details.set(LogVariable::namespace_name, route_ != nullptr ? std::string_view(route_->namespace_name) : "");
  details.set(LogVariable::ingress_name, route_ != nullptr ? std::string_view(route_->ingress) : "");
  details.set(LogVariable::location_path, route_ != nullptr ? std::string_view(route_->path) : "");
  details.set(LogVariable::service_name, cluster != nullptr ? std::string_view(cluster->service) : "");
  details.set(LogVariable::service_port, cluster != nullptr ? std::string_view(cluster->port) : "");
  if (trace_ != nullptr && trace_->active) tell_trace(details);
  std::string verify_text;
  if (client.tls != nullptr && log_format_->names(LogVariable::ssl_client_verify)) {
    verify_text = client.tls->client().verify_text();
    details.set(LogVariable::ssl_client_verify, verify_text);
  }
  notes_->fill(details);
  context_->access_log.append(record, *log_format_, details);
}

observe::AccessRecord Exchange::record_of_request() const {
  observe::AccessRecord record;
  record.remote_addr = client_ip_.empty() ? downstream_->client().remote_ip() : client_ip_;
  record.remote_user = remote_user_;
  record.time_local = context_->date.log_date();
  record.request_line = request_line_;
  const std::size_t space = request_line_.find(' ');
  record.method = space != std::string_view::npos ? request_line_.substr(0, space) : std::string_view();
  record.referer = referer_;
  record.user_agent = user_agent_;
  record.request_id = request_id_;
  if (route_ != nullptr)
    record.upstream_name = route_->cluster ? std::string_view(route_->cluster->name) : kDefaultBackendName;
  return record;
}

// As nginx logs a subrequest: the client's request line and our upstream's name, but the tries and the status
// of whom was asked, and no bytes of the client's.
void Exchange::log_question(int status, std::chrono::microseconds time, const Subrequest* asked) {
  if (!table_->table->site().log_auth_requests) return;
  constexpr std::uint16_t kNobodyAnswered = 502;
  observe::AccessRecord record = record_of_request();
  record.request_time = time;
  if (asked != nullptr) asked->tell_tries(record);
  record.status = static_cast<std::uint16_t>(status);
  if (status == 0)
    record.status = record.try_count > 0 ? record.tries[record.try_count - 1U].status : kNobodyAnswered;
  write_line(record);
}

void Exchange::record() {
  observe::WorkerStats& stats = context_->stats;
  stats.connections_writing.add(-1);
  if (tunnelling_) stats.tunnels.add(-1);
  if (reason_ != RejectReason::none) stats.rejected[static_cast<std::size_t>(reason_)].add();
  observe::AccessRecord record = record_of_request();
  record.status = static_cast<std::uint16_t>(status_);
  record.body_bytes_sent = body_bytes_sent_;
  record.bytes_sent = downstream_->bytes_sent();
  record.request_length = downstream_->bytes_received();
  record.request_time = since(downstream_->request_started());
  const std::size_t kept = std::min(try_count_, kMaxTries);
  for (std::size_t i = 0; i < kept; ++i) record.tries[i] = tries_[(try_count_ - kept + i) % kMaxTries];
  record.try_count = static_cast<std::uint8_t>(kept);
  record.reason = reason_;
  if (route_ != nullptr) {
    observe::RouteLabels labels;
    labels.slot = route_->slot;
    labels.namespace_name = route_->namespace_name;
    labels.ingress = route_->ingress;
    if (route_->cluster) labels.service = route_->cluster->service;
    if (alternative_ != nullptr) {
      labels.slot = alternative_->slot;
      record.alternative_upstream_name = labels.canary = alternative_->cluster->name;
    }
    labels.path = route_->path;
    labels.host = host_->server_name();
    record.host = labels.host;
    stats.routes->record(labels, record);
  }
  write_line(record);
  if (trace_ != nullptr && trace_->active && trace_->context.sampled) send_span(record);
}

}  // namespace headgate::proxy
