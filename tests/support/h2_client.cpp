// Frames read from the stream, answers put together.
#include "support/h2_client.h"

#include <nghttp2/nghttp2.h>

#include <stdexcept>

namespace headgate::test_support {
namespace {
constexpr std::size_t kFrameHead = 9;
}  // namespace

void H2Client::Free::operator()(nghttp2_hd_inflater* inflater) const { nghttp2_hd_inflate_del(inflater); }

std::optional<std::string> H2Response::field(std::string_view name) const {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return std::nullopt;
}

H2Client::H2Client(StreamClient& stream, const Settings& settings) : stream_(stream) {
  nghttp2_hd_inflater* inflater = nullptr;
  if (nghttp2_hd_inflate_new(&inflater) != 0) throw std::bad_alloc();
  inflater_.reset(inflater);
  send(std::string(h2::preface) + h2_settings(settings));
}

H2Client::~H2Client() = default;

std::optional<H2Frame> H2Client::read(const Deadline& deadline) {
  std::string& buffer = stream_.reader().buffer();
  const auto need = [&](std::size_t size) {
    while (buffer.size() < size && end_ == ReadEnd::data) end_ = stream_.reader().fill(deadline);
    if (end_ == ReadEnd::timed_out) {
      end_ = ReadEnd::data;  // this wait's, not the connection's
      return false;
    }
    return buffer.size() >= size;
  };
  if (!need(kFrameHead)) return std::nullopt;
  const std::size_t size = h2_number(buffer) >> 8;
  if (!need(kFrameHead + size)) return std::nullopt;
  H2Frame frame{static_cast<std::uint8_t>(buffer[3]), static_cast<std::uint8_t>(buffer[4]),
                h2_number(std::string_view(buffer).substr(5)) & 0x7fffffffU, buffer.substr(kFrameHead, size)};
  buffer.erase(0, kFrameHead + size);
  return frame;
}

bool H2Client::step(const Deadline& deadline) {
  const auto frame = read(deadline);
  if (frame) take(*frame);
  return frame.has_value();
}

H2Response H2Client::receive(std::uint32_t stream, std::chrono::milliseconds within) {
  const Deadline deadline(within);
  while (!responses_[stream].complete && !responses_[stream].reset && step(deadline)) {
  }
  return responses_[stream];
}

H2Response H2Client::get(std::string_view host, std::string_view path, const FieldList& more) {
  const std::uint32_t stream = next_stream();
  send(h2_get(stream, host, path, more));
  return receive(stream);
}

bool H2Client::send_piece(std::uint32_t stream, std::string_view piece, bool last) {
  connection_window_ -= static_cast<std::int64_t>(piece.size());
  stream_window(stream) -= static_cast<std::int64_t>(piece.size());
  return send(h2_frame(h2::data, last ? h2::end_stream : 0, stream, piece));
}

bool H2Client::send_body(std::uint32_t stream, std::string_view body, std::chrono::milliseconds within) {
  constexpr std::int64_t kLargestFrame = 16384;
  const Deadline deadline(within);
  do {
    const auto size = std::min({window(stream), kLargestFrame, static_cast<std::int64_t>(body.size())});
    if (size > 0 || body.empty()) {
      const std::string_view piece = body.substr(0, static_cast<std::size_t>(size));
      body.remove_prefix(piece.size());
      if (!send_piece(stream, piece, body.empty())) return false;
      if (body.empty()) return true;
    } else if (!step(deadline) || responses_[stream].reset) {
      return false;
    }
  } while (true);
}

void H2Client::take_settings(std::string_view payload) {
  for (; payload.size() >= 6; payload.remove_prefix(6)) {
    const std::uint32_t value = h2_number(payload.substr(2));
    if (payload[0] != 0 || payload[1] != h2::initial_window_size) continue;
    for (auto& [stream, window] : windows_) window += value - initial_window_;
    initial_window_ = value;
  }
}

std::optional<std::uint32_t> H2Client::wait_for_goaway(std::chrono::milliseconds within) {
  const Deadline deadline(within);
  while (!goaway_ && step(deadline)) {
  }
  return goaway_;
}

void H2Client::take(const H2Frame& frame) {
  switch (frame.type) {
    case h2::headers:
    case h2::continuation:
      block_ += frame.payload;
      if ((frame.flags & h2::end_headers) != 0) take_head(frame);
      break;
    case h2::data:
      responses_[frame.stream].body += frame.payload;
      if (!frame.payload.empty() && gives_windows_) {
        const std::string size = h2_number(static_cast<std::uint32_t>(frame.payload.size()));
        send(h2_frame(h2::window_update, 0, 0, size) + h2_frame(h2::window_update, 0, frame.stream, size));
      }
      break;
    case h2::rst_stream:
      responses_[frame.stream].reset = h2_number(frame.payload);
      return;
    case h2::settings:
      if ((frame.flags & h2::ack) != 0) return;
      take_settings(frame.payload);
      send(h2_frame(h2::settings, h2::ack, 0));
      return;
    case h2::window_update:
      (frame.stream == 0 ? connection_window_ : stream_window(frame.stream)) += h2_number(frame.payload);
      return;
    case h2::ping:
      if ((frame.flags & h2::ack) == 0) send(h2_frame(h2::ping, h2::ack, 0, frame.payload));
      return;
    case h2::goaway:
      goaway_ = h2_number(std::string_view(frame.payload).substr(4));
      return;
    default:
      return;
  }
  if (frame.type != h2::continuation && (frame.flags & h2::end_stream) != 0)
    responses_[frame.stream].complete = true;
}

void H2Client::take_head(const H2Frame& frame) {
  H2Response& response = responses_[frame.stream];
  FieldList fields;
  const auto* at = reinterpret_cast<const unsigned char*>(block_.data());
  std::size_t left = block_.size();
  for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
    nghttp2_nv field{};
    const auto used = nghttp2_hd_inflate_hd2(inflater_.get(), &field, &flags, at, left, 1);
    if (used < 0) throw std::runtime_error("a header block that cannot be decoded");
    at += used;
    left -= static_cast<std::size_t>(used);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0)
      fields.emplace_back(std::string(reinterpret_cast<char*>(field.name), field.namelen),
                          std::string(reinterpret_cast<char*>(field.value), field.valuelen));
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
  block_.clear();
  if (!fields.empty() && fields.front().first == ":status") {
    response.status = std::stoi(fields.front().second);
    response.fields = std::move(fields);  // of the last head: interim ones come before
  } else {
    response.trailers = std::move(fields);
  }
}

}  // namespace headgate::test_support
