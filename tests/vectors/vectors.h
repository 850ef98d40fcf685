// The hostile test vectors, one JSON object a line, as C++ values. The same files drive h1_vectors.py, which
// judges a running proxy from outside.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace headgate::test {

// One line of h1_vectors.jsonl: what a client sends, and what may become of it.
struct RequestVector {
  std::string id;
  std::string why;
  std::string raw;            // all segments in order
  std::vector<int> statuses;  // any of; 0: closed without an answer, -1: no answer yet
  std::optional<bool> close;
  std::string forwarded;  // "yes", "no", "normalised"
  std::vector<int> then;
  std::vector<int> then_alternative;
  std::size_t max_forwarded = 1;
  std::optional<std::size_t> max_responses;
  std::vector<std::string> deny;  // patterns that no byte sent to a backend may match
  std::vector<std::string> need;
  std::vector<std::string> each;
  std::vector<std::string> routes;  // "A", "B" (under /priv), "reject"
  bool slow = false;                // a matter of deadlines only
};

// One line of h1_response_vectors.jsonl: what a backend answers.
struct ResponseVector {
  std::string id;
  std::string why;
  std::string request;  // empty: a plain GET
  std::string raw;      // all bytes of the backend in order
  bool closes = false;  // the backend closes or resets after them
  bool resets = false;
  std::vector<int> statuses;
  std::optional<bool> complete;
  std::optional<std::string> body;
  std::vector<std::string> deny;
  std::vector<std::string> need;
  bool slow = false;
};

// What GoogleTest prints of a parameter.
inline void PrintTo(const RequestVector& vector, std::ostream* out) { *out << vector.id; }
inline void PrintTo(const ResponseVector& vector, std::ostream* out) { *out << vector.id; }

// Throw with file and line number where a line is not understood.
std::vector<RequestVector> load_request_vectors();
std::vector<ResponseVector> load_response_vectors();

}  // namespace headgate::test
