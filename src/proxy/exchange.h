// One request and its response: admit → route → access → choose → prepare → forward → respond → record. The
// phases are the functions below, in that order (docs/life-of-a-request.md); each Exchange ends in record(),
// exactly once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "base/reject_reason.h"
#include "http/compressor.h"
#include "http/framing.h"
#include "http/message.h"
#include "http/target.h"
#include "observe/access_record.h"
#include "policy/answer_fields.h"
#include "policy/auth_grant.h"
#include "policy/compression.h"
#include "policy/connection_zone.h"
#include "policy/denial.h"
#include "policy/error_pages.h"
#include "policy/external_auth.h"
#include "policy/request_edit.h"
#include "policy/request_view.h"
#include "proxy/answer_pace.h"
#include "proxy/buffered_answer.h"
#include "proxy/buffered_request.h"
#include "proxy/downstream.h"
#include "proxy/endpoint_pool.h"
#include "proxy/held_request.h"
#include "proxy/mirror_copy.h"
#include "proxy/suspended_work.h"
#include "proxy/suspensions.h"
#include "proxy/table_holder.h"
#include "proxy/tunnel.h"
#include "proxy/upstream_connection.h"
#include "proxy/upstream_way.h"
#include "router/model.h"

namespace headgate::proxy {

class LogNotes;
struct RequestTrace;
class Subrequest;
struct WorkerContext;
}  // namespace headgate::proxy
namespace headgate::router {
struct Alternative;
}
namespace headgate::policy {
struct Balancing;
}
namespace headgate::proxy {

// Owned by the ExchangePool; lent to one Downstream at a time, on one Worker thread.
class Exchange final : public TunnelOwner, public UpstreamUser {
 public:
  Exchange();
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // --- Said by the Downstream ---

  // A request whose head is without doubt. `body`: the first bytes of its content; `last`: there are no more.
  // May finish the Exchange before it returns. The head's views are not used afterwards.
  void start(WorkerContext& context, Downstream& downstream, http::RequestHead& head,
             const http::RequestFacts& facts, const char* body, std::size_t size, bool last);
  // A request refused before it could start: answered and recorded like any other.
  void refuse(WorkerContext& context, Downstream& downstream, std::string_view request_line,
              http::Refusal refusal);
  // More content, in the Worker's scratch (Scratch::kHeadroom before it may be written over).
  void on_request_body(char* data, std::size_t size, bool last);
  // The content broke the framing, or came too slowly.
  void on_request_body_failed(http::Refusal refusal);
  [[nodiscard]] bool wants_request_body() const;
  // Everything given to the Downstream has been taken.
  void on_downstream_drained();
  // The client's connection is gone: nothing can be sent. The Exchange is over when this returns.
  void on_downstream_gone(RejectReason reason);

  // --- Said by the Upstream ---

  void on_connected() override;
  void on_upstream_drained() override;
  void on_interim(http::ResponseHead& head) override;
  void on_response_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* body,
                        std::size_t size, bool last) override;
  void on_response_body(char* data, std::size_t size, bool last) override;
  void on_response_trailers(std::string_view lines) override;
  void on_switching(http::ResponseHead& head, UpstreamConnection& connection) override;
  void on_upstream_failed(UpstreamFailure failure, bool request_sent, bool response_begun) override;

  // --- Said by what a suspended Exchange waits for ---

  // Goes on with the next access Step, or answers with `denial`. Only while it is suspended; from another
  // thread by Resumer.
  void resume(std::optional<policy::Denial> denial);

  // The auth service of `step` has answered; a status of 0: it has not.
  void on_auth_answer(const policy::ExternalAuth& step, policy::SubrequestAnswer answer,
                      std::string cache_name);
  // A line about asking an auth service, where the ConfigMap wants one. `asked` null: its answer was known.
  void log_question(int status, std::chrono::microseconds time, const Subrequest* asked);

  // --- Said by the Tunnel ---

