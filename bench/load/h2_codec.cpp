#include "load/h2_codec.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace headgate::bench {
namespace {

// RFC 9113 §6.
enum Type : std::uint8_t {
  kData = 0,
  kHeaders = 1,
  kRstStream = 3,
  kSettings = 4,
  kPushPromise = 5,
  kPing = 6,
  kGoaway = 7,
  kWindowUpdate = 8,
  kContinuation = 9,
};
constexpr std::uint8_t kEndStream = 1;
constexpr std::uint8_t kAck = 1;
constexpr std::uint8_t kEndHeaders = 4;
constexpr std::uint8_t kPadded = 8;
constexpr std::uint8_t kPriority = 32;
constexpr std::size_t kFrameHead = 9;
constexpr std::size_t kMaxFrame = 16384;
// A browser's windows.
constexpr std::uint32_t kStreamWindow = 6 * 1024 * 1024;
constexpr std::uint32_t kConnectionWindow = 15 * 1024 * 1024;
constexpr std::size_t kWholeBlocks = 64;  // of a connection: as many are decoded in full

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void put_number(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 255);
}

void put_setting(std::string& out, std::uint16_t id, std::uint32_t value) {
  out += static_cast<char>(id >> 8);
  out += static_cast<char>(id & 255);
  put_number(out, value);
}

std::string four(std::uint32_t value) {
  std::string out;
  put_number(out, value);
  return out;
}

// A block whose first field is ":status: 200" by the static table, behind changes of the table's size.
bool begins_with_200(std::string_view block) {
  while (!block.empty() && (static_cast<unsigned char>(block.front()) & 0xe0U) == 0x20U) {
    const bool longer = (static_cast<unsigned char>(block.front()) & 0x1fU) == 0x1fU;
    block.remove_prefix(1);
    while (longer && !block.empty() && (static_cast<unsigned char>(block.front()) & 0x80U) != 0)
      block.remove_prefix(1);
    if (longer && !block.empty()) block.remove_prefix(1);
  }
  return !block.empty() && static_cast<unsigned char>(block.front()) == 0x88U;
}

}  // namespace

void H2Codec::InflaterFree::operator()(nghttp2_hd_inflater* inflater) const {
  nghttp2_hd_inflate_del(inflater);
}

H2Codec::H2Codec(const H2Requests& requests, std::size_t host, std::size_t streams, std::string_view body,
                 Tally& tally)
    : requests_(requests), host_(host), body_(body), tally_(tally), streams_(streams) {
  nghttp2_hd_inflater* inflater = nullptr;
  if (nghttp2_hd_inflate_new(&inflater) != 0) throw std::bad_alloc();
  inflater_.reset(inflater);
  output_ = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  std::string settings;
  put_setting(settings, 2, 0);  // no pushes
  put_setting(settings, 4, kStreamWindow);
  put_frame(kSettings, 0, 0, settings);
  put_frame(kWindowUpdate, 0, 0, four(kConnectionWindow - 65535));
}

H2Codec::~H2Codec() = default;

bool H2Codec::feed(std::string_view bytes, std::uint64_t now_ns) {
  now_ = now_ns;
  std::string whole;
  if (!partial_.empty()) {
    partial_.append(bytes);
    whole = std::exchange(partial_, {});
    bytes = whole;
  }
  while (bytes.size() >= kFrameHead) {
    const std::size_t size = number(bytes) >> 8;
    if (size > kMaxFrame) return fail("a frame longer than allowed");
    if (bytes.size() < kFrameHead + size) break;
    if (!take_frame(static_cast<std::uint8_t>(bytes[3]), static_cast<std::uint8_t>(bytes[4]),
                    number(bytes.substr(5)) & 0x7fffffffU, bytes.substr(kFrameHead, size)))
      return false;
    bytes.remove_prefix(kFrameHead + size);
  }
  partial_.assign(bytes);
  return true;
}

std::string& H2Codec::output(std::uint64_t now_ns) {
  if (unacknowledged_ >= kConnectionWindow / 2) {
    put_frame(kWindowUpdate, 0, 0, four(static_cast<std::uint32_t>(unacknowledged_)));
    unacknowledged_ = 0;
  }
  // Requests only within what the server allows, so not before it has said what that is.
  if (settings_seen_ && !going_away_ && open_ < streams_.size())
    for (Stream& stream : streams_)
      if (stream.id == 0) begin(stream, now_ns);
  return output_;
}

void H2Codec::begin(Stream& stream, std::uint64_t now_ns) {
  stream = {next_id_, false, now_ns, 0};
  put_frame(kHeaders, kEndStream | kEndHeaders, next_id_,
            next_id_ == 1 ? requests_.first(host_) : requests_.later(host_, next_id_ / 2));
  next_id_ += 2;
  ++open_;
}

