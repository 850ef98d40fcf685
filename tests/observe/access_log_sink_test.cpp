#include "observe/access_log_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include "observe/access_log.h"
#include "records.h"

namespace headgate::observe {
namespace {

using namespace std::chrono_literals;

struct Pipe {
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  }
  ~Pipe() {
    close_reader();
    ::close(ends[1]);
  }
  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

// Lines that fill the pipe (64 KiB), the queue and the Worker's own buffer several times over.
constexpr int kTooMany = 4 * 64 * 300;

void append_lines(AccessLogSink& sink, int lines) {
  AccessLog log(sink);
  for (int i = 0; i < lines; ++i) log.append(sample_record());
}

std::uint64_t count_lines_until_end(int fd) {
  std::uint64_t lines = 0;
  std::array<char, 65536> block;
  for (ssize_t size = 0; (size = ::read(fd, block.data(), block.size())) > 0;)
    lines += static_cast<std::uint64_t>(std::count(block.data(), block.data() + size, '\n'));
  return lines;
}

TEST(AccessLogSink, DropsAndCountsWhenNobodyReads) {
  const Pipe pipe;
  AccessLogSink sink(pipe.ends[1]);
  append_lines(sink, kTooMany);
  EXPECT_GT(sink.dropped_lines(), kTooMany / 2U);
  EXPECT_LT(sink.dropped_lines(), static_cast<std::uint64_t>(kTooMany));
}

TEST(AccessLogSink, WritesWhatIsQueuedBeforeItEnds) {
  const Pipe pipe;
  fcntl(pipe.ends[0], F_SETFL, O_NONBLOCK);
  {
    AccessLogSink sink(pipe.ends[1]);
    append_lines(sink, 100);  // about 20 KiB: fits into the pipe
  }
  EXPECT_EQ(count_lines_until_end(pipe.ends[0]), 100U);
}

TEST(AccessLog, WritesLinesOfBeforeAChangeWhereTheyWent) {
  const Pipe before;
  const Pipe after;
  fcntl(before.ends[0], F_SETFL, O_NONBLOCK);
  fcntl(after.ends[0], F_SETFL, O_NONBLOCK);
  {
    auto old = std::make_shared<AccessLogSink>(before.ends[1]);
    AccessLog log(AccessLogSinks(old, old));
    log.append(sample_record());
    log.append(StreamRecord());
    auto fresh = std::make_shared<AccessLogSink>(after.ends[1]);
    const AccessLogSinks given_back = log.exchange_sinks({fresh, std::make_shared<AccessLogSink>(-1)});
    EXPECT_EQ(given_back.http, old);
    EXPECT_EQ(given_back.stream, old);
    for (int i = 0; i < 3; ++i) log.append(sample_record());
    log.append(StreamRecord());  // nowhere
  }
  EXPECT_EQ(count_lines_until_end(before.ends[0]), 2U);
  EXPECT_EQ(count_lines_until_end(after.ends[0]), 3U);
}

TEST(AccessLogSink, EndsInBoundedTimeOnABlockedDescriptor) {
  const Pipe pipe;
  auto sink = std::make_unique<AccessLogSink>(pipe.ends[1]);
  append_lines(*sink, kTooMany);
  const auto before = std::chrono::steady_clock::now();
  sink.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 30s);  // it would be for ever
}

// Writes only once the gate is open, whatever time it is.
class GatedTarget final : public LogTarget {
 public:
  explicit GatedTarget(std::atomic<bool>& open) : open_(open) {}
  std::uint64_t write(const LogBuffer& buffer, const OutOfTime&) override {
    open_.wait(false);
    return buffer.lines;
  }

 private:
  std::atomic<bool>& open_;
};

TEST(AccessLogSink, MayBeGivenUpWithoutWaitingForIt) {
  std::atomic<bool> open{false};
  AccessLogSink sink(std::make_unique<GatedTarget>(open));
  append_lines(sink, 10);
  EXPECT_FALSE(sink.is_over());
  sink.begin_end();  // would never return
  EXPECT_FALSE(sink.is_over());
  open = true;
  open.notify_all();
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!sink.is_over() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_TRUE(sink.is_over());
  EXPECT_EQ(sink.dropped_lines(), 10U);
}

TEST(AccessLogSink, DropsAndCountsOnABrokenPipeWithoutASignal) {
  Pipe pipe;
  pipe.close_reader();
  AccessLogSink sink(pipe.ends[1]);
  append_lines(sink, 100);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (sink.dropped_lines() < 100 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(sink.dropped_lines(), 100U);
}

TEST(AccessLogSink, LeavesTheDescriptorsModeAlone) {
  const Pipe pipe;
  const int before = fcntl(pipe.ends[1], F_GETFL);
  {
    AccessLogSink sink(pipe.ends[1]);
    append_lines(sink, 1);
  }
  EXPECT_EQ(fcntl(pipe.ends[1], F_GETFL), before);
}

TEST(AccessLogSink, WritesToASocketAsToAPipe) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  {
    AccessLogSink sink(ends[1]);
    append_lines(sink, 100);
  }
  ::close(ends[1]);
  EXPECT_EQ(count_lines_until_end(ends[0]), 100U);
  ::close(ends[0]);
}

TEST(AccessLogSink, GivesBuffersBackForUse) {
  const Pipe pipe;
  AccessLogSink sink(pipe.ends[1]);
  LogBuffer buffer = LogBuffer::with_capacity(AccessLogSink::kBufferBytes);
  buffer.data[0] = '\n';
  buffer.size = 1;
  buffer.lines = 1;
  const LogBuffer next = sink.submit(std::move(buffer));
  EXPECT_EQ(next.size, 0U);
  EXPECT_EQ(next.lines, 0U);
  EXPECT_EQ(next.capacity, AccessLogSink::kBufferBytes);
}

}  // namespace
}  // namespace headgate::observe
