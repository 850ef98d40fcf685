#include "k8swatch/last_good_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/object_builders.h"
#include "k8swatch/recording_sink.h"

namespace headgate::k8swatch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class QuietSource : public ObjectSource {
 public:
  Result<void> start(TimePoint) override { return {}; }
  void run_due(TimePoint) override {}
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return std::nullopt; }
};

class LastGoodSourceTest : public ::testing::Test {
 protected:
  LastGoodSourceTest() {
    source_.set_inner(std::make_unique<QuietSource>());
    source_.set_wake([this] { ++wakes_; });
    EXPECT_TRUE(source_.start(now_));
  }

  static Object config_map(const std::string& name, const std::string& value) {
    ConfigMap result;
    result.metadata = metadata(name);
    result.data = {{"k", value}};
    return object(std::move(result));
  }
  void pass(Duration time) {
    now_ += time;
    source_.run_due(now_);
  }

  TimePoint now_{1h};
  Result<Snapshot> disk_ = fail("no such file");
  int reads_ = 0;
  int wakes_ = 0;
  std::vector<SnapshotContent> written_;
  RecordingSink sink_;
  LastGoodSource source_{{[this] {
                            ++reads_;
                            return disk_;
                          },
                          [this](SnapshotContent content) { written_.push_back(std::move(content)); }},
                         sink_};
};

TEST_F(LastGoodSourceTest, DeliversWhatTheApiServerSaysOnceItIsSynced) {
  source_.upsert(config_map("a", "1"));
  EXPECT_THAT(sink_.log, IsEmpty());
  source_.synced();
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
  EXPECT_EQ(sink_.synced_count, 1);
  source_.upsert(config_map("b", "1"));
  source_.remove({Kind::config_map, "default", "a"});
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/b", "-ConfigMap default/a"));
  pass(10s);
  EXPECT_EQ(reads_, 0) << "nobody needs a snapshot";
}

TEST_F(LastGoodSourceTest, ServesTheSnapshotAfterAMomentAndReplacesItInOneGo) {
  Snapshot snapshot;
  snapshot.written = 1'700'000'000;
  snapshot.content.objects = {config_map("gone", "1"), config_map("same", "1"), config_map("changed", "1")};
  disk_ = snapshot;
  EXPECT_EQ(source_.deadline(), now_ + 5s);
  source_.upsert(config_map("new", "1"));
  pass(5s);
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/gone", "+ConfigMap default/same",
                                            "+ConfigMap default/changed"));
  EXPECT_EQ(sink_.synced_count, 1);
  EXPECT_THAT(
      sink_.all_findings(),
      ElementsAre("warning: snapshot: the API server cannot be read; served is the snapshot of 2023-11-14 "
                  "22:13:20 UTC with 3 objects"));
  EXPECT_EQ(source_.deadline(), std::nullopt);
  source_.upsert(config_map("same", "1"));
  source_.upsert(config_map("changed", "2"));
  pass(60s);
  EXPECT_THAT(sink_.log, IsEmpty());
  EXPECT_THAT(written_, IsEmpty()) << "half of the truth must not replace the snapshot";
  source_.synced();
  EXPECT_THAT(sink_.take_log(),
              ElementsAre("-ConfigMap default/gone", "+ConfigMap default/changed", "+ConfigMap default/new"));
  EXPECT_EQ(sink_.synced_count, 1);
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(LastGoodSourceTest, KeepsWhichKindsCannotBeRead) {
  source_.set_readable(Kind::ingress_class, false);
  EXPECT_THAT(sink_.log, IsEmpty());
  source_.synced();
  EXPECT_THAT(sink_.take_log(), ElementsAre("IngressClass unreadable"));
  pass(0s);
  ASSERT_EQ(written_.size(), 1u);
  EXPECT_THAT(written_[0].unreadable, ElementsAre(Kind::ingress_class));
  source_.note_written({}, now_);
  source_.set_readable(Kind::ingress_class, true);
  EXPECT_THAT(sink_.take_log(), ElementsAre("IngressClass readable"));
  pass(5s);
  ASSERT_EQ(written_.size(), 2u);
  EXPECT_THAT(written_[1].unreadable, IsEmpty());
}

TEST_F(LastGoodSourceTest, SaysWhatTheSnapshotSaysIsUnreadable) {
  Snapshot snapshot;
  snapshot.content.objects = {config_map("a", "1")};
  snapshot.content.unreadable = {Kind::ingress_class, Kind::namespace_};
  disk_ = snapshot;
  pass(5s);
  EXPECT_THAT(sink_.take_log(),
              ElementsAre("IngressClass unreadable", "Namespace unreadable", "+ConfigMap default/a"));
  source_.set_readable(Kind::ingress_class, false);
  source_.set_readable(Kind::secret, false);
  source_.upsert(config_map("a", "1"));
  EXPECT_THAT(sink_.log, IsEmpty()) << "half of the truth";
  source_.synced();
  EXPECT_THAT(sink_.take_log(), ElementsAre("Namespace readable", "Secret unreadable"));
}

TEST_F(LastGoodSourceTest, WaitsOnWithoutASnapshot) {
  pass(5s);
  pass(5s);
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(sink_.synced_count, 0);
  source_.synced();
  EXPECT_EQ(sink_.synced_count, 1);
}

TEST_F(LastGoodSourceTest, WritesAtMostEverySoOften) {
  source_.upsert(config_map("a", "1"));
  source_.synced();
  EXPECT_LE(*source_.deadline(), now_);
  pass(0s);
  ASSERT_EQ(written_.size(), 1u);
  EXPECT_EQ(written_[0].objects.size(), 1u);
  source_.upsert(config_map("b", "1"));
  pass(10s);
  EXPECT_EQ(written_.size(), 1u) << "it is still being written";
  source_.note_written({}, now_);
  EXPECT_EQ(wakes_, 1);
  pass(0s);
  ASSERT_EQ(written_.size(), 2u);
  EXPECT_EQ(written_[1].objects.size(), 2u);
  source_.note_written({}, now_);
  EXPECT_EQ(source_.deadline(), std::nullopt) << "nothing has changed";
  source_.upsert(config_map("c", "1"));
  EXPECT_EQ(source_.deadline(), now_ + 5s);
  pass(4s);
  EXPECT_EQ(written_.size(), 2u);
  EXPECT_TRUE(source_.unwritten());
  pass(1s);
  EXPECT_EQ(written_.size(), 3u);
}

TEST_F(LastGoodSourceTest, SaysThatItCannotWriteAndTriesAgain) {
  source_.upsert(config_map("a", "1"));
  source_.synced();
  pass(0s);
  source_.note_written(fail("cannot write /x: no space"), now_);
  EXPECT_THAT(sink_.all_findings(), ElementsAre("warning: snapshot: cannot write /x: no space"));
  pass(5s);
  EXPECT_EQ(written_.size(), 2u);
  source_.note_written({}, now_);
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  EXPECT_FALSE(source_.unwritten());
}

}  // namespace
}  // namespace headgate::k8swatch::testing
