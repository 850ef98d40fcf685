// Handshakes, records and closing of a ServerSession.
#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

class ServerSessionTest : public TlsTest {};

TEST_F(ServerSessionTest, SpeaksBothVersions) {
  const auto certificate = load(authority.issue_for({"a.test"}));
  add("a.test", certificate);
  const auto context = make_context();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    MemoryClient client(context, index, {.server_name = "a.test", .lowest = version, .highest = version});
    ASSERT_EQ(client.handshake(), SessionStatus::done) << client.server.failure();
    EXPECT_EQ(client.server_fingerprint(), certificate->facts().fingerprint);
    EXPECT_EQ(client.send("hello"), "hello");
    EXPECT_EQ(client.reply("world"), "world");
    const SessionFacts& facts = client.server.facts();
    EXPECT_EQ(facts.server_name, "a.test");
    EXPECT_EQ(facts.protocol, version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
    EXPECT_EQ(facts.certificate, certificate);
    EXPECT_FALSE(facts.resumed);
  }
}

}  // namespace
}  // namespace headgate::tls
