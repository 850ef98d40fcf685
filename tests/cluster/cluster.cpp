// Bringing the shared cluster up, and what tests do with kubectl.
#include "cluster/cluster.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "cluster/private_network.h"

namespace headgate::cluster_test {
namespace {

constexpr std::chrono::seconds kKubectlWithin{60};

void require(const KubectlResult& result, const std::string& what) {
  if (result.code != 0) throw std::runtime_error(what + ": " + result.error);
}

// What is done by whom, for the test that nothing is allowed which is never used.
std::string audit_policy() {
  return "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n"
         "- {level: Metadata, users: [\"system:serviceaccount:headgate:headgate\"]}\n- {level: None}\n";
}

std::vector<std::string> server_flags(const test_support::TempDir& folder) {
  write_file(folder.path() / "audit-policy.yaml", audit_policy());
  return {"--audit-policy-file=" + (folder.path() / "audit-policy.yaml").string(),
          "--audit-log-path=" + (folder.path() / "audit.log").string(), "--audit-log-mode=blocking"};
}

}  // namespace

Cluster& Cluster::shared() {
  static Cluster cluster;
  return cluster;
}

Cluster::Cluster()
    : server_(folder_.path() / "server", kApiPort, server_flags(folder_)), api_(server_.client()) {
  // The namespace of the ServiceAccount comes first: an apply of everything at once does not wait for it.
  require(kubectl({"apply", "--server-side", "--validate=strict", "-k", manifests_folder() + "/deployment"}),
          "manifests/deployment");
  renew_headgate_token();
  read_manifest_flags();
  const std::string authority = server_.file("ca.crt").string();
  write_file(headgate_kubeconfig(),
             "apiVersion: v1\nkind: Config\ncurrent-context: headgate\ncontexts:\n- name: headgate\n"
             "  context: {cluster: test, user: headgate}\nclusters:\n- name: test\n  cluster:\n"
             "    server: https://" +
                 std::string(kNodeAddress) + ":" + std::to_string(kApiPort) +
                 "\n    certificate-authority: " + authority +
                 "\nusers:\n- name: headgate\n  user: {tokenFile: " + file("headgate.token") + "}\n");
}

void Cluster::read_manifest_flags() {
  const KubectlResult flags =
      kubectl({"get", "deployment", "headgate", "--namespace=headgate", "-o",
               "jsonpath={range .spec.template.spec.containers[0].args[*]}{@}{\"\\n\"}{end}"});
  require(flags, "the Deployment's args");
  std::istringstream lines(flags.output);
  const std::string variable = "$(POD_NAMESPACE)";
  for (std::string line; std::getline(lines, line);) {
    if (const std::size_t at = line.find(variable); at != std::string::npos)
      line.replace(at, variable.size(), "headgate");
    manifest_flags_.push_back(line);
  }
  if (manifest_flags_.empty()) throw std::runtime_error("the Deployment has no args");
}

std::vector<std::string> Cluster::audit_log() const {
  std::vector<std::string> requests;
  if (!std::filesystem::exists(file("audit.log"))) return requests;  // nobody has asked yet
  std::istringstream lines(read_file(file("audit.log")));
  for (std::string line; std::getline(lines, line);) requests.push_back(line);
  return requests;
}

KubectlResult Cluster::kubectl(std::vector<std::string> arguments) {
  std::vector<std::string> command{cluster_program("kubectl"), "--kubeconfig=" + server_.kubeconfig(),
                                   "--cache-dir=" + file("kubectl-cache")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  test_support::ChildProcess process(command);
  const auto status = process.wait(kKubectlWithin);
  if (!status) return {-1, process.standard_output(), "kubectl does not end: " + process.standard_error()};
  return {status->code, process.standard_output(), process.standard_error()};
}

std::string Cluster::write_temporary(const std::string& yaml) {
  std::string path = file("objects-" + std::to_string(temporary_files_++) + ".yaml");
  write_file(path, yaml);
  return path;
}

void Cluster::apply(const std::string& yaml) {
  const KubectlResult result =
      kubectl({"apply", "--server-side", "--force-conflicts", "-f", write_temporary(yaml)});
  EXPECT_EQ(result.code, 0) << result.error << yaml;
}

void Cluster::remove(const std::string& yaml) {
  const KubectlResult result = kubectl({"delete", "--wait=false", "-f", write_temporary(yaml)});
  EXPECT_EQ(result.code, 0) << result.error << yaml;
}

void Cluster::clean() {
  std::vector<std::string> paths{
      "/apis/coordination.k8s.io/v1/namespaces/headgate/leases",
      "/api/v1/namespaces/headgate/pods?gracePeriodSeconds=0",
      "/apis/networking.k8s.io/v1/ingressclasses?fieldSelector=metadata.name%21%3Dheadgate",
  };
  for (const char* space : {"default", kElsewhere}) {
    const std::string in_namespace = std::string("/namespaces/") + space + "/";
    paths.push_back("/apis/networking.k8s.io/v1" + in_namespace + "ingresses");
    paths.push_back("/api/v1" + in_namespace + "services?fieldSelector=metadata.name%21%3Dkubernetes");
    paths.push_back("/apis/discovery.k8s.io/v1" + in_namespace + "endpointslices");
    paths.push_back("/api/v1" + in_namespace + "secrets");
    paths.push_back("/api/v1" + in_namespace + "configmaps");
    paths.push_back("/apis/events.k8s.io/v1" + in_namespace + "events");
  }
  for (const std::string& path : paths) {
    const test_support::HttpResponse response = api_.request("DELETE", path);
    EXPECT_EQ(response.status, 200) << path << ": " << response.body;
  }
}

void Cluster::renew_headgate_token(std::chrono::seconds lifetime) {
  const KubectlResult token = kubectl({"create", "token", "headgate", "--namespace=headgate",
                                       "--duration=" + std::to_string(lifetime.count()) + "s"});
  require(token, "token");
  const std::string path = file("headgate.token");
  write_file(path + ".new", token.output);
  std::filesystem::rename(path + ".new", path);
}

std::string manifests_folder() { return HEADGATE_MANIFESTS; }

}  // namespace headgate::cluster_test
