#include "http/h2_frame_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/h2_frames.h"

namespace headgate::http {
namespace {

using test_support::h2_frame;
using test_support::h2_number;
namespace h2 = test_support::h2;
using ::testing::ElementsAre;

struct Seen {
  std::vector<std::string> frames;
  std::vector<std::size_t> begins;  // of each frame in the stream
};

Seen scan(const std::string& bytes, std::size_t piece) {
  H2FrameScanner scanner;
  Seen seen;
  H2Frame frame;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const char* p = bytes.data() + at;
    const char* const end = p + std::min(piece, bytes.size() - at);
    while (scanner.next(p, end, frame)) {
      seen.frames.push_back(std::to_string(static_cast<int>(frame.type)) + "/" + std::to_string(frame.flags) +
                            " " + std::to_string(frame.stream) + " " + std::to_string(frame.length) + " " +
                            std::to_string(frame.dependency));
      seen.begins.push_back(static_cast<std::size_t>(p - bytes.data()) - scanner.passed());
    }
  }
  return seen;
}

TEST(H2FrameScanner, FindsEveryFrameWhereverTheStreamIsCut) {
  const std::string first = std::string(h2::preface) + h2_frame(h2::settings, 0, 0, "123456");
  const std::string second = h2_frame(h2::priority, 0, 0x80000003U, h2_number(0x80000007U) + "\x10");
  const std::string third = h2_frame(h2::data, 1, 5, std::string(70000, 'x'));
  const std::string fourth = h2_frame(0xff, 0xfe, 0x7fffffff);
  const std::string bytes = first + second + third + fourth + h2_frame(h2::priority, 0, 3, "abcd");
  for (const std::size_t piece : {1, 2, 3, 5, 9, 13, 14, 100, 16384, 100000}) {
    const Seen seen = scan(bytes, piece);
    EXPECT_THAT(seen.frames,
                ElementsAre("4/0 0 6 0", "2/0 3 5 7", "0/1 5 70000 0", "255/254 2147483647 0 0", "2/0 3 4 0"))
        << piece;
    EXPECT_THAT(seen.begins, ElementsAre(24, first.size(), first.size() + second.size(),
                                         first.size() + second.size() + third.size(),
                                         first.size() + second.size() + third.size() + fourth.size()))
        << piece;
  }
}

}  // namespace
}  // namespace headgate::http
