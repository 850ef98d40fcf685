// Which of a primary and its canaries a request is for.
#include "router/backend_choice.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/sample_request.h"
#include "router/drafts.h"

namespace headgate::router {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

class BackendChoiceTest : public ::testing::Test {
 protected:
  BackendChoiceTest() : primary(testing::cluster("default-web-80")) {}

  Alternative& add(const std::string& name, std::uint32_t weight, const std::string& header = "") {
    Alternative& added = choice.alternatives.emplace_back();
    added.cluster = testing::cluster(name);
    added.rule.weight = weight;
    added.rule.header = header;
    return added;
  }
  // "" for the primary. `draw`: of 100.
  [[nodiscard]] std::string choose(const Fields& fields, double draw = 0) const {
    const auto random = static_cast<std::uint32_t>(draw / 100 * 4294967296.0);
    const Alternative* const chosen =
        choose_alternative(choice, *primary, policy::SampleRequest("/", fields).view, random);
    return chosen == nullptr ? "" : chosen->cluster->name;
  }
  [[nodiscard]] static std::pair<std::string, std::string> session(const Cluster& cluster) {
    return {"Cookie", "INGRESSCOOKIE=key|" + session_tag(cluster)};
  }

  std::shared_ptr<const Cluster> primary;
  BackendChoice choice;
};

TEST_F(BackendChoiceTest, WithoutCanariesItIsThePrimary) { EXPECT_EQ(choose({}), ""); }

TEST_F(BackendChoiceTest, WeightsAddUpInOrder) {
  add("one", 10);
  add("two", 20);
  EXPECT_EQ(choose({}, 0), "one");
  EXPECT_EQ(choose({}, 9.99), "one");
  EXPECT_EQ(choose({}, 10.01), "two");
  EXPECT_EQ(choose({}, 29.99), "two");
  EXPECT_EQ(choose({}, 30.01), "");
  EXPECT_EQ(choose({}, 99.99), "");
}

TEST_F(BackendChoiceTest, AWeightOfNothingIsNeverDrawn) {
  add("one", 0);
  EXPECT_EQ(choose({}, 0), "");
}

TEST_F(BackendChoiceTest, TheFirstHeaderThatSaysSoDecides) {
  add("one", 100, "x_one");
  add("two", 0, "x_two");
  EXPECT_EQ(choose({{"X-Two", "always"}}), "two");
  EXPECT_EQ(choose({{"X-One", "always"}, {"X-Two", "always"}}), "one");
  EXPECT_EQ(choose({{"X-One", "never"}}), "");
  EXPECT_EQ(choose({{"X-Two", "never"}}), "one");
}

TEST_F(BackendChoiceTest, NeverForOneLeavesTheOtherItsShareAndNoMore) {
  add("one", 50, "x_one");
  add("two", 20);
  EXPECT_EQ(choose({{"X-One", "never"}}, 19.9), "two");
  EXPECT_EQ(choose({{"X-One", "never"}}, 20.1), "");
}

TEST_F(BackendChoiceTest, ASessionComesBeforeEveryRule) {
  choice.balancing.affinity.emplace();
  Alternative& canary = add("one", 0, "x_one");
  canary.balancing.affinity = choice.balancing.affinity;
  EXPECT_EQ(choose({session(*primary), {"X-One", "always"}}), "");
  EXPECT_EQ(choose({session(*canary.cluster), {"X-One", "never"}}), "one");
  EXPECT_EQ(choose({{"Cookie", "INGRESSCOOKIE=key|other"}, {"X-One", "always"}}), "one");
  EXPECT_EQ(choose({{"Cookie", "INGRESSCOOKIE=key"}, {"X-One", "always"}}), "one");
  canary.balancing.affinity.reset();  // apart from the primary's sessions
  EXPECT_EQ(choose({session(*canary.cluster), {"X-One", "never"}}), "");
}

TEST_F(BackendChoiceTest, IsEqualByValue) {
  add("one", 1);
  BackendChoiceRef a{std::make_shared<const BackendChoice>(choice)};
  BackendChoiceRef b{std::make_shared<const BackendChoice>(choice)};
  EXPECT_TRUE(a == b);
  choice.alternatives[0].rule.weight = 2;
  b.choice = std::make_shared<const BackendChoice>(choice);
  EXPECT_FALSE(a == b);
  EXPECT_FALSE(a == BackendChoiceRef());
}

}  // namespace
}  // namespace headgate::router
