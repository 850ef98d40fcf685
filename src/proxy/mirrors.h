// Copies of requests under way to the mirrors of one Worker. Nobody waits for them: bounded in number, memory
// and time, their answers are thrown away. One thread.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "proxy/mirror_budget.h"
#include "proxy/mirror_copy.h"
#include "proxy/subrequest.h"
#include "router/model.h"

namespace headgate::proxy {

struct WorkerContext;

class Mirrors {
 public:
  Mirrors() = default;
  Mirrors(const Mirrors&) = delete;
  Mirrors& operator=(const Mirrors&) = delete;

  // A copy that is whole; `says_length`: as MirrorCopy::take() has it. False: not sent, there is no
  // memory for it or nobody to send it to.
  bool send(WorkerContext& context, MirrorCopy copy, const router::RouteSettings& settings,
            http::Method method, bool says_length);
  // Of all copies together, those whose requests still come included.
  [[nodiscard]] MirrorBudget& budget() { return budget_; }
  void close_all() { copies_.clear(); }
  [[nodiscard]] std::size_t size() const { return copies_.size(); }

 private:
  class Copy;
  using Copies = std::list<Copy>;

  class Copy final : public SubrequestOwner {
   public:
    Copy(Mirrors& mirrors, WorkerContext& context, const router::RouteSettings& settings,
         const tls::ClientContext* tls, MirrorBudget::Share share)
        : mirrors_(mirrors),
          share_(std::move(share)),
          settings_(settings),
          tls_(tls == nullptr ? nullptr : tls->shared_from_this()),
          subrequest_(context, settings_, *this) {
      settings_.tries = 1;
    }
    [[nodiscard]] bool start(const SubrequestTarget& target, http::Method method, std::string request,
                             Copies::iterator self) {
      self_ = self;
      return subrequest_.start(target, method, std::move(request));
    }
    void on_subrequest_answer(policy::SubrequestAnswer) override { mirrors_.copies_.erase(self_); }

   private:
    Mirrors& mirrors_;
    MirrorBudget::Share share_;
    router::RouteSettings settings_;                 // the table of its Exchange may be gone
    std::shared_ptr<const tls::ClientContext> tls_;  // likewise
    Subrequest subrequest_;
    Copies::iterator self_;
  };

  MirrorBudget budget_;
  Copies copies_;
};

}  // namespace headgate::proxy
