// The time before it is known what a client speaks: its phases, deadlines and bounds, with a clock of the
// test's own.
#include "proxy/inbound_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "proxy/tls_peer.h"
#include "proxy/worker_fixture.h"

namespace headgate::proxy {
namespace {

using observe::TlsFailure;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

class Inbound : public ::testing::Test {
 protected:
  Inbound() {
    const TlsServerSide server = TlsServerSide::make();
    auto listeners = std::make_shared<router::ListenerSettings>();
    listeners->tls = server.context;
    worker.context.listeners = listeners;
    worker.context.certificates = server.index;
  }

  // The client's end of a new connection.
  int connect() {
    const auto [ours, theirs] = socket_pair();
    const SocketAddress peer = *SocketAddress::parse("192.0.2.1", 4711);
    const ClientInfo client(peer, "443", true);
    connection = new InboundConnection(worker.context, Transport(ours), peer, client);
    worker.context.connections.add(*connection);
    connection->start();
    return theirs;
  }
  // What the client can read now; `closed`: and nothing will follow.
  static std::string read(int fd, bool& closed) {
    std::string all;
    char bytes[4096];
    ssize_t n = 0;
    while ((n = ::recv(fd, bytes, sizeof bytes, 0)) > 0) all.append(bytes, static_cast<std::size_t>(n));
    closed = n == 0 || errno != EAGAIN;
    return all;
  }
  static bool is_closed(int fd) {
    bool closed = false;
    read(fd, closed);
    return closed;
  }
  [[nodiscard]] std::uint64_t failed(TlsFailure failure) const {
    return worker.stats.tls.failed[static_cast<std::size_t>(failure)].value();
  }
  [[nodiscard]] std::uint64_t rejected(RejectReason reason) const {
    return worker.stats.rejected[static_cast<std::size_t>(reason)].value();
  }
  [[nodiscard]] std::int64_t in_progress() const { return worker.stats.tls.handshakes.value(); }

  WorkerFixture worker;
  InboundConnection* connection = nullptr;  // the newest; destroys itself
};

TEST_F(Inbound, ASilentClientHasTenSecondsFromAccept) {
  const test_support::FileDescriptor client(connect());
  worker.advance(InboundConnection::kHandshakeTimeout - 200ms);
  EXPECT_FALSE(is_closed(client.get()));
  worker.advance(500ms);
  EXPECT_TRUE(is_closed(client.get()));
  EXPECT_EQ(failed(TlsFailure::timed_out), 1u);
  EXPECT_EQ(rejected(RejectReason::tls_handshake), 1u);
  EXPECT_EQ(in_progress(), 0);
  EXPECT_EQ(worker.stats.connections_active.value(), 0);
}

TEST_F(Inbound, BytesThatTrickleDoNotMoveTheDeadline) {
  TlsPeer client(connect(), TLS1_3_VERSION);
  const auto [ours, theirs] = socket_pair();
  const test_support::FileDescriptor hello_end(theirs);
  TlsPeer hello_maker(ours, TLS1_3_VERSION);
  hello_maker.shake_hands();
  char hello[4096];
  const ssize_t size = ::recv(theirs, hello, sizeof hello, 0);
  ASSERT_GT(size, 100);
  for (int i = 0; i < 99; ++i) {
    ASSERT_EQ(::send(client.fd(), hello + i, 1, 0), 1);
    connection->on_io(EPOLLIN);
    ASSERT_EQ(in_progress(), 1) << i;
    worker.advance(100ms);
  }
  worker.advance(400ms);
  EXPECT_TRUE(is_closed(client.fd()));
  EXPECT_EQ(failed(TlsFailure::timed_out), 1u);
}

TEST_F(Inbound, AHandshakeIsCountedByProtocolAndCipher) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsPeer client(connect(), version, "http/1.1");
    bool done = false;
    for (int i = 0; i < 10 && (!done || in_progress() > 0); ++i) {
      done = client.shake_hands();
      if (in_progress() > 0) connection->on_io(EPOLLIN);
    }
    ASSERT_TRUE(done);
    EXPECT_EQ(in_progress(), 0);
    const auto which = version == TLS1_2_VERSION ? observe::TlsVersion::tls12 : observe::TlsVersion::tls13;
    EXPECT_EQ(worker.stats.tls.done[static_cast<std::size_t>(which)].full.value(), 1u);
    EXPECT_EQ(worker.stats.connections_active.value(), 1) << "handed over";
    worker.connections.close_all();
    client.receive();
    EXPECT_TRUE(client.got_goodbye());
  }
  std::uint64_t ciphers = 0;
  for (const auto& cipher : worker.stats.tls.ciphers) ciphers += cipher.value();
  EXPECT_EQ(ciphers, 2u);
  EXPECT_EQ(worker.stats.tls.ciphers.back().value(), 0u) << "only the suites that are offered";
  EXPECT_EQ(rejected(RejectReason::tls_handshake), 0u);
}

