#include "k8swatch/api_config.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>
#include <vector>

#include "k8swatch/credential_file.h"
#include "k8swatch/names.h"

namespace headgate::k8swatch {
namespace {

// In the certificate of every API server.
constexpr std::string_view kServiceName = "kubernetes.default.svc";

std::string environment(const ApiConfigOptions& options, const char* name) {
  if (options.environment) return options.environment(name);
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool is_path(std::string_view text) {
  return text.empty() || (text[0] == '/' && std::all_of(text.begin(), text.end(), [](char c) {
                            return c > ' ' && c < 127 && c != '?' && c != '#' && c != '"' && c != '\\';
                          }));
}

std::vector<std::string> split_list(const std::string& list) {
  std::vector<std::string> found;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    if (end > begin) found.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return found;
}

// Texts beat files, as clientcmd has it.
TextOrFile certificate_of(TextOrFile source) {
  if (!source.text.empty()) source.path.clear();
  return source;
}

// Files beat texts: whoever gives both wants the one that is renewed.
TextOrFile token_of(TextOrFile source) {
  if (!source.path.empty()) source.text.clear();
  return source;
}

template <typename T>
const T* find_named(const std::vector<T>& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const T& one) { return one.name == name; });
  return found == list.end() ? nullptr : &*found;
}

Result<void> take_cluster(const KubeCluster& cluster, const std::string& server, ApiTarget& target) {
  if (!cluster.proxy_url.empty())
    return fail("cluster '" + cluster.name +
                "': proxy-url is not supported; the API server must be in reach");
  auto url = parse_server_url(server.empty() ? cluster.server : server);
  if (!url) return fail("cluster '" + cluster.name + "': server: " + url.error().message);
  target.server = *std::move(url);
  if (!cluster.tls_server_name.empty() && !is_host(cluster.tls_server_name))
    return fail("cluster '" + cluster.name + "': tls-server-name is no name");
  target.server_name = cluster.tls_server_name;
  target.any_server = cluster.insecure_skip_tls_verify;
  target.certificate_authority = certificate_of(cluster.certificate_authority);
  target.exec_config = cluster.exec_config;
  if (target.any_server && !target.certificate_authority.empty())
    return fail("cluster '" + cluster.name +
                "': insecure-skip-tls-verify and certificate-authority exclude each other");
  return {};
}

Result<void> check_exec(const ExecPlugin& exec) {
  constexpr std::string_view kVersions[] = {"client.authentication.k8s.io/v1",
                                            "client.authentication.k8s.io/v1beta1"};
  if (exec.command.empty()) return fail("exec.command is missing");
  if (std::find(std::begin(kVersions), std::end(kVersions), exec.api_version) == std::end(kVersions))
    return fail("exec.apiVersion is '" + exec.api_version +
                "', and v1 and v1beta1 of "
                "client.authentication.k8s.io are known");
  const std::string& mode = exec.interactive_mode;
  if (mode == "Always") return fail("exec.interactiveMode is Always, and there is no terminal");
  if (mode.empty() && exec.api_version == kVersions[0])
    return fail("exec.interactiveMode is missing (IfAvailable or Never)");
  if (!mode.empty() && mode != "Never" && mode != "IfAvailable")
    return fail("exec.interactiveMode is '" + mode + "', and Never, IfAvailable and Always are known");
  return {};
}

Result<void> take_user(const KubeUser& user, ApiTarget& target) {
  const auto failed = [&](const std::string& reason) { return fail("user '" + user.name + "': " + reason); };
  if (!user.unsupported.empty())
    return failed(user.unsupported + " is not supported; use a token, a client certificate or exec");
  if (user.client_certificate.empty() != user.client_key.empty())
    return failed("client-certificate and client-key need each other");
  target.client_certificate = certificate_of(user.client_certificate);
  target.client_key = certificate_of(user.client_key);
  target.token = token_of(user.token);
  if (!user.exec) return {};
  if (Result<void> fine = check_exec(*user.exec); !fine) return failed(fine.error().message);
  if (!target.token.empty() || !target.client_certificate.empty())
    return failed("exec cannot be used beside a token or a client certificate");
  target.exec = user.exec;
  return {};
}

Result<ApiTarget> target_of(const Kubeconfig& config, const std::string& where,
                            const ApiConfigOptions& options) {
  const auto failed = [&](const std::string& reason) { return fail("kubeconfig " + where + ": " + reason); };
  if (config.current_context.empty()) return failed("no current-context is set");
  const KubeContext* context = find_named(config.contexts, config.current_context);
  if (context == nullptr) return failed("there is no context '" + config.current_context + "'");
  const KubeCluster* cluster = find_named(config.clusters, context->cluster);
  if (cluster == nullptr)
    return failed("context '" + context->name + "': there is no cluster '" + context->cluster + "'");
  ApiTarget target;
  target.origin = "context '" + context->name + "' of kubeconfig " + where;
  if (Result<void> taken = take_cluster(*cluster, options.apiserver_host, target); !taken)
    return failed(taken.error().message);
  if (!context->user.empty()) {
    const KubeUser* user = find_named(config.users, context->user);
    if (user == nullptr)
      return failed("context '" + context->name + "': there is no user '" + context->user + "'");
    if (Result<void> taken = take_user(*user, target); !taken) return failed(taken.error().message);
  }
  target.namespace_name = context->namespace_name.empty() ? "default" : context->namespace_name;
  if (!is_dns1123_label(target.namespace_name))
    return failed("context '" + context->name + "': namespace is no name of a namespace");
  return target;
}

Result<ApiTarget> target_of_pod(const ApiConfigOptions& options) {
  const std::string host = environment(options, "KUBERNETES_SERVICE_HOST");
  const std::string port = environment(options, "KUBERNETES_SERVICE_PORT");
  if (!is_port(port)) return fail("KUBERNETES_SERVICE_PORT is '" + port + "', which is no port");
  const bool is_v6 = host.find(':') != std::string::npos;
  if (!is_v6 && !is_host(host)) return fail("KUBERNETES_SERVICE_HOST is '" + host + "', which is no host");
  ApiTarget target;
  target.origin = "the service account";
  target.server = "https://" + (is_v6 ? std::string(kServiceName) : host) + ":" + port;
  target.certificate_authority.path = options.service_account_folder + "/ca.crt";
  target.token.path = options.service_account_folder + "/token";
  target.namespace_name = environment(options, "POD_NAMESPACE");
  if (target.namespace_name.empty()) {
    const Result<std::string> text = read_credential_file(options.service_account_folder + "/namespace");
    if (!text) return fail("the service account's namespace: " + text.error().message);
    target.namespace_name = text->substr(0, text->find_last_not_of(" \t\r\n") + 1);
  }
  if (!is_dns1123_label(target.namespace_name)) return fail("POD_NAMESPACE is no name of a namespace");
  return target;
}

Result<ApiTarget> find_target(const ApiConfigOptions& options) {
  if (!options.kubeconfig.empty()) {
    const Result<Kubeconfig> config = read_kubeconfig({options.kubeconfig});
    if (!config) return fail(config.error().message);
    return target_of(*config, options.kubeconfig, options);
  }
  if (!options.apiserver_host.empty()) {
    auto url = parse_server_url(options.apiserver_host);
    if (!url) return fail("--apiserver-host: " + url.error().message);
    ApiTarget target;
    target.origin = "--apiserver-host";
    target.server = *std::move(url);
    target.namespace_name = environment(options, "POD_NAMESPACE");
    if (target.namespace_name.empty()) target.namespace_name = "default";
    return target;
  }
  if (!environment(options, "KUBERNETES_SERVICE_HOST").empty()) return target_of_pod(options);
  const std::string list = environment(options, "KUBECONFIG");
  const std::vector<std::string> paths = split_list(list);
  if (paths.empty())
    return fail(
        "no API server is known: this is no pod (KUBERNETES_SERVICE_HOST is not set), and there is no "
        "--kubeconfig, no --apiserver-host and no KUBECONFIG");
  const Result<Kubeconfig> config = read_kubeconfig(paths);
  if (!config) return fail(config.error().message);
  return target_of(*config, list, options);
}

Result<void> check_transport(const ApiTarget& target) {
  if (target.server.starts_with("https://")) {
    if (target.certificate_authority.empty() && !target.any_server)
      return fail("no certificate authority is given for " + target.server +
                  " (the system's are not used): --certificate-authority or the kubeconfig names it");
    return {};
  }
  if (!target.token.empty() || !target.client_certificate.empty() || target.exec)
    return fail(target.server + ": no credential is sent without TLS");
  return {};
}

}  // namespace

Result<std::string> parse_server_url(std::string_view text) {
  std::string_view rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return fail("'" + std::string(text.substr(0, 80)) + "' does not begin with https:// or http://");
  }
  while (rest.ends_with('/')) {
    rest.remove_suffix(1);
    text.remove_suffix(1);
  }
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return fail("the URL names a user");
  if (authority.starts_with('['))
    return fail("an IPv6 address cannot be used; use a name that leads there and is in the certificate");
  const std::size_t colon = authority.find(':');
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1)))
    return fail("the URL's port is none");
  if (!is_host(authority.substr(0, colon))) return fail("the URL has no host");
  if (!is_path(rest.substr(slash)))
    return fail("the URL's path is none (a query or a fragment is not taken)");
  return std::string(text);
}

Result<ApiTarget> find_api_target(const ApiConfigOptions& options) {
  Result<ApiTarget> target = find_target(options);
  if (!target) return target;
  if (!options.certificate_authority.empty()) {
    target->certificate_authority = {.text = {}, .path = options.certificate_authority};
    target->any_server = false;
  }
  if (Result<void> fine = check_transport(*target); !fine) return fail(fine.error().message);
  return target;
}

}  // namespace headgate::k8swatch
