// The resolver against a DNS server of the test.
#include "k8swatch/c_ares_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/deadline.h"
#include "support/dns_server.h"
#include "support/temp_dir.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Outcome = NameAnswer::Outcome;
using test_support::DnsRecords;
using test_support::DnsServer;

class CAresResolverTest : public ::testing::Test {
 protected:
  CAresResolverTest() { write_resolv_conf("search shop.local local\noptions ndots:3\n"); }

  void write_resolv_conf(const std::string& text) {
    const std::filesystem::path fresh = resolv_conf_.string() + ".new";
    std::ofstream(fresh) << text;
    std::filesystem::rename(fresh, resolv_conf_);
  }

  CAresOptions options() {
    CAresOptions result;
    result.servers = server_.address();
    result.resolv_conf = resolv_conf_;
    result.query_timeout = test_support::kPatience;
    result.tries = 1;
    result.routes = [this] { return routes_; };
    return result;
  }

  CAresResolver& resolver() {
    if (!resolver_) resolver_ = std::make_unique<CAresResolver>(io_, options(), [this] { ++told_; });
    return *resolver_;
  }

  NameAnswer look_up(const std::string& name) {
    std::optional<NameAnswer> answer;
    resolver().resolve(name, [&](NameAnswer a) { answer = std::move(a); });
    EXPECT_FALSE(answer) << "called back from within resolve()";
    run_until([&] { return answer.has_value(); });
    return answer ? *answer : NameAnswer();
  }

  template <typename Condition>
  void run_until(Condition condition) {
    const auto end = Clock::now() + test_support::kPatience;
    io_.restart();
    while (!condition() && Clock::now() < end) io_.run_one_for(100ms);
    EXPECT_TRUE(condition());
  }

  static std::vector<std::string> texts(const NameAnswer& answer) {
    std::vector<std::string> result;
    for (const SocketAddress& each : answer.addresses) result.push_back(each.ip_string());
    return result;
  }

  using Clock = std::chrono::steady_clock;
  test_support::TempDir home_;
  std::filesystem::path resolv_conf_ = home_.path() / "resolv.conf";
  DnsServer server_;
  boost::asio::io_context io_{1};
  MachineRoutes routes_;
  int told_ = 0;
  std::unique_ptr<CAresResolver> resolver_;
};

TEST_F(CAresResolverTest, FindsAddressesOfBothFamiliesAndTheirTtl) {
  server_.set("a.org", {{"192.0.2.9", "192.0.2.1", "2001:db8::1"}, 77});
  const NameAnswer answer = look_up("a.org.");
  EXPECT_EQ(answer.outcome, Outcome::found);
  EXPECT_THAT(texts(answer), ElementsAre("192.0.2.1", "192.0.2.9", "2001:db8::1"));
  EXPECT_EQ(answer.ttl, 77s);
  EXPECT_GE(told_, 1);
}

TEST_F(CAresResolverTest, AFamilyThatTheMachineCannotReachIsLeftOut) {
  server_.set("a.org", {{"192.0.2.1", "2001:db8::1"}});
  routes_ = {false, true};
  EXPECT_THAT(texts(look_up("a.org.")), ElementsAre("2001:db8::1"));
}

TEST_F(CAresResolverTest, SearchesForANameWithoutADotAtItsEnd) {
  server_.set("db.local", {{"192.0.2.1"}});
  EXPECT_THAT(texts(look_up("db")), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server_.queries("db.shop.local"), 2U);
  EXPECT_EQ(server_.queries("db"), 0U);
  EXPECT_EQ(look_up("db.").outcome, Outcome::absent);
  EXPECT_EQ(server_.queries("db"), 2U);
}

TEST_F(CAresResolverTest, TellsWhatTheDnsSays) {
  const NameAnswer gone = look_up("nowhere.org.");
  EXPECT_EQ(gone.outcome, Outcome::absent);
  EXPECT_THAT(gone.error, HasSubstr("NXDOMAIN"));
  server_.set("empty.org", {});
  const NameAnswer empty = look_up("empty.org.");
  EXPECT_EQ(empty.outcome, Outcome::absent);
  EXPECT_THAT(empty.error, HasSubstr("no address"));
  server_.set("broken.org", {{}, 0, DnsRecords::kServerFailure});
  const NameAnswer broken = look_up("broken.org.");
  EXPECT_EQ(broken.outcome, Outcome::failed);
  EXPECT_THAT(broken.error, HasSubstr("SERVFAIL"));
}

TEST_F(CAresResolverTest, ASilentServerIsAFailure) {
  server_.set("silent.org", {{}, 0, DnsRecords::kSilence});
  CAresOptions hasty = options();
  hasty.query_timeout = 100ms;
  hasty.tries = 2;
  resolver_ = std::make_unique<CAresResolver>(io_, hasty, [] {});
  const NameAnswer answer = look_up("silent.org.");
  EXPECT_EQ(answer.outcome, Outcome::failed);
  EXPECT_THAT(answer.error, HasSubstr("in time"));
  EXPECT_EQ(server_.queries("silent.org"), 4U);  // both types, twice
}

TEST_F(CAresResolverTest, ManyNamesAtOnceAreAllAnswered) {
  constexpr int kNames = 500;  // many more than are under way at once
  int answered = 0;
  for (int i = 0; i < kNames; ++i) {
    const std::string name = "n" + std::to_string(i) + ".org";
    server_.set(name, {{"192.0.2." + std::to_string(i % 250)}});
    resolver().resolve(name + ".", [&](const NameAnswer& answer) {
      EXPECT_EQ(answer.outcome, Outcome::found);
      ++answered;
    });
  }
  run_until([&] { return answered == kNames; });
}

TEST_F(CAresResolverTest, AskingFromWithinAnAnswerWorks) {
  server_.set("a.org", {{"192.0.2.1"}});
  server_.set("b.org", {{"192.0.2.2"}});
  std::vector<std::string> second;
  resolver().resolve("a.org.", [&](const NameAnswer&) {
    resolver().resolve("b.org.", [&](const NameAnswer& answer) { second = texts(answer); });
  });
  run_until([&] { return !second.empty(); });
  EXPECT_THAT(second, ElementsAre("192.0.2.2"));
}

TEST_F(CAresResolverTest, FollowsAChangeOfResolvConf) {
  server_.set("db.other.local", {{"192.0.2.3"}});
  EXPECT_EQ(look_up("db").outcome, Outcome::absent);
  write_resolv_conf("search other.local\n");
  EXPECT_THAT(texts(look_up("db")), ElementsAre("192.0.2.3"));
}

TEST_F(CAresResolverTest, ServersThatAreNoneAreToldWithEachAnswer) {
  CAresOptions bad = options();
  bad.servers = "not-an-address";
  resolver_ = std::make_unique<CAresResolver>(io_, bad, [] {});
  const NameAnswer answer = look_up("a.org.");
  EXPECT_EQ(answer.outcome, Outcome::failed);
  EXPECT_THAT(answer.error, HasSubstr("the DNS cannot be asked"));
}

TEST_F(CAresResolverTest, MayEndWithLookUpsUnderWay) {
  server_.set("silent.org", {{}, 0, DnsRecords::kSilence});
  resolver().resolve("silent.org.", [](const NameAnswer&) { FAIL() << "answered after the end"; });
  run_until([&] { return server_.queries("silent.org") == 2; });
  resolver_.reset();
  io_.restart();
  io_.run();  // what is left are handlers of what is gone
}

}  // namespace
}  // namespace headgate::k8swatch