  void on_tunnel_ended(std::uint64_t bytes_to_client) override;

  // --- Said by its AnswerPace ---

  // More of the answer may be sent.
  void on_pace();

  // --- Said by its BufferedRequest ---

  // Goes on with what was cut short; nothing happens where there is nothing left to send.
  void send_buffered();
  [[nodiscard]] const BufferedRequest* buffered() const { return buffered_.get(); }

  // --- Said by its BufferedAnswer ---

  // Goes on with what was cut short.
  void send_buffered_answer();
  [[nodiscard]] const BufferedAnswer* answer() const { return answer_.get(); }

  [[nodiscard]] bool response_paused() const override {
    return answer_ == nullptr ? !client_takes() : is_answer_held_back();
  }
  [[nodiscard]] std::size_t response_room() const override {
    return answer_ == nullptr ? client_room() : answer_room();
  }
  [[nodiscard]] http::ResponseContext response_context() const override { return {method_, upgrade_}; }
  [[nodiscard]] const router::RouteSettings& settings() const override { return route_->settings; }

 private:
  // How far a request came.
  enum class Passage : std::uint8_t {
    passed,
    answered,
    suspended,  // resume() goes on
  };
  // Whom a default backend is asked in place of.
  enum class ErrorStage : std::uint8_t {
    none,
    fallen_back,  // of the Route's own Service, which has no endpoint: it gets the request
    page,         // of whoever made an error: it gets "/" and words the answer
  };
  // What an access Step says: nothing (it lets the request pass), a Denial, or that the Exchange is suspended
  // and will be told.
  struct StepVerdict {
    std::optional<policy::Denial> denial{};
    bool suspended = false;
  };

  // Refused streams of one request that do not count as tries: a pod that refuses whatever comes must not be
  // asked for ever.
  static constexpr std::uint32_t kMostRefusals = 8;
  static constexpr std::size_t kMaxTries = 4;  // remembered for the log; see observe::AccessRecord

  void begin(WorkerContext& context, Downstream& downstream);
  void note_request(const http::RequestHead& head, const http::RequestFacts& facts);
  bool admit(http::RequestHead& head, const http::RequestFacts& facts, http::Target& target,
             std::string_view& host);
  bool route(const http::Target& target, std::string_view host);
  // exchange_access.cpp
  Passage access(const policy::RequestView& request);
  [[nodiscard]] bool is_misdirected(std::string_view host) const;
  bool admit_client();
  bool redirect_to_https(const policy::RequestView& request);
  bool has_backend();
  [[nodiscard]] std::string client_certificate_fields() const;
  // exchange_policy.cpp
  [[nodiscard]] policy::RequestView view_of(const http::RequestHead& head, const http::RequestFacts& facts,
                                            const http::Target& target, std::string_view host) const;
  void believe_forwarded(const http::RequestHead& head, policy::RequestView& view) const;
  void begin_answer(const policy::RequestView& request);
  bool enter(const policy::RequestView& request);
  Passage pass_access(const policy::RequestView& request);
  bool settle(std::optional<policy::Denial> denial);
  [[nodiscard]] std::string_view hsts_line() const;
  // A Step that can say at once. Others have an overload, in a file of their own.
  template <typename Step>
  StepVerdict ask(const Step& step, const policy::RequestView& request) {
    return {step.judge(request)};
  }
  // exchange_auth.cpp
  StepVerdict ask(const policy::ExternalAuth& step, const policy::RequestView& request);
  std::optional<policy::Denial> judge_auth_answer(const policy::ExternalAuth& step,
                                                  const policy::SubrequestAnswer& answer,
                                                  const policy::RequestView& request);
  void apply_grant(policy::RequestEdit& edit) const;
  void add_auth_cookies(int status);
  StepVerdict ask(const policy::ConnectionLimit& step, const policy::RequestView& request) {
    return {step.judge(request, connection_slot_)};
  }
  StepVerdict ask(const policy::BasicAuth& step,
                  const policy::RequestView& request);  // exchange_password.cpp
  // What every answer gets of us: HSTS, and what Steps have asked for. Once for each Exchange, with the head
  // of the pod's answer, or null for one of our own.
  std::string_view own_fields(http::ResponseHead* head);
  // exchange_fields.cpp
  void let_odd_names_pass(http::FieldList& fields) const;
  void change_answer(http::ResponseHead* head);
  [[nodiscard]] bool is_logged() const;
  // limit-rate
  void begin_pace();
  void keep_pace();
  [[nodiscard]] bool is_paced_out() const;
  // Content can be given to the client, and so many bytes of it at once.
  [[nodiscard]] bool client_takes() const { return !downstream_->congested() && !is_paced_out(); }
  [[nodiscard]] std::size_t client_room() const;

