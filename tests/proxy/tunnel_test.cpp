// A Tunnel between two streams that do what the test says.
#include "proxy/tunnel.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "proxy/worker_fixture.h"

namespace headgate::proxy {
namespace {

class ScriptedStream final : public ByteStream {
 public:
  IoResult read(char* data, std::size_t size) override {
    if (broken) return {IoStatus::failed};
    if (incoming.empty()) return {ended ? IoStatus::closed : IoStatus::would_block};
    const std::size_t n = std::min(size, incoming.size());
    std::memcpy(data, incoming.data(), n);
    incoming.erase(0, n);
    return {IoStatus::done, n};
  }
  IoResult write(const char* data, std::size_t size) override {
    if (broken) return {IoStatus::failed};
    const std::size_t n = std::min(size, room);
    if (n == 0) return {IoStatus::would_block};
    room -= n;
    written.append(data, n);
    return {IoStatus::done, n};
  }
  IoStatus flush() override { return held ? IoStatus::would_block : IoStatus::done; }
  void shutdown_write() override { shut = true; }

  std::string incoming, written;
  std::size_t room = SIZE_MAX;
  bool ended = false, broken = false, held = false, shut = false;
};

class Nobody final : public IoHandler {
  void on_io(std::uint32_t) override {}
};

class TunnelTest : public ::testing::Test, public TunnelOwner {
 protected:
  void on_tunnel_ended(std::uint64_t bytes) override { bytes_to_client = bytes; }
  void start(std::string_view from_client = "", std::string_view from_upstream = "") {
    ByteBuffer client_bytes, upstream_bytes;
    client_bytes.append(from_client);
    upstream_bytes.append(from_upstream);
    tunnel.start(waker, client, client_bytes, upstream, upstream_bytes);
  }

  WorkerFixture worker;
  Nobody waker;
  ScriptedStream client, upstream;
  Tunnel tunnel{worker.context, *this, std::chrono::minutes(1)};
  std::optional<std::uint64_t> bytes_to_client;
};

TEST_F(TunnelTest, WhatWasReadAlreadyGoesFirst) {
  client.incoming = " more";
  upstream.incoming = " too";
  start("early", "late");
  EXPECT_EQ(upstream.written, "early more");
  EXPECT_EQ(client.written, "late too");
}

TEST_F(TunnelTest, ASlowReceiverStopsTheSender) {
  client.room = 10;
  upstream.incoming.assign(1000000, 'x');
  start();
  EXPECT_EQ(client.written.size(), 10u);
  EXPECT_GE(upstream.incoming.size(), 1000000u - 2 * 64 * 1024) << "more than one read is held";
  client.room = SIZE_MAX;
  for (int i = 0; i < 100 && !upstream.incoming.empty(); ++i) tunnel.on_client_io(EPOLLOUT);
  EXPECT_EQ(client.written.size(), 1000000u);
}

TEST_F(TunnelTest, AnEndIsPassedOnBehindTheLastByteAndOnceNothingIsHeld) {
  client.incoming = "last words";
  client.ended = true;
  upstream.room = 4;
  upstream.held = true;
  start();
  EXPECT_FALSE(upstream.shut);
  upstream.room = SIZE_MAX;
  tunnel.on_upstream_io(EPOLLOUT);
  EXPECT_EQ(upstream.written, "last words");
  EXPECT_FALSE(upstream.shut) << "the stream still holds bytes";
  upstream.held = false;
  tunnel.on_upstream_io(EPOLLOUT);
  EXPECT_TRUE(upstream.shut);
  EXPECT_FALSE(bytes_to_client) << "one direction is open";
  upstream.incoming = "bye";
  upstream.ended = true;
  tunnel.on_upstream_io(EPOLLIN);
  EXPECT_TRUE(client.shut);
  EXPECT_EQ(bytes_to_client, 3u);
}

TEST_F(TunnelTest, ABrokenSideEndsBoth) {
  start();
  EXPECT_FALSE(bytes_to_client);
  client.broken = true;
  tunnel.on_client_io(EPOLLIN);
  EXPECT_EQ(bytes_to_client, 0u);
}

TEST_F(TunnelTest, EndsAfterItsTimeWithoutAByte) {
  start();
  worker.advance(std::chrono::seconds(50));
  client.incoming = "x";
  tunnel.on_client_io(EPOLLIN);
  worker.advance(std::chrono::seconds(50));
  EXPECT_FALSE(bytes_to_client);
  worker.advance(std::chrono::seconds(20));
  EXPECT_EQ(bytes_to_client, 0u);
}

TEST_F(TunnelTest, SaysNothingOnceAbandoned) {
  start();
  tunnel.abandon();
  client.broken = true;
  tunnel.on_client_io(EPOLLIN);
  tunnel.on_upstream_io(EPOLLERR);
  EXPECT_FALSE(bytes_to_client);
}

}  // namespace
}  // namespace headgate::proxy
