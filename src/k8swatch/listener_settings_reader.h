// The settings of listeners and TLS from the ConfigMap named by --configmap (the keys of ingress-nginx).
#pragma once

#include <string>

#include "k8swatch/config_map_reader.h"
#include "k8swatch/store.h"
#include "router/listener_settings.h"
#include "tls/server_context.h"

namespace headgate::k8swatch {

struct ListenerConfig {
  router::ListenerSettings listeners;  // without `tls`, which is made of:
  tls::ServerSettings tls;
  std::string
      ticket_secret;  // name_key of the Secret with the ticket keys, whether or not it exists; or empty
};

// A bad value keeps the default and is told, and so is what is accepted without effect. The keys are those of
// docs/configmap.md.
ListenerConfig read_listener_settings(ConfigMapReader& reader, const Store& store);

}  // namespace headgate::k8swatch
