#include "load/messages.h"

#include <array>
#include <cstdio>
#include <stdexcept>

namespace headgate::bench {
namespace {

constexpr std::size_t kRequestHeadSize = 697;  // a browser's GET, 14 fields
constexpr std::size_t kAnswerHeadSize = 253;
constexpr std::size_t kChunk = 4096;
constexpr std::array<const char*, 3> kPrefixes = {"/app", "/api", "/static"};

// Bytes that show a shift, a swap or a cut.
std::string pattern(std::size_t size) {
  std::string body(size, '\0');
  std::uint32_t state = 12345;
  for (char& byte : body) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>('a' + (state >> 24) % 26);
  }
  return body;
}

// Replaces the '@' in `head` by as many letters as make it `size` bytes long.
std::string padded(std::string head, std::size_t size) {
  const std::size_t at = head.find('@');
  if (at == std::string::npos || head.size() - 1 > size)
    throw std::logic_error("a head that cannot be padded");
  return head.replace(at, 1, pattern(size - (head.size() - 1)));
}

std::string browser_get(const std::string& host, const std::string& path) {
  return padded("GET " + path +
                    " HTTP/1.1\r\n"
                    "Host: " +
                    host +
                    "\r\n"
                    "Connection: keep-alive\r\n"
                    "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
                    "sec-ch-ua-mobile: ?0\r\n"
                    "sec-ch-ua-platform: \"Linux\"\r\n"
                    "Upgrade-Insecure-Requests: 1\r\n"
                    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
                    "Chrome/130.0.0.0 Safari/537.36\r\n"
                    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n"
                    "Sec-Fetch-Site: same-origin\r\n"
                    "Sec-Fetch-Mode: navigate\r\n"
                    "Referer: http://" +
                    host +
                    "/\r\n"
                    "Accept-Encoding: gzip, deflate, br\r\n"
                    "Accept-Language: en-GB,en;q=0.9\r\n"
                    "Cookie: session=@\r\n\r\n",
                kRequestHeadSize);
}

std::string minimal_get(const std::string& host, const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

std::string upload_head(const std::string& host, const std::string& path, std::size_t size) {
  return "POST " + path + " HTTP/1.1\r\nHost: " + host +
         "\r\nUser-Agent: headgate-bench\r\nAccept: */*\r\nContent-Type: application/octet-stream\r\n"
         "Content-Length: " +
         std::to_string(size) + "\r\n\r\n";
}

std::string chunks_of(const std::string& body) {
  std::string out;
  char line[24];
  for (std::size_t at = 0; at < body.size(); at += kChunk) {
    const std::size_t size = body.size() - at < kChunk ? body.size() - at : kChunk;
    std::snprintf(line, sizeof line, "%zx\r\n", size);
    out += line;
    out.append(body, at, size);
    out += "\r\n";
  }
  return out + "0\r\n\r\n";
}

std::string answer_for(const std::string& body, bool chunked) {
  const std::string head = padded(
      "HTTP/1.1 200 OK\r\n"
      "Date: Mon, 06 Jan 2025 10:20:30 GMT\r\n"
      "Content-Type: text/html; charset=utf-8\r\n" +
          (chunked ? std::string("Transfer-Encoding: chunked")
                   : "Content-Length: " + std::to_string(body.size())) +
          "\r\n"
          "Cache-Control: no-cache\r\n"
          "Vary: Accept-Encoding\r\n"
          "X-Frame-Options: DENY\r\n"
          "ETag: \"@\"\r\n\r\n",
      kAnswerHeadSize);
  return head + (chunked ? chunks_of(body) : body);
}

}  // namespace

Messages::Messages(const Options& options)
    : request_body_(pattern(options.upload)),
      answer_body_(pattern(options.body)),
      answer_(answer_for(answer_body_, options.chunked)) {
  const std::size_t count = options.hosts * kPrefixes.size();
  request_heads_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string host = "h" + std::to_string(i % options.hosts) + ".bench.test";
    const std::string path =
        std::string(kPrefixes[(i + i / options.hosts) % kPrefixes.size()]) + "/items/42?page=7";
    if (options.upload != 0) {
      request_heads_.push_back(upload_head(host, path, options.upload));
    } else {
      request_heads_.push_back(options.minimal ? minimal_get(host, path) : browser_get(host, path));
    }
  }
}

}  // namespace headgate::bench