bool H2Codec::take_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t id, std::string_view payload) {
  switch (type) {
    case kData:
      return take_data(flags, find(id), payload);
    case kHeaders:
      return take_head(flags, find(id), payload);
    case kSettings:
      return take_settings(flags, payload);
    case kPing:
      if ((flags & kAck) == 0) put_frame(kPing, kAck, 0, payload);
      return true;
    case kGoaway:
      return take_goaway(payload);
    case kRstStream:
      return find(id) == nullptr || fail("a stream that was reset");
    case kPushPromise:
      return fail("a push nobody wants");
    case kContinuation:
      return fail("a header block in pieces");
    default:
      return true;  // WINDOW_UPDATE: the requests have no content; PRIORITY and unknown ones are to be
                    // ignored
  }
}

bool H2Codec::take_settings(std::uint8_t flags, std::string_view payload) {
  if ((flags & kAck) != 0) return true;
  for (; payload.size() >= 6; payload.remove_prefix(6)) {
    const std::uint32_t id = number(payload) >> 16;
    const std::uint32_t value = number(payload.substr(2));
    if (id == 1 && value < 4096) return fail("a smaller HPACK table than the requests need");
    if (id == 3 && value < streams_.size()) return fail("fewer streams allowed than asked for");
  }
  settings_seen_ = true;
  put_frame(kSettings, kAck, 0, {});
  return true;
}

bool H2Codec::take_head(std::uint8_t flags, Stream* stream, std::string_view block) {
  if (stream == nullptr) return fail("an answer nobody asked for");
  if ((flags & kEndHeaders) == 0) return fail("a header block in pieces");
  if ((flags & (kPadded | kPriority)) != 0) return fail("HEADERS with padding or priority");
  if (stream->head_seen) return fail("a second head of one answer");
  if (!begins_with_200(block)) return fail("a status other than 200");
  if (!decodes(block)) return fail("a header block that cannot be decoded");
  stream->head_seen = true;
  return (flags & kEndStream) == 0 || end(*stream);
}

// Later blocks can only be decoded where all before them were, so all or none.
bool H2Codec::decodes(std::string_view block) {
  if (!inflater_) return true;
  const auto* at = reinterpret_cast<const unsigned char*>(block.data());
  std::size_t left = block.size();
  for (;;) {
    nghttp2_nv field{};
    int flags = 0;
    const auto used = nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, at, left, 1);
    if (used < 0) return false;
    at += used;
    left -= static_cast<std::size_t>(used);
    if ((flags & NGHTTP2_HD_INFLATE_FINAL) != 0) break;
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) == 0 && left == 0) break;
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
  if (++blocks_ == kWholeBlocks) inflater_.reset();
  return true;
}

bool H2Codec::take_data(std::uint8_t flags, Stream* stream, std::string_view data) {
  if (stream == nullptr) return fail("DATA of a stream that is not open");
  if ((flags & kPadded) != 0) return fail("DATA with padding");
  if (!stream->head_seen) return fail("DATA before the head");
  unacknowledged_ += data.size();
  tally_.answer_bytes += data.size();
  if (data.size() > body_.size() - stream->received) return fail("a body longer than it should be");
  if (std::memcmp(data.data(), body_.data() + stream->received, data.size()) != 0)
    return fail("a body with wrong bytes");
  stream->received += data.size();
  return (flags & kEndStream) == 0 || end(*stream);
}

bool H2Codec::take_goaway(std::string_view payload) {
  if (payload.size() < 8) return fail("a GOAWAY that is too short");
  if (number(payload.substr(4)) != 0) return fail("a GOAWAY with an error");
  going_away_ = true;
  // What the server has not taken is asked again on the next connection.
  const std::uint32_t last = number(payload) & 0x7fffffffU;
  for (Stream& stream : streams_) {
    if (stream.id <= last) continue;
    stream.id = 0;
    --open_;
  }
  return true;
}

bool H2Codec::end(Stream& stream) {
  if (stream.received != body_.size()) return fail("a body of the wrong length");
  ++tally_.answers;
  tally_.latency.add(now_ - stream.sent_at);
  stream.id = 0;
  --open_;
  return true;
}

void H2Codec::put_frame(std::uint8_t type, std::uint8_t flags, std::uint32_t id, std::string_view payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  const std::array<char, kFrameHead> head{
      static_cast<char>(size >> 16),     static_cast<char>(size >> 8 & 255), static_cast<char>(size & 255),
      static_cast<char>(type),           static_cast<char>(flags),           static_cast<char>(id >> 24),
      static_cast<char>(id >> 16 & 255), static_cast<char>(id >> 8 & 255),   static_cast<char>(id & 255)};
  output_.append(head.data(), head.size());
  output_.append(payload);
}

H2Codec::Stream* H2Codec::find(std::uint32_t id) {
  const auto found =
      std::find_if(streams_.begin(), streams_.end(), [id](const Stream& s) { return s.id == id; });
  return id == 0 || found == streams_.end() ? nullptr : &*found;
}

bool H2Codec::fail(const char* problem) {
  problem_ = problem;
  return false;
}

}  // namespace headgate::bench