  // exchange_suspend.cpp
  // Keeps a copy of the request, once; what came with the head is in it from then on.
  void hold(const policy::RequestView& request);
  void hold_pool();
  [[nodiscard]] policy::RequestView held_view() const;
  // For Steps that cannot say at once: they return a suspended StepVerdict after it. `work` is destroyed when
  // the Exchange is resumed or ends; null where there is nothing to cancel. `request` is not used afterwards.
  Resumer suspend(const policy::RequestView& request, std::unique_ptr<SuspendedWork> work);
  std::unique_ptr<SuspendedWork> end_suspension();

  // After the access phase.
  void go_on(http::RequestHead& head, const policy::RequestView& request);
  void ask_pod(http::RequestHead& head, const policy::RequestView& request);
  // Of content.
  [[nodiscard]] bool is_too_large(std::uint64_t bytes) const {
    const std::uint64_t limit = route_->settings.max_body_bytes;
    return limit != 0 && bytes > limit;
  }
  // exchange_buffering.cpp
  [[nodiscard]] bool is_to_be_buffered();
  void begin_buffering(const policy::RequestView& request);
  void buffer_body(std::string_view bytes, bool last);
  void refuse_buffering(RequestBuffer::Added why, int error);
  void end_buffering();
  void begin_sending_buffered();
  void on_answer_to_buffered();
  void drop_buffered();
  void mirror_buffered();
  // exchange_answer_buffer.cpp
  [[nodiscard]] bool wants_answer_buffer(const http::ResponseFacts& facts) const {
    return facts.buffering == http::Buffering::unsaid ? settings().buffers_answers
                                                      : facts.buffering == http::Buffering::yes;
  }
  void begin_answer_buffer();
  void buffer_answer(char* data, std::size_t size, bool last);
  [[nodiscard]] bool goes_past_buffer() const;
  [[nodiscard]] bool is_answer_held_back() const;
  [[nodiscard]] std::size_t answer_room() const;
  bool cut_behind_buffer();
  void fail_answer_buffer(int error);
  void drop_answer();
  // exchange_errors.cpp
  [[nodiscard]] const policy::ErrorPages* error_pages() const;
  [[nodiscard]] EndpointPoolRef usable_pool(const router::Cluster* cluster) const;
  [[nodiscard]] EndpointPoolRef own_error_backend(const policy::ErrorPages& pages) const;
  bool fall_back();
  void tell_default_backend(const policy::RequestView& request, policy::RequestEdit& edit) const;
  bool ask_for_error_page(int status, bool of_pod);
  void write_error_request(int status);
  bool replace_answer(const http::ResponseHead& head, bool last);
  // exchange_tracing.cpp
  void begin_trace(http::RequestHead& head, policy::RequestView& request);
  // "traceparent: …" with its CRLF; empty: the request is none of a trace.
  [[nodiscard]] std::string_view trace_line() const;
  void tell_trace(observe::LogDetails& details) const;
  void send_span(const observe::AccessRecord& record);
  // exchange_mirror.cpp
  void begin_mirror(const http::RequestHead& head, const policy::RequestView& request);
  void drop_mirror();
  void add_to_mirror(std::string_view content, bool last);
  // All that the upstream will get has been given to us.
  [[nodiscard]] bool is_request_whole() const {
    return error_stage_ == ErrorStage::page || (body_complete_ && !abandoned_);
  }

