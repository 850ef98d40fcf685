#include "app/export_outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headgate::app {
namespace {

using Kind = ExportOutcome::Kind;
using ::testing::HasSubstr;

ExportOutcome outcome(int http_status, std::string_view lines, std::string_view content = "") {
  http::GrpcResponse answer(kMostExportAnswer);
  http::ResponseHead head;
  head.status = http_status;
  answer.on_head(head);
  answer.on_content(content);
  answer.on_trailers(lines);
  return outcome_of(answer);
}

TEST(ExportOutcome, MeansWhatOtlpSays) {
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

TEST(ExportOutcome, CountsWhatWasRejected) {
  const std::string content = http::grpc_frame(std::string("\x0a\x07\x08\x03\x12\x03old", 9));
  const ExportOutcome result = outcome(200, "grpc-status: 0\r\n", content);
  EXPECT_EQ(result.kind, Kind::accepted);
  EXPECT_EQ(result.rejected, 3u);
  EXPECT_THAT(result.error, HasSubstr("old"));
  EXPECT_EQ(outcome(200, "grpc-status: 0\r\n", http::grpc_frame("\xff")).kind, Kind::accepted)
      << "no message at all";
  EXPECT_EQ(outcome(200, "grpc-status: 0\r\n", "\x01\x02").rejected, 0u);
}

TEST(ExportOutcome, ALongAnswerIsAnAnswer) {
  http::GrpcResponse answer(kMostExportAnswer);
  http::ResponseHead head;
  head.status = 200;
  answer.on_head(head);
  const std::string piece(16 * 1024, 'x');
  for (int i = 0; i < 100; ++i) answer.on_content(piece);
  answer.on_trailers("grpc-status: 0\r\n");
  EXPECT_EQ(outcome_of(answer).kind, Kind::accepted);
}

}  // namespace
}  // namespace headgate::app
