// Handshakes, records and closing of a ServerSession.
#include <openssl/err.h>

#include <array>
#include <ctime>

#include "tls/ocsp.h"
#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ClientOptions for_host(const std::string& name, int version = 0) {
  ClientOptions options;
  options.server_name = name;
  if (version != 0) options.lowest = options.highest = version;
  return options;
}

class ServerSessionTest : public TlsTest {
 protected:
  void SetUp() override { add("a.test", certificate); }

  std::shared_ptr<const Certificate> certificate = load(authority.issue_for({"a.test"}));
  std::shared_ptr<const ServerContext> context = make_context();
};

TEST_F(ServerSessionTest, SpeaksBothVersions) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    MemoryClient client(context, index, for_host("a.test", version));
    ASSERT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
    EXPECT_EQ(client.server_fingerprint(), certificate->facts().fingerprint);
    EXPECT_EQ(client.send("hello"), "hello");
    EXPECT_EQ(client.reply("world"), "world");
    const SessionFacts& facts = client.server.facts();
    EXPECT_EQ(facts.server_name, "a.test");
    EXPECT_EQ(facts.protocol, version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    EXPECT_EQ(facts.cipher,
              version == TLS1_2_VERSION ? "ECDHE-ECDSA-AES128-GCM-SHA256" : "TLS_AES_128_GCM_SHA256");
    EXPECT_EQ(facts.certificate, certificate);
    EXPECT_EQ(facts.client_auth, nullptr);
    EXPECT_EQ(facts.client().verify_text(), "NONE");
    EXPECT_FALSE(facts.resumed);
    EXPECT_THAT(client.server.failure(), IsEmpty());
  }
}

TEST_F(ServerSessionTest, SendsTheWholeChain) {
  MemoryClient client(context, index, for_host("a.test"));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_EQ(sk_X509_num(SSL_get_peer_cert_chain(client.native())), 2);
}

TEST_F(ServerSessionTest, ChoosesTheCertificateByServerName) {
  const auto wildcard = load(authority.issue_for({"*.w.test"}));
  const auto exact = load(authority.issue_for({"x.w.test"}));
  add("*.w.test", wildcard);
  add("x.w.test", exact);
  const std::vector<std::pair<std::string, std::shared_ptr<const Certificate>>> cases{
      {"a.test", certificate}, {"A.TEST", certificate},  {"a.test.", certificate}, {"x.w.test", exact},
      {"y.w.test", wildcard},  {"z.y.w.test", fallback}, {"w.test", fallback},     {"other.test", fallback},
      {"", fallback},          {"in valid", fallback},
  };
  for (const auto& [name, expected] : cases) {
    MemoryClient client(context, index, for_host(name));
    ASSERT_EQ(client.handshake(), SessionStatus::done) << name;
    EXPECT_EQ(client.server_fingerprint(), expected->facts().fingerprint) << name;
    EXPECT_EQ(client.server.facts().certificate, expected) << name;
  }
}

TEST_F(ServerSessionTest, AHostWithoutACertificateHasTheDefaultOne) {
  add("bare.test", nullptr);
  MemoryClient client(context, index, for_host("bare.test"));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_EQ(client.server_fingerprint(), fallback->facts().fingerprint);
  EXPECT_EQ(client.server.facts().certificate, fallback);
}

TEST_F(ServerSessionTest, AnUnusableCertificateIsReplacedByTheDefaultOne) {
  const TestKey key;
  const IssuedCertificate issued = authority.issue(CertificateRequest{}, key);
  const auto broken = Certificate::from_pem(issued.chain, unsound_key(key));
  ASSERT_TRUE(broken) << broken.error().message;
  add("broken.test", *broken);
  MemoryClient client(context, index, for_host("broken.test"));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_EQ(client.server_fingerprint(), fallback->facts().fingerprint);
  EXPECT_EQ(client.server.facts().certificate, fallback);
}

