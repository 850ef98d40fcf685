// Content of an answer that is kept until its client takes it.
#include "proxy/answer_buffer.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "support/pattern.h"
#include "support/process_stats.h"
#include "support/temp_dir.h"

namespace headgate::proxy {
namespace {

using test_support::open_descriptors;
using test_support::pattern;

class AnswerBufferTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kBlock = AnswerBuffer::kBlock;
  static constexpr std::uint64_t kStep = AnswerBuffer::kDiskStep;

  // As much as there is room for, up to `most`; the pattern goes on.
  std::size_t fill(AnswerBuffer& buffer, std::size_t most) {
    const std::size_t before = written;
    while (written - before < most && buffer.make_room()) {
      EXPECT_GT(buffer.room(), 0u);
      put(buffer, std::min(buffer.room(), most - (written - before)));
    }
    return written - before;
  }
  void put(AnswerBuffer& buffer, std::size_t size) {
    buffer.append(pattern(written, size));
    written += size;
  }
  // The next of the pattern, in pieces.
  void expect_next(AnswerBuffer& buffer, std::size_t size, std::size_t piece = 50'000) {
    std::string out(piece, '\0');
    while (size > 0) {
      const std::size_t got = buffer.take(out.data(), std::min(piece, size));
      ASSERT_GT(got, 0u) << "at " << read;
      ASSERT_EQ(out.substr(0, got), pattern(read, got)) << "at " << read;
      read += got;
      size -= got;
    }
  }
  void expect_all_given_back() {
    EXPECT_EQ(spool.memory().used() + spool.files().used(), 0u);
    EXPECT_EQ(spool.answers_in_memory().all().used() + spool.answers_in_files().all().used(), 0u);
    EXPECT_EQ(spool.answers_in_memory().of("shop").used() + spool.answers_in_files().of("shop").used(), 0u);
  }

