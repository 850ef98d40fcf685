#include "k8swatch/api_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "support/temp_dir.h"

namespace headgate::k8swatch {
namespace {

using testing::HasSubstr;

class ApiConfig : public testing::Test {
 protected:
  ApiConfig() {
    options_.environment = [this](const char* name) { return variables_[name]; };
    options_.service_account_folder = folder_.path();
    write("namespace", "ingress\n");
  }
  std::string write(const std::string& name, const std::string& text) {
    const std::string path = folder_.path() / name;
    std::ofstream(path) << text;
    return path;
  }
  std::string error() {
    const auto target = find_api_target(options_);
    return target ? "no error" : target.error().message;
  }
  // A kubeconfig with one context whose cluster and user say that.
  void use(const std::string& cluster, const std::string& user = "{}") {
    options_.kubeconfig =
        write("config",
              "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\nclusters: "
              "[{name: k, cluster: " +
                  cluster + "}]\nusers: [{name: u, user: " + user + "}]\n");
  }

  const test_support::TempDir folder_;
  std::map<std::string, std::string> variables_;
  ApiConfigOptions options_;
};

TEST_F(ApiConfig, APodFindsItsServiceAccount) {
  variables_ = {{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  const auto target = find_api_target(options_);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->server, "https://10.96.0.1:443");
  EXPECT_EQ(target->server_name, "");
  EXPECT_EQ(target->certificate_authority.path, folder_.path() / "ca.crt");
  EXPECT_EQ(target->token.path, folder_.path() / "token");
  EXPECT_EQ(target->namespace_name, "ingress");
  variables_["POD_NAMESPACE"] = "own";
  EXPECT_EQ(find_api_target(options_)->namespace_name, "own");
}

TEST_F(ApiConfig, APodWithAnIpv6ServerUsesItsName) {
  variables_ = {{"KUBERNETES_SERVICE_HOST", "fd00:10:96::1"}, {"KUBERNETES_SERVICE_PORT", "6443"}};
  EXPECT_EQ(find_api_target(options_)->server, "https://kubernetes.default.svc:6443");
}

TEST_F(ApiConfig, APodWithOddVariablesSaysSo) {
  variables_ = {{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}, {"KUBERNETES_SERVICE_PORT", "tcp://x"}};
  EXPECT_EQ(error(), "KUBERNETES_SERVICE_PORT is 'tcp://x', which is no port");
  variables_ = {{"KUBERNETES_SERVICE_HOST", "a b"}, {"KUBERNETES_SERVICE_PORT", "1"}};
  EXPECT_EQ(error(), "KUBERNETES_SERVICE_HOST is 'a b', which is no host");
}

TEST_F(ApiConfig, NowhereAtAllSaysWhatThereCouldBe) {
  EXPECT_THAT(error(), HasSubstr("no API server is known"));
  EXPECT_THAT(error(), HasSubstr("--kubeconfig"));
}

TEST_F(ApiConfig, TheFlagsComeBeforeThePod) {
  variables_ = {{"KUBERNETES_SERVICE_HOST", "10.96.0.1"}, {"KUBERNETES_SERVICE_PORT", "443"}};
  options_.apiserver_host = "http://127.0.0.1:8001/";
  auto target = find_api_target(options_);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->server, "http://127.0.0.1:8001");
  EXPECT_TRUE(target->token.empty());
  EXPECT_EQ(target->namespace_name, "default");
  use("{server: 'https://k.test', certificate-authority: ca.pem}", "{token: t}");
  options_.apiserver_host.clear();
  target = find_api_target(options_);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->server, "https://k.test");
  EXPECT_EQ(target->origin, "context 'c' of kubeconfig " + options_.kubeconfig);
}

TEST_F(ApiConfig, TheHostFlagReplacesTheServerOfTheKubeconfig) {
  use("{server: 'https://k.test', certificate-authority: ca.pem}", "{token: t}");
  options_.apiserver_host = "https://other.test:1";
  options_.certificate_authority = "/ca";
  const auto target = find_api_target(options_);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->server, "https://other.test:1");
  EXPECT_EQ(target->token.text, "t");
  EXPECT_EQ(target->certificate_authority.path, "/ca");
}

TEST_F(ApiConfig, HttpsWithoutAnAuthorityIsRefused) {
  options_.apiserver_host = "https://k.test";
  EXPECT_THAT(error(), HasSubstr("no certificate authority is given for https://k.test"));
  options_.certificate_authority = "/ca";
  EXPECT_TRUE(find_api_target(options_));
}

TEST_F(ApiConfig, TheListOfTheEnvironmentIsMerged) {
  const std::string one = write("one", "contexts: [{name: c, context: {cluster: k, namespace: apps}}]");
  const std::string two = write(
      "two",
      "current-context: c\nclusters: [{name: k, cluster: {server: 'https://k', certificate-authority: ca}}]");
  variables_["KUBECONFIG"] = one + "::/nowhere:" + two;
  const auto target = find_api_target(options_);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->server, "https://k");
  EXPECT_EQ(target->namespace_name, "apps");
  EXPECT_EQ(target->certificate_authority.path, folder_.path() / "ca");
}

