// An API server that cannot stream its state as the beginning of a watch: Headgate lists, then watches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cluster/cluster_fixture.h"

namespace headgate::cluster_test {
namespace {

class OldServer : public ClusterTest {
 protected:
  OldServer() {
    cluster.server().kill();
    cluster.server().start({"--feature-gates=WatchList=false"});
  }
  ~OldServer() override {
    cluster.server().kill();
    cluster.server().start();
  }
};

TEST_F(OldServer, IsListedAndWatched) {
  const std::size_t before = cluster.audit_log().size();
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web"));
  const Replica headgate(cluster);
  EXPECT_EQ(headgate.get("web.test").field("X-Pod"), "web");
  cluster.apply(ingress("new", "new.test", "web"));
  EXPECT_TRUE(headgate.wait_for("new.test", "/", 200, "web"));
  EXPECT_EQ(cluster.kubectl({"delete", "ingress", "web"}).code, 0);
  EXPECT_TRUE(headgate.wait_for("web.test", "/", 404));

  const std::vector<std::string> log = cluster.audit_log();
  const auto lists_ingresses = [](const std::string& request) {
    return json_text(request, "verb") == "list" && json_text(request, "resource") == "ingresses" &&
           request.find("\"code\":200") != std::string::npos;
  };
  EXPECT_TRUE(std::any_of(log.begin() + static_cast<std::ptrdiff_t>(before), log.end(), lists_ingresses));
}

}  // namespace
}  // namespace headgate::cluster_test
