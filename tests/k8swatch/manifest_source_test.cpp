#include "k8swatch/manifest_source.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source_fixture.h"
#include "tools/manifest_generator.h"

namespace headgate::k8swatch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

class ManifestSourceTest : public SourceFixture {};

TEST_F(ManifestSourceTest, ReadsAFolderWithAllItsFilesThenSaysSynced) {
  fs::create_directories(root_ / "sub/deep");
  write(root_ / "a.yaml", config_map("a", "1") + "---\n" + config_map("b", "1"));
  write(root_ / "sub/c.yml", config_map("c", "1"));
  write(root_ / "sub/deep/d.json",
        R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"k":"1"}})");
  write(root_ / "README.md", config_map("not-this", "1"));
  write(root_ / ".hidden.yaml", config_map("nor-this", "1"));
  fs::create_directory(root_ / ".git");
  write(root_ / ".git/e.yaml", config_map("nor-that", "1"));
  start();
  EXPECT_EQ(sink_.synced_count, 1);
  EXPECT_EQ(sink_.objects.size(), 4U);
  for (const char* name : {"a", "b", "c", "d"}) EXPECT_EQ(sink_.value_of(name), "1") << name;
}

TEST_F(ManifestSourceTest, ARootThatDoesNotExistIsAnError) {
  const auto started = start({root_ / "nowhere"});
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().message, HasSubstr("nowhere: No such file or directory"));
}

TEST_F(ManifestSourceTest, ReadsAFileGivenAsRootWhateverItsName) {
  write(base_ / "objects.txt", config_map("a", "1"));
  write(base_ / "other.yaml", config_map("b", "1"));
  ASSERT_TRUE(start({base_ / "objects.txt"}));
  EXPECT_EQ(sink_.objects.size(), 1U);
  write(base_ / "objects.txt", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
  replace(base_ / "objects.txt", config_map("a", "3"));
  EXPECT_TRUE(becomes("a", "3"));
  fs::remove(base_ / "objects.txt");
  EXPECT_TRUE(becomes("a", ""));
  write(base_ / "objects.txt", config_map("a", "4"));
  EXPECT_TRUE(becomes("a", "4"));
  EXPECT_EQ(sink_.objects.size(), 1U);
}

TEST_F(ManifestSourceTest, FollowsWritesInPlace) {
  write(root_ / "a.yaml", config_map("a", "1"));
  start();
  sink_.take_log();
  write(root_ / "a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
}

TEST_F(ManifestSourceTest, SeesAFileWhoseWriterKeepsItOpen) {
  start();
  std::ofstream writer(root_ / "a.yaml");
  writer << config_map("a", "1") << std::flush;
  EXPECT_TRUE(becomes("a", "1"));
  writer << "---\n" << config_map("b", "1") << std::flush;
  EXPECT_TRUE(becomes("b", "1"));
}

TEST_F(ManifestSourceTest, FollowsAtomicRenames) {
  write(root_ / "a.yaml", config_map("a", "1"));
  start();
  sink_.take_log();
  replace(root_ / "a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
}

// vim: the old file is moved away, the new one is written under the old name, the copy is deleted.
TEST_F(ManifestSourceTest, AnEditorsSaveNeverRemovesAnObject) {
  write(root_ / "a.yaml", config_map("a", "1") + "---\n" + config_map("b", "1"));
  start();
  sink_.take_log();
  write(root_ / "4913", "");
  fs::remove(root_ / "4913");
  fs::rename(root_ / "a.yaml", root_ / "a.yaml~");
  write(root_ / "a.yaml", config_map("a", "2") + "---\n" + config_map("b", "1"));
  fs::remove(root_ / "a.yaml~");
  EXPECT_TRUE(becomes("a", "2"));
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));
}

TEST_F(ManifestSourceTest, FollowsDeletedRenamedAndNewFiles) {
  write(root_ / "a.yaml", config_map("a", "1"));
  start();
  write(root_ / "b.yaml", config_map("b", "1"));
  EXPECT_TRUE(becomes("b", "1"));
  sink_.take_log();
  fs::rename(root_ / "b.yaml", root_ / "c.yaml");
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), IsEmpty());
  fs::remove(root_ / "a.yaml");
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), ElementsAre("-ConfigMap default/a"));
  write(root_ / "a.yaml", config_map("a", "1"));
  EXPECT_TRUE(becomes("a", "1"));
  fs::rename(root_ / "a.yaml", root_ / "a.yaml.off");
  EXPECT_TRUE(becomes("a", ""));
}

