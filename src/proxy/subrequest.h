// One request of Headgate's own to an endpoint of a Cluster, over the same pooled connections as those of
// clients: made whole beforehand, tried again as theirs are, its answer kept (status and fields) and its
// content thrown away.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "base/clock.h"
#include "http/method.h"
#include "observe/access_record.h"
#include "policy/subrequest_answer.h"
#include "proxy/endpoint_pool.h"
#include "proxy/upstream_user.h"

namespace headgate::proxy {

class Upstream;
struct WorkerContext;

// Whom it is sent to.
struct SubrequestTarget {
  EndpointPoolRef pool;
  const tls::ClientContext* tls = nullptr;  // null: plain HTTP; outlives the Subrequest
};

class SubrequestOwner {
 public:
  // Once. A status of 0: there is none that counts. The Subrequest may be destroyed inside.
  virtual void on_subrequest_answer(policy::SubrequestAnswer answer) = 0;

 protected:
  ~SubrequestOwner() = default;
};

// Owned by its owner; one Worker thread. Destroying it cancels it.
class Subrequest final : public UpstreamUser {
 public:
  // Content of the answer beyond this closes the connection; the answer counts all the same.
  static constexpr std::size_t kMostDiscarded = std::size_t{64} * 1024;

  // `settings`: its time-outs and tries. All outlive this.
  Subrequest(WorkerContext& context, const router::RouteSettings& settings, SubrequestOwner& owner);
  ~Subrequest();
  Subrequest(const Subrequest&) = delete;
  Subrequest& operator=(const Subrequest&) = delete;

  // `request`: head and content as they are sent. False: no endpoint could be connected to, the owner hears
  // nothing.
  [[nodiscard]] bool start(SubrequestTarget target, http::Method method, std::string request);

  // What became of its tries, for a line of the log. The views are good while this lives.
  void tell_tries(observe::AccessRecord& record) const;

  void on_connected() override;
  void on_upstream_drained() override {}
  void on_interim(http::ResponseHead&) override {}
  void on_response_head(http::ResponseHead& head, const http::ResponseFacts& facts, char* body,
                        std::size_t size, bool last) override;
  void on_response_body(char* data, std::size_t size, bool last) override;
  void on_response_trailers(std::string_view lines) override;
  void on_switching(http::ResponseHead& head, UpstreamConnection& connection) override;
  void on_upstream_failed(UpstreamFailure failure, bool request_sent, bool response_begun) override;
  [[nodiscard]] bool response_paused() const override { return false; }
  [[nodiscard]] std::size_t response_room() const override { return kMostDiscarded; }
  [[nodiscard]] http::ResponseContext response_context() const override { return {method_, {}}; }
  [[nodiscard]] const router::RouteSettings& settings() const override { return settings_; }

 private:
  static constexpr std::size_t kMaxTries = 4;  // endpoints remembered

  bool try_endpoint(bool fresh);
  void take_content(std::size_t size, bool last);
  void finish(bool reusable);
  [[nodiscard]] std::uint32_t tries_allowed() const;
  [[nodiscard]] observe::UpstreamTry& current_try() { return tries_[(try_count_ - 1) % kMaxTries]; }
  [[nodiscard]] std::chrono::microseconds since_try() const;

  WorkerContext& context_;
  const router::RouteSettings& settings_;
  SubrequestOwner& owner_;
  SubrequestTarget target_;
  Upstream* upstream_ = nullptr;
  http::Method method_ = http::Method::get;
  std::string request_;
  policy::SubrequestAnswer answer_;
  std::size_t discarded_ = 0;
  std::array<EndpointRef, kMaxTries> tried_;
  std::array<observe::UpstreamTry, kMaxTries> tries_;
  TimePoint try_began_;
  std::uint32_t try_count_ = 0;
};

}  // namespace headgate::proxy