TEST_F(ServerSessionTest, PrefersEcdsaOfAPairAndKeepsRsaForOldClients) {
  const auto rsa = load(authority.issue_for({"pair.test"}, KeyKind::rsa2048));
  const auto ecdsa = load(authority.issue_for({"pair.test"}));
  for (const bool rsa_is_main : {true, false}) {
    HostTls host("pair.test", rsa_is_main ? rsa : ecdsa);
    host.alternative = rsa_is_main ? ecdsa : rsa;
    add(std::move(host));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      MemoryClient modern(context, index, for_host("pair.test", version));
      ASSERT_EQ(modern.handshake(), SessionStatus::done) << modern.server.failure();
      EXPECT_EQ(modern.server_fingerprint(), ecdsa->facts().fingerprint);
      EXPECT_EQ(modern.server.facts().certificate, ecdsa);

      ClientOptions old = for_host("pair.test", version);
      old.signature_algorithms = "rsa_pss_rsae_sha256:RSA+SHA256";
      MemoryClient client(context, index, old);
      ASSERT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
      EXPECT_EQ(client.server_fingerprint(), rsa->facts().fingerprint);
      EXPECT_EQ(client.server.facts().certificate, rsa);
    }
  }
}

TEST_F(ServerSessionTest, ServesEveryKindOfKeyThatIsTaken) {
  for (const KeyKind kind : {KeyKind::p384, KeyKind::p521, KeyKind::ed25519, KeyKind::rsa4096}) {
    const auto special = load(authority.issue_for({"k.test"}, kind));
    add("k.test", special);
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      MemoryClient client(context, index, for_host("k.test", version));
      ASSERT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
      EXPECT_EQ(client.server_fingerprint(), special->facts().fingerprint);
    }
  }
}

TEST_F(ServerSessionTest, ANewIndexChangesNewHandshakesOnly) {
  MemoryClient before(context, index, for_host("a.test"));
  ASSERT_EQ(before.handshake(), SessionStatus::done);
  const auto renewed = load(authority.issue_for({"a.test"}));
  const std::weak_ptr<const CertificateIndex> old = index;
  add("a.test", renewed);
  EXPECT_TRUE(old.expired()) << "a connection keeps the index no longer than its handshake";
  MemoryClient after(context, index, for_host("a.test"));
  ASSERT_EQ(after.handshake(), SessionStatus::done);
  EXPECT_EQ(after.server_fingerprint(), renewed->facts().fingerprint);
  EXPECT_EQ(before.send("still"), "still");
  EXPECT_EQ(before.server.facts().certificate, certificate);
}

TEST_F(ServerSessionTest, RefusesUnknownNamesWhereItIsTold) {
  ServerSettings settings;
  settings.reject_handshake = true;
  const auto strict = make_context(settings);
  for (const std::string name : {"other.test", ""}) {
    MemoryClient client(strict, index, for_host(name));
    EXPECT_EQ(client.handshake(), SessionStatus::failed);
    EXPECT_EQ(client.alert(), "unrecognized name");
    EXPECT_EQ(client.server.failure(), "unrecognized name");
  }
  MemoryClient known(strict, index, for_host("a.test"));
  EXPECT_EQ(known.handshake(), SessionStatus::done);
}

TEST_F(ServerSessionTest, AgreesOnAProtocol) {
  struct Case {
    std::vector<std::string> offered;
    std::string agreed;
    Alpn alpn;
  };
  const std::vector<Case> cases{
      {{"h2", "http/1.1"}, "h2", Alpn::h2},
      {{"http/1.1", "h2"}, "h2", Alpn::h2},
      {{"h2"}, "h2", Alpn::h2},
      {{"http/1.1"}, "http/1.1", Alpn::http1},
      {{"x", "http/1.1"}, "http/1.1", Alpn::http1},
      {{}, "", Alpn::none},
  };
  for (const Case& c : cases) {
    ClientOptions options = for_host("a.test");
    options.protocols = c.offered;
    MemoryClient client(context, index, options);
    ASSERT_EQ(client.handshake(), SessionStatus::done);
    EXPECT_EQ(client.protocol(), c.agreed);
    EXPECT_EQ(client.server.facts().alpn, c.alpn);
  }
  std::vector<std::string> many;
  for (int i = 0; i < 250; ++i) many.push_back("p" + std::to_string(i));
  for (const auto& offered :
       {std::vector<std::string>{"http/1.0"}, std::vector<std::string>{"h3", "x"}, many}) {
    ClientOptions options = for_host("a.test");
    options.protocols = offered;
    MemoryClient client(context, index, options);
    EXPECT_EQ(client.handshake(), SessionStatus::failed);
    EXPECT_EQ(client.alert(), "no application protocol");
  }
}

