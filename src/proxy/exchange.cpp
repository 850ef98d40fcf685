#include "proxy/exchange.h"

#include <algorithm>
#include <variant>

#include "http/ascii.h"
#include "policy/basic_user.h"
#include "policy/digest_user.h"
#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/head_writer.h"
#include "proxy/log_notes.h"
#include "proxy/request_trace.h"
#include "router/virtual_host.h"

namespace headgate::proxy {
namespace {

// Buffers keep their memory for the next Exchange, unless a peak made them large.
constexpr std::size_t kMostKept = 16 * 1024;

void forget(ByteBuffer& buffer) {
  if (buffer.capacity() > kMostKept) {
    buffer.release();
  } else {
    buffer.clear();
  }
}

// What people are told where the status alone would puzzle them; nginx's words.
std::string_view explanation_of(RejectReason reason) {
  return reason == RejectReason::tls_plain_http ? "The plain HTTP request was sent to HTTPS port" : "";
}

// X-Original-Forwarded-For: as the client, or a proxy before us, has sent it, in the field that is to say it.
std::string_view said_for(const http::FieldList& fields, const http::RequestFacts& facts,
                          const policy::ForwardingRules& rules) {
  if (rules.for_field == "x-forwarded-for")
    return facts.x_forwarded_for == nullptr ? std::string_view() : facts.x_forwarded_for->value;
  for (const http::Field& field : fields)
    if (http::equals_ignoring_case(field.name, rules.for_field)) return field.value;
  return {};
}

}  // namespace

Exchange::Exchange() = default;
Exchange::~Exchange() = default;

// --- admit ---

void Exchange::begin(WorkerContext& context, Downstream& downstream) {
  context_ = &context;
  downstream_ = &downstream;
  context.stats.requests.add();
  context.stats.connections_writing.add(1);
  table_ = context.tables.pin();
}

void Exchange::refuse(WorkerContext& context, Downstream& downstream, std::string_view request_line,
                      http::Refusal refusal) {
  begin(context, downstream);
  log_.append(request_line);
  request_line_ = log_.view();
  begin_notes(nullptr, {});
  reply(refusal.status, refusal.reason);
}

void Exchange::start(WorkerContext& context, Downstream& downstream, http::RequestHead& head,
                     const http::RequestFacts& facts, const char* body, std::size_t size, bool last) {
  begin(context, downstream);
  method_ = head.method;
  body_kind_ = facts.body;
  body_complete_ = last;
  body_received_ = size;
  continue_owed_ = facts.expect_continue && !last && size == 0;
  note_request(head, facts);
  if (method_ == http::Method::post) note_grpc(head);

  http::Target target;
  std::string_view host;
  if (!admit(head, facts, target, host)) return;
  if (!route(target, host)) return;
  policy::RequestView request = view_of(head, facts, target, host);
  if (route_->policy.chain != nullptr && route_->policy.chain->tracing) begin_trace(head, request);
  if (table_->table->site().forwarding.address) client_ip_ = request.remote_ip;
  note_route(request);
  early_body_ = {body, size};
  if (error_pages() != nullptr) hold(request);  // it may have to be asked anew
  if (access(request) == Passage::passed) go_on(head, request);
}

void Exchange::go_on(http::RequestHead& head, const policy::RequestView& request) {
  if (is_too_large(early_body_.size())) {  // chunked: a declared length has been looked at
    reply(413, RejectReason::body_too_large);
    return;
  }
  // What came whole with its head needs no buffer, only what has no length gets one.
  const bool no_length = body_kind_ == http::BodyKind::chunked;
  if ((route_->settings.buffers_requests || (route_->settings.http10 && no_length)) &&
      (no_length || !body_complete_) && is_to_be_buffered()) {
    begin_buffering(request);
    return;
  }
  ask_pod(head, request);
}

// `early_body_`, or else `buffered_`, has the content so far.
void Exchange::ask_pod(http::RequestHead& head, const policy::RequestView& request) {
  if (!choose_backend(request)) return;
  if (!choose_way()) return;
  if (table_->table->site().compression.enabled()) note_codings(head);
  if (!prepare(head, request)) return;
  begin_mirror(head, request);
  if (held_ != nullptr) held_->forget_body();
  early_body_ = {};
  forward(false);
}

// Copies what the record will need: the head's bytes are gone when the response ends.
void Exchange::note_request(const http::RequestHead& head, const http::RequestFacts& facts) {
  const std::string_view agent = facts.user_agent != nullptr ? facts.user_agent->value : std::string_view();
  const std::string_view referer = facts.referer != nullptr ? facts.referer->value : std::string_view();
  const std::string_view id = facts.request_id != nullptr ? facts.request_id->value : std::string_view();
  const std::string_view credentials =
      facts.authorization != nullptr ? facts.authorization->value : std::string_view();
  constexpr std::size_t kIdSize = 32;
  char* const begin = log_.prepare(head.request_line.size() + agent.size() + referer.size() +
                                   std::max(id.size(), kIdSize) + facts.upgrade.size() + credentials.size());
  char* p = begin;
  const auto keep = [&p](std::string_view text) {
    std::copy(text.begin(), text.end(), p);
    const std::string_view kept(p, text.size());
    p += text.size();
    return kept;
  };
  request_line_ = keep(head.request_line);
  user_agent_ = keep(agent);
  referer_ = keep(referer);
  upgrade_ = keep(facts.upgrade);
  if (id.empty() && (table_ == nullptr || table_->table->site().generate_request_id)) {
    context_->random.hex32(p);
    request_id_ = {p, kIdSize};
    p += kIdSize;
  } else {
    request_id_ = keep(id);
  }
  if (!credentials.empty()) {
    remote_user_ = policy::basic_user(credentials, p);
    if (remote_user_.empty()) remote_user_ = policy::digest_user(credentials, p);
    p += remote_user_.size();
  }
  log_.commit(static_cast<std::size_t>(p - begin));
  begin_notes(&head, facts.host);
}

bool Exchange::admit(http::RequestHead& head, const http::RequestFacts& facts, http::Target& target,
                     std::string_view& host) {
  const http::ParseResult parsed =
      http::parse_target(head.method, head.target, context_->scratch.target(), target);
  if (parsed.status != http::ParseStatus::complete) {
    reply(parsed.refusal.status, parsed.refusal.reason);
    return false;
  }
  const std::string_view sent = target.authority.empty() ? facts.host : target.authority;
  if (!sent.empty()) {
    host = http::normalise_host(sent, context_->scratch.host());
    if (host.empty()) {
      reply(400, RejectReason::bad_host);
      return false;
    }
  }
  if (target.form == http::TargetForm::asterisk) {  // OPTIONS *: about this server, not about a pod
    reply(204, RejectReason::none);
    return false;
  }
  return true;
}

// --- route ---

bool Exchange::route(const http::Target& target, std::string_view host) {
  if (table_ == nullptr) {  // no table yet: not ready, and readiness says so
    reply(503, RejectReason::no_route);
    return false;
  }
  const router::Match match = table_->table->match(host, target.match_path);
  host_ = match.host;
  route_ = match.route;
  redirects_ = match.redirects;
  return true;
}

// --- prepare ---

bool Exchange::prepare(http::RequestHead& head, const policy::RequestView& request) {
  const http::RequestFacts& facts = request.facts;
  policy::RequestEdit edit{head.fields};
  let_odd_names_pass(head.fields);
  edit.lines = client_certificate_fields();
  edit.trace_line = trace_line();
  if (way_.http2 && facts.accepts_trailers) edit.lines += "TE: trailers\r\n";
  if (route_->policy.chain != nullptr)
    for (const policy::RequestStep& step : route_->policy.chain->request)
      std::visit([&](const auto& each) { each.apply(request, edit); }, step);
  if (edit.refused_status != 0) {
    reply(edit.refused_status, edit.refused_reason);
    return false;
  }
  apply_grant(edit);
  tell_default_backend(request, edit);
  edit.lines += edit.trace_line;
  ForwardingFields forwarding = forwarding_of(request);
  forwarding.host = request.public_host;
  forwarding.upstream_host = edit.host.empty() ? request.public_host : edit.host;
  forwarding.more_fields = edit.lines;
  std::string chain;
  const policy::ForwardingRules& rules = table_->table->site().forwarding;
  if (rules.append)
    forwarding.forwarded_for = chain = rules.full_chain(head.fields, downstream_->client().remote_ip());
  forwarding.written = edit.written;
  forwarding.connection = edit.connection;
  forwarding.http10 = asks_in_http10();
  if (forwarding.http10) upgrade_ = {};  // a pod cannot take it up
  forwarding.original_for = said_for(head.fields, facts, rules);
  if (facts.x_forwarded_host != nullptr) forwarding.original_host = facts.x_forwarded_host->value;
  http::Target target = request.target;
  if (!edit.path.empty()) target.forward_path = edit.path;
  if (edit.replaces_query) target.query = edit.query;
  write_request_head(head, target, forwarding, facts.body, facts.content_length,
                     way_.http2 ? std::string_view() : facts.upgrade, request_);
  // The content that came with the head goes out with it, and stays for another try.
  if (way_.http2) body_kind_ = http::BodyKind::none;  // its frames say where it ends
  if (facts.body == http::BodyKind::chunked && !way_.http2) {
    if (!early_body_.empty()) {
      char line[20];
      char* const begin = write_chunk_size_before(line + sizeof line, early_body_.size());
      request_.append({begin, static_cast<std::size_t>(line + sizeof line - begin)});
      request_.append(early_body_);
      request_.append("\r\n");
    }
    if (body_complete_) request_.append("0\r\n\r\n");
  } else {
    request_.append(early_body_);
  }
  return true;
}

// --- forward ---

void Exchange::on_connected() { send_request(); }

void Exchange::send_request() {
  current_try().connect_time = upstream_->is_reused() ? std::chrono::microseconds(0) : since_try();
  upstream_->send(request_.data(), request_.size());
  if (buffered_ != nullptr) {
    begin_sending_buffered();
    return;
  }
  if (is_request_whole()) {
    upstream_->request_complete();
    return;
  }
  if (continue_owed_) {
    continue_owed_ = false;
    downstream_->send_continue();
  }
  if (wants_request_body()) downstream_->resume_request_body();
}

bool Exchange::wants_request_body() const {
  if (body_complete_ || abandoned_) return false;
  if (upstream_ == nullptr) return buffered_ != nullptr;
  return upstream_->is_connected() && !upstream_->congested();
}

void Exchange::on_request_body(char* data, std::size_t size, bool last) {
  body_complete_ = last;
  body_received_ += size;
  if (abandoned_) return;
  if (upstream_ == nullptr) {
    buffer_body({data, size}, last);
    return;
  }
  if (is_too_large(body_received_)) {
    on_request_body_failed({413, RejectReason::body_too_large});
    return;
  }
  add_to_mirror({data, size}, last);
  char* begin = data;
  char* end = data + size;
  if (body_kind_ == http::BodyKind::chunked) {
    if (size > 0) {
      begin = write_chunk_size_before(data, size);
      *end++ = '\r';
      *end++ = '\n';
    }
    if (last) end = std::copy_n("0\r\n\r\n", 5, end);
  }
  if (begin != end) {
    const auto framed = static_cast<std::size_t>(end - begin);
    // A small body stays for another try, in memory that the Exchange keeps anyway.
    if (!body_lost_ && request_.size() + framed <= kMostKept)
      request_.append({begin, framed});
    else
      body_lost_ = true;
    upstream_->send(begin, framed);
  }
  if (last) upstream_->request_complete();
}

void Exchange::on_request_body_failed(http::Refusal refusal) {
  if (upstream_ != nullptr) {  // the upstream must see an unfinished request
    current_try().response_time = since_try();
    upstream_->close();
    upstream_ = nullptr;
  }
  drop_buffered();
  if (!head_sent_) {
    reply(refusal.status, refusal.reason);
    return;
  }
  reason_ = refusal.reason;
  finish(response_done_ ? Ending::complete : Ending::cut);
}

void Exchange::on_upstream_drained() {
  if (wants_request_body())
    downstream_->resume_request_body();
  else if (buffered_ != nullptr)
    send_buffered();
}

// --- respond ---

void Exchange::on_interim(http::ResponseHead& head) {
  if (head.status == 100) return;  // ours was sent before the body was read
  head.added = {};
  interim_sent_ = true;
  downstream_->send_interim(head);
}

// False: the client would misunderstand it; it has been told of a bad gateway instead.
bool Exchange::accept_answer(const http::ResponseHead& head) {
  if (upgrade_.empty() || downstream_->accepts(head)) return true;
  current_try().status = static_cast<std::uint16_t>(head.status);
  current_try().response_time = since_try();
  upstream_->close();
  upstream_ = nullptr;
  reply(502, RejectReason::upstream_bad_head);
  return false;
}

void Exchange::on_response_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* body,
                                std::size_t size, bool last) {
  if (log_format_ != nullptr) notes_->note_upstream(head);
  if (!accept_answer(head) || passed_over(head, last)) return;
  observe::UpstreamTry& current = current_try();
  current.status = static_cast<std::uint16_t>(head.status);
  current.header_time = since_try();
  current.response_bytes = size;
  note_latency(false);
  if (head.status >= 400) note_outcome(outcome_of_status(head.status));  // of others when they are whole
  if (replace_answer(head, last)) return;
  status_ = head.status;
  head_sent_ = true;
  if (!body_complete_ && !upstream_->is_duplex()) {  // an answer before the request was whole: take it alone
    abandoned_ = true;
    downstream_->abandon_request_body();
  }
  if (buffered_ != nullptr) on_answer_to_buffered();
  const bool compressed = table_->table->site().compression.enabled() && begin_compression(head, facts);
  head.added = own_fields(&head);
  if (log_format_ != nullptr) note_answer(head, facts, compressed);
  begin_pace();
  if (compressed) {
    if (!send_compressed(&head, facts, {body, size}, last)) return;
  } else {
    body_bytes_sent_ += size;
    downstream_->send_head(head, facts, body, size, last);
  }
  keep_pace();
  if (last)
    finish_response();
  else if (wants_answer_buffer(facts))
    begin_answer_buffer();
}

