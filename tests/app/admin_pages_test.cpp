#include "app/admin_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "router/host_draft.h"
#include "router/table_builder.h"

namespace headgate::app {
namespace {

using testing::HasSubstr;

class AdminPagesTest : public testing::Test {
 protected:
  static observe::MetricsSources sources() {
    observe::MetricsSources result;
    result.workers = [] { return std::vector<const observe::WorkerStats*>(); };
    result.control = [] { return observe::ControlFacts(); };
    result.certificates = [] { return std::vector<observe::CertificateSeries>(); };
    result.adopted_generation = [] { return 0U; };
    result.dropped_log_lines = [] { return 0U; };
    return result;
  }
  static std::shared_ptr<const router::RoutingTable> empty_table() { return router::TableBuilder().build(1); }

  [[nodiscard]] AdminReply get(std::string_view path, std::string_view query = "") const {
    return pages_.answer({path, query});
  }
  void become_ready() {
    state_.update([](ControlSnapshot& state) {
      state.synced = true;
      state.listening = true;
      state.first_generation = 5;
    });
    adopted_ = 5;
  }

  ControlState state_;
  observe::Metrics metrics_{sources()};
  std::uint64_t adopted_ = 0;
  std::optional<std::string> dump_ = "the dump\n";
  std::string health_;
  AdminPages pages_{state_, metrics_, [this] { return adopted_; }, [this] { return dump_; },
                    [this] { return health_; }};
};

TEST_F(AdminPagesTest, IsHealthyBeforeItIsReady) {
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/healthz").body, "ok");
  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(AdminPagesTest, HasNoCertificatesBeforeTheFirstPublication) {
  EXPECT_EQ(get("/debug/certificates").status, 503);
}

TEST_F(AdminPagesTest, NamesWhatIsMissing) {
  become_ready();
  EXPECT_EQ(get("/readyz").status, 200);
  adopted_ = 4;
  EXPECT_EQ(get("/readyz").status, 503);
  EXPECT_EQ(get("/readyz").body, "the first routing table is not adopted by every Worker yet\n");
  adopted_ = 5;
  state_.update([](ControlSnapshot& state) { state.listening = false; });
  EXPECT_EQ(get("/readyz").body, "the listeners are not open yet\n");
  state_.update([](ControlSnapshot& state) { state.synced = false; });
  EXPECT_EQ(get("/readyz").body, "the source of objects is not read yet\nthe listeners are not open yet\n");
}

TEST_F(AdminPagesTest, StaysReadyWhileANewTableIsOnItsWay) {
  become_ready();
  state_.update([](ControlSnapshot& state) { state.facts.published_generation = 6; });
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(AdminPagesTest, IsNeitherHealthyNorReadyAtTheEnd) {
  become_ready();
  state_.update([](ControlSnapshot& state) { state.shutting_down = true; });
  EXPECT_EQ(get("/healthz").status, 500);
  EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(AdminPagesTest, ShowsRoutesOnceThereIsATable) {
  EXPECT_EQ(get("/debug/routes").status, 503);
  state_.update([](ControlSnapshot& state) { state.table = empty_table(); });
  EXPECT_EQ(get("/debug/routes").body, "the dump\n");
  dump_.reset();
  EXPECT_EQ(get("/debug/routes").status, 503);
}

TEST_F(AdminPagesTest, ShowsTheHealthThatSomebodyAsksFor) {
  EXPECT_THAT(get("/debug/health").body, HasSubstr("no Service asks"));
  health_ = "cluster a: 1 of 1 endpoints healthy\n";
  EXPECT_EQ(get("/debug/health").body, health_);
}

TEST_F(AdminPagesTest, ListsFindings) {
  EXPECT_EQ(get("/debug/findings").body, "");
  state_.update([](ControlSnapshot& state) {
    state.findings = std::make_shared<const std::vector<k8swatch::Finding>>(std::vector<k8swatch::Finding>{
        {k8swatch::Severity::error, "Ingress default/web", "spec.rules[0].host", "not a host name"}});
  });
  EXPECT_EQ(get("/debug/findings").body, "error: Ingress default/web: spec.rules[0].host: not a host name\n");
}

TEST_F(AdminPagesTest, ExplainsARequestOrSaysWhatIsWrongWithIt) {
  EXPECT_EQ(get("/debug/explain").status, 400);
  EXPECT_EQ(get("/debug/explain", "host=a.example").status, 400);
  EXPECT_EQ(get("/debug/explain", "host=a.example&path=/").status, 503);
  state_.update([](ControlSnapshot& state) { state.table = empty_table(); });
  EXPECT_EQ(get("/debug/explain", "host=a.example&path=/x").status, 200);
  EXPECT_EQ(get("/debug/explain", "host=A.Example%3A8080&path=/x/../y").status, 200);
  EXPECT_EQ(get("/debug/explain", "host=a%20b&path=/x").status, 400);
  EXPECT_EQ(get("/debug/explain", "host=a.example&path=x").status, 400);
  EXPECT_EQ(get("/debug/explain", "host=a.example&path=/%2").status, 400);
  EXPECT_EQ(get("/debug/explain", "host=a.example&path=/..").status, 400);
}

TEST_F(AdminPagesTest, ExplainsThePathAsARequestSpellsIt) {
  state_.update([](ControlSnapshot& state) { state.table = empty_table(); });
  const auto explained = [this](std::string_view path) {
    return get("/debug/explain", "host=a.example&path=" + std::string(path)).body;
  };
  EXPECT_THAT(explained("/a%20b"), HasSubstr("'/a b'"));
  EXPECT_THAT(explained("/%2541"), HasSubstr("'/%41'"));
  EXPECT_THAT(explained("/a&host=b.example"), HasSubstr("'/a&host=b.example'"));
  EXPECT_THAT(explained("/a?b=c&d"), HasSubstr("'/a'"));
  EXPECT_EQ(get("/debug/explain", "path=/a&host=a.example").status, 400) << "the path is the last";
}

TEST_F(AdminPagesTest, ServesMetricsInTheTextFormat) {
  const AdminReply reply = get("/metrics");
  EXPECT_EQ(reply.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(reply.body, HasSubstr("# TYPE nginx_ingress_controller_build_info gauge\n"));
}

TEST_F(AdminPagesTest, KnowsNoOtherPage) {
  EXPECT_EQ(get("/healthz/").status, 404);
  EXPECT_EQ(get("").status, 404);
  EXPECT_THAT(get("/").body, HasSubstr("/readyz"));
}

}  // namespace
}  // namespace headgate::app
