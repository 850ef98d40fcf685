#include "proxy/mirrors.h"

namespace headgate::proxy {

bool Mirrors::send(WorkerContext& context, MirrorCopy copy, const router::RouteSettings& settings,
                   http::Method method, bool says_length) {
  if (!copy.target.pool || copies_.size() >= kMostAtOnce) return false;
  const auto self =
      copies_.emplace(copies_.end(), *this, context, settings, copy.target.tls, std::move(copy.memory));
  if (self->start(copy.target, method, copy.take(says_length), self)) return true;
  copies_.erase(self);
  return false;
}

}  // namespace headgate::proxy