TEST_F(ApiConfig, TextsBeatFilesForCertificatesAndFilesTextsForTokens) {
  use("{server: 'https://k', certificate-authority: ca.pem, certificate-authority-data: Q0E=}",
      "{token: old, tokenFile: token, client-certificate: c, client-certificate-data: Qw==, client-key-data: "
      "Sw==}");
  const auto target = find_api_target(options_);
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->certificate_authority.text, "CA");
  EXPECT_EQ(target->certificate_authority.path, "");
  EXPECT_EQ(target->client_certificate.text, "C");
  EXPECT_EQ(target->client_certificate.path, "");
  EXPECT_EQ(target->token.path, folder_.path() / "token");
  EXPECT_EQ(target->token.text, "");
}

TEST_F(ApiConfig, WhatCannotBeUsedIsRefusedByName) {
  const std::string ca = "certificate-authority: ca";
  const std::string server = "server: 'https://k', " + ca;
  const std::string plugin = "apiVersion: client.authentication.k8s.io/v1, command: x";
  const struct {
    std::string cluster;
    std::string user;
    std::string message;
  } cases[] = {
      {"{" + ca + "}", "{}", "cluster 'k': server: '' does not begin with https:// or http://"},
      {"{server: 'https://[::1]:6443', " + ca + "}", "{}", "an IPv6 address cannot be used"},
      {"{" + server + ", proxy-url: 'socks5://p'}", "{}", "cluster 'k': proxy-url is not supported"},
      {"{" + server + ", insecure-skip-tls-verify: true}", "{}", "exclude each other"},
      {"{" + server + ", tls-server-name: 'a b'}", "{}", "cluster 'k': tls-server-name is no name"},
      {"{server: 'https://k'}", "{}", "no certificate authority"},
      {"{server: 'http://k'}", "{token: t}", "http://k: no credential is sent without TLS"},
      {"{" + server + "}", "{username: me, password: x}", "user 'u': username is not supported"},
      {"{" + server + "}", "{auth-provider: {name: oidc}}", "user 'u': auth-provider is not supported"},
      {"{" + server + "}", "{as: admin, token: t}", "user 'u': as is not supported"},
      {"{" + server + "}", "{client-certificate: c}", "client-certificate and client-key need each other"},
      {"{" + server + "}", "{token: t, exec: {" + plugin + ", interactiveMode: Never}}",
       "exec cannot be used beside a token"},
      {"{" + server + "}", "{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}}",
       "exec.apiVersion is 'client.authentication.k8s.io/v1alpha1'"},
      {"{" + server + "}", "{exec: {" + plugin + "}}", "exec.interactiveMode is missing"},
      {"{" + server + "}", "{exec: {" + plugin + ", interactiveMode: Always}}", "there is no terminal"},
      {"{" + server + "}", "{exec: {" + plugin + ", interactiveMode: Often}}", "'Often'"},
      {"{" + server + "}", "{exec: {apiVersion: client.authentication.k8s.io/v1}}",
       "exec.command is missing"},
  };
  for (const auto& one : cases) {
    use(one.cluster, one.user);
    EXPECT_THAT(error(), HasSubstr(one.message)) << one.cluster << " " << one.user;
  }
  use("{" + server + "}", "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: x}}");
  EXPECT_TRUE(find_api_target(options_));
}

TEST_F(ApiConfig, DanglingNamesAreRefused) {
  const struct {
    const char* text;
    const char* message;
  } cases[] = {
      {"{}", "no current-context is set"},
      {"current-context: c", "there is no context 'c'"},
      {"{current-context: c, contexts: [{name: c, context: {cluster: k}}]}", "there is no cluster 'k'"},
      {"{current-context: c, contexts: [{name: c, context: {cluster: k, user: u}}], clusters: [{name: k, "
       "cluster: {server: 'http://k'}}]}",
       "there is no user 'u'"},
      {"{current-context: c, contexts: [{name: c, context: {cluster: k, namespace: A_B}}], clusters: [{name: "
       "k, cluster: {server: 'http://k'}}]}",
       "namespace is no name of a namespace"},
  };
  for (const auto& one : cases) {
    options_.kubeconfig = write("config", one.text);
    EXPECT_THAT(error(), HasSubstr(one.message));
  }
}

TEST(ServerUrl, IsTakenApartStrictly) {
  for (const char* url : {"https://k", "https://k:6443", "http://127.0.0.1:8001", "https://k.test/k8s/c-1"})
    EXPECT_EQ(*parse_server_url(url), url);
  EXPECT_EQ(*parse_server_url("https://k:1/a//"), "https://k:1/a");
  for (const char* url : {"", "k:6443", "ftp://k", "https://", "https:///a", "https://k:0", "https://k:65536",
                          "https://k:", "https://k:1x", "https://me:pw@k", "https://k?x", "https://k/a?x",
                          "https://k/a#b", "https://k k", "https://[fd00::1]:6443", "https://k/a\nb"})
    EXPECT_FALSE(parse_server_url(url)) << url;
}

}  // namespace
}  // namespace headgate::k8swatch