TEST_F(ManifestSourceTest, FollowsHardLinks) {
  write(base_ / "elsewhere", config_map("a", "1"));
  start();
  fs::create_hard_link(base_ / "elsewhere", root_ / "a.yaml");
  EXPECT_TRUE(becomes("a", "1"));
}

TEST_F(ManifestSourceTest, FollowsNewMovedAndDeletedFolders) {
  start();
  fs::create_directories(root_ / "x/y");
  write(root_ / "x/y/a.yaml", config_map("a", "1"));
  EXPECT_TRUE(becomes("a", "1"));
  write(root_ / "x/y/a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
  sink_.take_log();
  fs::rename(root_ / "x", root_ / "z");
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), IsEmpty()) << "the object only changed its file";
  write(root_ / "z/y/a.yaml", config_map("a", "3"));
  EXPECT_TRUE(becomes("a", "3"));
  fs::rename(root_ / "z", base_ / "away");
  EXPECT_TRUE(becomes("a", ""));
  write(base_ / "away/y/a.yaml", config_map("a", "4"));
  EXPECT_TRUE(settles());
  EXPECT_EQ(sink_.value_of("a"), "");
  fs::rename(base_ / "away", root_ / "back");
  EXPECT_TRUE(becomes("a", "4"));
  fs::remove_all(root_ / "back");
  EXPECT_TRUE(becomes("a", ""));
}

TEST_F(ManifestSourceTest, ARootDeletedAndMadeAgainLosesNothing) {
  write(root_ / "a.yaml", config_map("a", "1"));
  write(root_ / "b.yaml", config_map("b", "1"));
  start();
  sink_.take_log();
  fs::remove_all(root_);
  fs::create_directory(root_);
  write(root_ / "a.yaml", config_map("a", "1"));
  write(root_ / "b.yaml", config_map("b", "2"));
  EXPECT_TRUE(becomes("b", "2"));
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/b"));
  write(root_ / "c.yaml", config_map("c", "1"));
  EXPECT_TRUE(becomes("c", "1"));
}

TEST_F(ManifestSourceTest, ARootThatStaysAwayLosesItsObjectsAndIsFoundAgain) {
  write(root_ / "a.yaml", config_map("a", "1"));
  start();
  fs::remove_all(root_);
  EXPECT_TRUE(becomes("a", ""));
  fs::create_directory(root_);
  write(root_ / "a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
}

TEST_F(ManifestSourceTest, AParentOfTheRootMayGoAndComeBack) {
  const fs::path deep = base_ / "x/y/manifests";
  fs::create_directories(deep);
  write(deep / "a.yaml", config_map("a", "1"));
  ASSERT_TRUE(start({deep}));
  fs::remove_all(base_ / "x");
  EXPECT_TRUE(becomes("a", ""));
  fs::create_directories(deep);
  write(deep / "a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
}

TEST_F(ManifestSourceTest, ABrokenFileKeepsServingItsLastGoodObjects) {
  write(root_ / "a.yaml", config_map("a", "1") + "---\n" + config_map("b", "1"));
  start();
  write(root_ / "a.yaml", config_map("a", "2") + "---\n{ broken\n");
  EXPECT_TRUE(becomes("a", "2"));
  EXPECT_TRUE(settles());
  EXPECT_EQ(sink_.value_of("b"), "1");
  ASSERT_EQ(sink_.all_findings().size(), 1U);
  EXPECT_THAT(sink_.all_findings()[0], HasSubstr("a.yaml:"));
  write(root_ / "a.yaml", config_map("a", "2") + "---\n" + config_map("b", "3"));
  EXPECT_TRUE(becomes("b", "3"));
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ManifestSourceTest, AFileEmptiedInPlaceIsGivenAMomentToBeFilled) {
  write(root_ / "a.yaml", config_map("a", "1"));
  start();
  sink_.take_log();
  write(root_ / "a.yaml", "");
  source_->on_readable(Clock::now());
  EXPECT_EQ(sink_.value_of("a"), "1");
  write(root_ / "a.yaml", config_map("a", "1"));
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), IsEmpty());
  write(root_ / "a.yaml", "");
  EXPECT_TRUE(becomes("a", ""));
}