void Exchange::on_response_body(char* data, std::size_t size, bool last) {
  current_try().response_bytes += size;
  if (answer_ != nullptr) {
    buffer_answer(data, size, last);
    return;
  }
  if (give_to_client(data, size, last) && last) finish_response();
}

bool Exchange::give_to_client(char* data, std::size_t size, bool last) {
  if (compressor_ != nullptr) {
    if (!send_compressed(nullptr, {}, {data, size}, last)) return false;
  } else {
    body_bytes_sent_ += size;
    downstream_->send_body(data, size, last);
  }
  keep_pace();
  return true;
}

void Exchange::on_response_trailers(std::string_view lines) {
  if (compressor_ == nullptr)
    downstream_->send_trailers(lines);
  else if (!send_compressed(nullptr, {}, {}, true))  // they may be about the bytes as they were
    return;
  finish_response();
}

void Exchange::release_upstream() {
  current_try().response_time = since_try();
  if (current_try().status < 400) note_outcome(TryOutcome::success);
  Upstream* const upstream = upstream_;
  upstream_ = nullptr;
  if (upstream != nullptr) upstream->release(is_request_whole() && !asks_in_http10());
  if (!body_complete_ && !abandoned_) {
    abandoned_ = true;
    downstream_->abandon_request_body();
  }
}

