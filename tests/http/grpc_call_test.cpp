#include "http/grpc_call.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace headgate::http {
namespace {

TEST(GrpcCall, FramesSayTheirLength) {
  EXPECT_EQ(grpc_frame("abc"), std::string("\0\0\0\0\x03", 5) + "abc");
  const std::string frame = grpc_frame(std::string(0x010203, 'x'));
  EXPECT_EQ(frame.substr(0, 5), std::string("\0\0\x01\x02\x03", 5));
}

TEST(GrpcCall, AStatusIsOneThatIsANumber) {
  struct Case {
    std::string_view lines;
    bool has_status;
    std::optional<int> status;
  };
  for (const Case& each : {Case{"grpc-status: 0\r\n", true, 0}, Case{"x: y\r\nGrpc-Status:14\r\n", true, 14},
                           Case{"grpc-status: 16", true, 16},  // without its end
                           Case{"grpc-status: 0x\r\n", true, {}}, Case{"grpc-status: \r\n", true, {}},
                           Case{"grpc-status: 99999999999\r\n", true, {}}, Case{"grpc-status", false, {}},
                           Case{"grpc-status-x: 0\r\n", false, {}}, Case{"", false, {}}}) {
    GrpcResponse response(100);
    response.on_trailers(each.lines);
    EXPECT_EQ(response.has_status(), each.has_status) << each.lines;
    EXPECT_EQ(response.status(), each.status) << each.lines;
  }
}

TEST(GrpcCall, KeepsNoMoreThanItsBound) {
  GrpcResponse response(64 * 1024);
  const std::string piece(16 * 1024, 'x');
  for (int i = 0; i < 4; ++i) response.on_content(piece);
  EXPECT_FALSE(response.is_too_long());
  for (int i = 0; i < 100; ++i) response.on_content(piece);
  EXPECT_TRUE(response.is_too_long());
  EXPECT_EQ(response.content().size(), 64U * 1024);
}

}  // namespace
}  // namespace headgate::http