TEST_F(ServerSessionTest, OffersNoHttp2WhereItIsOff) {
  ServerSettings settings;
  settings.http2 = false;
  const auto without = make_context(settings);
  ClientOptions options = for_host("a.test");
  options.protocols = {"h2", "http/1.1"};
  MemoryClient client(without, index, options);
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_EQ(client.protocol(), "http/1.1");
  options.protocols = {"h2"};
  MemoryClient only(without, index, options);
  EXPECT_EQ(only.handshake(), SessionStatus::failed);
  EXPECT_EQ(only.alert(), "no application protocol");
}

TEST_F(ServerSessionTest, ShakesHandsByteByByte) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    MemoryClient client(context, index, for_host("a.test", version));
    client.wire.chunk = 1;
    ASSERT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
    EXPECT_EQ(client.send("slowly"), "slowly");
  }
}

TEST_F(ServerSessionTest, ReadsDataThatCameWithTheHandshakesEnd) {
  MemoryClient client(context, index, for_host("a.test", TLS1_3_VERSION));
  ASSERT_EQ(SSL_do_handshake(client.native()), -1);
  client.pump();
  ASSERT_EQ(client.server.handshake(), SessionStatus::would_block);
  client.pump();
  ASSERT_EQ(SSL_do_handshake(client.native()), 1);
  ASSERT_EQ(SSL_write(client.native(), "early", 5), 5);
  client.pump();
  ASSERT_EQ(client.server.handshake(), SessionStatus::done);
  std::array<char, 16> buffer;
  const SessionResult result = client.server.read(buffer.data(), buffer.size());
  ASSERT_EQ(result.status, SessionStatus::done);
  EXPECT_EQ(std::string(buffer.data(), result.bytes), "early");
}

TEST_F(ServerSessionTest, ReadsRecordsThatCameTogetherWithOneReceive) {
  MemoryClient client(context, index, for_host("a.test"));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  for (int i = 0; i < 5; ++i) ASSERT_EQ(SSL_write(client.native(), "record", 6), 6);
  client.pump();
  client.wire.receives = 0;
  std::array<char, 100> buffer;
  const SessionResult result = client.server.read(buffer.data(), buffer.size());
  EXPECT_EQ(result.bytes, 30u);
  EXPECT_EQ(client.wire.receives, 1u) << "a short receive says that there is no more";
  // What does not fit stays, and is had without the Wire.
  for (int i = 0; i < 5; ++i) ASSERT_EQ(SSL_write(client.native(), "record", 6), 6);
  client.pump();
  client.wire.receives = 0;
  EXPECT_EQ(client.server.read(buffer.data(), 10).bytes, 10u);
  EXPECT_EQ(client.server.read(buffer.data(), 20).bytes, 20u);
  EXPECT_EQ(client.wire.receives, 1u);
}

TEST_F(ServerSessionTest, WritesMoreThanARecord) {
  MemoryClient client(context, index, for_host("a.test"));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  std::string text(100000, 'x');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  EXPECT_EQ(client.reply(text), text);
}

TEST_F(ServerSessionTest, TakesNothingWhileTheWireTakesNothing) {
  MemoryClient client(context, index, for_host("a.test"));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  client.receive();
  client.wire.refuses = true;
  const std::string text = "again";
  EXPECT_EQ(client.server.write(text.data(), text.size()).status, SessionStatus::would_block);
  EXPECT_EQ(client.server.write(text.data(), text.size()).status, SessionStatus::would_block);
  client.wire.refuses = false;
  const std::string moved = text;  // the same bytes elsewhere
  EXPECT_EQ(client.server.write(moved.data(), moved.size()).status, SessionStatus::done);
  EXPECT_EQ(client.receive(), "again");
}

TEST_F(ServerSessionTest, GivesCloseNotifyOnce) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    MemoryClient client(context, index, for_host("a.test", version));
    ASSERT_EQ(client.handshake(), SessionStatus::done);
    client.receive();
    EXPECT_FALSE(client.closed());
    client.server.close();
    EXPECT_FALSE(client.wire.to_client.empty());
    client.receive();
    EXPECT_TRUE(client.closed());
    client.server.close();
    EXPECT_TRUE(client.wire.to_client.empty());
    EXPECT_EQ(client.server.write("x", 1).status, SessionStatus::failed);
  }
}

