#include "http/websocket_key.h"

#include <gtest/gtest.h>

namespace headgate::http {
namespace {

TEST(WebSocketKey, IsSixteenBytesInBase64) {
  // "the sample nonce", the key of RFC 6455 §1.3.
  EXPECT_EQ(WebSocketKey(0x7468652073616d70, 0x6c65206e6f6e6365).view(), "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_EQ(WebSocketKey(0, 0).view(), "AAAAAAAAAAAAAAAAAAAAAA==");
  EXPECT_EQ(WebSocketKey(~0ULL, ~0ULL).view(), "/////////////////////w==");
}

}  // namespace
}  // namespace headgate::http
