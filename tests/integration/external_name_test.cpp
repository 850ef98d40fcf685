// Services of type ExternalName: the real binary, a DNS server of the test, pods on addresses of their own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/dns_server.h"
#include "support/headgate_process.h"
#include "support/manifests.h"
#include "support/ticker.h"

namespace headgate::test_support {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr int kLeastTtl = 5;  // seconds; shorter ones count as so long

std::string external(const std::string& name, const std::string& target) {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name +
         "}\nspec: {type: ExternalName, externalName: '" + target + "'}\n";
}

class ExternalNameTest : public ::testing::Test {
 protected:
  // Host x.test leads to what `target` stands for, on the port of `first`.
  void start(const std::string& target, const std::vector<std::string>& flags = {}) {
    folder.write("all.yaml", external("web", target) +
                                 ingress("web", "x.test", "web", "/", std::to_string(first.port())));
    HeadgateOptions options;
    options.flags = {"--resolver=" + dns.address()};
    options.flags.insert(options.flags.end(), flags.begin(), flags.end());
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  std::string findings() const { return headgate->admin("/debug/findings").body; }
  bool wait_for_finding(const std::string& text) const { return headgate->wait_for_finding(text); }

  DnsServer dns;
  EchoBackend first{"first"};
  EchoBackend second{"second", {}, "127.0.0.2", first.port()};
  ManifestFolder folder;
  std::unique_ptr<HeadgateProcess> headgate;
};

TEST_F(ExternalNameTest, FollowsTheNameWhileRequestsGoOn) {
  dns.set("pod.example.org", {{"127.0.0.1"}, 1});
  start("pod.example.org.");
  ASSERT_TRUE(headgate->wait_for("x.test", "/", 200, "first"));
  EXPECT_THAT(findings(), Not(HasSubstr("Service")));

  dns.set("pod.example.org", {{"127.0.0.2"}, 1});
  Ticker every(10ms);
  const Deadline deadline(kPatience);
  bool moved = false;
  while (!moved && !deadline.passed()) {
    every.next();
    const HttpResponse response = headgate->get("x.test", "/");
    ASSERT_EQ(response.status, 200);
    moved = second.request_count() > 0;
  }
  EXPECT_TRUE(moved) << "the new address is not used after the TTL";

  dns.set("pod.example.org", {{}, 0, DnsRecords::kServerFailure});
  ASSERT_TRUE(wait_for_finding("its last known addresses are used"));
  EXPECT_THAT(findings(), HasSubstr("Service default/web"));
  for (int i = 0; i < 20; ++i) ASSERT_EQ(headgate->get("x.test", "/").status, 200);

  dns.set("pod.example.org", {{"127.0.0.1"}, 1});
  second.forget_requests();
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200, "first"));
  EXPECT_TRUE(eventually([&] { return findings().find("Service default/web") == std::string::npos; }));
}

TEST_F(ExternalNameTest, EveryAddressTakesRequests) {
  dns.set("pod.example.org", {{"127.0.0.1", "127.0.0.2"}, 300});
  start("pod.example.org.");
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200, "first"));
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200, "second"));
}

TEST_F(ExternalNameTest, ANameThatIsNotThereIsA503UntilItIs) {
  start("later.example.org.");
  ASSERT_TRUE(wait_for_finding("'later.example.org.' cannot be resolved: there is no such name (NXDOMAIN)"));
  EXPECT_EQ(headgate->get("x.test", "/").status, 503);
  dns.set("later.example.org", {{"127.0.0.1"}, 60});
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 200, "first"));
}

TEST_F(ExternalNameTest, ANameThatStandsForTheMetadataServiceIsRefused) {
  dns.set("evil.example.org", {{"169.254.169.254", "fd00:ec2::254"}, kLeastTtl});
  start("evil.example.org.");
  ASSERT_TRUE(wait_for_finding("stands for 169.254.169.254"));
  EXPECT_THAT(findings(), HasSubstr("fd00:ec2::254, which is the metadata service of a cloud"));
  EXPECT_EQ(headgate->get("x.test", "/").status, 503);

  // The name turns good, and bad again while it serves.
  dns.set("evil.example.org", {{"127.0.0.1"}, kLeastTtl});
  ASSERT_TRUE(headgate->wait_for("x.test", "/", 200, "first"));
  dns.set("evil.example.org", {{"169.254.169.254"}, kLeastTtl});
  EXPECT_TRUE(headgate->wait_for("x.test", "/", 503));
}

TEST_F(ExternalNameTest, AFlagTurnsItOff) {
  dns.set("pod.example.org", {{"127.0.0.1"}, 60});
  start("pod.example.org.", {"--disable-svc-external-name"});
  EXPECT_EQ(headgate->get("x.test", "/").status, 503);
  EXPECT_THAT(findings(), HasSubstr("turned off by --disable-svc-external-name"));
  EXPECT_EQ(dns.queries("pod.example.org"), 0U);
}

}  // namespace
}  // namespace headgate::test_support
