// The checks of the Kubernetes ingress-controller-conformance suite (those without TLS), by their features:
// default backend, host rules, ingress class, load balancing, path rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "support/echo_backend.h"
#include "support/headgate_process.h"
#include "support/manifests.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// Every Service is one pod with the Service's name; redirects are followed, as the suite's client does.
class Conformance : public ::testing::Test {
 protected:
  EchoBackend& add_service(const std::string& name) {
    pods_.push_back(std::make_unique<EchoBackend>(name));
    manifests_ += service_of(name, *pods_.back());
    return *pods_.back();
  }
  void start(const IngressSpec& spec) {
    folder_.write("conformance.yaml", manifests_ + ingress(spec));
    headgate_ = std::make_unique<HeadgateProcess>(folder_);
  }
  HttpResponse ask(std::string_view method, std::string_view host, std::string path) {
    HttpResponse response;
    for (int hop = 0; hop < 5; ++hop) {
      RawClient client(headgate_->http_port());
      response = client.exchange(
          make_request(method, host, path, "User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n"),
          method);
      const auto location = response.field("Location");
      if (response.status / 100 != 3 || !location) break;
      const std::size_t slash = location->find('/', location->find("//") + 2);
      path = slash == std::string::npos ? "/" : location->substr(slash);
    }
    return response;
  }
  void expect_service(std::string_view host, const std::string& path, const std::string& service) {
    const HttpResponse response = ask("GET", host, path);
    EXPECT_EQ(response.status, 200) << host << path;
    EXPECT_EQ(response.field("X-Pod"), service) << host << path;
  }
  void expect_not_found(std::string_view host, const std::string& path) {
    EXPECT_EQ(ask("GET", host, path).status, 404) << host << path;
  }

  ManifestFolder folder_;
  std::string manifests_;
  std::vector<std::unique_ptr<EchoBackend>> pods_;
  std::unique_ptr<HeadgateProcess> headgate_;
};

struct DefaultBackendCase {
  const char* method;
  const char* host;
  const char* path;
};
class DefaultBackend : public Conformance, public ::testing::WithParamInterface<DefaultBackendCase> {};

TEST_P(DefaultBackend, PassesMethodPathAndUserAgentUnchanged) {
  EchoBackend& pod = add_service("echo-service");
  IngressSpec spec;
  spec.name = "default-backend";
  spec.default_service = "echo-service";
  start(spec);
  const DefaultBackendCase& c = GetParam();

  const HttpResponse response = ask(c.method, c.host, c.path);

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.version, "HTTP/1.1");
  EXPECT_EQ(response.field("X-Pod"), "echo-service");
  EXPECT_EQ(response.count("Content-Length"), 1u);
  EXPECT_EQ(response.count("Content-Type"), 1u);
  EXPECT_EQ(response.count("Date"), 1u);
  ASSERT_EQ(pod.request_count(), 1u);
  const HttpRequest seen = pod.requests().at(0);
  EXPECT_EQ(seen.method, c.method);
  EXPECT_EQ(seen.target, c.path);
  EXPECT_EQ(seen.version, "HTTP/1.1");
  EXPECT_EQ(seen.field("User-Agent"), "Go-http-client/1.1");
  EXPECT_EQ(seen.field("Host"), c.host);
}

INSTANTIATE_TEST_SUITE_P(Cases, DefaultBackend,
                         ::testing::Values(DefaultBackendCase{"GET", "my-host", "/"},
                                           DefaultBackendCase{"GET", "my-host", "/sub-path"},
                                           DefaultBackendCase{"POST", "some-host", "/"},
                                           DefaultBackendCase{"PUT", "127.0.0.1", "/resource"},
                                           DefaultBackendCase{"DELETE", "some-host", "/resource"},
                                           DefaultBackendCase{"PATCH", "my-host", "/resource"}));

class HostRules : public Conformance {
 protected:
  void SetUp() override {
    add_service("wildcard-foo-com");
    add_service("foo-bar-com");
    IngressSpec spec;
    spec.name = "host-rules";
    spec.rules = {{"*.foo.com", {{"/", "Prefix", "wildcard-foo-com", "80"}}},
                  {"foo.bar.com", {{"/", "Prefix", "foo-bar-com", "http"}}}};
    start(spec);
  }
};

TEST_F(HostRules, ExactHostIsServedAndItsPortMayBeNamed) {
  expect_service("foo.bar.com", "/", "foo-bar-com");
}

TEST_F(HostRules, AnotherNameUnderTheExactHostsDomainIsNotFound) {
  expect_not_found("subdomain.bar.com", "/");
}

TEST_F(HostRules, WildcardMatchesOneLabelAndKeepsTheHost) {
  const HttpResponse response = ask("GET", "bar.foo.com", "/");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("X-Pod"), "wildcard-foo-com");
  EXPECT_THAT(response.body, HasSubstr("\nHost=bar.foo.com\n"));
}

TEST_F(HostRules, WildcardDoesNotMatchTwoLabels) { expect_not_found("baz.bar.foo.com", "/"); }

TEST_F(HostRules, WildcardDoesNotMatchItsParent) { expect_not_found("foo.com", "/"); }

TEST_F(HostRules, HostsAreComparedWithoutCaseAndPort) {
  expect_service("FOO.Bar.com:8080", "/", "foo-bar-com");
  expect_service("foo.bar.com.", "/", "foo-bar-com");
}

