// When names are looked up again, and what is kept meanwhile.
#include "k8swatch/external_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/scripted_resolver.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ExternalNamesTest : public ::testing::Test {
 protected:
  // Lets so much time pass; true: that made it ask for the name again.
  bool after(std::chrono::milliseconds time) {
    const std::size_t before = resolver_.asked().size();
    now_ += time;
    names_.run_due(now_);
    return resolver_.asked().size() > before;
  }
  std::vector<std::string> addresses(const std::string& name) {
    std::vector<std::string> texts;
    for (const SocketAddress& each : names_.state(name).addresses) texts.push_back(each.ip_string());
    return texts;
  }

  TimePoint now_{};
  int calls_ = 0;
  ScriptedResolver resolver_;
  ExternalNames names_{&resolver_, [this] { return now_; }, [this] { ++calls_; }};
};

TEST_F(ExternalNamesTest, LooksANameUpOnceForAllItsUses) {
  names_.acquire("a.org");
  names_.acquire("a.org");
  EXPECT_THAT(resolver_.asked(), ElementsAre("a.org"));
  EXPECT_FALSE(names_.state("a.org").answered);
  EXPECT_EQ(names_.deadline(), std::nullopt);
  resolver_.answer("a.org", found({"10.0.0.2", "10.0.0.1"}));
  EXPECT_TRUE(names_.state("a.org").answered);
  EXPECT_THAT(addresses("a.org"), ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_EQ(calls_, 1);
  EXPECT_THAT(names_.take_changes(), ElementsAre("a.org"));
  EXPECT_THAT(names_.take_changes(), IsEmpty());
}

TEST_F(ExternalNamesTest, FollowsTheTtl) {
  names_.acquire("a.org");
  resolver_.answer("a.org", found({"10.0.0.1"}, 60));
  EXPECT_FALSE(after(59s));
  EXPECT_EQ(names_.deadline(), now_ + 1s);
  EXPECT_TRUE(after(1s));
  resolver_.answer("a.org", found({"10.0.0.9"}, 60));
  EXPECT_THAT(addresses("a.org"), ElementsAre("10.0.0.9"));
  EXPECT_EQ(calls_, 2);
}

TEST_F(ExternalNamesTest, BoundsTheTtl) {
  names_.acquire("a.org");
  resolver_.answer("a.org", found({"10.0.0.1"}, 0));
  EXPECT_FALSE(after(4999ms));
  EXPECT_TRUE(after(1ms));
  resolver_.answer("a.org", found({"10.0.0.1"}, 86400));
  EXPECT_FALSE(after(299s));
  EXPECT_TRUE(after(1s));
}

TEST_F(ExternalNamesTest, TheSameAnswerIsNoChange) {
  names_.acquire("a.org");
  resolver_.answer("a.org", found({"10.0.0.1"}));
  names_.take_changes();
  after(60s);
  resolver_.answer("a.org", found({"10.0.0.1"}, 7));
  EXPECT_EQ(calls_, 1);
  EXPECT_THAT(names_.take_changes(), IsEmpty());
  EXPECT_TRUE(after(7s));
}

TEST_F(ExternalNamesTest, KeepsTheLastGoodAddressesWhileLookUpsFail) {
  names_.acquire("a.org");
  resolver_.answer("a.org", found({"10.0.0.1"}));
  after(60s);
  resolver_.answer("a.org", failed());
  EXPECT_THAT(addresses("a.org"), ElementsAre("10.0.0.1"));
  EXPECT_EQ(names_.state("a.org").error, "no DNS server answered in time");
  after(1s);
  resolver_.answer("a.org", found({"10.0.0.2"}));
  EXPECT_THAT(addresses("a.org"), ElementsAre("10.0.0.2"));
  EXPECT_EQ(names_.state("a.org").error, "");
}

TEST_F(ExternalNamesTest, ANameThatIsGoneHasNoAddresses) {
  names_.acquire("a.org");
  resolver_.answer("a.org", found({"10.0.0.1"}));
  after(60s);
  resolver_.answer("a.org", absent());
  EXPECT_THAT(addresses("a.org"), IsEmpty());
  EXPECT_EQ(names_.state("a.org").error, "there is no such name (NXDOMAIN)");
}

TEST_F(ExternalNamesTest, TriesAgainLaterAndLater) {
  names_.acquire("a.org");
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
    resolver_.answer("a.org", wait.count() % 4 == 0 ? absent() : failed());
    EXPECT_FALSE(after(wait - 1ms)) << wait.count();
    EXPECT_TRUE(after(1ms)) << wait.count();
  }
  resolver_.answer("a.org", found({"10.0.0.1"}, 60));
  after(60s);
  resolver_.answer("a.org", failed());  // begins anew
  EXPECT_TRUE(after(1s));
}

TEST_F(ExternalNamesTest, AReleasedNameIsForgotten) {
  names_.acquire("a.org");
  names_.acquire("b.org");
  resolver_.answer("a.org", found({"10.0.0.1"}));
  names_.release("a.org");
  names_.release("b.org");
  EXPECT_EQ(names_.deadline(), std::nullopt);
  EXPECT_THAT(names_.take_changes(), IsEmpty());
  resolver_.answer("b.org", found({"10.0.0.1"}));  // nobody wants to know any more
  EXPECT_EQ(calls_, 1);
  EXPECT_FALSE(after(1h));
}

TEST_F(ExternalNamesTest, AnAnswerToAnEarlierUseDoesNotCount) {
  names_.acquire("a.org");
  names_.release("a.org");
  names_.acquire("a.org");
  resolver_.answer("a.org", found({"10.0.0.1"}));  // the first question's
  EXPECT_FALSE(names_.state("a.org").answered);
  resolver_.answer("a.org", found({"10.0.0.2"}));
  EXPECT_THAT(addresses("a.org"), ElementsAre("10.0.0.2"));
}

TEST(ExternalNamesEnd, AnAnswerAfterTheEndHarmsNobody) {
  ScriptedResolver resolver;
  {
    ExternalNames names(
        &resolver, [] { return TimePoint(); }, [] { FAIL(); });
    names.acquire("a.org");
  }
  resolver.answer("a.org", found({"10.0.0.1"}));
}

TEST(ExternalNamesOffline, WithoutResolverNothingIsAnswered) {
  ExternalNames names(
      nullptr, [] { return TimePoint(); }, [] {});
  names.acquire("a.org");
  EXPECT_FALSE(names.has_resolver());
  EXPECT_FALSE(names.state("a.org").answered);
  EXPECT_EQ(names.deadline(), std::nullopt);
}

}  // namespace
}  // namespace headgate::k8swatch
