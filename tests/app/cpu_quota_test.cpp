#include "app/cpu_quota.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace headgate::app {
namespace {

namespace fs = std::filesystem;

// A control group's folder with the given files.
class CpuQuota : public testing::Test {
 protected:
  CpuQuota() {
    std::string pattern = (fs::temp_directory_path() / "headgate-cgroup-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
  }
  ~CpuQuota() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  [[nodiscard]] unsigned cpus() const { return usable_cpus(root_.string()); }

  fs::path root_;
};

TEST_F(CpuQuota, WithoutQuotaIsEveryCpuWeMayRunOn) {
  const unsigned all = cpus();
  EXPECT_GE(all, 1U);
  write("cpu.max", "max 100000\n");
  EXPECT_EQ(cpus(), all);
  write("cpu.max", "1000000000 100000\n");
  EXPECT_EQ(cpus(), all);
}

TEST_F(CpuQuota, LessThanOneCpuIsOne) {
  write("cpu.max", "10000 100000\n");
  EXPECT_EQ(cpus(), 1U);
}

TEST_F(CpuQuota, IsRoundedUp) {
  const unsigned all = cpus();
  write("cpu.max", "150000 100000\n");
  EXPECT_EQ(cpus(), std::min(2U, all));
}

TEST_F(CpuQuota, ReadsVersionOne) {
  const unsigned all = cpus();
  write("cpu/cpu.cfs_quota_us", "100000\n");
  write("cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(cpus(), 1U);
  write("cpu/cpu.cfs_quota_us", "-1\n");
  EXPECT_EQ(cpus(), all);
}

TEST_F(CpuQuota, IgnoresNonsense) {
  const unsigned all = cpus();
  for (const char* text : {"", "x y", "100000 0", "-5 100000", "nan 100000"}) {
    write("cpu.max", text);
    EXPECT_EQ(cpus(), all) << text;
  }
}

}  // namespace
}  // namespace headgate::app