TEST_F(Conformance, AnIngressOfAForeignClassIsIgnored) {
  add_service("echo-service");
  manifests_ += ingress_class("some-invalid-class-name", "example.com/another-controller");
  IngressSpec spec;
  spec.name = "ingress-class";
  spec.class_name = "some-invalid-class-name";
  spec.default_service = "echo-service";
  start(spec);
  expect_not_found("any-host", "/");
}

TEST_F(Conformance, AnIngressOfOurClassIsTaken) {
  add_service("echo-service");
  manifests_ += ingress_class("internal", "headgate.dev/ingress-controller");
  IngressSpec spec;
  spec.name = "ingress-class";
  spec.class_name = "internal";
  spec.default_service = "echo-service";
  start(spec);
  expect_service("any-host", "/", "echo-service");
}

TEST_F(Conformance, AHundredConnectionsReachAllTenPods) {
  std::vector<const EchoBackend*> pods;
  for (int i = 0; i < 10; ++i) {
    pods_.push_back(std::make_unique<EchoBackend>("pod-" + std::to_string(i)));
    pods.push_back(pods_.back().get());
  }
  manifests_ += service_of("echo-service", pods);
  IngressSpec spec;
  spec.name = "load-balancing";
  spec.default_service = "echo-service";
  folder_.write("conformance.yaml", manifests_ + ingress(spec));
  HeadgateOptions options;
  options.workers = 2;
  headgate_ = std::make_unique<HeadgateProcess>(folder_, options);
  std::set<std::string> reached;
  for (int i = 0; i < 100; ++i) {
    const HttpResponse response = ask("GET", "load-balancing", "/");
    ASSERT_EQ(response.status, 200);
    reached.insert(response.field("X-Pod").value_or("?"));
  }
  EXPECT_THAT(reached, SizeIs(10));
}

class PathRules : public Conformance {
 protected:
  void SetUp() override {
    for (const char* name : {"foo-exact", "foo-prefix", "aaa-slash-bbb-prefix", "aaa-prefix",
                             "aaa-slash-bbb-slash-prefix", "foo-slash-exact"}) {
      add_service(name);
    }
    IngressSpec spec;
    spec.name = "path-rules";
    spec.rules = {
        {"exact-path-rules", {{"/foo", "Exact", "foo-exact", "80"}}},
        {"prefix-path-rules",
         {{"/foo", "Prefix", "foo-prefix", "80"},
          {"/aaa/bbb", "Prefix", "aaa-slash-bbb-prefix", "80"},
          {"/aaa", "Prefix", "aaa-prefix", "80"}}},
        {"mixed-path-rules", {{"/foo", "Prefix", "foo-prefix", "80"}, {"/foo", "Exact", "foo-exact", "80"}}},
        {"trailing-slash-path-rules",
         {{"/aaa/bbb/", "Prefix", "aaa-slash-bbb-slash-prefix", "80"},
          {"/foo/", "Exact", "foo-slash-exact", "80"}}},
    };
    start(spec);
  }
};

TEST_F(PathRules, ExactMatchesItsPath) { expect_service("exact-path-rules", "/foo", "foo-exact"); }
TEST_F(PathRules, ExactDoesNotMatchATrailingSlash) { expect_not_found("exact-path-rules", "/foo/"); }
TEST_F(PathRules, ExactIsCaseSensitive) { expect_not_found("exact-path-rules", "/FOO"); }
TEST_F(PathRules, ExactDoesNotMatchAnotherPath) { expect_not_found("exact-path-rules", "/bar"); }
TEST_F(PathRules, PrefixMatchesItsPath) { expect_service("prefix-path-rules", "/foo", "foo-prefix"); }
TEST_F(PathRules, PrefixMatchesATrailingSlash) { expect_service("prefix-path-rules", "/foo/", "foo-prefix"); }
TEST_F(PathRules, PrefixMatchesBelowATrailingSlash) {
  expect_service("prefix-path-rules", "/foo/bar", "foo-prefix");
}
TEST_F(PathRules, PrefixIsCaseSensitive) { expect_not_found("prefix-path-rules", "/FOO"); }
TEST_F(PathRules, TheLongerPrefixWins) {
  expect_service("prefix-path-rules", "/aaa/bbb", "aaa-slash-bbb-prefix");
}
TEST_F(PathRules, TheLongerPrefixWinsBelowItself) {
  expect_service("prefix-path-rules", "/aaa/bbb/ccc", "aaa-slash-bbb-prefix");
}
TEST_F(PathRules, TheShorterPrefixTakesTheRest) {
  expect_service("prefix-path-rules", "/aaa/ccc", "aaa-prefix");
}
TEST_F(PathRules, PrefixEndsAtAPathElement) { expect_not_found("prefix-path-rules", "/aaaccc"); }
TEST_F(PathRules, ExactBeatsPrefix) {
  expect_service("mixed-path-rules", "/foo", "foo-exact");
  expect_service("mixed-path-rules", "/foo/", "foo-prefix");
}
TEST_F(PathRules, PrefixWithASlashMatchesWithoutIt) {
  expect_service("trailing-slash-path-rules", "/aaa/bbb", "aaa-slash-bbb-slash-prefix");
}
TEST_F(PathRules, PrefixWithASlashMatchesWithIt) {
  expect_service("trailing-slash-path-rules", "/aaa/bbb/", "aaa-slash-bbb-slash-prefix");
}
TEST_F(PathRules, ExactWithASlashDoesNotMatchWithoutIt) {
  expect_not_found("trailing-slash-path-rules", "/foo");
}

}  // namespace
}  // namespace headgate::test_support
