// What an answer of gRPC means for an export of spans.
#include "app/grpc_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headgate::app {
namespace {

using Kind = ExportOutcome::Kind;
using ::testing::HasSubstr;

ExportOutcome outcome(int http_status, std::string_view lines, std::string_view content = "") {
  GrpcAnswer answer;
  answer.set_http_status(http_status);
  answer.add_content(content);
  answer.add_lines(lines);
  return answer.outcome();
}

TEST(GrpcAnswer, MeansWhatOtlpSays) {
  struct Case {
    int http_status;
    std::string_view lines;
    Kind kind;
  };
  for (const Case& each : {
           Case{200, "grpc-status: 0\r\n", Kind::accepted},
           Case{200, "x: y\r\nGrpc-Status:14\r\n", Kind::retry},
           Case{200, "grpc-status: 1\r\n", Kind::retry},
           Case{200, "grpc-status: 4\r\n", Kind::retry},
           Case{200, "grpc-status: 10\r\n", Kind::retry},
           Case{200, "grpc-status: 11\r\n", Kind::retry},
           Case{200, "grpc-status: 15\r\n", Kind::retry},
           Case{200, "grpc-status: 8\r\n", Kind::refused},
           Case{200, "grpc-status: 3\r\n", Kind::refused},
           Case{200, "grpc-status: 12\r\ngrpc-message: unknown service\r\n", Kind::refused},
           Case{200, "grpc-status: \r\n", Kind::refused},
           Case{200, "grpc-status: 0x0\r\n", Kind::refused},
           Case{200, "grpc-status", Kind::refused},
           Case{200, "", Kind::refused},
           Case{503, "", Kind::retry},
           Case{502, "", Kind::retry},
           Case{429, "", Kind::retry},
           Case{404, "", Kind::refused},
       }) {
    const ExportOutcome result = outcome(each.http_status, each.lines);
    EXPECT_EQ(result.kind, each.kind) << each.http_status << " " << each.lines;
    EXPECT_EQ(result.error.empty(), each.kind == Kind::accepted) << each.lines;
  }
  EXPECT_THAT(outcome(200, "grpc-status: 12\r\ngrpc-message: unknown service\r\n").error,
              HasSubstr("unknown service"));
}

TEST(GrpcAnswer, CountsWhatWasRejected) {
  const std::string content = grpc_frame(std::string("\x0a\x07\x08\x03\x12\x03old", 9));
  const ExportOutcome result = outcome(200, "grpc-status: 0\r\n", content);
  EXPECT_EQ(result.kind, Kind::accepted);
  EXPECT_EQ(result.rejected, 3u);
  EXPECT_THAT(result.error, HasSubstr("old"));
  EXPECT_EQ(outcome(200, "grpc-status: 0\r\n", grpc_frame("\xff")).kind, Kind::accepted)
      << "no message at all";
  EXPECT_EQ(outcome(200, "grpc-status: 0\r\n", "\x01\x02").rejected, 0u);
}

TEST(GrpcAnswer, KeepsNoMoreThanItsBound) {
  GrpcAnswer answer;
  answer.set_http_status(200);
  const std::string piece(16 * 1024, 'x');
  for (int i = 0; i < 100; ++i) answer.add_content(piece);
  answer.add_field("grpc-status", "0");
  EXPECT_EQ(answer.outcome().kind, Kind::accepted);
}

TEST(GrpcAnswer, FramesSayTheirLength) {
  EXPECT_EQ(grpc_frame("abc"), std::string("\0\0\0\0\x03", 5) + "abc");
  const std::string frame = grpc_frame(std::string(0x010203, 'x'));
  EXPECT_EQ(frame.substr(0, 5), std::string("\0\0\x01\x02\x03", 5));
}

}  // namespace
}  // namespace headgate::app
