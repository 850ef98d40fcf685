// Exchange: the copy for a mirror. It leaves once the request is whole, and nothing here waits for it.
#include <optional>
#include <string>

#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/head_writer.h"

namespace headgate::proxy {

// `head`: as the pod gets it, so that what Steps have dropped does not reach the mirror either.
void Exchange::begin_mirror(const http::RequestHead& head, const policy::RequestView& request) {
  if (route_->policy.chain == nullptr || !route_->policy.chain->mirror) return;
  const policy::Mirror& mirror = *route_->policy.chain->mirror;
  const std::optional<std::string> target = mirror.target.expand_target(request);
  if (!target) {
    drop_mirror();
    return;
  }
  const bool coming = buffered_ == nullptr && !body_complete_;
  std::optional<MirrorBudget::Share> share = context_->mirrors.budget().begin(request.namespace_name, coming);
  if (!share) {
    drop_mirror();
    return;
  }
  const router::SideCluster& to = route_->others[mirror.cluster];
  mirror_ = std::make_unique<MirrorCopy>(*std::move(share));
  mirror_->target = {context_->upstreams.pool_of(*to.cluster), to.tls.get()};
  mirror_->with_body = mirror.with_body;
  ForwardingFields forwarding = forwarding_of(request);
  forwarding.upstream_host = mirror.host;
  forwarding.more_fields = trace_line();
  http::Target written;
  written.forward_path = *target;
  ByteBuffer text;
  write_request_head(head, written, forwarding, http::BodyKind::none, 0, {}, text);
  const std::string_view without_end = text.view().substr(0, text.size() - 2);  // goes on with the length
  if (!mirror_->begin(without_end))
    drop_mirror();
  else if (buffered_ != nullptr)
    mirror_buffered();
  else
    add_to_mirror(early_body_, body_complete_);
}

void Exchange::drop_mirror() {
  mirror_.reset();
  context_->stats.rejected[static_cast<std::size_t>(RejectReason::mirror_dropped)].add();
}

void Exchange::add_to_mirror(std::string_view content, bool last) {
  if (mirror_ == nullptr) return;
  if (!mirror_->add(content)) return drop_mirror();
  if (!last) return;
  if (context_->mirrors.send(*context_, std::move(*mirror_), settings(), method_, says_length(method_)))
    mirror_.reset();
  else
    drop_mirror();
}

}  // namespace headgate::proxy
