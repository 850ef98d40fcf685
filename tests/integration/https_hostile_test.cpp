// What comes to the HTTPS port that is no good TLS, or comes in pieces.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

#include <functional>
#include <memory>
#include <vector>

#include "integration/https_fixture.h"
#include "support/process_stats.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

// Does a handshake whose ciphertext goes through `send_flight`, and one request. Returns the answer's bytes.
std::string ask_in_pieces(std::uint16_t port,
                          const std::function<void(RawClient&, const std::string&)>& send_flight) {
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), &SSL_free);
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(ssl.get(), in, out);
  SSL_set_tlsext_host_name(ssl.get(), "x.test");
  SSL_set_connect_state(ssl.get());
  RawClient socket(port);
  std::string answer;
  bool asked = false;
  while (true) {
    ERR_clear_error();
    char bytes[4096];
    const int n = SSL_is_init_finished(ssl.get()) == 1 ? SSL_read(ssl.get(), bytes, sizeof bytes)
                                                       : SSL_do_handshake(ssl.get());
    if (asked && n > 0) return answer.append(bytes, static_cast<std::size_t>(n));
    if (!asked && SSL_is_init_finished(ssl.get()) == 1) {
      const std::string request = make_request("GET", "x.test", "/in/pieces");
      SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
      asked = true;
    }
    char* data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    if (size > 0) {
      const std::string flight(data, static_cast<std::size_t>(size));
      BIO_reset(out);
      send_flight(socket, flight);
    }
    if (socket.reader().fill(Deadline(kPatience)) != ReadEnd::data) return answer;
    std::string& received = socket.reader().buffer();
    BIO_write(in, received.data(), static_cast<int>(received.size()));
    received.clear();
  }
}

// The first record, of plaintext, as records that carry one byte each.
std::string in_records_of_one_byte(const std::string& flight) {
  constexpr std::size_t kRecordHead = 5;
  const std::size_t size =
      static_cast<unsigned char>(flight[3]) * 256u + static_cast<unsigned char>(flight[4]);
  std::string cut;
  for (std::size_t i = kRecordHead; i < kRecordHead + size; ++i)
    cut.append(flight, 0, 3).append({'\0', '\1', flight[i]});
  return cut + flight.substr(kRecordHead + size);
}

class HttpsHostile : public HttpsPod {
 protected:
  [[nodiscard]] double failures(const std::string& result) const {
    return metric({"headgate_tls_handshakes_total", "\"none\"", "\"" + result + "\""});
  }
};

TEST_F(HttpsHostile, AHandshakeInSegmentsOfOneByteSucceeds) {
  start_https();
  EXPECT_THAT(ask_in_pieces(headgate->https_port(),
                            [](RawClient& socket, const std::string& flight) {
                              for (const char c : flight) socket.send(std::string_view(&c, 1));
                            }),
              HasSubstr("target=/in/pieces\n"));
}

TEST_F(HttpsHostile, AHelloInRecordsOfOneByteSucceeds) {
  start_https();
  bool first = true;
  EXPECT_THAT(ask_in_pieces(headgate->https_port(),
                            [&](RawClient& socket, const std::string& flight) {
                              socket.send(first ? in_records_of_one_byte(flight) : flight);
                              first = false;
                            }),
              HasSubstr("target=/in/pieces\n"));
}

