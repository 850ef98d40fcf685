#include "k8swatch/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_dir.h"

namespace headgate::k8swatch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

constexpr const char* kWhole = R"(
apiVersion: v1
kind: Config
preferences: {colors: true}
current-context: dev
clusters:
- name: main
  cluster:
    server: https://api.test:6443
    certificate-authority-data: Q0EgREFUQQ==
    certificate-authority: ca/ca.pem
    tls-server-name: kube.test
    proxy-url: http://proxy.test:3128
    extensions:
    - extension: {audience: "x", counts: [1, 2]}
      name: client.authentication.k8s.io/exec
    - name: other
      extension: text
- name: open
  cluster: {server: "https://10.0.0.1", insecure-skip-tls-verify: true}
users:
- name: token
  user: {token: abc}
- name: file
  user: {tokenFile: /var/token, client-certificate: me.crt, client-key: ../me.key}
- name: data
  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: bin/login
      args: [--fast, "2"]
      env: [{name: A, value: b}, {name: EMPTY, value: ""}]
      interactiveMode: IfAvailable
      provideClusterInfo: true
      installHint: get it
contexts:
- name: dev
  context: {cluster: main, user: token, namespace: apps}
)";

TEST(Kubeconfig, ReadsEveryField) {
  const auto config = parse_kubeconfig(kWhole, "/home/me/.kube/config");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->current_context, "dev");
  ASSERT_THAT(config->clusters, SizeIs(2));
  const KubeCluster& cluster = config->clusters[0];
  EXPECT_EQ(cluster.name, "main");
  EXPECT_EQ(cluster.server, "https://api.test:6443");
  EXPECT_EQ(cluster.certificate_authority.text, "CA DATA");
  EXPECT_EQ(cluster.certificate_authority.path, "/home/me/.kube/ca/ca.pem");
  EXPECT_EQ(cluster.tls_server_name, "kube.test");
  EXPECT_EQ(cluster.proxy_url, "http://proxy.test:3128");
  EXPECT_EQ(cluster.exec_config, R"({"audience":"x","counts":[1,2]})");
  EXPECT_FALSE(cluster.insecure_skip_tls_verify);
  EXPECT_TRUE(config->clusters[1].insecure_skip_tls_verify);
  ASSERT_THAT(config->users, SizeIs(4));
  EXPECT_EQ(config->users[0].token.text, "abc");
  EXPECT_EQ(config->users[1].token.path, "/var/token");
  EXPECT_EQ(config->users[1].client_certificate.path, "/home/me/.kube/me.crt");
  EXPECT_EQ(config->users[1].client_key.path, "/home/me/me.key");
  EXPECT_EQ(config->users[2].client_certificate.text, "CERT");
  EXPECT_EQ(config->users[2].client_key.text, "KEY");
  ASSERT_TRUE(config->users[3].exec);
  const ExecPlugin& exec = *config->users[3].exec;
  EXPECT_EQ(exec.command, "/home/me/.kube/bin/login");
  EXPECT_THAT(exec.arguments, ElementsAre("--fast", "2"));
  EXPECT_THAT(exec.environment, ElementsAre(Pair("A", "b"), Pair("EMPTY", "")));
  EXPECT_EQ(exec.interactive_mode, "IfAvailable");
  EXPECT_TRUE(exec.provide_cluster_info);
  EXPECT_EQ(exec.install_hint, "get it");
  ASSERT_THAT(config->contexts, SizeIs(1));
  EXPECT_EQ(config->contexts[0].cluster, "main");
  EXPECT_EQ(config->contexts[0].namespace_name, "apps");
}

TEST(Kubeconfig, ReadsJsonAndNothing) {
  const auto json = parse_kubeconfig(R"({"clusters":null,"current-context":"x"})", "c");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->current_context, "x");
  const auto empty = parse_kubeconfig("", "c");
  ASSERT_TRUE(empty);
  EXPECT_THAT(empty->clusters, IsEmpty());
}

TEST(Kubeconfig, LeavesACommandWithoutASlashToThePath) {
  const auto config =
      parse_kubeconfig("users: [{name: a, user: {exec: {command: aws, apiVersion: x}}}]", "/etc/kube/config");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->users[0].exec->command, "aws");
}

struct Broken {
  const char* text;
  const char* message;
};

