#include "app/log_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace headgate::app {
namespace {

namespace fs = std::filesystem;

class LogFileTest : public testing::Test {
 protected:
  LogFileTest() {
    std::string pattern = (fs::temp_directory_path() / "headgate-log-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~LogFileTest() override { fs::remove_all(folder_); }

  [[nodiscard]] static std::string text_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  static void write(const LogFile& file, const std::string& text) {
    ASSERT_EQ(::write(file.descriptor(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  fs::path folder_;
};

TEST_F(LogFileTest, KnowsStdoutAndOff) {
  EXPECT_EQ(LogFile::open("stdout")->descriptor(), STDOUT_FILENO);
  EXPECT_EQ(LogFile::open("stderr")->descriptor(), STDERR_FILENO);
  EXPECT_EQ(LogFile::open("off")->descriptor(), -1);
  EXPECT_GE(fcntl(STDOUT_FILENO, F_GETFD), 0) << "stdout was closed";
}

TEST_F(LogFileTest, KnowsNginxsOwnPaths) {
  EXPECT_EQ(log_place("/dev/stdout"), "stdout");
  EXPECT_EQ(log_place("/dev/stderr"), "stderr");
  EXPECT_EQ(log_place("off"), "off");
  EXPECT_EQ(log_place("/var/log/nginx/access.log", false), "stdout");
  EXPECT_EQ(log_place("/var/log/nginx/error.log", false), "stderr");
  EXPECT_EQ(log_place("/var/log/nginx/other.log", false), "/var/log/nginx/other.log");
  EXPECT_EQ(log_place("/var/log/nginx/access.log", true), "/var/log/nginx/access.log") << "a volume";
}

TEST_F(LogFileTest, DoesNotWaitForWhoeverReadsAPipe) {
  const fs::path path = folder_ / "pipe";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  EXPECT_FALSE(LogFile::open(path.string())) << "nobody reads it";
}

TEST_F(LogFileTest, AppendsAndGoesOnAfterRotation) {
  const fs::path path = folder_ / "access.log";
  std::ofstream(path) << "old\n";
  Result<LogFile> file = LogFile::open(path.string());
  ASSERT_TRUE(file) << file.error().message;
  const int descriptor = file->descriptor();
  write(*file, "before\n");
  fs::rename(path, folder_ / "access.log.1");
  ASSERT_TRUE(file->reopen());
  EXPECT_EQ(file->descriptor(), descriptor);
  write(*file, "after\n");
  EXPECT_EQ(text_of(folder_ / "access.log.1"), "old\nbefore\n");
  EXPECT_EQ(text_of(path), "after\n");
}

TEST_F(LogFileTest, SaysWhichFileItCannotOpen) {
  const std::string path = (folder_ / "missing" / "access.log").string();
  const Result<LogFile> file = LogFile::open(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message, "cannot open " + path + ": No such file or directory");
}

TEST_F(LogFileTest, KeepsTheOldFileWhenTheNewOneCannotBeOpened) {
  const fs::path path = folder_ / "sub" / "access.log";
  fs::create_directory(folder_ / "sub");
  Result<LogFile> file = LogFile::open(path.string());
  ASSERT_TRUE(file);
  fs::rename(folder_ / "sub", folder_ / "moved");
  EXPECT_FALSE(file->reopen());
  write(*file, "kept\n");
  EXPECT_EQ(text_of(folder_ / "moved" / "access.log"), "kept\n");
}

}  // namespace
}  // namespace headgate::app
