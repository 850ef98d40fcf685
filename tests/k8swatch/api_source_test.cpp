#include "k8swatch/api_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "k8swatch/api_texts.h"
#include "k8swatch/recording_sink.h"
#include "k8swatch/scripted_transport.h"

namespace headgate::k8swatch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class ApiSourceTest : public ::testing::Test {
 protected:
  void start(std::vector<WatchedResource> resources) {
    ApiSourceOptions options;
    options.resources = std::move(resources);
    options.chance = [] { return 0.0; };
    options.now = [this] { return now_; };
    options.wall_seconds = [this] {
      return 1'700'000'000 + std::chrono::duration_cast<std::chrono::seconds>(now_ - kStart).count();
    };
    source_ = std::make_unique<ApiSource>(std::move(options), server_, sink_);
    source_->set_wake([this] { ++wakes_; });
    ASSERT_TRUE(source_->start(now_));
  }
  void pass(Duration time) {
    const TimePoint until = now_ + time;
    while (const auto due = source_->deadline()) {
      if (*due > until) break;
      now_ = std::max(now_, *due);
      source_->run_due(now_);
    }
    now_ = until;
    source_->run_due(now_);
  }
  void sync(const std::string& path, const std::string& events = "", int version = 100) {
    server_.head(path, 200);
    server_.bytes(path, events + bookmark(version, true));
  }

  static WatchedResource config_maps() {
    return {Kind::config_map, "configmaps", "/api/v1/configmaps", "", false};
  }
  static WatchedResource services() {
    return {Kind::service, "services", "/api/v1/services", "labelSelector=a", false};
  }
  static WatchedResource classes() {
    return {Kind::ingress_class, "ingressclasses", "/ingressclasses", "", true};
  }

  static constexpr TimePoint kStart{std::chrono::hours(1)};
  TimePoint now_ = kStart;
  int wakes_ = 0;
  ScriptedTransport server_;
  RecordingSink sink_;
  std::unique_ptr<ApiSource> source_;
};

TEST_F(ApiSourceTest, AsksForEveryResourceOnAConnectionOfItsOwn) {
  start({config_maps(), services()});
  EXPECT_THAT(server_.open_paths(), ElementsAre("/api/v1/configmaps", "/api/v1/services"));
  EXPECT_TRUE(server_.request("services").target.starts_with("/api/v1/services?labelSelector=a&watch=true&"));
  EXPECT_TRUE(server_.request("configmaps").target.starts_with("/api/v1/configmaps?watch=true&"));
  EXPECT_EQ(server_.request("services").lane, "services");
  EXPECT_GT(server_.request("services").idle_timeout, 600s) << "longer than the longest watch";
}

TEST_F(ApiSourceTest, SaysSyncedOnceWhenAllHaveBeenRead) {
  start({config_maps(), services()});
  sync("configmaps", event("ADDED", api_object("a", 5)));
  EXPECT_EQ(sink_.synced_count, 0);
  EXPECT_GT(wakes_, 0);
  sync("services");
  EXPECT_EQ(sink_.synced_count, 1);
  EXPECT_TRUE(source_->is_synced());
  server_.bytes("configmaps", event("ERROR", status(410, "Expired")));
  pass(1s);
  sync("configmaps");
  EXPECT_EQ(sink_.synced_count, 1);
}

TEST_F(ApiSourceTest, CancelsAStreamThatIsOfNoUse) {
  start({config_maps()});
  sync("configmaps");
  server_.bytes("configmaps", event("ERROR", status(500, "InternalError")));
  EXPECT_THAT(server_.open_paths(), IsEmpty());
  pass(1s);
  EXPECT_THAT(server_.open_paths(), ElementsAre("/api/v1/configmaps"));
  EXPECT_TRUE(server_.request("configmaps").fresh_connection);
}

TEST_F(ApiSourceTest, GoesOnAtOnceAfterAnOrdinaryEnd) {
  start({config_maps()});
  sync("configmaps");
  now_ += 5min;
  server_.end("configmaps");
  source_->run_due(now_);
  EXPECT_NE(server_.request("configmaps").target.find("resourceVersion=100"), std::string::npos);
}

TEST_F(ApiSourceTest, GoesOnWithoutIngressClassesItMayNotRead) {
  start({config_maps(), classes()});
  sync("configmaps");
  server_.answer("ingressclasses", 403, status(403, "Forbidden", "ingressclasses is forbidden"));
  source_->run_due(now_);
  server_.answer("ingressclasses", 403, status(403, "Forbidden", "ingressclasses is forbidden"));
  EXPECT_THAT(sink_.take_log(), ElementsAre("IngressClass unreadable"));
  EXPECT_EQ(sink_.synced_count, 1);
  pass(10s);
  EXPECT_THAT(
      sink_.all_findings(),
      ElementsAre("warning: Kubernetes API: ingressclasses: cannot be read since 2023-11-14 22:13:20 UTC: "
                  "403 Forbidden: ingressclasses is forbidden"));
  sync("ingressclasses");
  EXPECT_THAT(sink_.take_log(), ElementsAre("IngressClass readable"));
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ApiSourceTest, DoesNotGoOnWithoutServicesItMayNotRead) {
  start({config_maps(), services()});
  sync("configmaps");
  server_.answer("services", 403, status(403, "Forbidden"));
  source_->run_due(now_);
  server_.answer("services", 403, status(403, "Forbidden"));
  pass(10s);
  EXPECT_EQ(sink_.synced_count, 0);
  ASSERT_EQ(sink_.all_findings().size(), 1u);
  EXPECT_TRUE(sink_.all_findings()[0].starts_with("error: Kubernetes API: services: cannot be read since"));
}