TEST(Kubeconfig, SaysWhatIsWrongAndWhere) {
  const Broken cases[] = {
      {"clusters: {", "line "},
      {"- a", "expected an object, found a list"},
      {"kind: Pod", "kind: expected Config"},
      {"apiVersion: v2", "apiVersion: expected v1"},
      {"clusters: 5", "clusters: expected a list"},
      {"clusters: [{cluster: {}}]", "clusters[0].name: is missing"},
      {"users: [{name: a}, {name: a}]", "users[1].name: 'a' is there twice"},
      {"users:\n- name: a\n  user:\n    token: 12345", "line 4: users[0].user.token: expected a string"},
      {"clusters: [{name: a, cluster: {certificate-authority-data: '%%'}}]",
       "clusters[0].cluster.certificate-authority-data: is not base64"},
      {"clusters: [{name: a, cluster: {insecure-skip-tls-verify: 'yes'}}]", "expected true or false"},
      {"users: [{name: a, user: {exec: {env: [{value: b}]}}}]", "is no name of a variable"},
  };
  for (const Broken& one : cases) {
    const auto config = parse_kubeconfig(one.text, "/k/config");
    ASSERT_FALSE(config) << one.text;
    EXPECT_THAT(config.error().message, HasSubstr("kubeconfig /k/config, line ")) << one.text;
    EXPECT_THAT(config.error().message, HasSubstr(one.message)) << one.text;
  }
}

TEST(Kubeconfig, IsOneDocument) {
  const auto read = parse_kubeconfig("kind: Config\n---\nkind: Config\n", "/k/config");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "kubeconfig /k/config holds several documents (separated by \"---\"); only one is allowed");
  EXPECT_TRUE(parse_kubeconfig("---\nkind: Config\n", "/k/config"));
}

TEST(Kubeconfig, QuotesNoCredential) {
  for (const char* text : {"users: [{name: a, user: {token: 3735928559}}]",
                           "users: [{name: a, user: {client-key-data: 3735928559}}]",
                           "users: [{name: a, user: {client-key-data: 'x3735928559'}}]"}) {
    const auto config = parse_kubeconfig(text, "c");
    ASSERT_FALSE(config);
    EXPECT_THAT(config.error().message, Not(HasSubstr("3735928559")));
  }
}

TEST(Kubeconfig, NotesWhatItMustNotIgnore) {
  for (const char* field : {"username", "password", "as"}) {
    const auto config =
        parse_kubeconfig("users: [{name: a, user: {" + std::string(field) + ": somebody}}]", "c");
    ASSERT_TRUE(config);
    EXPECT_EQ(config->users[0].unsupported, field);
  }
  const auto provider = parse_kubeconfig("users: [{name: a, user: {auth-provider: {name: gcp}}}]", "c");
  ASSERT_TRUE(provider);
  EXPECT_EQ(provider->users[0].unsupported, "auth-provider");
  const auto empty = parse_kubeconfig("users: [{name: a, user: {username: '', as: null}}]", "c");
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->users[0].unsupported, "");
}

TEST(Kubeconfig, TheFirstFileWinsEntryByEntry) {
  auto first = *parse_kubeconfig("users: [{name: red, user: {token: one}}]\ncurrent-context: ''", "1");
  merge_kubeconfig(first, *parse_kubeconfig("users: [{name: red, user: {token: two, client-key-data: S0VZ}}, "
                                            "{name: blue, user: {token: b}}]\ncurrent-context: second",
                                            "2"));
  merge_kubeconfig(first, *parse_kubeconfig("current-context: third", "3"));
  ASSERT_THAT(first.users, SizeIs(2));
  EXPECT_EQ(first.users[0].token.text, "one");
  EXPECT_TRUE(first.users[0].client_key.empty());
  EXPECT_EQ(first.users[1].name, "blue");
  EXPECT_EQ(first.current_context, "second");
}

TEST(Kubeconfig, MissingFilesOfAListArePassedOver) {
  const test_support::TempDir folder;
  const std::string there = folder.path() / "there";
  const std::string missing = folder.path() / "missing";
  std::ofstream(there) << "current-context: x";
  const auto merged = read_kubeconfig({missing, there});
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->current_context, "x");
  const auto single = read_kubeconfig({missing});
  ASSERT_FALSE(single);
  EXPECT_EQ(single.error().message, "kubeconfig " + missing + ": No such file or directory");
}

}  // namespace
}  // namespace headgate::k8swatch
