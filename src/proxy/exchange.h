// One request and its response: admit → route → access → choose → prepare → forward → respond → record. The
// phases are the functions below, in that order (docs/life-of-a-request.md); each Exchange ends in record(),
// exactly once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_buffer.h"
#include "base/clock.h"
#include "base/reject_reason.h"
#include "http/framing.h"
#include "http/message.h"
#include "http/target.h"
#include "observe/access_record.h"
#include "policy/answer_fields.h"
#include "policy/denial.h"
#include "policy/request_view.h"
#include "proxy/downstream.h"
#include "proxy/endpoint_pool.h"
#include "proxy/table_holder.h"
#include "proxy/tunnel.h"
#include "proxy/upstream_connection.h"
#include "router/model.h"

namespace headgate::proxy {

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
class Exchange final : public TunnelOwner {
 public:
  Exchange() = default;
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

  // --- Said by the UpstreamConnection ---

  void on_connected();
  void on_upstream_drained();
  void on_interim(http::ResponseHead& head);
  void on_response_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* body,
                        std::size_t size, bool last);
  void on_response_body(char* data, std::size_t size, bool last);
  void on_switching(http::ResponseHead& head);
  void on_upstream_failed(UpstreamFailure failure, bool request_sent, bool response_begun);

  // --- Said by the Tunnel ---

  void on_tunnel_ended(std::uint64_t bytes_to_client) override;

  [[nodiscard]] bool response_paused() const { return downstream_->congested(); }
  [[nodiscard]] std::size_t response_room() const { return downstream_->room(); }
  [[nodiscard]] http::ResponseContext response_context() const { return {method_, upgrade_}; }
  [[nodiscard]] const router::RouteSettings& settings() const { return route_->settings; }

 private:
  static constexpr std::size_t kMaxTries = 4;  // remembered for the log; see observe::AccessRecord

  void begin(WorkerContext& context, Downstream& downstream);
  void note_request(const http::RequestHead& head, const http::RequestFacts& facts);
  bool admit(http::RequestHead& head, const http::RequestFacts& facts, http::Target& target,
             std::string_view& host);
  bool route(const http::Target& target, std::string_view host);
  // exchange_access.cpp
  bool access(const policy::RequestView& request);
  [[nodiscard]] bool is_misdirected(std::string_view host) const;
  bool admit_client();
  bool redirect_to_https(const policy::RequestView& request);
  bool has_backend();
  [[nodiscard]] std::string client_certificate_fields() const;
  // exchange_policy.cpp
  [[nodiscard]] policy::RequestView view_of(const http::RequestHead& head, const http::RequestFacts& facts,
                                            const http::Target& target, std::string_view host) const;
  bool enter(const policy::RequestView& request);
  bool pass_access(const policy::RequestView& request);
  [[nodiscard]] std::string_view hsts_line() const;
  // What every answer gets of us: HSTS, and what Steps have asked for. Once for each Exchange, with the head
  // of the pod's answer, or null for one of our own.
  std::string_view own_fields(http::ResponseHead* head);

  void prepare(http::RequestHead& head, const policy::RequestView& request, const char* body,
               std::size_t size);
  // exchange_backend.cpp
  bool choose_backend(const policy::RequestView& request);
  void choose_among_backends(const policy::RequestView& request);
  void read_session(const policy::RequestView& request);
  EndpointState* choose_endpoint();
  EndpointState* choose_for_session(EndpointPool::Tried tried);
  void add_session_cookie();
  void measure(EndpointState* endpoint);
  void note_latency(bool failed);
  void forget_backend();
  // exchange_tries.cpp
  void forward(bool fresh);
  [[nodiscard]] bool may_try_again(policy::RetryConditions::Condition why, bool request_sent,
                                   bool response_begun) const;
  bool passed_over(const http::ResponseHead& head, bool last);
  void send_request();
  void reply(int status, RejectReason reason, std::string_view location = {});
  void reply(http::LocalReply answer, RejectReason reason);
  void reply(const policy::Denial& denial);
  bool accept_answer(const http::ResponseHead& head);
  void finish_response();
  void finish(Ending ending);
  void record();
  void clear();
  observe::UpstreamTry& current_try() { return tries_[(try_count_ - 1) % kMaxTries]; }
  [[nodiscard]] std::chrono::microseconds since(TimePoint start) const;
  [[nodiscard]] std::chrono::microseconds since_try() const;

  WorkerContext* context_ = nullptr;
  Downstream* downstream_ = nullptr;
  UpstreamConnection* upstream_ = nullptr;
  TableHolder::Version* table_ = nullptr;
  const router::VirtualHost* host_ = nullptr;
  const router::Route* route_ = nullptr;
  const router::RedirectRules* redirects_ = nullptr;
  EndpointPoolRef pool_;

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

  policy::AnswerFields answer_fields_;  // what Steps want the client to get beside HSTS

  // The tries.
  std::array<EndpointRef, kMaxTries> tried_;
  std::array<observe::UpstreamTry, kMaxTries> tries_;
  std::array<TimePoint, kMaxTries> try_started_;
  std::size_t try_count_ = 0;
  TimePoint tries_began_;
  // A kept connection that turned out to be closed is no fault of the endpoint's: its try does not count.
  std::uint32_t stale_tries_ = 0;
  bool interim_sent_ = false;

  // The response.
  int status_ = 0;
  bool head_sent_ = false;
  bool response_done_ = false;
  RejectReason reason_ = RejectReason::none;
  std::uint64_t body_bytes_sent_ = 0;
  bool tunnelling_ = false;
};

}  // namespace headgate::proxy
