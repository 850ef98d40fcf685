#include "load/message_reader.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace headgate::bench {
namespace {

constexpr std::size_t kMaxLine = 64 * 1024;

bool starts_with_name(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':' &&
         ::strncasecmp(line.data(), name.data(), name.size()) == 0;
}

bool parse_number(std::string_view text, int base, std::uint64_t& value) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

MessageReader::Result MessageReader::feed(const char* data, std::size_t size) {
  const char* at = data;
  const char* const end = data + size;
  std::string_view line;
  while (at != end && phase_ != Phase::done && phase_ != Phase::broken) {
    switch (phase_) {
      case Phase::head:
        if (take_line(at, end, "\r\n\r\n", line)) take_head(line);
        break;
      case Phase::chunk_size:
        if (take_line(at, end, "\r\n", line)) take_chunk_size(line);
        break;
      case Phase::chunk_end:
        if (take_line(at, end, "\r\n", line)) {
          if (line == "\r\n") {
            phase_ = Phase::chunk_size;
          } else {
            fail("a chunk is longer than it said");
          }
        }
        break;
      case Phase::trailer:
        if (take_line(at, end, "\r\n", line) && line == "\r\n") after_body();
        break;
      case Phase::length_body:
      case Phase::chunk_data: {
        const auto piece = std::min<std::uint64_t>(left_, static_cast<std::uint64_t>(end - at));
        if (!take_body(at, piece)) break;
        at += piece;
        left_ -= piece;
        if (left_ == 0) {
          if (phase_ == Phase::chunk_data) {
            phase_ = Phase::chunk_end;
          } else {
            after_body();
          }
        }
        break;
      }
      case Phase::done:
      case Phase::broken:
        break;
    }
  }
  Result result;
  result.consumed = static_cast<std::size_t>(at - data);
  if (phase_ == Phase::done) result.state = State::complete;
  if (phase_ == Phase::broken) result.state = State::broken;
  return result;
}

MessageReader::State MessageReader::skip(std::uint64_t count) {
  left_ -= count;
  body_ += count;
  if (left_ == 0) after_body();
  return phase_ == Phase::done ? State::complete : phase_ == Phase::broken ? State::broken : State::open;
}

void MessageReader::reset() {
  phase_ = Phase::head;
  line_.clear();
  line_used_ = false;
  has_length_ = chunked_ = false;
  left_ = body_ = 0;
}

// Finds the terminator; the line handed out includes it. What came without one is kept in line_.
bool MessageReader::take_line(const char*& data, const char* end, std::string_view terminator,
                              std::string_view& line) {
  const auto size = static_cast<std::size_t>(end - data);
  if (line_used_) {
    line_.clear();
    line_used_ = false;
  }
  if (line_.empty()) {
    const void* hit = ::memmem(data, size, terminator.data(), terminator.size());
    if (hit != nullptr) {
      line = {data, static_cast<std::size_t>(static_cast<const char*>(hit) - data) + terminator.size()};
      data += line.size();
      return true;
    }
  }
  const std::size_t before = line_.size();
  line_.append(data, size);
  const std::size_t from = before < terminator.size() ? 0 : before - terminator.size() + 1;
  const std::size_t hit = line_.find(terminator, from);
  if (hit == std::string::npos) {
    data = end;
    if (line_.size() > kMaxLine) fail("a head or chunk line does not end");
    return false;
  }
  data += hit + terminator.size() - before;
  line_.resize(hit + terminator.size());
  line = line_;
  line_used_ = true;
  return true;
}

bool MessageReader::take_head(std::string_view head) {
  bool first = true;
  while (head.size() > 2) {
    const auto* newline = static_cast<const char*>(std::memchr(head.data(), '\n', head.size()));
    const std::string_view line = head.substr(0, static_cast<std::size_t>(newline - head.data()) - 1);
    head.remove_prefix(line.size() + 2);
    if (!(first ? take_status(line) : take_field(line))) return false;
    first = false;
  }
  if (chunked_ && has_length_) return fail("both Content-Length and Transfer-Encoding");
  if (chunked_) {
    phase_ = Phase::chunk_size;
  } else if (has_length_ && left_ > 0) {
    phase_ = Phase::length_body;
  } else if (has_length_ || kind_ == Kind::request) {
    after_body();
  } else {
    return fail("an answer without length");
  }
  return true;
}

bool MessageReader::take_status(std::string_view line) {
  if (kind_ == Kind::request)
    return line.ends_with(" HTTP/1.1") ? true : fail("a request line that does not end in HTTP/1.1");
  return line.starts_with("HTTP/1.1 200") ? true : fail("a status other than HTTP/1.1 200");
}

bool MessageReader::take_field(std::string_view line) {
  if (starts_with_name(line, "content-length")) {
    has_length_ = true;
    return parse_number(line.substr(15), 10, left_) ? true : fail("a Content-Length that is no number");
  }
  if (starts_with_name(line, "transfer-encoding")) {
    chunked_ = line.ends_with("chunked");
    return chunked_ ? true : fail("a transfer coding other than chunked");
  }
  if (kind_ == Kind::response && starts_with_name(line, "connection") && line.ends_with("close"))
    closes_ = true;
  return true;
}

bool MessageReader::take_chunk_size(std::string_view line) {
  const std::string_view digits = line.substr(0, line.find_first_of(";\r"));
  if (!parse_number(digits, 16, left_)) return fail("a chunk size that is no number");
  phase_ = left_ == 0 ? Phase::trailer : Phase::chunk_data;
  return true;
}

bool MessageReader::take_body(const char* data, std::size_t size) {
  if (body_ + size > expected_.size()) return fail("a body longer than it should be");
  if (std::memcmp(data, expected_.data() + body_, size) != 0) return fail("a body with wrong bytes");
  body_ += size;
  return true;
}

void MessageReader::after_body() {
  phase_ = Phase::done;
  if (body_ != expected_.size()) fail("a body of the wrong length");
}

bool MessageReader::fail(const char* problem) {
  problem_ = problem;
  phase_ = Phase::broken;
  return false;
}

}  // namespace headgate::bench
