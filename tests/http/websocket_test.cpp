#include "http/websocket.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::http {
namespace {

TEST(WebSocket, AcceptAnswersTheKeyOfRfc6455) {
  const auto accept = websocket_accept("dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(std::string(accept.data(), accept.size()), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

}  // namespace
}  // namespace headgate::http
