// Collects one header section of HTTP/2, field by field as it is decoded, in the form HTTP/1 heads have:
// lines one behind the other, bounded as HTTP/1's are. What is over a bound is not copied.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/byte_buffer.h"
#include "http/h1_parser.h"
#include "http/message.h"

namespace headgate::http {

// The pseudo-header fields of a request (RFC 9113 §8.3.1, RFC 8441 §4); empty where absent.
struct H2Pseudo {
  std::string_view method;
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view protocol;
};

// One for a session, used for one section after the other: header blocks do not interleave.
class H2HeadBuilder {
 public:
  enum class Verdict : std::uint8_t {
    taken,      // or over a bound: refusal() says so at the end
    malformed,  // a stream error (RFC 9113 §8.2.1)
    bomb,       // far over every bound: nobody means a request by that
  };

  explicit H2HeadBuilder(const HeadLimits& limits) : limits_(limits) {}

  // A request's section, or a trailer section, which is counted and checked and not kept.
  void begin(bool trailers);
  Verdict add(std::string_view name, std::string_view value);

  // The bound that was broken; reason none: none was.
  [[nodiscard]] Refusal refusal() const { return refusal_; }
  // There is a `priority` field (RFC 9218 §5).
  [[nodiscard]] bool has_priority() const { return has_priority_; }

  // The request as far as it was kept; views live until begin() or clear(). `websocket_key` is added as a
  // field, in the place of any of that name, where it is not empty.
  void finish(std::string_view websocket_key, RequestHead& head, H2Pseudo& pseudo);
  // What :protocol says, before finish().
  [[nodiscard]] std::string_view protocol() const { return view(protocol_); }
  // The section is no longer of use.
  void clear();

 private:
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
  };
  struct Line {
    std::uint32_t begin;
    std::uint32_t name_size;
    std::uint32_t value_size;
    FieldId id;
    bool cookie;
  };

  [[nodiscard]] std::string_view view(Span span) const { return {bytes_.data() + span.begin, span.size}; }
  [[nodiscard]] std::string_view value_of(const Line& line) const {
    return {bytes_.data() + line.begin + line.name_size + 2, line.value_size};
  }
  Span keep(std::string_view text);
  void append_line(std::string_view name, std::string_view value, FieldId id);
  Verdict add_pseudo(std::string_view name, std::string_view value);
  void join_cookies();
  void exceed(std::uint16_t status, RejectReason reason);

  HeadLimits limits_;
  ByteBuffer bytes_;
  std::vector<Line> lines_;
  Span method_;
  Span scheme_;
  Span authority_;
  Span path_;
  Span protocol_;
  Refusal refusal_;
  std::size_t decoded_ = 0;  // bytes of all fields seen, as lines
  std::size_t fields_ = 0;
  std::size_t cookie_bytes_ = 0;  // of all crumbs, joined
  std::uint32_t cookies_ = 0;
  bool trailers_ = false;
  bool has_priority_ = false;
};

}  // namespace headgate::http
