// The TLS settings for pods that Ingresses ask for (proxy-ssl-*), made of annotations and Secrets, and those
// for hosts of URLs: one ClientContext for all that ask the same, so that they share connections and
// sessions. Control thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "k8swatch/annotations/backend_tls.h"
#include "k8swatch/store.h"
#include "tls/client_context.h"

namespace headgate::k8swatch {

class UpstreamTls {
 public:
  // allow-cross-namespace-resources; true: it was the other one before.
  bool allow_cross_namespace(bool allow);

  // Null: nothing is asked for. Fails with one sentence where it cannot be had: the Secret is missing, of
  // another namespace, or of no use.
  Result<std::shared_ptr<const tls::ClientContext>> find(const Ingress& ingress,
                                                         const BackendTlsAnnotations& annotations,
                                                         const Store& store);

  // For what Headgate asks on its own account over https (auth-url, mirror-target): as nginx does there, the
  // name of `host` is sent (SNI), whoever answers is taken, and nothing is shown. One for each host, so that
  // none gets the connections and sessions of another one. Fails only where OpenSSL does.
  Result<std::shared_ptr<const tls::ClientContext>> for_host(std::string_view host);

 private:
  struct Made {
    std::shared_ptr<const Secret> secret;  // of which it was made
    std::weak_ptr<const tls::ClientContext> context;
  };
  void forget_unused();

  bool cross_namespace_ = false;
  std::map<std::string, Made> made_;  // by all that was asked
  std::map<std::string, std::weak_ptr<const tls::ClientContext>, std::less<>> of_hosts_;
};

}  // namespace headgate::k8swatch
