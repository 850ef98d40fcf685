#include "proxy/mirrors.h"

namespace headgate::proxy {

bool Mirrors::send(WorkerContext& context, const EndpointPoolRef& pool, const router::RouteSettings& settings,
                   http::Method method, std::string request) {
  if (!pool || copies_.size() >= kMostAtOnce) return false;
  const auto self = copies_.emplace(copies_.end(), *this, context, settings);
  if (self->start(pool, method, std::move(request), self)) return true;
  copies_.erase(self);
  return false;
}

}  // namespace headgate::proxy
