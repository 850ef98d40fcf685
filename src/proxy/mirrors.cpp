#include "proxy/mirrors.h"

namespace headgate::proxy {

bool Mirrors::send(WorkerContext& context, MirrorCopy copy, const router::RouteSettings& settings,
                   http::Method method, bool says_length) {
  if (!copy.target.pool) return false;
  std::string request = copy.take(says_length);
  if (!copy.memory.hold(request.size())) return false;  // the length may be more than there was room for
  const auto self =
      copies_.emplace(copies_.end(), *this, context, settings, copy.target.tls, std::move(copy.memory));
  if (self->start(copy.target, method, std::move(request), self)) return true;
  copies_.erase(self);
  return false;
}

}  // namespace headgate::proxy
