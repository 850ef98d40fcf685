// Exchange: the copy for a mirror. It leaves once the request is whole, and nothing here waits for it.
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/head_writer.h"

namespace headgate::proxy {

// `head`: as the pod gets it, so that what Steps have dropped does not reach the mirror either.
void Exchange::begin_mirror(const http::RequestHead& head, const policy::RequestView& request) {
  if (route_->policy.chain == nullptr || !route_->policy.chain->mirror) return;
  const policy::Mirror& mirror = *route_->policy.chain->mirror;
  mirror_ = std::make_unique<MirrorCopy>();
  const router::SideCluster& to = route_->others[mirror.cluster];
  mirror_->pool = context_->upstreams.pool_of(*to.cluster);
  mirror_->tls = to.tls.get();
  mirror_->with_body = mirror.with_body;
  const std::string target = policy::escaped_target(mirror.target.expand(request));
  ForwardingFields forwarding;
  forwarding.host = request.host_as_sent;
  forwarding.upstream_host = mirror.host;
  forwarding.remote_ip = request.remote_ip;
  forwarding.port = request.port;
  forwarding.scheme = request.scheme;
  forwarding.request_id = request_id_;
  http::Target written;
  written.forward_path = target;
  ByteBuffer text;
  write_request_head(head, written, forwarding, http::BodyKind::none, 0, {}, text);
  mirror_->head = text.view().substr(0, text.size() - 2);  // goes on with the length
  add_to_mirror(early_body_, body_complete_);
}

void Exchange::add_to_mirror(std::string_view content, bool last) {
  if (mirror_ == nullptr) return;
  if (!mirror_->add(content)) {
    mirror_.reset();
    context_->stats.rejected[static_cast<std::size_t>(RejectReason::mirror_dropped)].add();
    return;
  }
  if (!last) return;
  const std::unique_ptr<MirrorCopy> copy = std::move(mirror_);
  const bool says_length =
      method_ == http::Method::post || method_ == http::Method::put || method_ == http::Method::patch;
  if (!context_->mirrors.send(*context_, {copy->pool, copy->tls}, settings(), method_,
                              copy->take(says_length)))
    context_->stats.rejected[static_cast<std::size_t>(RejectReason::mirror_dropped)].add();
}

}  // namespace headgate::proxy
