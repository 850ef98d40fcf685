#include "app/flag_check.h"

namespace headgate::app {

Result<void> check_flags(const Flags& flags) {
  const bool selects = !flags.watch_namespace_selector.empty();
  if (selects && !flags.watch_namespace.empty())
    return fail("--watch-namespace and --watch-namespace-selector exclude each other");
  if (!flags.publish_service.empty() && !flags.publish_status_address.empty())
    return fail("--publish-service and --publish-status-address exclude each other");
  if (flags.webhook_port != 0 && (flags.webhook_certificate.empty() || flags.webhook_key.empty()))
    return fail("--validating-webhook needs --validating-webhook-certificate and --validating-webhook-key");
  if (flags.manifests.empty()) return {};
  if (selects)
    return fail("--watch-namespace-selector needs the Kubernetes API, so it cannot go with --manifests");
  if (!flags.kubeconfig.empty()) return fail("--kubeconfig and --manifests exclude each other");
  if (!flags.apiserver_host.empty()) return fail("--apiserver-host and --manifests exclude each other");
  if (!flags.snapshot_dir.empty()) return fail("--snapshot-dir and --manifests exclude each other");
  return {};
}

}  // namespace headgate::app
