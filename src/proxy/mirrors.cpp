#include "proxy/mirrors.h"

namespace headgate::proxy {

bool Mirrors::send(WorkerContext& context, const SubrequestTarget& target,
                   const router::RouteSettings& settings, http::Method method, std::string request) {
  if (!target.pool || copies_.size() >= kMostAtOnce) return false;
  const auto self = copies_.emplace(copies_.end(), *this, context, settings, target.tls);
  if (self->start(target, method, std::move(request), self)) return true;
  copies_.erase(self);
  return false;
}

}  // namespace headgate::proxy
