// HTTP/2 as the clients of others speak it: curl, nghttp, h2load; over TLS and with prior knowledge.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "integration/https_pod.h"
#include "support/child_process.h"
#include "support/pattern.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const FieldList kNoRedirect{{"ssl-redirect", "false"}};

class Http2Tools : public HttpsPod {
 protected:
  // Skips the test where the tool is not installed.
  static bool has(const std::string& tool) { return std::filesystem::exists(tool); }
  static std::string output_of(const std::vector<std::string>& command) {
    ChildProcess child(command);
    const auto status = child.wait();
    EXPECT_TRUE(status && status->code == 0) << child.standard_error();
    return child.standard_output();
  }
  [[nodiscard]] std::string plain_url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(headgate->http_port()) + path;
  }
  [[nodiscard]] std::string tls_url(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(headgate->https_port()) + path;
  }
};

TEST_F(Http2Tools, CurlSpeaksItWithPriorKnowledge) {
  start(kNoRedirect);
  const std::string answer =
      output_of({"/usr/bin/curl", "--silent", "--show-error", "--include", "--http2-prior-knowledge",
                 "--header", "Host: x.test", "--data-binary", "hello", plain_url("/curl")});
  EXPECT_THAT(answer, HasSubstr("HTTP/2 200"));
  EXPECT_THAT(answer, HasSubstr("target=/curl\n"));
  EXPECT_EQ(pod.last_request().body, "hello");
}

TEST_F(Http2Tools, CurlChoosesItOverTls) {
  start();
  const std::string port = std::to_string(headgate->https_port());
  const std::string answer =
      output_of({"/usr/bin/curl", "--silent", "--show-error", "--include", "--http2", "--insecure",
                 "--resolve", "x.test:" + port + ":127.0.0.1", "https://x.test:" + port + "/curl"});
  EXPECT_THAT(answer, HasSubstr("HTTP/2 200"));
  EXPECT_THAT(answer, HasSubstr("target=/curl\n"));
  EXPECT_EQ(pod.last_request().field("X-Forwarded-Proto"), "https");
}

// A reset read together with the answer would take the answer away from curl.
TEST_F(Http2Tools, CurlReadsTheAnswerToAContentThatNobodyTakes) {
  start(kNoRedirect);
  const TempDir contents;
  for (const std::size_t size : {10, 60000, 200000}) {
    const std::string file = contents.path() / "content";
    std::ofstream(file) << pattern(0, size);
    for (int i = 0; i < 5; ++i) {
      const std::string answer =
          output_of({"/usr/bin/curl", "--silent", "--show-error", "--include", "--http2-prior-knowledge",
                     "--header", "Host: nobody.test", "--data-binary", "@" + file, plain_url("/")});
      EXPECT_THAT(answer, HasSubstr("HTTP/2 404")) << size;
    }
  }
}

TEST_F(Http2Tools, NghttpSeesNoFault) {
  if (!has("/usr/bin/nghttp")) GTEST_SKIP() << "nghttp is not installed (nghttp2-client)";
  start(kNoRedirect);
  const std::string words = output_of({"/usr/bin/nghttp", "--verbose", "--null-out", "--multiply=20",
                                       "--header=:authority: x.test", plain_url("/nghttp")});
  EXPECT_THAT(words, HasSubstr(":status: 200"));
  EXPECT_THAT(words, Not(HasSubstr("INVALID")));
  EXPECT_THAT(words, Not(HasSubstr("RST_STREAM")));
  EXPECT_EQ(pod.request_count(), 20u);
}

TEST_F(Http2Tools, H2loadLosesNoRequest) {
  if (!has("/usr/bin/h2load")) GTEST_SKIP() << "h2load is not installed (nghttp2-client)";
  start({{"keep-alive-requests", "100000"}, {"ssl-redirect", "false"}});
  for (const std::string& url : {plain_url("/h2load"), tls_url("/h2load")}) {
    const std::string words = output_of({"/usr/bin/h2load", "--requests=2000", "--clients=4",
                                         "--max-concurrent-streams=16", "--header=:authority: x.test", url});
    EXPECT_THAT(words, HasSubstr("2000 succeeded, 0 failed, 0 errored, 0 timeout")) << url;
    EXPECT_THAT(words, HasSubstr("2000 2xx")) << url;
  }
}

TEST_F(Http2Tools, TenMegabytesGoBothWaysOverTls) {
  const std::string body = pattern(0, 10 * 1024 * 1024 + 7);
  pod.set_handler([&body](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond(200, exchange.request().body == body ? body : "another");
  });
  start({{"proxy-body-size", "20m"}});
  TlsClient socket = client(tls({"h2"}));
  ASSERT_EQ(socket.alpn(), "h2");
  H2Client one(socket);
  const std::uint32_t stream = one.next_stream();
  one.send(
      h2_frame(h2::headers, h2::end_headers, stream, h2_block(h2_request_fields("POST", "x.test", "/both"))));
  EXPECT_TRUE(one.send_body(stream, body));
  EXPECT_TRUE(one.receive(stream).body == body);
}

TEST_F(Http2Tools, AHundredStreamsRunAtOnceOverTls) {
  pod.set_handler(echo_after(gate));
  start();
  TlsClient socket = client(tls({"h2"}));
  H2Client one(socket);
  std::vector<std::uint32_t> streams;
  for (int i = 0; i < 100; ++i) {
    streams.push_back(one.next_stream());
    one.send(h2_get(streams.back(), "x.test", "/"));
  }
  ASSERT_TRUE(pod.wait_for_requests(100));
  gate.open();
  for (const std::uint32_t stream : streams) EXPECT_EQ(one.receive(stream).status, 200);
}

TEST_F(Http2Tools, APrefaceOverTlsThatWasNotNegotiatedIsNoRequest) {
  start();
  TlsClient one = client(tls({"http/1.1"}));
  one.send(std::string(h2::preface) + h2_settings({}));
  EXPECT_THAT(one.receive().status, ::testing::AnyOf(400, 505));
}

}  // namespace
}  // namespace headgate::test_support
