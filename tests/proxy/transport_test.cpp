// Transport, plain and over TLS, on one end of a socket pair.
#include "proxy/transport.h"

#include <gtest/gtest.h>

#include "proxy/tls_peer.h"
#include "support/pattern.h"
#include "tls/client_auth.h"

namespace headgate::proxy {
namespace {

using test_support::pattern;

constexpr std::size_t kRoom = 16 * 1024;

std::string read_all(Transport& transport, IoStatus& last) {
  std::string all;
  std::string room(kRoom, '\0');
  while (true) {
    const IoResult result = transport.read(room.data(), room.size());
    last = result.status;
    if (result.status != IoStatus::done) return all;
    all.append(room, 0, result.bytes);
  }
}

ByteBuffer buffer_of(std::string_view text) {
  ByteBuffer buffer;
  buffer.append(text);
  return buffer;
}

TEST(PlainTransport, UnreadBytesComeBeforeWhatTheSocketHas) {
  const auto [ours, theirs] = socket_pair();
  const test_support::FileDescriptor peer(theirs);
  Transport transport(ours);
  transport.unread(buffer_of("early "), false);
  ASSERT_EQ(::send(theirs, "late", 4, 0), 4);
  char data[64];
  const IoResult both = transport.read(data, sizeof data);
  ASSERT_EQ(both.status, IoStatus::done);
  EXPECT_EQ(std::string_view(data, both.bytes), "early late");
  EXPECT_EQ(transport.read(data, sizeof data).status, IoStatus::would_block);
}

TEST(PlainTransport, UnreadBytesSurviveAMoveAndSmallReads) {
  const auto [ours, theirs] = socket_pair();
  const test_support::FileDescriptor peer(theirs);
  Transport first(ours);
  first.unread(buffer_of("abc"), true);
  EXPECT_FALSE(first.is_quiet());
  Transport second(std::move(first));
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): what is left of it is the claim
  char byte = 0;
  for (const char expected : {'a', 'b', 'c'}) {
    ASSERT_EQ(second.read(&byte, 1).status, IoStatus::done);
    EXPECT_EQ(byte, expected);
  }
  EXPECT_EQ(second.read(&byte, 1).status, IoStatus::would_block);
  EXPECT_TRUE(second.is_quiet());
}

class TlsTransport : public ::testing::TestWithParam<int> {
 protected:
  void connect(int type = SOCK_STREAM) {
    const auto [ours, theirs] = socket_pair(type);
    transport = Transport(ours);
    peer = std::make_unique<TlsPeer>(theirs, GetParam());
    transport.start_tls(server.context, server.index, ciphertext);
  }
  // Both sides in turn.
  void shake_hands() {
    bool client_done = false;
    IoStatus server_status = IoStatus::would_block;
    for (int i = 0; i < 10 && (!client_done || server_status != IoStatus::done); ++i) {
      client_done = peer->shake_hands();
      if (server_status != IoStatus::done) server_status = transport.handshake().status;
    }
    ASSERT_TRUE(client_done);
    ASSERT_EQ(server_status, IoStatus::done);
    peer->receive();  // tickets
    IoStatus last;
    ASSERT_EQ(read_all(transport, last), "");
    ASSERT_EQ(last, IoStatus::would_block);
  }