void Exchange::end_response() {
  response_done_ = true;
  if (!downstream_->congested()) finish(Ending::complete);
}

void Exchange::finish_response() {
  release_upstream();
  end_response();
}

void Exchange::on_switching(http::ResponseHead& head, UpstreamConnection& connection) {
  if (log_format_ != nullptr) notes_->note_upstream(head);
  if (!accept_answer(head)) return;
  current_try().status = 101;
  current_try().header_time = since_try();
  note_latency(false);
  note_outcome(TryOutcome::success);
  head_sent_ = true;
  context_->stats.tunnels.add(1);
  tunnelling_ = true;
  head.added = own_fields(&head);
  if (log_format_ != nullptr) note_answer(head, {}, false);
  status_ = downstream_->send_switching(head, upgrade_);
  downstream_->become_tunnel(std::make_unique<Tunnel>(*context_, *this, settings().read_timeout), connection);
}

void Exchange::on_tunnel_ended(std::uint64_t bytes_to_client) {
  body_bytes_sent_ = bytes_to_client;
  current_try().response_bytes = bytes_to_client;
  current_try().response_time = since_try();
  upstream_->close();
  upstream_ = nullptr;
  finish(Ending::complete);
}

void Exchange::reply(int status, RejectReason reason, std::string_view location) {
  http::LocalReply answer;
  answer.status = status;
  answer.location = location;
  answer.explanation = explanation_of(reason);
  answer.close = reason == RejectReason::misdirected;  // the same connection would be as wrong the next time
  reply(answer, reason);
}

