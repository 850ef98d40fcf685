// A Secret that changes again and again under load: no handshake and no request fails, and what is new shows
// the newest certificate soon.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <set>
#include <thread>

#include "integration/https_pod.h"
#include "support/full_run.h"
#include "support/http_load.h"
#include "support/ticker.h"

namespace headgate::test_support {
namespace {

using ::testing::IsEmpty;

constexpr int kShakers = 8;
constexpr unsigned kKeepAlive = 64;
constexpr std::size_t kMostFaults = 20;
constexpr std::chrono::seconds kSoon{5};

// Clients that shake hands, ask once and go, in a loop; every other one offers the session it had before.
class Shakers {
 public:
  explicit Shakers(std::uint16_t port) : port_(port) {
    for (int i = 0; i < kShakers; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  ~Shakers() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  // Call after stop().
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
  [[nodiscard]] const std::set<std::string>& seen() const { return seen_; }
  [[nodiscard]] std::size_t handshakes() const { return handshakes_; }
  [[nodiscard]] std::size_t resumed() const { return resumed_; }

 private:
  void run(int index) {
    TlsOptions options;
    options.server_name = "x.test";
    while (!stopping_) {
      try {
        TlsClient one(port_, options);
        if (!one.is_secure()) {
          fault("handshake: " + one.failure());
          continue;
        }
        const HttpResponse response =
            one.exchange(make_request("GET", "x.test", "/", "Connection: close\r\n"));
        if (response.status != 200 || !response.complete)
          fault("answer: " + response.start_line + " " + response.problem);
        if (index % 2 == 1) options.session = one.session();
        note(one);
      } catch (const std::runtime_error& error) {
        fault(error.what());
      }
    }
  }
  void note(const TlsClient& one) {
    const std::lock_guard lock(mutex_);
    ++handshakes_;
    if (one.was_resumed()) {
      ++resumed_;
    } else {
      seen_.insert(one.server_fingerprint());
    }
  }
  void fault(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (faults_.size() < kMostFaults) faults_.push_back(what);
  }

  std::uint16_t port_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::string> faults_;
  std::set<std::string> seen_;
  std::size_t handshakes_ = 0;
  std::size_t resumed_ = 0;
  std::vector<std::thread> threads_;
};

class CertificateRotation : public HttpsPod {
 protected:
  [[nodiscard]] std::string shown() const { return client(tls()).server_fingerprint(); }
};

TEST_F(CertificateRotation, NothingFailsWhileTheSecretIsSwapped) {
  const int swaps = is_full_run() ? 1000 : 200;
  HeadgateOptions options;
  options.workers = 2;
  start({}, options);
  std::set<std::string> made{certificate.fingerprint()};

  Shakers shakers(headgate->https_port());
  HttpLoad load(headgate->https_port(), kKeepAlive, make_request("GET", "x.test", "/"), "x.test");
  Ticker beat(std::chrono::milliseconds(20));
  std::vector<double> latencies;
  for (int i = 0; i < swaps; ++i) {
    beat.next();
    certificate = TestCertificate({{"x.test"}, i % 16 == 0});
    made.insert(certificate.fingerprint());
    write_certificate();
    if (i % 20 != 19) continue;
    const auto written = std::chrono::steady_clock::now();
    ASSERT_TRUE(eventually([&] { return shown() == certificate.fingerprint(); }, kSoon))
        << "swap " << i << " is not seen";
    latencies.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - written).count());
  }
  load.stop();
  shakers.stop();

  EXPECT_THAT(shakers.faults(), IsEmpty());
  EXPECT_THAT(load.faults(), IsEmpty());
  EXPECT_GT(shakers.resumed(), 0u) << "sessions are not resumed";
  EXPECT_TRUE(std::includes(made.begin(), made.end(), shakers.seen().begin(), shakers.seen().end()))
      << "a certificate nobody made";
  EXPECT_GT(shakers.seen().size(), static_cast<std::size_t>(swaps) / 20) << "the swaps were hardly seen";
  std::sort(latencies.begin(), latencies.end());
  std::printf(
      "%d swaps: %zu handshakes (%zu resumed) and %zu answers on %u connections, none failed; %zu "
      "certificates seen; a new one is shown after %.1f ms (median), %.1f ms (worst)\n",
      swaps, shakers.handshakes(), shakers.resumed(), load.answered(), kKeepAlive, shakers.seen().size(),
      latencies[latencies.size() / 2], latencies.back());
}

TEST_F(CertificateRotation, ABrokenSecretHarmsNoOpenConnectionAndIsMendedLive) {
  start();
  TlsClient open = client(tls());
  ASSERT_EQ(open.server_fingerprint(), certificate.fingerprint());
  folder.write("secret.yaml", tls_secret("web-tls", certificate.pem(), "no key"));
  // Whatever is shown now, the connection that is there lives on, and a good Secret is taken again.
  EXPECT_EQ(open.exchange(make_request("GET", "x.test", "/")).status, 200);
  certificate = TestCertificate({{"x.test"}});
  write_certificate();
  EXPECT_TRUE(eventually([&] { return shown() == certificate.fingerprint(); }));
  EXPECT_EQ(open.exchange(make_request("GET", "x.test", "/")).status, 200);
}

}  // namespace
}  // namespace headgate::test_support
