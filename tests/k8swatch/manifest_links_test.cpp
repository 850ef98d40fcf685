// Symbolic links: the ConfigMap volume of a kubelet and what else leads to a manifest.
#include <gmock/gmock.h>

#include "k8swatch/manifest_source.h"
#include "source_fixture.h"

namespace headgate::k8swatch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
namespace fs = std::filesystem;

class ManifestLinks : public SourceFixture {
 protected:
  // What a kubelet does on each update (AtomicWriter): a fresh folder, then ..data is turned to it by rename.
  void publish(const std::string& version, const std::map<std::string, std::string>& files) {
    fs::create_directory(root_ / version);
    for (const auto& [name, text] : files) write(root_ / version / name, text);
    fs::create_directory_symlink(version, root_ / "..data_tmp");
    fs::rename(root_ / "..data_tmp", root_ / "..data");
    for (const auto& [name, text] : files) {
      if (!fs::is_symlink(root_ / name)) fs::create_symlink(fs::path("..data") / name, root_ / name);
    }
  }
};

TEST_F(ManifestLinks, FollowsAConfigMapVolume) {
  publish("..2024_1", {{"a.yaml", config_map("a", "1")}, {"b.yaml", config_map("b", "1")}});
  start();
  EXPECT_EQ(sink_.objects.size(), 2U) << "each file once, not again through ..data or ..2024_1";
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  sink_.take_log();

  publish("..2024_2", {{"a.yaml", config_map("a", "2")}, {"b.yaml", config_map("b", "1")}});
  EXPECT_TRUE(becomes("a", "2"));
  fs::remove_all(root_ / "..2024_1");
  EXPECT_TRUE(settles());
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/a"));

  publish("..2024_3", {{"b.yaml", config_map("b", "3")}, {"c.yaml", config_map("c", "3")}});
  fs::remove(root_ / "a.yaml");
  fs::remove_all(root_ / "..2024_2");
  EXPECT_TRUE(becomes("c", "3"));
  EXPECT_TRUE(becomes("b", "3"));
  EXPECT_TRUE(becomes("a", ""));
}

TEST_F(ManifestLinks, FollowsOneFileOfAConfigMapVolume) {
  publish("..2024_1", {{"a.yaml", config_map("a", "1")}});
  ASSERT_TRUE(start({root_ / "a.yaml"}));
  EXPECT_EQ(sink_.value_of("a"), "1");
  publish("..2024_2", {{"a.yaml", config_map("a", "2")}});
  EXPECT_TRUE(becomes("a", "2"));
  fs::remove_all(root_ / "..2024_1");
  publish("..2024_3", {{"a.yaml", config_map("a", "3")}});
  EXPECT_TRUE(becomes("a", "3"));
}

TEST_F(ManifestLinks, FollowsTheTargetOfALink) {
  write(base_ / "real", config_map("a", "1"));
  fs::create_symlink(base_ / "real", root_ / "a.yaml");
  start();
  write(base_ / "real", config_map("a", "2"));
  EXPECT_TRUE(becomes("a", "2"));
  replace(base_ / "real", config_map("a", "3"));
  EXPECT_TRUE(becomes("a", "3"));
  write(base_ / "real", config_map("a", "4"));
  EXPECT_TRUE(becomes("a", "4"));
  write(base_ / "other", config_map("a", "5"));
  fs::create_symlink(base_ / "other", root_ / ".tmp");
  fs::rename(root_ / ".tmp", root_ / "a.yaml");
  EXPECT_TRUE(becomes("a", "5"));
  write(base_ / "other", config_map("a", "6"));
  EXPECT_TRUE(becomes("a", "6"));
  fs::remove(root_ / "a.yaml");
  EXPECT_TRUE(becomes("a", ""));
}

TEST_F(ManifestLinks, FollowsARootThatIsALinkTurnedElsewhere) {
  fs::create_directories(base_ / "release-1");
  fs::create_directories(base_ / "release-2");
  write(base_ / "release-1/a.yaml", config_map("a", "1"));
  write(base_ / "release-1/b.yaml", config_map("b", "1"));
  write(base_ / "release-2/a.yaml", config_map("a", "2"));
  fs::create_directory_symlink("release-1", base_ / "current");
  ASSERT_TRUE(start({base_ / "current"}));
  EXPECT_EQ(sink_.objects.size(), 2U);
  fs::create_directory_symlink("release-2", base_ / "next");
  fs::rename(base_ / "next", base_ / "current");
  EXPECT_TRUE(becomes("a", "2"));
  EXPECT_TRUE(becomes("b", ""));
  write(base_ / "release-2/c.yaml", config_map("c", "1"));
  EXPECT_TRUE(becomes("c", "1"));
  write(base_ / "release-1/a.yaml", config_map("a", "old"));
  EXPECT_TRUE(settles());
  EXPECT_EQ(sink_.value_of("a"), "2");
}

TEST_F(ManifestLinks, DoesNotFollowLinkedFoldersBelowARoot) {
  fs::create_directory(base_ / "outside");
  write(base_ / "outside/a.yaml", config_map("a", "1"));
  fs::create_directory_symlink(base_ / "outside", root_ / "linked");
  fs::create_directory_symlink(".", root_ / "loop");
  start();
  EXPECT_THAT(sink_.objects, IsEmpty());
}

TEST_F(ManifestLinks, ADanglingLinkIsNoError) {
  fs::create_symlink(base_ / "nowhere", root_ / "a.yaml");
  fs::create_symlink("loop.yaml", root_ / "loop.yaml");
  start();
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  EXPECT_THAT(sink_.objects, IsEmpty());
}

}  // namespace
}  // namespace headgate::k8swatch