  TlsServerSide server = TlsServerSide::make();
  ByteBuffer ciphertext;
  Transport transport;
  std::unique_ptr<TlsPeer> peer;
};

TEST_P(TlsTransport, CarriesBytesBothWays) {
  connect();
  shake_hands();
  ASSERT_NE(transport.tls_facts(), nullptr);
  EXPECT_EQ(transport.tls_facts()->server_name, "x.test");
  EXPECT_EQ(transport.tls_facts()->protocol, SSL_get_version(peer->ssl()));
  EXPECT_EQ(transport.tls_facts()->cipher, SSL_get_cipher_name(peer->ssl()));
  ASSERT_TRUE(peer->send("question"));
  IoStatus last;
  EXPECT_EQ(read_all(transport, last), "question");
  EXPECT_EQ(last, IoStatus::would_block);
  EXPECT_EQ(transport.write("answer", 6).bytes, 6u);
  EXPECT_EQ(peer->receive(), "answer");
}

class Tls13Tickets : public ::testing::Test {
 protected:
  // The client's second flight ends the handshake; `request` comes along with it.
  void shake_hands(std::string_view request) {
    const auto [ours, theirs] = socket_pair();
    transport = Transport(ours);
    peer = std::make_unique<TlsPeer>(theirs, TLS1_3_VERSION);
    transport.start_tls(server.context, server.index, ciphertext);
    peer->shake_hands();
    ASSERT_EQ(transport.handshake().status, IoStatus::would_block);
    ASSERT_TRUE(peer->shake_hands());
    if (!request.empty()) {
      ASSERT_TRUE(peer->send(request));
    }
    ASSERT_EQ(transport.handshake().status, IoStatus::done);
    ASSERT_EQ(transport.has_pending(), !request.empty());
    ASSERT_FALSE(transport.has_unsent());  // nothing that the socket did not take
  }
  [[nodiscard]] bool anything_sent() const {
    char byte = 0;
    return ::recv(peer->fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
  }
  [[nodiscard]] bool client_has_ticket() const {
    return SSL_SESSION_has_ticket(SSL_get_session(peer->ssl())) == 1;
  }

  TlsServerSide server = TlsServerSide::make();
  ByteBuffer ciphertext;
  Transport transport;
  std::unique_ptr<TlsPeer> peer;
  IoStatus last = IoStatus::done;
};

TEST_F(Tls13Tickets, GoWithTheFirstAnswerWhereARequestCameWithTheHandshake) {
  shake_hands("question");
  EXPECT_FALSE(anything_sent());
  EXPECT_EQ(read_all(transport, last), "question");
  ASSERT_EQ(transport.write("answer", 6).bytes, 6u);
  EXPECT_EQ(peer->receive(), "answer");
  EXPECT_TRUE(client_has_ticket());
}

TEST_F(Tls13Tickets, GoAtOnceWhereNoRequestIsThereYet) {
  shake_hands("");
  EXPECT_TRUE(anything_sent());
}

TEST_F(Tls13Tickets, AreNotHeldForTheRestOfARequest) {
  shake_hands("quest");
  EXPECT_FALSE(anything_sent());
  EXPECT_EQ(read_all(transport, last), "quest");
  ASSERT_EQ(last, IoStatus::would_block);
  EXPECT_TRUE(anything_sent());
}

TEST_F(Tls13Tickets, GoBeforeTheGoodbye) {
  shake_hands("question");
  transport.close();
  EXPECT_EQ(peer->receive(), "");
  EXPECT_TRUE(peer->got_goodbye());
  EXPECT_TRUE(client_has_ticket());
}

TEST_P(TlsTransport, WhatWasUnreadIsTheBeginningOfTheHello) {
  const auto [ours, theirs] = socket_pair();
  transport = Transport(ours);
  peer = std::make_unique<TlsPeer>(theirs, GetParam());
  peer->shake_hands();
  char begin[7];
  ASSERT_EQ(transport.read(begin, sizeof begin).bytes, sizeof begin);
  transport.unread(buffer_of({begin, sizeof begin}), false);
  transport.start_tls(server.context, server.index, ciphertext);
  shake_hands();
}

TEST_P(TlsTransport, MovesBeforeAndAfterTheHandshake) {
  connect();
  peer->shake_hands();
  ASSERT_EQ(transport.handshake().status, IoStatus::would_block);
  Transport moved(std::move(transport));
  transport = std::move(moved);
  shake_hands();
  const tls::SessionFacts* const facts = transport.tls_facts();
  Transport last(std::move(transport));
  EXPECT_EQ(last.tls_facts(), facts);
  ASSERT_TRUE(peer->send("x"));
  char data[8];
  EXPECT_EQ(last.read(data, sizeof data).bytes, 1u);
  EXPECT_EQ(last.write("y", 1).bytes, 1u);
  EXPECT_EQ(peer->receive(), "y");
}

// Messages keep their limits on such a socket: one for each send(2).
TEST_P(TlsTransport, OneWriteIsOneSendHoweverManyRecordsItTakes) {
  connect(SOCK_SEQPACKET);
  const int big = 1 << 20;
  setsockopt(transport.fd(), SOL_SOCKET, SO_SNDBUF, &big, sizeof big);
  // OpenSSL reads a record in two steps, which messages do not bear: bytes go through a pair of their own.
  const auto [relay, client_end] = socket_pair();
  const test_support::FileDescriptor relay_end(relay);
  const test_support::FileDescriptor message_end(::dup(peer->fd()));
  peer = std::make_unique<TlsPeer>(client_end, GetParam());
  setsockopt(relay, SOL_SOCKET, SO_SNDBUF, &big, sizeof big);
  std::string bytes(big, '\0');
  int messages = 0;
  const auto pass_on = [&] {
    ssize_t n = 0;
    while ((n = ::recv(relay, bytes.data(), bytes.size(), 0)) > 0)
      ASSERT_EQ(::send(message_end.get(), bytes.data(), static_cast<std::size_t>(n), 0), n);
    while ((n = ::recv(message_end.get(), bytes.data(), bytes.size(), 0)) > 0) {
      ++messages;
      ASSERT_EQ(::send(relay, bytes.data(), static_cast<std::size_t>(n), 0), n);
    }
  };
  IoStatus status = IoStatus::would_block;
  bool client_done = false;
  for (int i = 0; i < 10 && (!client_done || status != IoStatus::done); ++i) {
    client_done = peer->shake_hands();
    pass_on();
    if (status != IoStatus::done) status = transport.handshake().status;
    pass_on();
  }
  ASSERT_EQ(status, IoStatus::done);
  peer->receive();
  messages = 0;
  const std::string text = pattern(0, 100 * 1024);  // seven records
  ASSERT_EQ(transport.write(text.data(), text.size()).bytes, text.size());
  EXPECT_FALSE(transport.has_unsent());
  pass_on();
  EXPECT_EQ(messages, 1);
  EXPECT_EQ(peer->receive(), text);
}

TEST_P(TlsTransport, HoldsWhatTheSocketDoesNotTake) {
  connect();
  shake_hands();
  const std::string text = pattern(0, 1 << 20);
  const IoResult written = transport.write(text.data(), text.size());
  ASSERT_EQ(written.status, IoStatus::done);
  ASSERT_EQ(written.bytes, text.size()) << "all or nothing";
  ASSERT_TRUE(transport.has_unsent());
  EXPECT_EQ(transport.flush(), IoStatus::would_block);
  EXPECT_EQ(transport.write("x", 1).status, IoStatus::would_block) << "order would be lost";
  std::string got;
  while (transport.has_unsent()) {
    const std::string piece = peer->receive();
    ASSERT_FALSE(piece.empty());
    got += piece;
    ASSERT_NE(transport.flush(), IoStatus::failed);
  }
  EXPECT_EQ(transport.flush(), IoStatus::done);
  EXPECT_EQ(transport.write("end", 3).bytes, 3u);
  got += peer->receive();
  EXPECT_TRUE(got == text + "end");
}

TEST_P(TlsTransport, ReadsManyRecordsInOneCall) {
  connect();
  shake_hands();
  const std::string text = pattern(0, 60 * 1024);
  ASSERT_TRUE(peer->send(text));
  std::string room(256 * 1024, '\0');
  const IoResult result = transport.read(room.data(), room.size());
  ASSERT_EQ(result.status, IoStatus::done);
  EXPECT_EQ(result.bytes, text.size()) << "fewer would say that there are no more";
  EXPECT_FALSE(transport.has_pending());
  room.resize(result.bytes);
  EXPECT_TRUE(room == text);
}

TEST_P(TlsTransport, TellsOfCloseNotifyBehindTheLastByte) {
  connect();
  shake_hands();
  ASSERT_TRUE(peer->send("last"));
  peer->say_goodbye();  // and no FIN
  char data[64];
  const IoResult result = transport.read(data, sizeof data);
  EXPECT_EQ(std::string_view(data, result.bytes), "last");
  EXPECT_TRUE(transport.has_pending()) << "no event will tell";
  EXPECT_EQ(transport.read(data, sizeof data).status, IoStatus::closed);
  EXPECT_EQ(transport.write("answer", 6).bytes, 6u) << "the other direction stays open";
  transport.shutdown_write();
}

TEST_P(TlsTransport, AFinIsTheEndToo) {
  connect();
  shake_hands();
  ASSERT_TRUE(peer->send("last"));
  ASSERT_EQ(::shutdown(peer->fd(), SHUT_WR), 0);
  IoStatus last;
  EXPECT_EQ(read_all(transport, last), "last");
  EXPECT_EQ(last, IoStatus::closed);
  EXPECT_EQ(transport.write("answer", 6).bytes, 6u);
  EXPECT_EQ(peer->receive(), "answer");
}

// One event may tell of a part of a record and of the end: no other one comes.
TEST_P(TlsTransport, AnEndThatWasToldOfIsFoundBehindACutRecord) {
  connect();
  shake_hands();
  constexpr std::string_view kCut("\x17\x03\x03\x01\x00 ab", 8);
  ASSERT_EQ(::send(peer->fd(), kCut.data(), kCut.size(), 0), static_cast<ssize_t>(kCut.size()));
  ASSERT_EQ(::shutdown(peer->fd(), SHUT_WR), 0);
  transport.note_half_close();
  IoStatus last;
  EXPECT_EQ(read_all(transport, last), "");
  EXPECT_EQ(last, IoStatus::closed);
}

TEST_P(TlsTransport, ClosesWithCloseNotify) {
  connect();
  shake_hands();
  transport.close();
  EXPECT_EQ(peer->receive(), "");
  EXPECT_TRUE(peer->got_goodbye());
}

// A goodbye to a client that has closed its socket costs a segment, and the reset that answers it.
TEST_P(TlsTransport, SaysNoGoodbyeToWhoHasLeft) {
  enum Answer { none, unread, to_last_request, late };
  struct Case {
    bool goodbye, fin;
    Answer answer;
    bool expected;
  };
  for (const Case& a : {Case{true, true, none, false}, Case{true, false, none, true},
                        Case{false, true, none, true}, Case{true, true, unread, true},
                        Case{true, true, to_last_request, true}, Case{true, true, late, true}}) {
    SCOPED_TRACE(testing::PrintToString(std::vector<int>{a.goodbye, a.fin, a.answer}));
    connect();
    shake_hands();
    const auto answer_when = [&](Answer when) {
      if (a.answer == when) {
        ASSERT_EQ(transport.write("answer", 6).bytes, 6u);
      }
    };
    answer_when(unread);
    if (a.answer == to_last_request) {
      ASSERT_TRUE(peer->send("request"));
    }
    if (a.goodbye) peer->say_goodbye();
    if (a.fin) {
      ASSERT_EQ(::shutdown(peer->fd(), SHUT_WR), 0);
      if (a.answer != none) transport.note_half_close();  // seen without being told, too
    }
    char data[64];
    if (a.answer == to_last_request) {
      ASSERT_EQ(transport.read(data, sizeof data).bytes, 7u);
    }
    answer_when(to_last_request);
    ASSERT_EQ(transport.read(data, sizeof data).status, IoStatus::closed);
    answer_when(late);
    transport.close();
    EXPECT_EQ(peer->receive(), a.answer == none ? "" : "answer");
    EXPECT_EQ(peer->got_goodbye(), a.expected);
  }
}

TEST_P(TlsTransport, ShutsDownWithCloseNotifyAndGoesOnReading) {
  connect();
  shake_hands();
  transport.shutdown_write();
  EXPECT_EQ(peer->receive(), "");
  EXPECT_TRUE(peer->got_goodbye());
  ASSERT_TRUE(peer->send("still"));
  IoStatus last;
  EXPECT_EQ(read_all(transport, last), "still");
}

TEST_P(TlsTransport, AResetSaysNoGoodbye) {
  connect();
  shake_hands();
  transport.reset_on_close();
  transport.close();
  EXPECT_EQ(peer->receive(), "");
  EXPECT_FALSE(peer->got_goodbye());
}

TEST_P(TlsTransport, ClosingInTheHandshakeSaysNothing) {
  connect();
  peer->shake_hands();
  ASSERT_EQ(transport.handshake().status, IoStatus::would_block);
  transport.close();
  EXPECT_FALSE(peer->got_goodbye());
}

TEST_P(TlsTransport, IsQuietOnlyWhereNothingCame) {
  connect();
  shake_hands();
  EXPECT_TRUE(transport.is_quiet());
  ASSERT_TRUE(peer->send("ab"));
  EXPECT_FALSE(transport.is_quiet());
  char byte = 0;
  ASSERT_EQ(transport.read(&byte, 1).bytes, 1u);
  EXPECT_FALSE(transport.is_quiet()) << "a byte is left in the session";
  IoStatus last;
  EXPECT_EQ(read_all(transport, last), "b");
  EXPECT_TRUE(transport.is_quiet());
  peer->close();
  EXPECT_FALSE(transport.is_quiet());
}

TEST_P(TlsTransport, ABrokenRecordIsFailureWithAnAlert) {
  connect();
  shake_hands();
  const std::string_view broken("\x17\x03\x03\x00\x20 0123456789012345678901234567890", 37);
  ASSERT_EQ(::send(peer->fd(), broken.data(), broken.size(), 0), 37);
  char data[64];
  EXPECT_EQ(transport.read(data, sizeof data).status, IoStatus::failed);
  EXPECT_FALSE(transport.tls_failure().empty());
  EXPECT_EQ(transport.write("x", 1).status, IoStatus::failed);
  peer->receive();
  EXPECT_NE(ERR_peek_error(), 0u) << "no alert came";
  ERR_clear_error();
}

TEST_P(TlsTransport, KeyUpdatesWithoutEndAreCut) {
  if (GetParam() != TLS1_3_VERSION) GTEST_SKIP() << "TLS 1.2 has no key updates";
  connect();
  shake_hands();
  char data[64];
  int updates = 0;
  IoStatus status = IoStatus::would_block;
  while (status == IoStatus::would_block && updates < 1000) {
    ASSERT_TRUE(peer->update_key());
    ++updates;
    status = transport.read(data, sizeof data).status;
  }
  EXPECT_EQ(status, IoStatus::failed);
  EXPECT_LT(updates, 1000);
  EXPECT_GT(updates, 3) << "some are legal";
}

// The names of the CAs alone are more than the socket takes and more than is held of answers later.
TEST_P(TlsTransport, ALargeFlightWaitsForItsClient) {
  std::string authorities;
  for (int i = 0; i < 300; ++i)
    authorities +=
        test_support::TestAuthority("Authority " + std::string(50, 'x') + std::to_string(i)).certificate();
  const auto auth = tls::ClientAuth::make(tls::VerifyClient::optional, 1, authorities, "");
  ASSERT_TRUE(auth);
  auto host = std::make_shared<tls::HostTls>("x.test", server.index->default_certificate());
  host->client_auth = *auth;
  server.index = std::make_shared<const tls::CertificateIndex>(server.index->with({{"x.test", host}}));
  connect();
  const int small = 1;  // the kernel makes it its least
  ASSERT_EQ(::setsockopt(transport.fd(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small), 0);
  ASSERT_FALSE(peer->shake_hands());
  ASSERT_EQ(transport.handshake().status, IoStatus::would_block);
  ASSERT_TRUE(transport.has_unsent());
  bool client_done = false;
  IoStatus status = IoStatus::would_block;
  for (int i = 0; i < 200 && (!client_done || status != IoStatus::done); ++i) {
    client_done = peer->shake_hands();
    static_cast<void>(transport.flush());
    if (status != IoStatus::done) status = transport.handshake().status;
    ASSERT_NE(status, IoStatus::failed);
  }
  EXPECT_TRUE(client_done);
  EXPECT_EQ(status, IoStatus::done);
}

TEST_P(TlsTransport, KeyUpdatesBetweenDataAreLegal) {
  if (GetParam() != TLS1_3_VERSION) GTEST_SKIP() << "TLS 1.2 has no key updates";
  connect();
  shake_hands();
  char data[64];
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(peer->update_key());
    ASSERT_TRUE(peer->send("x"));
    ASSERT_EQ(transport.read(data, sizeof data).bytes, 1u);
    ASSERT_EQ(transport.write("y", 1).bytes, 1u);
    ASSERT_EQ(peer->receive(), "y");
  }
}

INSTANTIATE_TEST_SUITE_P(Versions, TlsTransport, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "Tls12" : "Tls13";
                         });

}  // namespace
}  // namespace headgate::proxy
