// The TLS sessions that one Endpoint has given, so that the next connection to it needs no full handshake:
// one for each ClientContext, for the few that an endpoint can have. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

#include "tls/client_session.h"

namespace headgate::proxy {

class TlsSessions {
 public:
  // Null: none.
  [[nodiscard]] tls::ResumableSession find(const tls::ClientContext& context) const {
    for (const Kept& each : kept_)
      if (each.context.get() == &context) return each.session;
    return nullptr;
  }
  // In place of the one of the same context, or of the one kept for the longest time.
  void keep(const std::shared_ptr<const tls::ClientContext>& context, tls::ResumableSession session) {
    for (Kept& each : kept_) {
      if (each.context != context) continue;
      each.session = std::move(session);
      return;
    }
    kept_[next_] = {context, std::move(session)};
    next_ = (next_ + 1) % kept_.size();
  }

 private:
  struct Kept {
    std::shared_ptr<const tls::ClientContext> context;
    tls::ResumableSession session;
  };
  std::array<Kept, 2> kept_;
  std::size_t next_ = 0;
};

}  // namespace headgate::proxy