TEST_F(HttpsHostile, PlainHttpIsAnsweredAndLogged) {
  HeadgateOptions options;
  options.access_log.clear();
  start_https(options);
  RawClient one(headgate->https_port());
  const HttpResponse response = one.exchange(make_request("GET", "x.test", "/secret"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("The plain HTTP request was sent to HTTPS port"));
  EXPECT_TRUE(response.lists("Connection", "close"));
  EXPECT_TRUE(one.closed_by_peer());
  EXPECT_EQ(pod.request_count(), 0u);
  EXPECT_EQ(metric({"headgate_http_rejected_total", "\"tls_plain_http\""}), 1);
  EXPECT_TRUE(headgate->process().wait_for_output("\"GET /secret HTTP/1.1\" 400 "));
  expect_still_serving_tls();
}

TEST_F(HttpsHostile, GarbageIsClosedAndCounted) {
  start_https();
  const std::vector<std::string> garbage = {"\r\n\r\n", std::string(100, '\0'),
                                            "\x80\x2e\x01\x03\x01 old hello", std::string(100000, 'A'),
                                            "SSH-2.0-OpenSSH_9.2\r\n"};
  for (const std::string& text : garbage) {
    RawClient one(headgate->https_port());
    one.send(text);
    EXPECT_TRUE(one.closed_by_peer()) << text.substr(0, 20);
  }
  EXPECT_EQ(failures("not_tls"), static_cast<double>(garbage.size()));
  EXPECT_EQ(metric({"headgate_http_rejected_total", "\"tls_handshake\""}),
            static_cast<double>(garbage.size()));
  expect_still_serving_tls();
}

TEST_F(HttpsHostile, AWrongVersionIsToldSo) {
  start_https();
  TlsOptions old = to_x();
  old.least_version = TLS1_VERSION;
  old.most_version = TLS1_1_VERSION;
  const TlsClient one(headgate->https_port(), old);
  EXPECT_THAT(one.failure(), HasSubstr("alert protocol version"));
  EXPECT_TRUE(eventually([&] { return failures("unsupported_protocol") == 1; }));
  expect_still_serving_tls();
}

TEST_F(HttpsHostile, TlsOnTheHttpPortIsRefused) {
  start_https();
  const TlsClient one(headgate->http_port(), to_x());
  EXPECT_FALSE(one.is_secure());
  expect_still_serving();
}

TEST_F(HttpsHostile, SilentConnectionsGiveTheirPlacesToOthers) {
  start_https();
  const std::size_t before = resident_kib(headgate->process().pid());
  std::vector<std::unique_ptr<RawClient>> silent;
  for (int i = 0; i < 1100; ++i) silent.push_back(std::make_unique<RawClient>(headgate->https_port()));
  // More than a Worker bears: the last ones wait in the kernel's queue until the oldest have had their time.
  expect_still_serving_tls();
  expect_still_serving();
  EXPECT_GE(failures("shed"), 1);
  EXPECT_GE(metric({"headgate_tls_accept_pauses_total"}), 1);
  EXPECT_LT(resident_kib(headgate->process().pid()), before + 4096 + kSanitizerKib) << "no byte, no session";
}

TEST_F(HttpsHostile, HelloesThatAreNeverFinishedCostBoundedMemory) {
  start_https();
  expect_still_serving_tls();
  const std::size_t before = resident_kib(headgate->process().pid());
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 800; ++i) {
    slow.push_back(std::make_unique<RawClient>(headgate->https_port()));
    slow.back()->send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11));
  }
  expect_still_serving_tls();
  EXPECT_EQ(metric({"headgate_tls_handshakes_in_progress"}), 800);
  const std::size_t each = (resident_kib(headgate->process().pid()) - before) / slow.size();
  EXPECT_LT(each, 64 + kSanitizerKib) << "KiB for each";
  slow.clear();
  EXPECT_TRUE(eventually([&] { return metric({"headgate_tls_handshakes_in_progress"}) == 0; }));
  EXPECT_EQ(failures("client_gone"), 800);
}

TEST_F(HttpsHostile, KeyUpdatesWithoutEndEndTheConnection) {
  start_https();
  TlsOptions options = to_x();
  options.least_version = TLS1_3_VERSION;
  TlsClient one = tls_client(options);
  EXPECT_EQ(one.exchange(make_request("GET", "x.test", "/")).status, 200);
  bool alive = true;
  for (int i = 0; i < 10000 && alive; ++i) {
    SSL_key_update(one.ssl(), SSL_KEY_UPDATE_REQUESTED);
    alive = SSL_do_handshake(one.ssl()) == 1;
    ERR_clear_error();
  }
  EXPECT_TRUE(one.closed_by_peer());
  expect_still_serving_tls();
}

}  // namespace
}  // namespace headgate::test_support