  test_support::TempDir folder;
  ContentSpool spool{folder.path().string(), 64 * kBlock, 64 * kStep};
  std::size_t written = 0;
  std::size_t read = 0;
};

TEST_F(AnswerBufferTest, HoldsNothingBeforeItIsAsked) {
  const AnswerBuffer buffer(spool, "shop", {4 * kBlock, 1 << 30});
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(buffer.room(), 0u);
  expect_all_given_back();
}

TEST_F(AnswerBufferTest, KeepsInMemoryWhatItsBoundAllows) {
  AnswerBuffer buffer(spool, "shop", {4 * kBlock, 0});
  EXPECT_EQ(fill(buffer, SIZE_MAX), 4 * kBlock);
  EXPECT_EQ(spool.memory().used(), 4 * kBlock);
  EXPECT_FALSE(buffer.make_room());
  expect_next(buffer, kBlock);
  EXPECT_EQ(spool.memory().used(), 3 * kBlock) << "what is taken is given back at once";
  EXPECT_EQ(fill(buffer, SIZE_MAX), kBlock);
  expect_next(buffer, 4 * kBlock, 777);
  EXPECT_TRUE(buffer.empty());
  EXPECT_FALSE(buffer.in_file());
  expect_all_given_back();
}

TEST_F(AnswerBufferTest, HasABlockHoweverLittleIsAllowed) {
  AnswerBuffer buffer(spool, "shop", {1, 0});
  EXPECT_EQ(fill(buffer, SIZE_MAX), kBlock);
}

TEST_F(AnswerBufferTest, SmallPiecesShareABlock) {
  AnswerBuffer buffer(spool, "shop", {4 * kBlock, 0});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(fill(buffer, 100), 100u);
  EXPECT_EQ(spool.memory().used(), kBlock);
  expect_next(buffer, 10'000, 999);
  expect_all_given_back();
}

TEST_F(AnswerBufferTest, GoesOnInANamelessFile) {
  AnswerBuffer buffer(spool, "shop", {2 * kBlock, 1 << 30});
  const std::size_t size = 2 * kBlock + 3'000'000;
  EXPECT_EQ(fill(buffer, size), size);
  EXPECT_TRUE(buffer.in_file());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "a crash would leave it behind";
  EXPECT_EQ(spool.files().used(), 3 * kStep);
  // Memory that is free again is not used before the file is taken: the order stays.
  expect_next(buffer, kBlock + 1);
  fill(buffer, 100'000);
  expect_next(buffer, size - kBlock - 1 + 100'000 - 10);
  fill(buffer, 5);
  expect_next(buffer, 15);
  EXPECT_FALSE(buffer.in_file()) << "it is begun anew";
  expect_all_given_back();
  EXPECT_EQ(fill(buffer, 10), 10u);
  EXPECT_FALSE(buffer.in_file());
  expect_next(buffer, 10);
}

TEST_F(AnswerBufferTest, AFileHasItsBound) {
  AnswerBuffer buffer(spool, "shop", {kBlock, kStep + 100});
  EXPECT_EQ(fill(buffer, SIZE_MAX), kBlock + kStep + 100);
  EXPECT_EQ(spool.files().used(), 2 * kStep);
}

// A pod that had to wait for the end of a long file would give up.
TEST_F(AnswerBufferTest, WhatIsTakenOfAFileMakesRoom) {
  AnswerBuffer buffer(spool, "shop", {kBlock, kStep + 100});
  ASSERT_EQ(fill(buffer, SIZE_MAX), kBlock + kStep + 100);
  expect_next(buffer, kBlock + kStep - 1);
  EXPECT_FALSE(buffer.make_room());
  for (int i = 0; i < 20; ++i) {
    expect_next(buffer, i == 0 ? 1 : kStep);
    EXPECT_EQ(fill(buffer, SIZE_MAX), kStep) << i;
    EXPECT_EQ(spool.files().used(), 2 * kStep) << i;
    EXPECT_TRUE(buffer.in_file());
  }
  expect_next(buffer, kStep + 100);
  EXPECT_FALSE(buffer.in_file());
  buffer.release();
  expect_all_given_back();
}

TEST_F(AnswerBufferTest, KeepsWhatItIsGivenWithoutRoomAndThenTakesNoMore) {
  AnswerBuffer buffer(spool, "shop", {kBlock, kStep});
  fill(buffer, SIZE_MAX);
  put(buffer, 100'000);
  EXPECT_EQ(buffer.room(), 0u);
  expect_next(buffer, kBlock + kStep);
  EXPECT_FALSE(buffer.make_room());
  expect_next(buffer, 100'000);
  EXPECT_TRUE(buffer.make_room());
}

TEST_F(AnswerBufferTest, AnswersHaveHalfOfAllAndANamespaceHalfOfThat) {
  std::vector<std::unique_ptr<AnswerBuffer>> buffers;
  const auto fill_up = [&](const char* name) {
    for (int i = 0; i < 40; ++i) {
      buffers.push_back(std::make_unique<AnswerBuffer>(spool, name, AnswerBuffer::Limits{kBlock, kStep}));
      fill(*buffers.back(), SIZE_MAX);
    }
  };
  fill_up("shop");
  EXPECT_EQ(spool.memory().used(), 16 * kBlock);
  EXPECT_EQ(spool.files().used(), 16 * kStep);
  // Of others whose names hash to other shares, all that is left of the answers' half.
  for (const char* const name : {"a", "b", "c", "d", "e", "f"}) fill_up(name);
  EXPECT_EQ(spool.memory().used(), 32 * kBlock);
  EXPECT_EQ(spool.files().used(), 32 * kStep);
  buffers.clear();
  expect_all_given_back();
}

TEST_F(AnswerBufferTest, WithoutAFolderItIsBoundedByMemory) {
  ContentSpool nowhere((folder.path() / "missing").string(), 64 * kBlock, 64 * kStep);
  AnswerBuffer buffer(nowhere, "shop", {kBlock, 1 << 30});
  const std::size_t kept = fill(buffer, SIZE_MAX);
  EXPECT_GE(kept, kBlock);
  EXPECT_LE(kept, kBlock + kStep) << "the piece that no file took";
  EXPECT_EQ(nowhere.files().used(), 0u);
  expect_next(buffer, kept);
  EXPECT_EQ(fill(buffer, SIZE_MAX), kBlock) << "it does not try again";
  expect_next(buffer, kBlock);
}

TEST_F(AnswerBufferTest, AFullDiskLosesNothing) {
  // A file must not grow beyond that; the signal that comes with it is not for us.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{300'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    AnswerBuffer buffer(spool, "shop", {kBlock, 1 << 30});
    while (buffer.make_room()) fill(buffer, 90'000);
    EXPECT_TRUE(buffer.in_file());
    EXPECT_FALSE(buffer.make_room());
    expect_next(buffer, written);
    EXPECT_TRUE(buffer.empty());
    EXPECT_TRUE(buffer.make_room()) << "in memory";
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  expect_all_given_back();
}

TEST_F(AnswerBufferTest, GivesAllBackAtItsEnd) {
  const std::size_t before = open_descriptors(getpid());
  {
    AnswerBuffer buffer(spool, "shop", {4 * kBlock, 1 << 30});
    AnswerBuffer released(spool, "shop", {4 * kBlock, 1 << 30});
    for (AnswerBuffer* each : {&buffer, &released}) fill(*each, 10 * kBlock);
    EXPECT_EQ(open_descriptors(getpid()), before + 2);
    released.release();
    EXPECT_TRUE(released.empty());
    EXPECT_EQ(open_descriptors(getpid()), before + 1);
    EXPECT_EQ(spool.memory().used(), 4 * kBlock);
  }
  EXPECT_EQ(open_descriptors(getpid()), before);
  expect_all_given_back();
}

}  // namespace
}  // namespace headgate::proxy
