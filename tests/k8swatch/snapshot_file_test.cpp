#include "k8swatch/snapshot_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <fstream>

#include "k8swatch/object_builders.h"
#include "support/temp_dir.h"

namespace headgate::k8swatch::testing {
namespace {

class SnapshotFileTest : public ::testing::Test {
 protected:
  static std::vector<Object> objects(int count) {
    std::vector<Object> all;
    for (int i = 0; i < count; ++i)
      all.push_back(
          object(ingress("i" + std::to_string(i), {rule("h" + std::to_string(i), {path("/", "web")})})));
    return all;
  }
  [[nodiscard]] std::string text() const {
    std::ifstream file(folder_ / "snapshot.jsonl");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // As earlier versions wrote it.
  [[nodiscard]] std::string text_without_checksum() const {
    std::string all = text();
    const std::size_t at = all.rfind(",\"checksum\"");
    EXPECT_NE(at, std::string::npos);
    return all.erase(at, all.rfind('}') - at);
  }
  void put(const std::string& content) const { std::ofstream(folder_ / "snapshot.jsonl") << content; }
  [[nodiscard]] std::string file() const { return folder_ / "snapshot.jsonl"; }
  [[nodiscard]] std::string read_error() const {
    const Result<Snapshot> read = read_snapshot(folder_, options_);
    return read ? "" : read.error().message;
  }

  test_support::TempDir dir_;
  std::filesystem::path folder_ = dir_.path() / "snapshots";
  DecodeOptions options_;
};

TEST_F(SnapshotFileTest, GivesBackWhatWasWritten) {
  const std::vector<Object> written = objects(1000);
  ASSERT_TRUE(write_snapshot(folder_, {written, {Kind::ingress_class, Kind::secret}}, 1'700'000'000));
  const Result<Snapshot> read = read_snapshot(folder_, options_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->written, 1'700'000'000);
  EXPECT_EQ(read->undecodable, 0u);
  EXPECT_EQ(read->content.unreadable, (std::vector{Kind::ingress_class, Kind::secret}));
  ASSERT_EQ(read->content.objects.size(), written.size());
  for (std::size_t i = 0; i < written.size(); ++i)
    EXPECT_TRUE(same_content(read->content.objects[i], written[i]));
}

TEST_F(SnapshotFileTest, ReplacesTheOneBefore) {
  ASSERT_TRUE(write_snapshot(folder_, {objects(3), {}}, 1));
  ASSERT_TRUE(write_snapshot(folder_, {objects(0), {}}, 2));
  const Result<Snapshot> read = read_snapshot(folder_, options_);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->content.objects.empty());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "snapshot.jsonl.new"));
}

TEST_F(SnapshotFileTest, IsForItsOwnerAlone) {
  std::filesystem::create_directory(folder_);
  std::ofstream(folder_ / "snapshot.jsonl.new") << "left behind";
  std::filesystem::permissions(folder_ / "snapshot.jsonl.new", std::filesystem::perms::all);
  ASSERT_TRUE(write_snapshot(folder_, {objects(1), {}}, 1));
  struct stat facts {};
  ASSERT_EQ(::stat((folder_ / "snapshot.jsonl").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST_F(SnapshotFileTest, WritesNotIntoAFileThatWasLeftBehind) {
  std::filesystem::create_directory(folder_);
  std::ofstream(dir_.path() / "other") << "untouched";
  std::filesystem::create_hard_link(dir_.path() / "other", folder_ / "snapshot.jsonl.new");
  ASSERT_TRUE(write_snapshot(folder_, {objects(1), {}}, 1));
  std::filesystem::create_symlink(dir_.path() / "other", folder_ / "snapshot.jsonl.new");
  ASSERT_TRUE(write_snapshot(folder_, {objects(1), {}}, 1));
  std::ifstream other(dir_.path() / "other");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(other), {}), "untouched");
}

TEST_F(SnapshotFileTest, ReadsOnlyAFileThatNobodyElseCanWrite) {
  ASSERT_TRUE(write_snapshot(folder_, {objects(1), {}}, 1));
  for (const mode_t mode : {0620U, 0602U}) {
    ASSERT_EQ(::chmod(file().c_str(), mode), 0);
    EXPECT_EQ(read_error(), file() + " can be written by other users");
  }
  ASSERT_EQ(::chmod(file().c_str(), 0600), 0);
  EXPECT_EQ(read_error(), "");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(file().c_str(), 12345, 12345), 0);
    EXPECT_EQ(read_error(), file() + " belongs to another user: 12345");
  }
}

TEST_F(SnapshotFileTest, ReadsNeitherPipesNorLinks) {
  ASSERT_TRUE(write_snapshot(folder_, {objects(1), {}}, 1));
  std::filesystem::rename(file(), folder_ / "elsewhere");
  std::filesystem::create_symlink(folder_ / "elsewhere", file());
  EXPECT_NE(read_error().find("cannot open"), std::string::npos);
  std::filesystem::remove(file());
  ASSERT_EQ(::mkfifo(file().c_str(), 0600), 0);
  EXPECT_EQ(read_error(), file() + " is no regular file");
}

TEST_F(SnapshotFileTest, RefusesWhatIsNotWhole) {
  EXPECT_NE(read_error().find("cannot open"), std::string::npos);
  ASSERT_TRUE(write_snapshot(folder_, {objects(2), {}}, 1));
  const std::string whole = text();
  for (std::size_t size = 0; size + 1 < whole.size(); size += 7) {
    put(whole.substr(0, size));
    EXPECT_NE(read_error(), "") << size;
  }
  put(whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1));
  EXPECT_NE(read_error().find("ends too early"), std::string::npos);
  put(whole + whole);
  EXPECT_NE(read_error().find("goes on after its end"), std::string::npos);
  const std::size_t second = whole.find('\n') + 1;
  put(whole.substr(0, second) + whole.substr(whole.find('\n', second) + 1));
  EXPECT_NE(read_error().find("does not hold what it says"), std::string::npos);
  put("{\"format\":\"headgate snapshot 2\"}\n");
  EXPECT_NE(read_error().find("is of another format"), std::string::npos);
}

TEST_F(SnapshotFileTest, RefusesWhatIsDamaged) {
  ASSERT_TRUE(write_snapshot(folder_, {objects(2), {Kind::ingress_class}}, 1));
  const std::string whole = text();
  std::string damaged = whole;
  damaged[damaged.find("\"h1\"") + 2] = '2';  // another host, and fine JSON
  put(damaged);
  EXPECT_EQ(read_error(), file() + " is damaged: its checksum does not match");
  damaged = whole;
  damaged.replace(damaged.find("\"written\":1"), 11, "\"written\":2");
  put(damaged);
  EXPECT_EQ(read_error(), file() + " is damaged: its checksum does not match");
  put(whole);
  EXPECT_EQ(read_error(), "");
}

TEST_F(SnapshotFileTest, LeavesOutWhatItDoesNotUnderstand) {
  ASSERT_TRUE(write_snapshot(folder_, {objects(2), {}}, 1));
  std::string changed = text_without_checksum();
  const std::size_t at = changed.find("networking.k8s.io/v1");
  changed.replace(at, 20, "networking.k8s.io/v9");
  put(changed);
  const Result<Snapshot> read = read_snapshot(folder_, options_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->content.objects.size(), 1u);
  EXPECT_EQ(read->undecodable, 1u);
}

TEST_F(SnapshotFileTest, UnderstandsTheFirstLineOfOtherVersions) {
  ASSERT_TRUE(write_snapshot(folder_, {objects(1), {Kind::ingress_class}}, 1));
  const std::string whole = text_without_checksum();
  const auto read_with = [&](const std::string& first) {
    put(first + whole.substr(whole.find('\n')));
    return read_snapshot(folder_, options_);
  };
  const Result<Snapshot> older = read_with(R"({"format":"headgate snapshot 1","written":1})");
  ASSERT_TRUE(older) << older.error().message;
  EXPECT_EQ(older->content.objects.size(), 1u);
  EXPECT_TRUE(older->content.unreadable.empty());
  const Result<Snapshot> newer =
      read_with(R"({"format":"headgate snapshot 1","written":1,"unreadable":["Gateway","IngressClass"]})");
  ASSERT_TRUE(newer) << newer.error().message;
  EXPECT_EQ(newer->content.unreadable, std::vector{Kind::ingress_class});
  EXPECT_FALSE(read_with(R"({"format":"headgate snapshot 1","written":1,"unreadable":"IngressClass"})"));
  EXPECT_FALSE(read_with(R"({"format":"headgate snapshot 1","written":1,"unreadable":[1]})"));
}

TEST_F(SnapshotFileTest, SaysAtTheStartWhetherTheFolderWillDo) {
  EXPECT_TRUE(prepare_snapshot_folder(folder_));
  EXPECT_TRUE(std::filesystem::is_directory(folder_));
  EXPECT_TRUE(prepare_snapshot_folder(folder_));
  std::ofstream(dir_.path() / "file") << "x";
  const auto error_of = [](const std::filesystem::path& folder) {
    const Result<void> prepared = prepare_snapshot_folder(folder);
    return prepared ? "" : prepared.error().message;
  };
  const std::string occupied = dir_.path() / "file";
  EXPECT_EQ(error_of(occupied), occupied + " is no folder");
  EXPECT_EQ(error_of(occupied + "/below"), "cannot create " + occupied + "/below: Not a directory");
  EXPECT_EQ(error_of("/proc/nope"), "cannot create /proc/nope: No such file or directory");
}

TEST_F(SnapshotFileTest, KeepsTheOneBeforeWhereWritingFails) {
  std::ofstream(dir_.path() / "file") << "x";
  const Result<void> written = write_snapshot(dir_.path() / "file" / "folder", {objects(1), {}}, 1);
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("cannot create"), std::string::npos);
}

}  // namespace
}  // namespace headgate::k8swatch::testing
