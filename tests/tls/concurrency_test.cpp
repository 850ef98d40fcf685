// What threads share: one certificate parsed by all at once, one session cache, one ring of ticket keys,
// staples that are replaced.
#include <atomic>
#include <ctime>
#include <thread>

#include "tls/ocsp.h"
#include "tls/tls_fixture.h"

namespace headgate::tls {
namespace {

class ConcurrencyTest : public TlsTest, public ::testing::WithParamInterface<bool> {};

TEST_P(ConcurrencyTest, ThreadsShakeHandsWithTheSameCertificate) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 15;
  const TestAuthority clients("Client Root");
  CertificateRequest request;
  request.for_clients = true;
  const IssuedCertificate own = clients.issue(request);
  const auto certificate = load(authority.issue_for({"a.test"}));
  add("a.test", certificate);
  add("c.test", load(authority.issue_for({"c.test"})), make_auth(VerifyClient::on, clients.certificate()));
  ServerSettings settings;
  settings.tickets = GetParam();
  settings.session_cache_entries = 8;
  settings.ocsp = true;
  const auto context = make_context(settings);

  std::atomic<int> good{0};
  std::atomic<int> resumed{0};
  std::atomic<bool> begin{false};
  const auto run = [&](int thread) {
    while (!begin.load()) std::this_thread::yield();
    ClientSession session;
    for (int round = 0; round < kRounds; ++round) {
      ClientOptions options;
      options.server_name = thread % 2 == 0 ? "a.test" : "c.test";
      options.certificate_chain = own.chain;
      options.key = own.key;
      options.ask_for_staple = true;
      options.lowest = options.highest = round % 4 < 2 ? TLS1_3_VERSION : TLS1_2_VERSION;
      MemoryClient client(context, index, options, session.get());
      if (client.handshake() == SessionStatus::done && client.send("x") == "x") ++good;
      if (client.server.facts().resumed) ++resumed;
      session = client.finish();
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(run, i);
  begin = true;
  for (int i = 0; i < 100; ++i) {
    auto staple = std::make_shared<OcspStaple>();
    staple->response = "answer " + std::to_string(i);
    staple->next_update = std::time(nullptr) + 60;
    certificate->set_staple(staple);
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, kThreads * kRounds);
  EXPECT_GT(resumed, 0);
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutTickets, ConcurrencyTest, ::testing::Bool());

}  // namespace
}  // namespace headgate::tls
