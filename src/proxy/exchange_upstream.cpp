// Exchange: how its endpoints are spoken to.
#include "http/ascii.h"
#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/exchange.h"

namespace headgate::proxy {

// False: answered.
bool Exchange::choose_way() {
  using router::UpstreamProtocol;
  way_ = {};
  bool over_tls = false;
  // What an Ingress says is about its own Service and its canaries, not about who answers instead of it.
  const bool is_canary = alternative_ != nullptr && error_stage_ == ErrorStage::none;
  const bool is_own = is_canary || &pool_->cluster() == route_->cluster.get();
  switch (is_own ? route_->protocol.value_or(pool_->protocol()) : pool_->protocol()) {
    case UpstreamProtocol::http1:
      break;
    case UpstreamProtocol::h2c:
      way_.http2 = true;
      break;
    case UpstreamProtocol::https:
      over_tls = true;
      break;
    case UpstreamProtocol::h2:
      over_tls = way_.http2 = true;
      break;
    case UpstreamProtocol::as_client:
      over_tls = downstream_->client().https;
      break;
  }
  way_.cluster = &pool_->cluster();
  if (!over_tls) return true;
  way_.tls = is_own && route_->upstream_tls != nullptr ? route_->upstream_tls.get()
                                                       : context_->upstreams.default_tls();
  if (way_.tls != nullptr) return true;
  reply(502, RejectReason::upstream_connect);
  return false;
}

void Exchange::note_grpc(const http::RequestHead& head) {
  const http::Field* const type = head.fields.find(http::FieldId::content_type);
  grpc_ = type != nullptr && http::starts_with_ignoring_case(type->value, "application/grpc");
}

// gRPC has its own status, in a head that ends the stream; that of HTTP is 200. The log has what happened.
void Exchange::answer_as_grpc(http::LocalReply& answer) {
  answer_fields_.append_lines(http::grpc_status_lines(answer.status));
  answer.status = 200;
  answer.grpc = true;
}

}  // namespace headgate::proxy
