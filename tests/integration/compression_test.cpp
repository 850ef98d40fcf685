// Compressed answers: the gzip, brotli and zstd keys of the ConfigMap as clients see them.
#include <brotli/decode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "integration/one_pod.h"
#include "support/h2_client.h"

namespace headgate::test_support {
namespace {

std::string gunzip(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int result = Z_OK;
  while (result == Z_OK) {
    char part[4096];
    stream.next_out = reinterpret_cast<Bytef*>(part);
    stream.avail_out = sizeof part;
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(part, sizeof part - stream.avail_out);
  }
  inflateEnd(&stream);
  return result == Z_STREAM_END && stream.avail_in == 0 ? out : "not gzip: " + out.substr(0, 40);
}

std::string unbrotli(const std::string& packed) {
  std::string out(4 << 20, '\0');
  std::size_t size = out.size();
  if (BrotliDecoderDecompress(packed.size(), reinterpret_cast<const std::uint8_t*>(packed.data()), &size,
                              reinterpret_cast<std::uint8_t*>(out.data())) != BROTLI_DECODER_RESULT_SUCCESS)
    return "not brotli";
  out.resize(size);
  return out;
}

std::string unzstd(const std::string& packed) {
  std::string out(4 << 20, '\0');
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  ZSTD_outBuffer made{out.data(), out.size(), 0};
  if (ZSTD_decompressStream(context.get(), &made, &in) != 0) return "not zstd";
  out.resize(made.pos);
  return out;
}

std::string text_of(std::size_t size) {
  std::string text;
  for (int i = 0; text.size() < size; ++i) text += "line " + std::to_string(i) + " of a text\n";
  text.resize(size);
  return text;
}

class Compressed : public OnePod {
 protected:
  // The pod answers with these fields and that body.
  void pod_answers(const std::string& fields, const std::string& body, const std::string& status = "200 OK") {
    answer_with("HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
  }
  void answer_with(const std::string& bytes) {
    pod.set_handler([bytes](BackendExchange& exchange) { exchange.send(bytes); });
  }
  [[nodiscard]] HttpResponse get(const std::string& accept, const std::string& method = "GET") const {
    return ask(method + " / HTTP/1.1\r\nHost: x.test\r\nUser-Agent: Test 6\r\n" +
                   (accept.empty() ? "" : "Accept-Encoding: " + accept + "\r\n") + "\r\n",
               method);
  }
  static std::string coding_of(const HttpResponse& response) {
    return response.field("content-encoding").value_or("");
  }
};

TEST_F(Compressed, NothingByDefault) {
  start();
  const std::string text = text_of(5000);
  pod_answers("Content-Type: text/html\r\n", text);
  const HttpResponse response = get("gzip, br, zstd");
  EXPECT_EQ(coding_of(response), "");
  EXPECT_FALSE(response.field("vary"));
  EXPECT_EQ(response.body, text);
}

TEST_F(Compressed, AsTheClientLikesIt) {
  start_with_settings({{"use-gzip", "true"}, {"enable-brotli", "true"}, {"enable-zstd", "true"}});
  for (const std::size_t size : {300U, 5000U, 1000000U}) {
    const std::string text = text_of(size);
    pod_answers("Content-Type: Text/Plain; charset=utf-8\r\nETag: \"one\"\r\nAccept-Ranges: bytes\r\n", text);
    const HttpResponse gzip = get("gzip");
    EXPECT_EQ(coding_of(gzip), "gzip");
    EXPECT_EQ(gunzip(gzip.body), text);
    EXPECT_EQ(gzip.field("etag"), "W/\"one\"");
    EXPECT_EQ(gzip.field("vary"), "Accept-Encoding");
    EXPECT_FALSE(gzip.field("accept-ranges"));
    EXPECT_FALSE(gzip.field("content-length"));
    const HttpResponse brotli = get("gzip, deflate, br");
    EXPECT_EQ(coding_of(brotli), "br");
    EXPECT_EQ(unbrotli(brotli.body), text);
    const HttpResponse zstd = get("br;q=0.5, zstd, gzip;q=0");
    EXPECT_EQ(coding_of(zstd), "zstd");
    EXPECT_EQ(unzstd(zstd.body), text);
    const HttpResponse plain = get("");
    EXPECT_EQ(coding_of(plain), "");
    EXPECT_EQ(plain.body, text);
    EXPECT_EQ(plain.field("etag"), "\"one\"");
    EXPECT_EQ(plain.field("vary"), "Accept-Encoding") << "a cache must not give this one to others";
  }
}

struct LeftAlone {
  const char* what;
  const char* fields;
  const char* status;
  std::size_t size;
};

TEST_F(Compressed, WhatIsLeftAsItIs) {
  start_with_settings({{"use-gzip", "true"}, {"gzip-min-length", "1000"}, {"gzip-types", "text/css"}});
  const LeftAlone cases[] = {
      {"too short", "Content-Type: text/html\r\n", "200 OK", 999},
      {"another type", "Content-Type: text/plain\r\n", "200 OK", 5000},
      {"no type", "", "200 OK", 5000},
      {"encoded already", "Content-Type: text/css\r\nContent-Encoding: br\r\n", "200 OK", 5000},
      {"not to be transformed", "Content-Type: text/css\r\nCache-Control: public, No-Transform\r\n", "200 OK",
       5000},
      {"a part", "Content-Type: text/css\r\nContent-Range: bytes 0-4999/9999\r\n", "206 Partial Content",
       5000},
      {"another status", "Content-Type: text/css\r\n", "500 Internal Server Error", 5000},
  };
  for (const LeftAlone& test : cases) {
    const std::string text = text_of(test.size);
    pod_answers(test.fields, text, test.status);
    const HttpResponse response = get("gzip");
    EXPECT_NE(coding_of(response), "gzip") << test.what;
    EXPECT_EQ(response.body, text) << test.what;
    EXPECT_EQ(response.field("content-length"), std::to_string(test.size)) << test.what;
  }
  pod_answers("Content-Type: text/css\r\n", text_of(1000));
  EXPECT_EQ(coding_of(get("gzip")), "gzip") << "the others must fail for their own reasons";
  pod_answers("Content-Type: text/html\r\n", text_of(1000));
  EXPECT_EQ(coding_of(get("gzip")), "gzip") << "text/html always is";
}

TEST_F(Compressed, HeadIsAnsweredAsItIs) {
  start_with_settings({{"use-gzip", "true"}});
  answer_with("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n");
  const HttpResponse response = get("gzip", "HEAD");
  EXPECT_EQ(coding_of(response), "");
  EXPECT_EQ(response.field("content-length"), "5000");
}

TEST_F(Compressed, GzipDisableLooksAtTheUserAgent) {
  start_with_settings({{"use-gzip", "true"}, {"gzip-disable", "test [0-9]"}});
  pod_answers("Content-Type: text/html\r\n", text_of(5000));
  EXPECT_EQ(coding_of(get("gzip")), "");
}

TEST_F(Compressed, BadValuesAreToldAndTheDefaultsUsed) {
  start_with_settings(
      {{"use-gzip", "true"}, {"gzip-disable", "("}, {"gzip-level", "17"}, {"gzip-types", "html"}});
  pod_answers("Content-Type: application/json\r\n", text_of(5000));
  EXPECT_EQ(coding_of(get("gzip")), "gzip");
  const std::string findings = headgate->admin("/debug/findings").body;
  for (const char* key : {"gzip-disable", "gzip-level", "gzip-types"})
    EXPECT_NE(findings.find(std::string("data.") + key), std::string::npos) << key << findings;
}

// What the pod has sent can be decoded while it says nothing more: events are not held back.
TEST_F(Compressed, AStreamIsNotHeldBack) {
  start_with_settings({{"use-gzip", "true"}});
  pod.set_handler([this](BackendExchange& exchange) {
    exchange.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
        "6\r\nfirst \r\n");
    gate.wait();
    exchange.send("6\r\nsecond\r\n0\r\n\r\n");
  });
  RawClient one = client();
  ASSERT_TRUE(one.send("GET / HTTP/1.1\r\nHost: x.test\r\nAccept-Encoding: gzip\r\n\r\n"));
  const Deadline deadline(kPatience);
  const auto beyond_head = [&] {
    const std::string& bytes = one.reader().buffer();
    const std::size_t end = bytes.find("\r\n\r\n");
    return end == std::string::npos ? 0 : bytes.size() - end - 4;
  };
  // More than a chunk with nothing but gzip's own head in it.
  while (beyond_head() < 20) ASSERT_EQ(one.reader().fill(deadline), ReadEnd::data);
  gate.open();
  const HttpResponse response = one.receive();
  EXPECT_EQ(gunzip(response.body), "first second");
}

TEST_F(Compressed, OverHttp2) {
  start_with_settings({{"use-gzip", "true"}});
  const std::string text = text_of(300000);
  pod_answers("Content-Type: text/html\r\n", text);
  RawClient socket = client();
  H2Client two(socket);
  const H2Response response = two.get("x.test", "/", {{"accept-encoding", "gzip"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.field("content-encoding"), "gzip");
  EXPECT_EQ(gunzip(response.body), text);
}

}  // namespace
}  // namespace headgate::test_support
