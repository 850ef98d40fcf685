#include "k8swatch/routing_policy.h"

#include <utility>

namespace headgate::k8swatch {

void add_entry_steps(const IngressAnnotations& annotations, const PolicySources& sources,
                     policy::PolicyChain& chain) {
  const RedirectionAnnotations& redirection = annotations.redirection;
  if (!redirection.location.empty()) {
    const RedirectAnnotations& form = annotations.redirect;
    policy::Redirection step;
    step.location = redirection.location;
    step.status = redirection.status;
    step.relative = form.relative_redirects.value_or(sources.redirects.relative_redirects);
    step.with_port = form.use_port_in_redirects.value_or(sources.redirects.use_port_in_redirects);
    chain.entry.emplace_back(std::move(step));
  }
  const RoutingAnnotations& routing = annotations.routing;
  if (routing.rewrite_target && policy::is_redirect_target(routing.rewrite_target->text()))
    chain.entry.emplace_back(policy::RewriteRedirect{*routing.rewrite_target});
}

void add_routing_request_steps(const IngressAnnotations& annotations, policy::PolicyChain& chain) {
  const RoutingAnnotations& routing = annotations.routing;
  if (routing.rewrite_target && !policy::is_redirect_target(routing.rewrite_target->text()))
    chain.request.emplace_back(policy::RewritePath{*routing.rewrite_target, routing.forwarded_prefix});
  if (routing.upstream_host) chain.request.emplace_back(policy::UpstreamHost{*routing.upstream_host});
}

}  // namespace headgate::k8swatch
