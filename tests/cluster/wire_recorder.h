// What the API server sends, byte by byte: for tests that state it, and for transcripts that the server's
// double (tests/fakeapi) is held to.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/api_client.h"

namespace headgate::cluster_test {

// One request on a connection of its own and as much of the answer as the test waits for.
class WireExchange {
 public:
  WireExchange(ApiClient client, std::string_view method, std::string_view path, std::string_view body = "",
               std::string_view content_type = "application/json");

  // Reads on until `enough` (asked after each chunk), the end of the answer, or the deadline. True: enough,
  // or the end where no condition is given.
  bool read_until(const std::function<bool()>& enough = {},
                  std::chrono::milliseconds within = test_support::kPatience);
  // Until the body holds `text`.
  bool read_until_text(std::string_view text);

  [[nodiscard]] int status() const { return head_.status; }
  [[nodiscard]] const test_support::HttpResponse& head() const { return head_; }
  // Without the framing.
  [[nodiscard]] const std::string& body() const { return body_; }
  // Sizes, in order; empty where the answer is not chunked.
  [[nodiscard]] const std::vector<std::size_t>& chunks() const { return chunks_; }
  [[nodiscard]] bool has_ended() const { return ended_; }
  // The lines of the body that are whole.
  [[nodiscard]] std::vector<std::string> lines() const;

  // As it stands in a transcript.
  [[nodiscard]] std::string transcript(std::string_view label) const;

 private:
  enum class Framing { unknown, length, chunked };
  bool take_some();

  ApiClient client_;
  std::string request_;
  std::string request_body_;
  test_support::HttpResponse head_;
  Framing framing_ = Framing::unknown;
  std::size_t left_ = 0;  // of a body with a length
  std::string body_;
  std::vector<std::size_t> chunks_;
  bool ended_ = false;
};

// The transcript of one subject: a file of tests/cluster/transcripts/, written with HEADGATE_RECORD=1 only,
// because every run has other times and identities.
class Transcript {
 public:
  explicit Transcript(std::string name) : name_(std::move(name)) {}
  // Writes the file.
  ~Transcript();
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  void add(std::string_view label, const WireExchange& exchange) { text_ += exchange.transcript(label); }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace headgate::cluster_test
