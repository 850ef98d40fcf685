// Content of a request that is kept until it is whole.
#include "proxy/request_buffer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/pattern.h"
#include "support/process_stats.h"
#include "support/temp_dir.h"

namespace headgate::proxy {
namespace {

using Added = RequestBuffer::Added;
using test_support::open_descriptors;
using test_support::pattern;

class RequestBufferTest : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kMemory = 1000;  // of the one buffer
  static constexpr std::uint64_t kHeld = 1024;    // for so many
  static constexpr std::uint64_t kMostInMemory = 10 * kHeld;
  static constexpr std::uint64_t kMostInFiles = 100'000;

  // All of it, in pieces of `room` bytes.
  static std::string content_of(const RequestBuffer& buffer, std::size_t room = 777) {
    std::string all;
    std::string scratch(room, '\0');
    while (all.size() < buffer.size()) {
      const std::string_view piece = buffer.read(all.size(), scratch.data(), room);
      if (piece.empty() || piece.size() > room) return "unreadable";
      all += piece;
    }
    return all;
  }

  test_support::TempDir folder;
  ContentSpool spool{folder.path().string(), kMostInMemory, 2 * kMostInFiles};
};

TEST_F(RequestBufferTest, StaysInMemoryUpToItsBound) {
  const std::size_t before = open_descriptors(getpid());
  RequestBuffer buffer(spool, "shop", kMemory);
  EXPECT_EQ(buffer.append(""), Added::done);
  EXPECT_EQ(buffer.append(pattern(0, 400)), Added::done);
  EXPECT_EQ(buffer.append(pattern(400, 600)), Added::done);
  EXPECT_FALSE(buffer.in_file());
  EXPECT_EQ(open_descriptors(getpid()), before);
  EXPECT_EQ(buffer.size(), 1000u);
  EXPECT_EQ(content_of(buffer), pattern(0, 1000));
  EXPECT_EQ(spool.memory().used(), kHeld) << "what is held counts, not what is used of it";
  EXPECT_EQ(spool.files().used(), 0u);
}

TEST_F(RequestBufferTest, GoesIntoANamelessFileBeyond) {
  RequestBuffer buffer(spool, "shop", kMemory);
  std::string all;
  for (const std::size_t size : {900, 101, 1, 30000}) {
    const std::string piece = pattern(all.size(), size);
    all += piece;
    EXPECT_EQ(buffer.append(piece), Added::done);
  }
  EXPECT_TRUE(buffer.in_file());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "a crash would leave it behind";
  EXPECT_EQ(content_of(buffer), all);
  EXPECT_EQ(content_of(buffer, 64 * 1024), all) << "it can be read again";
  EXPECT_EQ(spool.memory().used(), 0u) << "nothing of it stays in memory";
  EXPECT_EQ(spool.files().used(), all.size());
}

TEST_F(RequestBufferTest, GivesAllBackAtItsEnd) {
  const std::size_t before = open_descriptors(getpid());
  {
    RequestBuffer in_memory(spool, "shop", kMemory);
    RequestBuffer in_file(spool, "shop", kMemory);
    RequestBuffer released(spool, "shop", kMemory);
    EXPECT_EQ(in_memory.append("abc"), Added::done);
    EXPECT_EQ(in_file.append(pattern(0, 2000)), Added::done);
    EXPECT_EQ(released.append(pattern(0, 2000)), Added::done);
    released.release();
    EXPECT_EQ(spool.files().used(), 2000u);
    EXPECT_EQ(open_descriptors(getpid()), before + 1);
  }
  EXPECT_EQ(spool.memory().used() + spool.files().used(), 0u);
  EXPECT_EQ(open_descriptors(getpid()), before);
}

TEST_F(RequestBufferTest, MemoryThatIsTakenByOthersIsMadeUpForByAFile) {
  std::vector<std::unique_ptr<RequestBuffer>> others;
  for (std::uint64_t used = 0; used < kMostInMemory; used += kHeld) {
    others.push_back(std::make_unique<RequestBuffer>(spool, "shop", kMemory));
    EXPECT_EQ(others.back()->append(pattern(0, kMemory)), Added::done);
    EXPECT_FALSE(others.back()->in_file());
  }
  RequestBuffer late(spool, "shop", kMemory);
  EXPECT_EQ(late.append("x"), Added::done);
  EXPECT_TRUE(late.in_file());
  EXPECT_EQ(content_of(late), "x");
}

TEST_F(RequestBufferTest, FilesHaveABoundTogether) {
  RequestBuffer first(spool, "shop", kMemory);
  RequestBuffer second(spool, "shop", kMemory);
  EXPECT_EQ(first.append(pattern(0, 60'000)), Added::done);
  EXPECT_EQ(second.append(pattern(0, 40'000)), Added::done);
  EXPECT_EQ(first.append("x"), Added::full);
  RequestBuffer third(spool, "shop", kMemory);
  EXPECT_EQ(third.append(pattern(0, 1001)), Added::full);
  EXPECT_EQ(spool.files().used(), kMostInFiles);
  first.release();
  EXPECT_EQ(second.append("x"), Added::done) << "what is given back can be had again";
}

TEST_F(RequestBufferTest, SaysWhyThereIsNoFile) {
  ContentSpool nowhere((folder.path() / "missing").string(), kMostInMemory, kMostInFiles);
  RequestBuffer buffer(nowhere, "shop", kMemory);
  EXPECT_EQ(buffer.append(pattern(0, 1000)), Added::done) << "no folder is needed for that";
  EXPECT_EQ(buffer.append("x"), Added::no_file);
  EXPECT_EQ(errno, ENOENT);
  buffer.release();
  EXPECT_EQ(nowhere.memory().used() + nowhere.files().used(), 0u);
}

TEST(ContentSpool, HasAFolderWithoutBeingTold) {
  EXPECT_TRUE(
      std::filesystem::equivalent(ContentSpool("", 0, 0).folder(), std::filesystem::temp_directory_path()));
}

TEST(SharedByteBudget, IsNeverExceededByThreadsTogether) {
  SharedByteBudget budget(1000);
  std::atomic<std::uint64_t> taken{0};
  {
    std::vector<std::thread> threads;
    std::vector<std::unique_ptr<SharedByteBudget::Share>> shares;
    for (int i = 0; i < 4; ++i) shares.push_back(std::make_unique<SharedByteBudget::Share>(budget));
    for (auto& share : shares)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) taken += share->take(3) ? 3 : 0;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(taken, 999u);
    EXPECT_EQ(budget.used(), 999u);
    EXPECT_TRUE(shares[0]->take(1));
    EXPECT_FALSE(shares[1]->take(1));
  }
  EXPECT_EQ(budget.used(), 0u);
}

}  // namespace
}  // namespace headgate::proxy
