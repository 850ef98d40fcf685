#include "load/clients.h"

namespace headgate::bench {
namespace {
// --hold: few requests under way, so that the proxy needs few upstreams
constexpr std::size_t kOpeningAtOnce = 64;
}  // namespace

Clients::Clients(EventLoop& loop, const Options& options, const Messages& messages, Tally& tally,
                 Scratch scratch)
    : context_{loop, options, messages, tally, scratch, {}, {}} {
  if (!options.tls_certificate.empty())
    context_.tls.emplace(options.tls_certificate, options.streams != 0 ? "h2" : "http/1.1");
  if (options.streams != 0) context_.h2_requests.emplace(messages, options.hosts);
  clients_.reserve(options.connections);
}

void Clients::start() {
  while (clients_.size() < context_.options.connections) open_one();
}

bool Clients::hold(std::size_t count) {
  while (clients_.size() < count && clients_.size() - context_.held < kOpeningAtOnce) open_one();
  return context_.held == count;
}

void Clients::open_one() {
  clients_.push_back(make_client(context_, clients_.size()));
  clients_.back()->open();
}

}  // namespace headgate::bench