  // exchange_backend.cpp
  bool choose_backend(const policy::RequestView& request);
  void choose_among_backends(const policy::RequestView& request);
  void read_session(const policy::RequestView& request);
  EndpointState* choose_endpoint();
  EndpointState* choose_for_session(EndpointPool::Tried tried);
  void add_session_cookie();
  void measure(EndpointState* endpoint);
  void note_latency(bool failed);
  void note_outcome(TryOutcome outcome);
  void forget_choice();
  // exchange_upstream.cpp
  bool choose_way();
  [[nodiscard]] bool asks_in_http10() const { return route_->settings.http10 && !way_.http2 && !grpc_; }
  void note_grpc(const http::RequestHead& head);
  void answer_as_grpc(http::LocalReply& answer);
  // exchange_compression.cpp
  void note_codings(const http::RequestHead& head);
  bool begin_compression(http::ResponseHead& head, const http::ResponseFacts& facts);
  // False: it failed, and the answer has been cut.
  bool send_compressed(http::ResponseHead* head, const http::ResponseFacts& facts, std::string_view content,
                       bool last);

  // False: answered.
  bool prepare(http::RequestHead& head, const policy::RequestView& request);
  // exchange_tries.cpp
  void forward(bool fresh);
  [[nodiscard]] bool may_try_again(policy::RetryConditions::Condition why, bool request_sent,
                                   bool response_begun, bool unprocessed = false) const;
  bool passed_over(const http::ResponseHead& head, bool last);
  void send_request();
  void reply(int status, RejectReason reason, std::string_view location = {});
  void reply(http::LocalReply answer, RejectReason reason);
  void reply(const policy::Denial& denial);
  bool accept_answer(const http::ResponseHead& head);
  // More content. False: it failed, and the answer has been cut.
  bool give_to_client(char* data, std::size_t size, bool last);
  // The upstream has given all of the answer; the client has been given it.
  void release_upstream();
  void end_response();
  // Both.
  void finish_response();
  void finish(Ending ending);
  // exchange_log.cpp
  // `head`: null for a request that is refused before it has one.
  void begin_notes(const http::RequestHead* head, std::string_view host_as_sent);
  void note_route(const policy::RequestView& request);
  void note_answer(const http::ResponseHead& head, const http::ResponseFacts& facts, bool compressed);
  void write_line(const observe::AccessRecord& record);
  // What is known of the request.
  [[nodiscard]] observe::AccessRecord record_of_request() const;
  void record();
  void clear();
  observe::UpstreamTry& current_try() { return tries_[(try_count_ - 1) % kMaxTries]; }
  [[nodiscard]] std::uint32_t tries_made() const {
    return static_cast<std::uint32_t>(try_count_ - first_try_);
  }
  [[nodiscard]] std::chrono::microseconds since(TimePoint start) const;
  [[nodiscard]] std::chrono::microseconds since_try() const;

  WorkerContext* context_ = nullptr;
  Downstream* downstream_ = nullptr;
  Upstream* upstream_ = nullptr;
  TableHolder::Version* table_ = nullptr;
  const router::VirtualHost* host_ = nullptr;
  const router::Route* route_ = nullptr;
  const router::RedirectRules* redirects_ = nullptr;
  EndpointPoolRef pool_;
  UpstreamWay way_;

