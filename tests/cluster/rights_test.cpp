// The rights in manifests/: what Headgate asks for is allowed, and what is allowed is asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "cluster/cluster_fixture.h"

namespace headgate::cluster_test {
namespace {

using test_support::eventually;
using ::testing::IsEmpty;
using ::testing::Not;

using Words = std::set<std::string>;

// The words of a JSON list: ["a","b"].
std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  for (std::size_t at = list.find('"'); at != std::string::npos; at = list.find('"', at + 1)) {
    const std::size_t end = list.find('"', at + 1);
    words.push_back(list.substr(at + 1, end - at - 1));
    at = end;
  }
  return words;
}

class Rights : public ClusterTest {
 protected:
  // "verb group/resource" for everything the rules of `object` allow.
  void add_rules(const std::string& object, Words& granted) {
    const KubectlResult rules =
        cluster.kubectl({"get", object, "--namespace=headgate", "-o",
                         "jsonpath={range .rules[*]}{.apiGroups}|{.resources}|{.verbs}{\"\\n\"}{end}"});
    ASSERT_EQ(rules.code, 0) << rules.error;
    std::istringstream lines(rules.output);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t first = line.find('|');
      const std::size_t second = line.find('|', first + 1);
      for (const std::string& group : words_of(line.substr(0, first)))
        for (const std::string& resource : words_of(line.substr(first, second - first)))
          for (const std::string& verb : words_of(line.substr(second)))
            granted.insert(verb + " " + group + "/" + resource);
    }
  }
  // The same for what was asked, and everything that was forbidden.
  static void read_audit_log(const std::vector<std::string>& log, Words& used, Words& forbidden) {
    for (const std::string& line : log) {
      const std::size_t object = line.find("\"objectRef\":{");
      if (object == std::string::npos) continue;
      const std::string reference = line.substr(object, line.find('}', object) - object);
      const std::string sub = json_text(reference, "subresource");
      const std::string right = json_text(line, "verb") + " " + json_text(reference, "apiGroup") + "/" +
                                json_text(reference, "resource") + (sub.empty() ? "" : "/" + sub);
      used.insert(right);
      if (line.find("\"code\":403") != std::string::npos) forbidden.insert(right);
    }
  }
};

TEST_F(Rights, AreEnoughAndNoneIsLeftOver) {
  const std::size_t before = cluster.audit_log().size();
  test_support::IngressSpec wrong;
  wrong.name = "wrong";
  wrong.class_name = "headgate";
  wrong.rules = {{"wrong.test", {{"/", "Prefix", "absent", "80"}}}};
  cluster.apply(service_with_pod("web") + ingress("web", "web.test", "web") + test_support::ingress(wrong));
  const std::string service = "/api/v1/namespaces/headgate/services/headgate/status";
  cluster.api().request("PATCH", service, R"({"status":{"loadBalancer":{"ingress":[{"ip":"203.0.113.7"}]}}})",
                        kMergePatch);
  const auto address = [&] { return value("ingress/web", "{.status.loadBalancer.ingress[*].ip}"); };
  add_node("node-1", "192.0.2.1");
  add_running_pod("headgate-0");
  add_running_pod("headgate-1");
  {
    const Replica headgate(cluster);  // the flags of manifests/
    EXPECT_TRUE(eventually([&] { return address() == "203.0.113.7"; })) << headgate.log();
  }
  {
    ReplicaOptions options;  // and those its comments name
    options.name = "headgate-1";
    options.flags = {"--publish-service=", "--watch-namespace-selector=kubernetes.io/metadata.name=default",
                     "--enable-topology-aware-routing=true"};
    const Replica headgate(cluster, options);
    EXPECT_TRUE(eventually([&] { return address() == "192.0.2.1"; })) << headgate.log();
    EXPECT_TRUE(headgate.wait_for("web.test", "/", 200));
  }
  Words granted, used, forbidden;
  add_rules("clusterrole/headgate", granted);
  add_rules("role/headgate", granted);
  std::vector<std::string> log = cluster.audit_log();
  log.erase(log.begin(), log.begin() + static_cast<std::ptrdiff_t>(before));
  read_audit_log(log, used, forbidden);
  EXPECT_THAT(forbidden, IsEmpty());
  Words left_over;
  std::set_difference(granted.begin(), granted.end(), used.begin(), used.end(),
                      std::inserter(left_over, left_over.end()));
  // Only when the same is wrong again minutes later.
  left_over.erase("patch events.k8s.io/events");
  // Lists are for servers that cannot stream the state as the beginning of a watch.
  for (const std::string& right : used)
    if (right.starts_with("watch ")) left_over.erase("list " + right.substr(6));
  EXPECT_THAT(left_over, IsEmpty()) << "used: " << ::testing::PrintToString(used);
  EXPECT_THAT(used, Not(IsEmpty()));
}

}  // namespace
}  // namespace headgate::cluster_test
