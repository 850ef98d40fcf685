#include "k8swatch/status_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "k8swatch/lease_server.h"
#include "k8swatch/load_balancer_address.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using testing::answer_of;
using testing::between;
using testing::failure_of;
using ::testing::HasSubstr;

using Addresses = std::vector<LoadBalancerAddress>;

const Addresses kOne = {{"", "192.0.2.1"}};
const Addresses kTwo = {{"", "192.0.2.2"}};

// The writer, and an API server whose watch speaks when the test lets it.
class StatusWriterTest : public ::testing::Test {
 protected:
  void put(const std::string& name, Addresses addresses = {}) {
    versions_[name] = ++version_;
    tell(name, std::move(addresses));
  }
  // What the watch says of the newest version.
  void tell(const std::string& name, Addresses addresses) {
    Ingress ingress;
    ingress.metadata.namespace_name = "ns";
    ingress.metadata.name = name;
    ingress.metadata.resource_version = std::to_string(versions_[name]);
    ingress.addresses = std::move(addresses);
    writer_.on_upsert(ingress);
  }
  void lead(const Addresses& addresses = kOne) {
    writer_.set_leader(true);
    writer_.set_addresses(addresses);
  }
  // What is asked for now: "name"; empty: nothing.
  std::string ask() {
    const auto request = writer_.next_request({now_, {}});
    if (!request) return "";
    last_ = *request;
    return between(last_.target, "/ingresses/", "/status");
  }
  void get(const ApiOutcome& outcome) { writer_.on_answer(outcome, {now_, {}}); }
  // The server does it; the watch says nothing yet.
  void done() {
    const std::string name = between(last_.target, "/ingresses/", "/status");
    versions_[name] = ++version_;
    get(answer_of(200, R"({"metadata":{"name":"x","resourceVersion":")" + std::to_string(version_) + "\"}}"));
  }
  // Everything that is to be written, as fast as it is allowed.
  std::vector<std::string> run() {
    std::vector<std::string> names;
    while (writer_.deadline() && !writer_.is_idle() && names.size() < 1000) {
      now_ = std::max(now_, *writer_.deadline());
      if (const std::string name = ask(); !name.empty()) {
        names.push_back(name);
        done();
      }
    }
    return names;
  }
  [[nodiscard]] std::string version_in_patch() const {
    return between(last_.body, R"("resourceVersion":")", "\"");
  }

  std::set<std::string> foreign_;
  StatusWriter writer_{[this](const std::string& key) { return !foreign_.contains(key); }};
  TimePoint now_{1000h};
  ApiRequest last_;
  std::map<std::string, int> versions_;
  int version_ = 10;
};

using Names = std::vector<std::string>;

TEST_F(StatusWriterTest, WritesTheAddresses) {
  put("web");
  lead({{"", "192.0.2.1"}, {"lb.example.com", ""}});
  EXPECT_EQ(ask(), "web");
  EXPECT_EQ(last_.method, "PATCH");
  EXPECT_EQ(last_.target, "/apis/networking.k8s.io/v1/namespaces/ns/ingresses/web/status");
  EXPECT_EQ(last_.content_type, "application/merge-patch+json");
  EXPECT_EQ(last_.body, R"({"metadata":{"resourceVersion":"11"},"status":{"loadBalancer":{"ingress":)"
                        R"([{"ip":"192.0.2.1"},{"hostname":"lb.example.com"}]}}})");
}

TEST_F(StatusWriterTest, RestsWithoutLeadingOrAddresses) {
  put("web");
  writer_.set_addresses(kOne);
  EXPECT_EQ(ask(), "");
  EXPECT_EQ(writer_.deadline(), std::nullopt);
  writer_.set_leader(true);
  EXPECT_EQ(ask(), "web");
  done();
  writer_.set_leader(false);
  put("other");
  EXPECT_EQ(ask(), "");
  // The addresses are to be found out anew.
  writer_.set_leader(true);
  EXPECT_EQ(ask(), "");
  writer_.set_addresses(kOne);
  EXPECT_EQ(ask(), "other");
}

TEST_F(StatusWriterTest, LeavesAloneWhatIsRightOrForeign) {
  put("right", {{"", "192.0.2.1"}});
  put("foreign");
  foreign_.insert("ns/foreign");
  put("wrong", {{"", "192.0.2.7"}});
  lead();
  EXPECT_EQ(run(), Names{"wrong"});
}

TEST_F(StatusWriterTest, TakesWhatBecomesOurs) {
  put("web");
  foreign_.insert("ns/web");
  lead();
  EXPECT_EQ(run(), Names{});
  foreign_.clear();
  writer_.look_at_all();
  EXPECT_EQ(run(), Names{"web"});
}

