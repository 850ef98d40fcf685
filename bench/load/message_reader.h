// Reads HTTP/1.1 messages from a peer that should be correct, and says what is wrong where it is not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace headgate::bench {

// One for each connection and direction. Checks the status, the framing, the length of the body and, for
// bodies that are looked at, their bytes. Sans-I/O; allocates only where a head or a chunk line comes in
// pieces.
class MessageReader {
 public:
  enum class Kind { request, response };
  enum class State { open, complete, broken };
  struct Result {
    State state = State::open;
    std::size_t consumed = 0;
  };

  // `body`: what every body must be; outlives the reader.
  MessageReader(Kind kind, std::string_view body) : kind_(kind), expected_(body) {}

  // Takes bytes in the order they came. After `complete`, reset() begins the next message.
  Result feed(const char* data, std::size_t size);

  // Bytes of a Content-Length body still to come, which may be thrown away unseen and reported with skip().
  [[nodiscard]] std::uint64_t skippable() const { return phase_ == Phase::length_body ? left_ : 0; }
  State skip(std::uint64_t count);

  void reset();
  [[nodiscard]] bool started() const { return phase_ != Phase::head || !line_.empty(); }
  [[nodiscard]] const char* problem() const { return problem_; }
  // The answer said Connection: close, as each proxy does after so many requests.
  [[nodiscard]] bool closes() const { return closes_; }

 private:
  enum class Phase { head, length_body, chunk_size, chunk_data, chunk_end, trailer, done, broken };

  bool take_line(const char*& data, const char* end, std::string_view terminator, std::string_view& line);
  bool take_head(std::string_view head);
  bool take_status(std::string_view line);
  bool take_field(std::string_view line);
  bool take_chunk_size(std::string_view line);
  bool take_body(const char* data, std::size_t size);
  void after_body();
  bool fail(const char* problem);

  Kind kind_;
  std::string_view expected_;
  Phase phase_ = Phase::head;
  std::string line_;        // a head or chunk line that came in pieces
  bool line_used_ = false;  // line_ was whole and has been taken
  bool closes_ = false;
  bool has_length_ = false;
  bool chunked_ = false;
  std::uint64_t left_ = 0;  // of the body or of the current chunk
  std::uint64_t body_ = 0;  // bytes of the body seen
  const char* problem_ = "";
};

}  // namespace headgate::bench
