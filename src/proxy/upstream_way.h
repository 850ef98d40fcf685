// How a try speaks to its endpoint: what an Exchange decides once, for all of its tries.
#pragma once

namespace headgate::router {
struct Cluster;
}
namespace headgate::tls {
class ClientContext;
}

namespace headgate::proxy {

// All outlive the Exchange: of its table, of its pool, or of the Worker.
struct UpstreamWay {
  const tls::ClientContext* tls = nullptr;  // null: plain
  bool http2 = false;
  const router::Cluster* cluster = nullptr;  // whose Service gives the name that pods are called by
};

}  // namespace headgate::proxy
