// A kubeconfig: clusters, users and the contexts that pair them, as kubectl reads them (client-go's
// clientcmd). Values; control thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace headgate::k8swatch {

// A text, or the file that holds it and may be replaced while we run. Both empty: nothing.
struct TextOrFile {
  std::string text;
  std::string path;
  [[nodiscard]] bool empty() const { return text.empty() && path.empty(); }
};

struct KubeCluster {
  std::string name;
  std::string server;
  std::string tls_server_name;
  bool insecure_skip_tls_verify = false;
  TextOrFile certificate_authority;  // PEM
  std::string proxy_url;
  std::string exec_config;  // JSON: the extension client.authentication.k8s.io/exec, for plugins; or empty
};

// A program that prints a credential (KEP-541, client.authentication.k8s.io).
struct ExecPlugin {
  std::string api_version;
  std::string command;  // with a slash: a path; without: looked for in PATH
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  // besides our own
  std::string interactive_mode;                                  // "Never", "IfAvailable", "Always" or empty
  bool provide_cluster_info = false;
  std::string install_hint;
};

struct KubeUser {
  std::string name;
  TextOrFile client_certificate;  // PEM
  TextOrFile client_key;          // PEM
  TextOrFile token;
  std::optional<ExecPlugin> exec;
  std::string unsupported;  // a setting that we do not have and must not ignore, e.g. "username"; or empty
};

struct KubeContext {
  std::string name;
  std::string cluster;
  std::string user;
  std::string namespace_name;
};

struct Kubeconfig {
  std::vector<KubeCluster> clusters;
  std::vector<KubeUser> users;
  std::vector<KubeContext> contexts;
  std::string current_context;
};

// `text`: YAML or JSON. Paths in it are relative to the folder of `path`, which also names the file in
// errors; no error quotes a credential. Unknown fields are passed over, as kubectl does.
Result<Kubeconfig> parse_kubeconfig(std::string_view text, const std::string& path);

// What `first` already names, stays; whole entries, never field by field.
void merge_kubeconfig(Kubeconfig& first, Kubeconfig second);

// Reads and merges files. One that is not there is passed over, unless it is the only one.
Result<Kubeconfig> read_kubeconfig(const std::vector<std::string>& paths);

}  // namespace headgate::k8swatch