TEST_F(ManifestSourceTest, AHalfWrittenFileIsNotRead) {
  write(root_ / "a.yaml", config_map("a", "1") + "---\n" + config_map("b", "1"));
  start();
  sink_.take_log();
  {
    std::ofstream writer(root_ / "a.yaml", std::ios::trunc);
    writer << config_map("a", "2") << std::flush;
    source_->on_readable(Clock::now());
    EXPECT_THAT(sink_.take_log(), IsEmpty());
    writer << "---\n" << config_map("b", "2");
  }
  EXPECT_TRUE(becomes("b", "2"));
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a", "+ConfigMap default/b"));
}

TEST_F(ManifestSourceTest, OneChangeCostsOneFile) {
  for (int i = 0; i < 50; ++i) {
    write(root_ / ("f" + std::to_string(i) + ".yaml"), config_map("c" + std::to_string(i), "1"));
  }
  start();
  sink_.take_log();
  write(root_ / "f7.yaml", config_map("c7", "2"));
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/c7"));
}

TEST_F(ManifestSourceTest, AFileThatIsTooLargeIsAFindingAndKeepsItsObjects) {
  write(root_ / "a.yaml", config_map("a", "1"));
  start();
  fs::resize_file(root_ / "a.yaml", ManifestLoader::kMaxFileBytes + 1);  // sparse
  EXPECT_TRUE(reaches([&] { return !sink_.all_findings().empty(); }));
  EXPECT_THAT(sink_.all_findings(), ElementsAre(HasSubstr("a.yaml: is larger than 268435456 bytes")));
  EXPECT_EQ(sink_.value_of("a"), "1");
  write(root_ / "a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ManifestSourceTest, SkipsWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((root_ / "pipe.yaml").c_str(), 0600), 0);
  fs::create_directory(root_ / "folder.yaml");
  write(root_ / "folder.yaml/a.yaml", config_map("a", "1"));
  start();
  EXPECT_EQ(sink_.objects.size(), 1U);
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ManifestSourceTest, TheLastFileInPathOrderWinsLive) {
  write(root_ / "a.yaml", config_map("x", "a"));
  start();
  write(root_ / "b.yaml", config_map("x", "b"));
  EXPECT_TRUE(becomes("x", "b"));
  write(root_ / "a.yaml", config_map("x", "a2"));
  EXPECT_TRUE(settles());
  EXPECT_EQ(sink_.value_of("x"), "b");
  EXPECT_EQ(sink_.all_findings().size(), 1U);
  fs::remove(root_ / "b.yaml");
  EXPECT_TRUE(becomes("x", "a2"));
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ManifestSourceTest, ARootInsideAnotherIsNotReadTwice) {
  fs::create_directory(root_ / "sub");
  write(root_ / "sub/a.yaml", config_map("a", "1"));
  ASSERT_TRUE(start({root_, root_ / "sub", root_ / "sub/a.yaml", root_}));
  EXPECT_EQ(sink_.objects.size(), 1U);
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  write(root_ / "sub/a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
}

TEST_F(ManifestSourceTest, TwoRootsAreFollowed) {
  fs::create_directory(base_ / "more");
  write(root_ / "a.yaml", config_map("a", "1"));
  ASSERT_TRUE(start({root_, base_ / "more"}));
  write(base_ / "more/a.yaml", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2")) << "a later root wins";
  fs::remove(base_ / "more/a.yaml");
  EXPECT_TRUE(becomes("a", "1"));
}

// No descriptor to be had for inotify: what changes is found by looking from time to time.
TEST_F(ManifestSourceTest, WithoutInotifyItLooksFromTimeToTime) {
  write(root_ / "a.yaml", config_map("a", "1"));
  rlimit normal{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &normal), 0);
  const int next_free = ::dup(STDERR_FILENO);
  ::close(next_free);
  const rlimit none{static_cast<rlim_t>(next_free), normal.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  source_ = std::make_unique<ManifestSource>(std::vector<fs::path>{root_}, sink_);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &normal), 0);
  EXPECT_EQ(source_->descriptor(), -1);

  TimePoint now = Clock::now();
  ASSERT_TRUE(source_->start(now));
  EXPECT_EQ(sink_.value_of("a"), "1");
  EXPECT_THAT(sink_.all_findings(), ElementsAre(HasSubstr("fs.inotify.max_user_instances")));
  replace(root_ / "a.yaml", config_map("a", "2"));
  write(root_ / "b.yaml", config_map("b", "1"));
  ASSERT_TRUE(source_->deadline());
  now = *source_->deadline();
  source_->run_due(now);
  EXPECT_EQ(sink_.value_of("a"), "2");
  EXPECT_EQ(sink_.value_of("b"), "1");
  fs::remove(root_ / "b.yaml");
  for (int i = 0; i < 3 && !sink_.value_of("b").empty(); ++i) {
    ASSERT_TRUE(source_->deadline());
    now = *source_->deadline();
    source_->run_due(now);
  }
  EXPECT_EQ(sink_.value_of("b"), "");
}

// More events than the queue of the kernel holds (fs.inotify.max_queued_events, 16,384 as a rule).
TEST_F(ManifestSourceTest, AnOverflowingEventQueueLosesNothing) {
  write(root_ / "a.yaml", config_map("a", "1"));
  write(root_ / "b.yaml", config_map("b", "1"));
  start();
  std::size_t limit = 16384;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> limit;
  if (limit > 100'000) GTEST_SKIP() << "the queue is too long to fill";
  // Events that differ from their predecessor are not merged.
  for (std::size_t i = 0; i <= limit / 2; ++i) {
    ASSERT_EQ(::chmod((root_ / "a.yaml").c_str(), 0644), 0);
    ASSERT_EQ(::chmod((root_ / "b.yaml").c_str(), 0644), 0);
  }
  replace(root_ / "a.yaml", config_map("a", "2"));
  fs::remove(root_ / "b.yaml");
  fs::create_directory(root_ / "sub");
  write(root_ / "sub/c.yaml", config_map("c", "1"));
  EXPECT_TRUE(becomes("a", "2"));
  EXPECT_TRUE(becomes("b", ""));
  EXPECT_TRUE(becomes("c", "1"));
  write(root_ / "sub/c.yaml", config_map("c", "2"));
  EXPECT_TRUE(becomes("c", "2"));
}

TEST_F(ManifestSourceTest, AFloodOfChangesArrivesWhole) {
  start();
  tools::ManifestSet set;
  set.ingresses = 300;
  tools::write_manifests(root_, set);
  EXPECT_TRUE(reaches([&] { return sink_.objects.size() == 900; }));
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  fs::remove_all(root_);
  EXPECT_TRUE(reaches([&] { return sink_.objects.empty(); }));
}

TEST_F(ManifestSourceTest, AllLayoutsGiveTheSameObjects) {
  std::vector<std::map<std::string, Object>> seen;
  for (const auto format : {tools::ManifestSet::Format::yaml, tools::ManifestSet::Format::json}) {
    for (const auto layout : {tools::ManifestSet::Layout::files, tools::ManifestSet::Layout::single}) {
      const fs::path folder = base_ / ("set" + std::to_string(seen.size()));
      tools::write_manifests(folder, {300, format, layout});
      sink_ = {};
      ASSERT_TRUE(start({folder}));
      EXPECT_THAT(sink_.all_findings(), IsEmpty());
      ASSERT_EQ(sink_.objects.size(), 900U);
      seen.push_back(sink_.objects);
      for (const auto& [name, object] : sink_.objects) {
        ASSERT_TRUE(same_content(object, seen[0].at(name))) << name;
      }
    }
  }
}

}  // namespace
}  // namespace headgate::k8swatch