void Exchange::reply(http::LocalReply answer, RejectReason reason) {
  answer_fields_.append_lines(answer.extra_fields);
  if (reason_ == RejectReason::none) reason_ = reason;
  if (answer.status >= 400 && !answer.close && ask_for_error_page(answer.status, false)) return;
  status_ = answer.status;
  head_sent_ = true;
  response_done_ = true;
  abandoned_ = !body_complete_;
  if (abandoned_) downstream_->abandon_request_body();
  if (grpc_ && answer.status >= 400) answer_as_grpc(answer);
  answer.extra_fields = own_fields(nullptr);
  answer.head_only = method_ == http::Method::head;
  if (log_format_ != nullptr) notes_->note_answer(answer, context_->date.http_date());
  body_bytes_sent_ = downstream_->send_local_reply(answer);
  if (!downstream_->congested()) finish(Ending::complete);
}

void Exchange::reply(const policy::Denial& denial) {
  http::LocalReply answer;
  answer.status = denial.status;
  answer.location = denial.location;
  answer.extra_fields = denial.extra_fields;
  answer.text = denial.text;
  reply(answer, denial.reason);
}

void Exchange::on_downstream_drained() {
  if (response_done_) {
    finish(Ending::complete);
  } else if (answer_ != nullptr) {
    send_buffered_answer();
  } else if (upstream_ != nullptr) {
    upstream_->resume_response();
  }
}

