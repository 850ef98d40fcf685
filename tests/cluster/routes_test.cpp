// The conformance checks, with the API server as the source: what is written by kubectl is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cluster/cluster_fixture.h"

namespace headgate::cluster_test {
namespace {

using test_support::HttpResponse;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class ClusterRoutes : public ClusterTest {
 protected:
  void expect_pod(const Replica& headgate, std::string_view host, std::string_view path,
                  const std::string& pod) {
    EXPECT_TRUE(headgate.wait_for(host, path, 200, pod))
        << host << path << " is answered with " << headgate.get(host, path).status;
  }
  static void expect_not_found(const Replica& headgate, std::string_view host, std::string_view path) {
    EXPECT_EQ(headgate.get(host, path).status, 404) << host << path;
  }
};

TEST_F(ClusterRoutes, HostsAndPathsLeadToTheirServices) {
  cluster.apply(service_with_pod("exact") + service_with_pod("wildcard") + service_with_pod("deep"));
  test_support::IngressSpec spec;
  spec.name = "hosts";
  spec.class_name = "headgate";
  spec.rules = {{"foo.bar.com", {{"/", "Prefix", "exact", "http"}, {"/a/b", "Exact", "deep", "80"}}},
                {"*.foo.com", {{"/", "Prefix", "wildcard", "80"}}}};
  cluster.apply(test_support::ingress(spec));
  const Replica headgate(cluster);  // ready: everything that was there is served
  EXPECT_EQ(headgate.get("foo.bar.com").field("X-Pod"), "exact");
  EXPECT_EQ(headgate.get("foo.bar.com", "/a/b").field("X-Pod"), "deep");
  EXPECT_EQ(headgate.get("foo.bar.com", "/a/b/c").field("X-Pod"), "exact");
  const HttpResponse wild = headgate.get("bar.foo.com");
  EXPECT_EQ(wild.field("X-Pod"), "wildcard");
  EXPECT_THAT(wild.body, HasSubstr("bar.foo.com"));
  expect_not_found(headgate, "baz.bar.foo.com", "/");
  expect_not_found(headgate, "foo.com", "/");
  expect_not_found(headgate, "other.com", "/");
}

TEST_F(ClusterRoutes, TheDefaultBackendOfAnIngressTakesTheRest) {
  cluster.apply(service_with_pod("rest"));
  test_support::IngressSpec spec;
  spec.name = "rest";
  spec.class_name = "headgate";
  spec.default_service = "rest";
  cluster.apply(test_support::ingress(spec));
  const Replica headgate(cluster);
  EXPECT_EQ(headgate.get("any.example.com", "/any").field("X-Pod"), "rest");
}

TEST_F(ClusterRoutes, PodsOfAServiceTakeTurnsAndLeaveWithTheirSlice) {
  const EchoPod& a = add_pod("a");
  const EchoPod& b = add_pod("b");
  cluster.apply(test_support::service_at("web", {a.where(), b.where()}) + ingress("web", "web.test", "web"));
  const Replica headgate(cluster);
  std::multiset<std::string> answers;
  for (int i = 0; i < 4; ++i) answers.insert(headgate.get("web.test").field("X-Pod").value_or("nobody"));
  EXPECT_THAT(answers, UnorderedElementsAre("a", "a", "b", "b"));
  cluster.remove(test_support::endpoint_slices("web", {a.where()}));  // web-0
  const auto only_b = [&] {
    return headgate.get("web.test").field("X-Pod") == "b" && headgate.get("web.test").field("X-Pod") == "b";
  };
  EXPECT_TRUE(test_support::eventually(only_b));
  // The last pod goes: nobody is there, but the route is.
  EXPECT_EQ(cluster.api().request("DELETE", kSlicePath + "/web-1").status, 200);
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 503));
}

TEST_F(ClusterRoutes, AServiceWithoutASelectorIsReachedByItsOwnSlices) {
  const EchoPod& pod = add_pod("manual");
  cluster.apply(test_support::service_at("manual", {pod.where()}) +
                ingress("manual", "manual.test", "manual"));
  ASSERT_EQ(value("service/manual", "{.spec.selector}"), "");
  const Replica headgate(cluster);
  expect_pod(headgate, "manual.test", "/", "manual");
}

TEST_F(ClusterRoutes, WhatIsWrittenLaterIsServedLater) {
  const Replica headgate(cluster);
  expect_not_found(headgate, "late.test", "/");
  cluster.apply(ingress("late", "late.test", "late"));
  EXPECT_TRUE(headgate.wait_for("late.test", "/", 503)) << "a route whose Service is missing";
  cluster.apply(service_with_pod("late"));
  expect_pod(headgate, "late.test", "/", "late");
  EXPECT_EQ(cluster.kubectl({"delete", "ingress", "late"}).code, 0);
  EXPECT_TRUE(headgate.wait_for("late.test", "/", 404));
}

TEST_F(ClusterRoutes, APodFindsTheApiServerByItself) {
  const std::string folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  std::filesystem::create_directories(folder);
  write_file(folder + "/token", cluster.headgate_token());
  write_file(folder + "/ca.crt", read_file(cluster.server().file("ca.crt")));
  write_file(folder + "/namespace", "headgate");
  cluster.apply(service_with_pod("inside") + ingress("inside", "inside.test", "inside"));
  ReplicaOptions options;
  options.in_cluster = true;
  const Replica headgate(cluster, options);
  EXPECT_EQ(headgate.get("inside.test").field("X-Pod"), "inside");
}

}  // namespace
}  // namespace headgate::cluster_test