TEST_F(Inbound, AClientThatLeavesIsNoFault) {
  test_support::FileDescriptor silent(connect());
  silent.reset();
  connection->on_io(EPOLLIN | EPOLLRDHUP);
  {
    TlsPeer client(connect());
    client.shake_hands();
    connection->on_io(EPOLLIN);
  }
  connection->on_io(EPOLLIN | EPOLLRDHUP);
  EXPECT_EQ(failed(TlsFailure::client_gone), 2u);
  EXPECT_EQ(rejected(RejectReason::tls_handshake), 0u);
  EXPECT_EQ(in_progress(), 0);
}

TEST_F(Inbound, PlainHttpIsToldSo) {
  for (const std::string& text : {std::string("GET /secret HTTP/1.1\r\nHost: x.test\r\n\r\n"),
                                  std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    const test_support::FileDescriptor client(connect());
    for (const char c : text) {
      ASSERT_EQ(::send(client.get(), &c, 1, 0), 1);
      if (in_progress() > 0) connection->on_io(EPOLLIN);
    }
    bool closed = false;
    const std::string answer = read(client.get(), closed);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("<title>400 The plain HTTP request was sent to HTTPS port</title>"));
    EXPECT_THAT(answer, HasSubstr("<center>The plain HTTP request was sent to HTTPS port</center>"));
    EXPECT_TRUE(closed) << "half: what the client still sends is taken for a while";
  }
  EXPECT_EQ(failed(TlsFailure::plain_http), 2u);
  EXPECT_EQ(rejected(RejectReason::tls_plain_http), 2u);
  EXPECT_EQ(rejected(RejectReason::tls_handshake), 0u);
}

TEST_F(Inbound, GarbageIsClosedWithoutAWord) {
  const std::vector<std::string> garbage = {"\r\n\r\n", std::string("\0\0\0\0", 4), "SSH-2.0-x\r\n",
                                            "\x80\x2e\x01\x03\x01"};
  for (const std::string& text : garbage) {
    const test_support::FileDescriptor client(connect());
    ASSERT_GT(::send(client.get(), text.data(), text.size(), 0), 0);
    connection->on_io(EPOLLIN);
    bool closed = false;
    EXPECT_EQ(read(client.get(), closed), "");
    EXPECT_TRUE(closed);
  }
  EXPECT_EQ(failed(TlsFailure::not_tls), garbage.size());
  EXPECT_EQ(rejected(RejectReason::tls_handshake), garbage.size());
}

TEST_F(Inbound, ABrokenHelloIsAnsweredWithAnAlert) {
  const test_support::FileDescriptor client(connect());
  const std::string_view broken("\x16\x03\x01\x00\x04\x01\x00\x00\x00", 9);
  ASSERT_EQ(::send(client.get(), broken.data(), broken.size(), 0), 9);
  connection->on_io(EPOLLIN);
  bool closed = false;
  EXPECT_THAT(read(client.get(), closed), StartsWith("\x15\x03"));
  EXPECT_TRUE(closed);
  EXPECT_EQ(failed(TlsFailure::other), 1u);
}

TEST_F(Inbound, AnOldProtocolIsCountedAsSuch) {
  TlsPeer client(connect());
  SSL_set_security_level(client.ssl(), 0);
  SSL_set_min_proto_version(client.ssl(), TLS1_VERSION);
  SSL_set_max_proto_version(client.ssl(), TLS1_1_VERSION);
  SSL_set_cipher_list(client.ssl(), "ALL:@SECLEVEL=0");
  client.shake_hands();
  connection->on_io(EPOLLIN);
  EXPECT_EQ(failed(TlsFailure::unsupported_protocol), 1u);
  EXPECT_TRUE(is_closed(client.fd()));
}

TEST_F(Inbound, NoCertificatesYetIsCounted) {
  worker.context.certificates.reset();
  TlsPeer client(connect());
  client.shake_hands();
  connection->on_io(EPOLLIN);
  EXPECT_EQ(failed(TlsFailure::not_ready), 1u);
  EXPECT_TRUE(is_closed(client.fd()));
}

TEST_F(Inbound, TheOldestGivesItsPlaceOnceItHasHadItsTime) {
  std::vector<test_support::FileDescriptor> clients;
  while (clients.size() < InboundList::kMax) {
    ASSERT_TRUE(worker.inbound.has_room(worker.context.now));
    clients.emplace_back(connect());
  }
  EXPECT_FALSE(worker.inbound.has_room(worker.context.now)) << "accepting has to wait";
  worker.advance(InboundList::kPatience);
  ASSERT_TRUE(worker.inbound.has_room(worker.context.now));
  clients.emplace_back(connect());
  EXPECT_TRUE(is_closed(clients.front().get()));
  EXPECT_FALSE(is_closed(clients[1].get()));
  EXPECT_EQ(failed(TlsFailure::shed), 1u);
  EXPECT_EQ(in_progress(), static_cast<std::int64_t>(InboundList::kMax));
}

TEST_F(Inbound, DrainingWaitsForAHandshakeOnItsWayButNotForSilence) {
  const test_support::FileDescriptor silent(connect());
  worker.context.draining = true;
  worker.connections.drain_all();
  worker.advance(1500ms);
  EXPECT_FALSE(is_closed(silent.get()));
  worker.advance(1s);
  EXPECT_TRUE(is_closed(silent.get()));
}

}  // namespace
}  // namespace headgate::proxy