void Exchange::on_downstream_gone(RejectReason reason) {
  if (upstream_ != nullptr) {
    current_try().response_time = since_try();
    upstream_->close();
    upstream_ = nullptr;
  }
  if (!head_sent_) status_ = 499;
  if (reason_ == RejectReason::none) reason_ = reason;
  record();
  clear();
}

void Exchange::finish(Ending ending) {
  record();
  Downstream* const downstream = downstream_;
  clear();
  downstream->exchange_finished(ending);
}

// --- record ---

std::chrono::microseconds Exchange::since_try() const {
  return since(try_started_[(try_count_ - 1) % kMaxTries]);
}

std::chrono::microseconds Exchange::since(TimePoint start) const {
  return std::chrono::duration_cast<std::chrono::microseconds>(context_->now - start);
}

void Exchange::clear() {
  end_suspension();
  drop_buffered();
  drop_answer();
  held_.reset();
  grant_.reset();
  mirror_.reset();
  early_body_ = {};
  next_access_step_ = 0;
  denial_.reset();
  first_try_ = 0;
  error_stage_ = ErrorStage::none;
  connection_slot_.give_back();  // while the table is there that counts it
  if (table_ != nullptr) context_->tables.unpin(table_);
  table_ = nullptr;
  downstream_ = nullptr;
  upstream_ = nullptr;
  host_ = nullptr;
  route_ = nullptr;
  redirects_ = nullptr;
  forget_choice();
  pool_.reset();
  alternative_ = nullptr;
  way_ = {};
  for (std::size_t i = 0; i < std::min(try_count_, kMaxTries); ++i) tried_[i].reset();
  try_count_ = 0;
  uncounted_tries_ = refusals_ = 0;
  interim_sent_ = false;
  method_ = http::Method::other;
  body_kind_ = http::BodyKind::none;
  body_complete_ = body_lost_ = continue_owed_ = abandoned_ = false;
  body_received_ = 0;
  forget(request_);
  forget(log_);
  codings_ = {};
  compressor_.reset();
  answer_fields_.clear();
  client_ip_.clear();
  if (log_format_ != nullptr) notes_->clear();
  log_format_ = nullptr;
  if (trace_ != nullptr) trace_->active = false;
  upgrade_ = remote_user_ = request_line_ = referer_ = user_agent_ = request_id_ = {};
  status_ = 0;
  head_sent_ = response_done_ = tunnelling_ = grpc_ = false;
  reason_ = RejectReason::none;
  body_bytes_sent_ = 0;
  if (pace_ != nullptr) pace_->end();
}

}  // namespace headgate::proxy