  // How endpoints are chosen, where they do not just take turns.
  const policy::Balancing* balancing_ = nullptr;      // of the table
  const router::Alternative* alternative_ = nullptr;  // likewise: the canary that is asked
  std::uint64_t choice_hash_ = 0;
  bool session_known_ = false;    // the client brought a cookie that counts
  EndpointRef session_endpoint_;  // where it leads, where it is persistent
  std::string session_key_;       // of a new session, for the client; empty: it is told nothing
  EndpointRef measured_;          // the current try's, where latencies decide

  // The request.
  http::Method method_ = http::Method::other;
  http::BodyKind body_kind_ = http::BodyKind::none;
  bool body_complete_ = false;  // all of it has been given to us
  bool body_lost_ = false;      // part of it was sent from memory that is gone: no other try
  bool continue_owed_ = false;  // Expect: 100-continue, not answered yet
  bool abandoned_ = false;      // answered early: the rest of the body goes nowhere
  std::uint64_t body_received_ = 0;
  std::string_view upgrade_;  // in log_
  ByteBuffer request_;        // the upstream's head, with what of the body came with it; kept for another try
  ByteBuffer log_;            // request line, user agent …: views for record()
  std::string_view request_line_;
  std::string_view referer_;
  std::string_view user_agent_;
  std::string_view request_id_;
  std::string_view remote_user_;
  std::string client_ip_;  // what a proxy before us says, where it is believed; else empty

  const observe::LogFormat* log_format_ = nullptr;  // of the table; null: the default one
  std::unique_ptr<LogNotes> notes_;                 // in use where there is such a format
  std::unique_ptr<RequestTrace> trace_;             // made for the first Route that is traced; may be idle

  // The content that came with the head: the Downstream's memory while start() runs, then that of `held_`.
  std::string_view early_body_;
  std::size_t next_access_step_ = 0;
  std::optional<policy::Denial> denial_;  // of satisfy: any, while others may let the request pass
  std::unique_ptr<HeldRequest> held_;
  // Content that is read before a pod is asked. Null: there is none, or all of it is in `request_`.
  std::unique_ptr<BufferedRequest> buffered_;
  SuspensionSerial suspension_ = 0;  // not 0: suspended
  std::unique_ptr<SuspendedWork> work_;
  std::unique_ptr<SuspensionDeadline> deadline_;

  std::unique_ptr<MirrorCopy> mirror_;        // until the request is whole
  std::unique_ptr<policy::AuthGrant> grant_;  // of the auth service that let the request pass

  policy::ConnectionSlot connection_slot_;  // of a limit on connections, held to the end
  policy::AnswerFields answer_fields_;      // what Steps want the client to get beside HSTS
  // Where answers are compressed: what the client takes, and what this one is encoded by.
  policy::AcceptedCodings codings_{};
  std::unique_ptr<http::Compressor> compressor_;

  // The tries.
  std::array<EndpointRef, kMaxTries> tried_;
  std::array<observe::UpstreamTry, kMaxTries> tries_;
  std::array<TimePoint, kMaxTries> try_started_;
  std::size_t try_count_ = 0;
  TimePoint tries_began_;
  // A kept connection that turned out to be closed is no fault of the endpoint's: its try does not count.
  std::uint32_t uncounted_tries_ = 0;
  // Nor is a stream that the endpoint has not looked at: what runs on its connection is the Worker's to know.
  std::uint32_t refusals_ = 0;
  bool interim_sent_ = false;
  std::size_t first_try_ = 0;  // of the request that is made now: an error page begins anew
  ErrorStage error_stage_ = ErrorStage::none;

  // The response.
  int status_ = 0;
  bool head_sent_ = false;
  bool response_done_ = false;
  RejectReason reason_ = RejectReason::none;
  std::uint64_t body_bytes_sent_ = 0;
  std::unique_ptr<BufferedAnswer> answer_;  // from the head on, where the answer is read ahead of the client
  bool tunnelling_ = false;
  bool grpc_ = false;                 // errors of ours are told in its way
  std::unique_ptr<AnswerPace> pace_;  // made for the first Route that limits it
};

}  // namespace headgate::proxy