TEST_F(ServerSessionTest, GivesNoCloseNotifyBeforeTheHandshakeOrAfterAFailure) {
  MemoryClient early(context, index, for_host("a.test"));
  early.server.close();
  EXPECT_TRUE(early.wire.to_client.empty());
  MemoryClient failed(context, index, for_host("a.test"));
  ASSERT_EQ(failed.handshake(), SessionStatus::done);
  failed.wire.to_server = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
  std::array<char, 16> buffer;
  EXPECT_EQ(failed.server.read(buffer.data(), buffer.size()).status, SessionStatus::failed);
  EXPECT_THAT(failed.server.failure(), HasSubstr("bad record mac"));
  failed.wire.to_client.clear();
  failed.server.close();
  EXPECT_TRUE(failed.wire.to_client.empty());
}

TEST_F(ServerSessionTest, TellsAClientThatCloses) {
  for (const bool properly : {true, false}) {
    MemoryClient client(context, index, for_host("a.test"));
    ASSERT_EQ(client.handshake(), SessionStatus::done);
    ASSERT_EQ(SSL_write(client.native(), "last", 4), 4);
    if (properly) SSL_shutdown(client.native());
    client.wire.ended = true;
    client.pump();
    std::array<char, 16> buffer;
    const SessionResult last = client.server.read(buffer.data(), buffer.size());
    EXPECT_EQ(std::string(buffer.data(), last.bytes), "last");
    EXPECT_EQ(client.server.read(buffer.data(), buffer.size()).status, SessionStatus::closed);
    EXPECT_EQ(client.server.read(buffer.data(), buffer.size()).status, SessionStatus::closed);
    EXPECT_EQ(client.server.write("answer", 6).status, SessionStatus::done) << "half-closed";
  }
  MemoryClient gone(context, index, for_host("a.test"));
  gone.wire.ended = true;
  EXPECT_EQ(gone.server.handshake(), SessionStatus::closed);
}

TEST_F(ServerSessionTest, TellsPlainHttpFromTls) {
  MemoryClient client(context, index, for_host("a.test"));
  client.wire.to_server = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
  EXPECT_EQ(client.server.handshake(), SessionStatus::failed);
  EXPECT_EQ(client.server.failure(), "http request");
  EXPECT_TRUE(client.wire.to_client.empty()) << "the owner answers in HTTP";
}

TEST_F(ServerSessionTest, RefusesGarbageAndHellosThatAreTooLarge) {
  for (const std::string& bytes :
       {std::string(100, '\0'), std::string(100, '\xff'),
        std::string("\x16\x03\x01\x00\x00\x16\x03\x01\x00\x00", 10),
        std::string("\x16\x03\x01\x40\x00\x01\xff\xff\xff", 9) + std::string(200000, 'x')}) {
    MemoryClient client(context, index);
    client.wire.to_server = bytes;
    EXPECT_NE(client.server.handshake(), SessionStatus::done);
    client.wire.ended = true;
    EXPECT_THAT(client.server.handshake(), AnyOf(SessionStatus::failed, SessionStatus::closed));
    EXPECT_LE(bytes.size() - client.wire.to_server.size(), 130000u);
  }
}

// A handshake message that is never complete, in small records: bounded by bytes, whoever bounds the time.
TEST_F(ServerSessionTest, AHelloWithoutEndIsBounded) {
  MemoryClient client(context, index);
  SessionStatus status = SessionStatus::would_block;
  std::size_t given = 0;
  client.wire.to_server = std::string("\x16\x03\x01\x00\x04\x01\x01\xf0\x00", 9);
  for (int i = 0; i < 100000 && status == SessionStatus::would_block; ++i) {
    client.wire.to_server += std::string("\x16\x03\x01\x00\x01x", 6);
    given += 6;
    status = client.server.handshake();
  }
  EXPECT_EQ(status, SessionStatus::failed);
  EXPECT_LE(given, std::size_t{200} * 1024);
}