TEST_F(StatusWriterTest, ComparesWithoutRegardToOrder) {
  put("web", {{"", "192.0.2.2"}, {"", "192.0.2.1"}, {"", "192.0.2.1"}});
  Addresses both = {{"", "192.0.2.1"}, {"", "192.0.2.2"}};
  lead(both);
  EXPECT_EQ(run(), Names{});
}

TEST_F(StatusWriterTest, WritesOnceAndWaitsForTheWatch) {
  put("web");
  lead();
  EXPECT_EQ(run(), Names{"web"});
  writer_.look_at_all();
  tell("web", kOne);
  EXPECT_EQ(run(), Names{});
}

TEST_F(StatusWriterTest, DoesNotWriteTwiceForAReplayOfTheOldVersion) {
  put("web");
  lead();
  ask();
  get(answer_of(200, R"({"metadata":{"resourceVersion":"12"}})"));
  tell("web", {});  // still version 11
  EXPECT_EQ(run(), Names{});
}

TEST_F(StatusWriterTest, KnowsTheVersionAfterItsOwnWrite) {
  put("web");
  lead();
  run();
  writer_.set_addresses(kTwo);
  EXPECT_EQ(ask(), "web");
  EXPECT_EQ(version_in_patch(), "12");  // the watch has told of 11 only
}

TEST_F(StatusWriterTest, BelievesAWatchThatIsQuickerThanTheAnswer) {
  put("web");
  lead();
  EXPECT_EQ(ask(), "web");
  versions_["web"] = 12;
  tell("web", kOne);
  get(answer_of(200, R"({"metadata":{"resourceVersion":"12"}})"));
  EXPECT_EQ(run(), Names{});
  writer_.set_addresses(kTwo);
  ask();
  EXPECT_EQ(version_in_patch(), "12");
}

TEST_F(StatusWriterTest, WritesOnlyTheLastOfManyChanges) {
  put("web");
  lead();
  EXPECT_EQ(ask(), "web");
  for (int i = 0; i < 20; ++i) writer_.set_addresses({{"", "198.51.100." + std::to_string(i)}});
  EXPECT_EQ(ask(), "");
  done();
  EXPECT_EQ(run(), Names{"web"});
  EXPECT_THAT(last_.body, HasSubstr("198.51.100.19"));
}

TEST_F(StatusWriterTest, PutsBackWhatSomebodyElseChanged) {
  put("web");
  lead();
  run();
  tell("web", kOne);
  put("web", {{"", "203.0.113.1"}});
  EXPECT_EQ(run(), Names{"web"});
}

TEST_F(StatusWriterTest, DoesNotFightForEverWithAnotherController) {
  put("web");
  lead();
  run();
  ::testing::internal::CaptureStderr();
  std::vector<Duration> waits;
  for (int i = 0; i < 10; ++i) {
    tell("web", kOne);
    put("web", kTwo);
    EXPECT_EQ(ask(), i == 0 ? "web" : "");
    if (i > 0) {
      waits.push_back(*writer_.deadline() - now_);
      // Another change meanwhile is not another blow.
      put("web", kTwo);
      EXPECT_EQ(ask(), "");
      EXPECT_EQ(*writer_.deadline() - now_, waits.back());
      now_ = *writer_.deadline();
      EXPECT_EQ(ask(), "web");
    }
    done();
  }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(waits, ::testing::ElementsAre(1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s));
  EXPECT_THAT(said, HasSubstr("Ingress ns/web: somebody else writes its status"));
  EXPECT_EQ(said.find("somebody"), said.rfind("somebody"));
  // Peace is made: the next time, it is put back at once.
  tell("web", kOne);
  now_ += 5min;
  put("web", kTwo);
  EXPECT_EQ(ask(), "web");
}

TEST_F(StatusWriterTest, ClearsAtOnceWhatSomebodyElseOverwrites) {
  put("web");
  lead();
  run();
  for (int i = 0; i < 2; ++i) {
    put("web", kTwo);
    if (i == 0) run();
  }
  EXPECT_EQ(ask(), "");
  writer_.clear();
  EXPECT_FALSE(writer_.is_idle());
  EXPECT_EQ(ask(), "web");
}

TEST_F(StatusWriterTest, WaitsForTheNewerVersionAfterAConflict) {
  put("web");
  lead();
  EXPECT_EQ(ask(), "web");
  get(answer_of(409));
  EXPECT_EQ(run(), Names{});
  tell("web", {});  // the version that was refused
  EXPECT_EQ(run(), Names{});
  put("web");
  EXPECT_EQ(ask(), "web");
  EXPECT_EQ(version_in_patch(), "12");
}