TEST_F(ApiSourceTest, WrongCredentialsDoNotMakeAKindUnreadable) {
  start({classes()});
  server_.answer("ingressclasses", 401, status(401, "Unauthorized"));
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_EQ(sink_.synced_count, 0);
}

TEST_F(ApiSourceTest, AnOutageIsOneFindingThatStaysAsItIs) {
  start({config_maps(), services()});
  sync("configmaps");
  sync("services");
  now_ += 60s;
  server_.fail("configmaps", ApiFailure::reset, "reset");
  server_.fail("services", ApiFailure::reset, "reset");
  EXPECT_THAT(sink_.all_findings(), IsEmpty()) << "a watch may break";
  source_->run_due(now_);
  server_.fail("configmaps", ApiFailure::connect, "127.0.0.1:6443: connection refused");
  server_.fail("services", ApiFailure::connect, "127.0.0.1:6443: connection refused");
  pass(4s);
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  for (const std::string& path : server_.open_paths()) server_.fail(path, ApiFailure::timeout, "too slow");
  pass(1s);
  const std::string finding =
      "warning: Kubernetes API: cannot be reached since 2023-11-14 22:14:20 UTC: too slow; what was read "
      "before is "
      "served on";
  EXPECT_THAT(sink_.all_findings(), ElementsAre(finding));
  for (int i = 0; i < 50; ++i) {
    for (const std::string& path : server_.open_paths())
      server_.fail(path, ApiFailure::connect, "try " + std::to_string(i));
    pass(60s);
    EXPECT_THAT(sink_.all_findings(), ElementsAre(finding));
  }
  server_.answer("configmaps", 200, list(101, {}));
  server_.answer("services", 200, list(101, {}));
  source_->run_due(now_);
  server_.head("configmaps", 200);
  server_.head("services", 200);
  server_.bytes("configmaps", bookmark(101));
  EXPECT_EQ(sink_.all_findings().size(), 1u);
  pass(1s);
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ApiSourceTest, TellsWhatItsWatchesDo) {
  start({config_maps()});
  sync("configmaps", event("ADDED", api_object("a", 5)) + event("ADDED", api_object("b", 6)));
  server_.bytes("configmaps", event("MODIFIED", api_object("a", 101)));
  now_ += 5min;
  server_.end("configmaps");
  source_->run_due(now_);
  server_.head("configmaps", 200);
  server_.bytes("configmaps", event("ERROR", status(410, "Expired")));
  const std::vector<ApiWatchFacts> facts = source_->facts();
  ASSERT_EQ(facts.size(), 1u);
  EXPECT_EQ(facts[0].resource, "configmaps");
  EXPECT_TRUE(facts[0].synced);
  EXPECT_EQ(facts[0].objects, 2u);
  EXPECT_EQ(facts[0].counters.events, 1u);
  EXPECT_EQ(facts[0].counters.reconnects, 1u);
  EXPECT_EQ(facts[0].counters.gone, 1u);
  EXPECT_EQ(facts[0].counters.relists, 1u);
  EXPECT_EQ(facts[0].counters.last_event, kStart);
}

// Two resources; that of Services has failed so often that it waits for half a minute each time.
class ApiSourceOutage : public ApiSourceTest {
 protected:
  ApiSourceOutage() {
    start({config_maps(), services()});
    Duration pause = Backoff::kFirst;
    while (pause < Backoff::kMost) {
      fail_services();
      pass(pause);
      pause *= 2;
    }
    fail_services();
  }
  void fail_services() { server_.fail("services", ApiFailure::connect, "refused"); }
  void fail_config_maps_and_read_them_again() {
    server_.fail("configmaps", ApiFailure::connect, "refused");
    pass(Backoff::kFirst);
    sync("configmaps");
    source_->run_due(now_);
  }
  [[nodiscard]] bool services_are_asked_for() const {
    const auto paths = server_.open_paths();
    return std::find(paths.begin(), paths.end(), "/api/v1/services") != paths.end();
  }
};

TEST_F(ApiSourceOutage, OneResourceThatCanBeReadAgainEndsThePausesOfTheOthers) {
  pass(10s);
  EXPECT_FALSE(services_are_asked_for());
  fail_config_maps_and_read_them_again();
  EXPECT_TRUE(services_are_asked_for());
  sync("services");
  EXPECT_TRUE(source_->is_synced());
}

TEST_F(ApiSourceOutage, AServerThatComesAndGoesIsNotAskedByAllEachTime) {
  fail_config_maps_and_read_them_again();
  ASSERT_TRUE(services_are_asked_for());
  fail_services();
  pass(5s);
  server_.bytes("configmaps", event("ERROR", status(500, "InternalError")));
  pass(2 * Backoff::kFirst);
  sync("configmaps");
  source_->run_due(now_);
  EXPECT_FALSE(services_are_asked_for());
  pass(Backoff::kMost);
  EXPECT_TRUE(services_are_asked_for()) << "in its own time";
}

}  // namespace
}  // namespace headgate::k8swatch::testing