TEST_F(ServerSessionTest, AFloodOfKeyUpdatesEnds) {
  MemoryClient client(context, index, for_host("a.test", TLS1_3_VERSION));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  client.receive();
  std::string read;
  int updates = 0;
  while (updates < 1000 && client.server.failure().empty()) {
    ASSERT_EQ(SSL_key_update(client.native(), SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    read += client.send("x");
    ++updates;
  }
  EXPECT_EQ(client.server.failure(), "too many key updates");
  EXPECT_GT(updates, 16) << "a few are anybody's right";
  EXPECT_LT(updates, 100);
}

TEST_F(ServerSessionTest, AFloodOfKeyUpdatesWithoutDataEnds) {
  MemoryClient client(context, index, for_host("a.test", TLS1_3_VERSION));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  client.receive();
  int updates = 0;
  while (updates < 10000 && client.server.failure().empty()) {
    ASSERT_EQ(SSL_key_update(client.native(), SSL_KEY_UPDATE_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(client.native()), 1);
    EXPECT_EQ(client.send(""), "");
    ++updates;
  }
  EXPECT_THAT(client.server.failure(), HasSubstr("key updates"));
  EXPECT_LT(updates, 100);
  EXPECT_LE(client.wire.sends, 50u) << "what was sent in the handshake, and one answer for each";
}

TEST_F(ServerSessionTest, RefusesRenegotiation) {
  MemoryClient client(context, index, for_host("a.test", TLS1_2_VERSION));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  ASSERT_EQ(SSL_renegotiate(client.native()), 1);
  EXPECT_EQ(SSL_do_handshake(client.native()), -1);
  EXPECT_EQ(client.send(""), "");
  ERR_clear_error();
  EXPECT_EQ(SSL_do_handshake(client.native()), -1);
  EXPECT_EQ(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
  ERR_clear_error();
}

TEST_F(ServerSessionTest, RefusesOldVersions) {
  for (const int version : {SSL3_VERSION, TLS1_VERSION, TLS1_1_VERSION}) {
    ClientOptions options = for_host("a.test", version);
    options.ciphers = "ALL:@SECLEVEL=0";
    MemoryClient client(context, index, options);
    const SessionStatus status = client.handshake();
    if (client.alert() == "no protocols available") continue;  // this OpenSSL has no SSL 3.0 client
    EXPECT_EQ(status, SessionStatus::failed);
    EXPECT_EQ(client.alert(), "protocol version");
    EXPECT_EQ(client.server.failure(),
              std::string("unsupported protocol: ") + (version == TLS1_VERSION ? "TLS 1.0" : "TLS 1.1"));
  }
}

TEST_F(ServerSessionTest, SpeaksOneVersionWhereOnlyOneIsOn) {
  ServerSettings settings;
  settings.tls12 = false;
  const auto modern = make_context(settings);
  MemoryClient old(modern, index, for_host("a.test", TLS1_2_VERSION));
  EXPECT_EQ(old.handshake(), SessionStatus::failed);
  EXPECT_EQ(old.server.failure(), "unsupported protocol: TLS 1.2");
  settings.tls12 = true;
  settings.tls13 = false;
  MemoryClient client(make_context(settings), index, for_host("a.test"));
  ASSERT_EQ(client.handshake(), SessionStatus::done);
  EXPECT_EQ(client.server.facts().protocol, "TLSv1.2");
}

TEST_F(ServerSessionTest, StaplesWhatIsNotStale) {
  ServerSettings settings;
  settings.ocsp = true;
  const auto stapling = make_context(settings);
  const auto staple_of = [&](const std::shared_ptr<const ServerContext>& with, bool asks) {
    ClientOptions options = for_host("a.test");
    options.ask_for_staple = asks;
    MemoryClient client(with, index, options);
    EXPECT_EQ(client.handshake(), SessionStatus::done);
    return client.staple();
  };
  EXPECT_EQ(staple_of(stapling, true), "");
  auto staple = std::make_shared<OcspStaple>();
  staple->response = "the answer";
  staple->next_update = std::time(nullptr) + 60;
  certificate->set_staple(staple);
  EXPECT_EQ(staple_of(stapling, true), "the answer");
  EXPECT_EQ(staple_of(stapling, false), "");
  EXPECT_EQ(staple_of(context, true), "") << "off";
  auto stale = std::make_shared<OcspStaple>(*staple);
  stale->next_update = std::time(nullptr) - 1;
  certificate->set_staple(stale);
  EXPECT_EQ(staple_of(stapling, true), "");
}

}  // namespace
}  // namespace headgate::tls
