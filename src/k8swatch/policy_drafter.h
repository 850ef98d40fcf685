// From the annotations of one Ingress, and what the ConfigMap says for all, to what its Routes do with
// requests: the PolicyChain and the RouteSettings. Objects that annotations name are looked up here.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "k8swatch/annotations/ingress_annotations.h"
#include "k8swatch/finding.h"
#include "k8swatch/limit_zones.h"
#include "k8swatch/policy_defaults.h"
#include "k8swatch/side_backend.h"
#include "k8swatch/site_settings.h"
#include "k8swatch/store.h"
#include "k8swatch/upstream_tls.h"
#include "policy/balancing.h"
#include "router/model.h"

namespace headgate::k8swatch {

// What a draft takes from elsewhere; all of it outlives the call.
struct PolicySources {
  const Store& store;
  const router::RouteSettings& settings;  // of the ConfigMap
  const PolicyDefaults& defaults;         // likewise
  LimitZones& limit_zones;
  std::string_view annotation_prefix;
  UpstreamTls& upstream_tls;
  const RedirectDefaults& redirects;  // likewise
  NonceZones& nonce_zones;
};

struct OtherBackend {
  SideBackend backend;
  std::shared_ptr<const tls::ClientContext> tls;  // null: plain HTTP
};

struct RoutePolicy {
  router::RouteSettings settings;
  router::PolicyRef policy;
  policy::Balancing balancing;
  // The further Clusters that Steps name by their place here.
  std::vector<OtherBackend> others;
  std::optional<router::UpstreamProtocol> protocol;
  std::shared_ptr<const tls::ClientContext> upstream_tls;
  // A protection cannot be set up: 503. `findings`, or the check of the Ingress itself, says why.
  bool denied = false;
};

// no-auth-locations spares some paths the Steps that ask who somebody is.
enum class Authentication : std::uint8_t { wanted, spared };

// Adds `backend` to `policy.others`: its place there. Fails with one sentence where it asks for TLS and there
// is none to be had.
Result<std::uint32_t> add_other(const SideBackend& backend, UpstreamTls& tls, RoutePolicy& policy);

// For all paths of `ingress` that are alike in `authentication`. Problems of the annotations alone are told
// with the Ingress; here are added those that other objects have a part in (a Secret that is missing).
RoutePolicy draft_policy(const Ingress& ingress, const IngressAnnotations& annotations,
                         const PolicySources& sources, Authentication authentication,
                         std::vector<Finding>& findings);

}  // namespace headgate::k8swatch
