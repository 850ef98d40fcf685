#include "app/ocsp_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/http_url.h"

namespace headgate::app {
namespace {

// The body, "more", or "error: …".
std::string read(const std::string& received, bool ended = false) {
  const auto answer = read_ocsp_answer(received, ended);
  if (!answer) return "more";
  return *answer ? **answer : "error: " + answer->error().message;
}

TEST(OcspAnswer, IsReadByLengthByChunksOrToTheEnd) {
  const std::string by_length =
      "HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: 4\r\n\r\nabcd";
  for (std::size_t size = 0; size < by_length.size(); ++size)
    ASSERT_EQ(read(by_length.substr(0, size)), "more") << size;
  EXPECT_EQ(read(by_length), "abcd");
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < chunked.size(); ++size)
    ASSERT_EQ(read(chunked.substr(0, size)), "more") << size;
  EXPECT_EQ(read(chunked), "abcd");
  EXPECT_EQ(read("HTTP/1.0 200 OK\r\n\r\nabcd"), "more");
  EXPECT_EQ(read("HTTP/1.0 200 OK\r\n\r\nabcd", true), "abcd");
}

TEST(OcspAnswer, AFaultyOneIsRefused) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab", true),
            "error: the responder closed the connection before its answer was whole");
  EXPECT_EQ(read("", true), "error: the responder closed the connection before its answer was whole");
  EXPECT_EQ(read("SSH-2.0-OpenSSH\r\n\r\n"), "error: the responder does not answer with HTTP");
  EXPECT_EQ(read("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"),
            "error: the responder answers with status 302");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "error: the length of the responder's answer is in doubt");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "error: the responder's answer is badly chunked");
}

TEST(OcspAnswer, AHugeOneIsRefusedBeforeItIsThere) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"),
            "error: the responder's answer is too large");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\n" + std::string(kMostOcspAnswer, 'x')),
            "error: the responder's answer is too large");
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\n" + std::string(20000, 'x'), true),
            "error: the responder's answer is too large");
}

TEST(HttpUrl, IsTakenApart) {
  const auto plain = parse_http_url("http://ocsp.example.com/a/b?c");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "ocsp.example.com");
  EXPECT_EQ(plain->port, "80");
  EXPECT_EQ(plain->authority, "ocsp.example.com");
  EXPECT_EQ(plain->target, "/a/b?c");
  const auto address = parse_http_url("http://[::1]:8080");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->port, "8080");
  EXPECT_EQ(address->authority, "[::1]:8080");
  EXPECT_EQ(address->target, "/");
  EXPECT_EQ(parse_http_url("http://a.org?x")->target, "/?x");
}

TEST(HttpUrl, RefusesWhatCouldEndUpElsewhere) {
  for (const char* bad : {"", "https://a.org/", "ldap://a.org", "http://", "http:///x", "http://user@a.org/",
                          "http://a.org:0/", "http://a.org:99999/", "http://a.org:/", "http://a.org:8x/",
                          "http://a.org/x y", "http://a.org/\r\nHost: b", "http://a.org/#x", "http://[::1",
                          "http://[a.org]/", "http://[::1]x/", "http://a.org\\b/"})
    EXPECT_FALSE(parse_http_url(bad)) << bad;
  EXPECT_FALSE(parse_http_url("http://a.org/" + std::string(2048, 'x')));
}

}  // namespace
}  // namespace headgate::app