TEST_F(StatusWriterTest, TriesAtOnceWhenTheNewerVersionWasQuicker) {
  put("web");
  lead();
  EXPECT_EQ(ask(), "web");
  put("web");
  get(answer_of(409));
  EXPECT_EQ(ask(), "web");
  EXPECT_EQ(version_in_patch(), "12");
}

TEST_F(StatusWriterTest, ForgetsWhatIsGone) {
  put("web");
  put("other");
  lead();
  const std::string gone = ask();
  get(answer_of(404));
  const std::string kept = gone == "web" ? "other" : "web";
  EXPECT_EQ(run(), Names{kept});
  writer_.on_remove("ns/" + kept);
  writer_.set_addresses(kTwo);
  EXPECT_EQ(run(), Names{});
}

TEST_F(StatusWriterTest, PassesOverWhatIsRefusedAndTriesAgainMuchLater) {
  for (const int status : {400, 403, 415, 422}) {
    SCOPED_TRACE(status);
    put("web");
    put("other");
    lead(kOne);
    std::string first = ask();
    ASSERT_NE(first, "");
    get(answer_of(status, R"({"message":"no"})"));
    EXPECT_EQ(run().size(), 1u);
    EXPECT_TRUE(writer_.is_idle());
    EXPECT_EQ(*writer_.deadline(), now_ + 5min);
    now_ += 5min;
    EXPECT_EQ(ask(), first);
    done();
    writer_.set_leader(false);
  }
}

TEST_F(StatusWriterTest, BacksOffWhenNothingCanBeWritten) {
  put("web");
  lead();
  std::vector<Duration> waits;
  for (int i = 0; i < 8; ++i) {
    ASSERT_EQ(ask(), "web");
    get(i % 2 == 0 ? answer_of(503) : failure_of(ApiFailure::connect));
    EXPECT_EQ(ask(), "");
    waits.push_back(*writer_.deadline() - now_);
    now_ = *writer_.deadline();
  }
  EXPECT_THAT(waits, ::testing::ElementsAre(1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s));
  EXPECT_EQ(run(), Names{"web"});
}

TEST_F(StatusWriterTest, ObeysRetryAfter) {
  put("web");
  lead();
  ask();
  ApiResponse response;
  response.head.status = 429;
  response.head.retry_after = 7s;
  get(response);
  EXPECT_EQ(*writer_.deadline(), now_ + 7s);
}

TEST_F(StatusWriterTest, WritesTenASecond) {
  for (int i = 0; i < 110; ++i) put("web" + std::to_string(i));
  lead();
  const TimePoint start = now_;
  EXPECT_EQ(run().size(), 110u);
  EXPECT_GE(now_ - start, 9900ms);
  EXPECT_LE(now_ - start, 10100ms);
}

TEST_F(StatusWriterTest, ClearsEverythingServedWithoutLimitAtTheEnd) {
  for (int i = 0; i < 50; ++i) put("web" + std::to_string(i), kOne);
  put("foreign", kOne);
  foreign_.insert("ns/foreign");
  put("empty");
  lead();
  run();
  const TimePoint start = now_;
  writer_.clear();
  writer_.set_addresses(kTwo);   // a look that was under way
  EXPECT_EQ(run().size(), 51u);  // "empty" had been written
  EXPECT_EQ(now_, start);
  EXPECT_THAT(last_.body, HasSubstr(R"("status":{"loadBalancer":{"ingress":null}})"));
  EXPECT_TRUE(writer_.is_idle());
}

TEST(LoadBalancerAddress, IsAnAddressOrAName) {
  EXPECT_EQ(load_balancer_address("192.0.2.1"), (LoadBalancerAddress{"", "192.0.2.1"}));
  EXPECT_EQ(load_balancer_address("2001:db8::1"), (LoadBalancerAddress{"", "2001:db8::1"}));
  EXPECT_EQ(load_balancer_address("lb.example.com"), (LoadBalancerAddress{"lb.example.com", ""}));
  EXPECT_EQ(load_balancer_address("999.1.1.1"), (LoadBalancerAddress{"999.1.1.1", ""}));
}

TEST(LoadBalancerAddress, HasANormalForm) {
  Addresses addresses = {{"b", ""}, {"", "2"}, {}, {"a", ""}, {"", "1"}, {"b", ""}};
  normalise(addresses);
  EXPECT_EQ(addresses, (Addresses{{"", "1"}, {"", "2"}, {"a", ""}, {"b", ""}}));
}

}  // namespace
}  // namespace headgate::k8swatch
