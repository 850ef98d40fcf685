// Finds out where the API server is and what opens its door: the flags, a kubeconfig, or the ServiceAccount
// of the pod we run in.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "k8swatch/kubeconfig.h"

namespace headgate::k8swatch {

struct ApiConfigOptions {
  std::string kubeconfig;             // --kubeconfig
  std::string apiserver_host;         // --apiserver-host
  std::string certificate_authority;  // --certificate-authority
  // Empty where the variable is not set. Null: the process's own.
  std::function<std::string(const char* name)> environment;
  std::string service_account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
};

// Where and how, with nothing read yet that may change: credentials are texts or files.
struct ApiTarget {
  std::string origin;       // "the service account", "context 'dev' of kubeconfig /root/.kube/config"
  std::string server;       // "https://10.96.0.1:443"
  std::string server_name;  // whom the certificate must be for; empty: the host of `server`
  bool any_server = false;  // insecure-skip-tls-verify
  TextOrFile certificate_authority;
  TextOrFile client_certificate;
  TextOrFile client_key;
  TextOrFile token;
  std::optional<ExecPlugin> exec;
  std::string exec_config;     // JSON, for the plugin
  std::string namespace_name;  // ours: the pod's, the context's, or "default"
};

// --kubeconfig and --apiserver-host first; else the pod's ServiceAccount, where KUBERNETES_SERVICE_HOST is
// set; else the files of KUBECONFIG. Fails with a sentence that names what is wrong or missing.
Result<ApiTarget> find_api_target(const ApiConfigOptions& options);

// "https://host[:port][/path]" without a slash at its end; http as well. No user, query or fragment, and no
// IPv6 address, for which the HTTP library has no use.
Result<std::string> parse_server_url(std::string_view text);

}  // namespace headgate::k8swatch
