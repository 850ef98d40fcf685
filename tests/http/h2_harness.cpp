#include "http/h2_harness.h"

#include <gtest/gtest.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>

namespace headgate::test {

using http::StreamId;

std::string SentHead::value(std::string_view name) const {
  for (const auto& [field, value] : fields)
    if (field == name) return value;
  return "";
}

void H2Harness::Free::operator()(nghttp2_hd_inflater* inflater) const { nghttp2_hd_inflate_del(inflater); }

H2Harness::H2Harness(const http::H2Settings& settings)
    : session_(std::make_unique<http::H2Session>(settings, *this, now_)) {
  nghttp2_hd_inflater* inflater = nullptr;
  nghttp2_hd_inflate_new(&inflater);
  inflater_.reset(inflater);
}

H2Harness::~H2Harness() = default;

bool H2Harness::open(std::string_view settings) {
  return feed(std::string(h2::preface).append(settings)) && feed(h2_frame(h2::settings, h2::ack, 0));
}

bool H2Harness::feed(std::string_view bytes) {
  session_->feed(bytes.data(), bytes.size(), now_);
  collect();
  return session_->failure() == RejectReason::none;
}

bool H2Harness::feed_in_pieces(std::string_view bytes, std::size_t size) {
  for (std::size_t at = 0; at < bytes.size(); at += size)
    if (!feed(bytes.substr(at, size))) return false;
  return true;
}

void H2Harness::collect(std::size_t most) {
  session_->collect(out_, most);
  take_apart();
}

void H2Harness::take_apart() {
  constexpr std::size_t kHeader = 9;
  while (out_.size() >= kHeader) {
    const std::string_view bytes = out_.view();
    const std::size_t length = h2_number(std::string(1, '\0').append(bytes.substr(0, 3)));
    ASSERT_GE(bytes.size(), kHeader + length) << "collect() gives whole frames";
    H2Frame frame;
    frame.type = static_cast<std::uint8_t>(bytes[3]);
    frame.flags = static_cast<std::uint8_t>(bytes[4]);
    frame.stream = h2_number(bytes.substr(5, 4));
    frame.payload = bytes.substr(kHeader, length);
    out_.consume(kHeader + length);
    if (frame.type == h2::headers || frame.type == h2::continuation) decode(frame);
    frames.push_back(std::move(frame));
  }
}

void H2Harness::decode(const H2Frame& frame) {
  block_ += frame.payload;
  if ((frame.flags & h2::end_headers) == 0) return;
  SentHead head;
  head.stream = frame.stream;
  head.end_stream = (frame.flags & h2::end_stream) != 0;
  const auto* p = reinterpret_cast<const std::uint8_t*>(block_.data());
  std::size_t left = block_.size();
  for (int flags = 0; (flags & NGHTTP2_HD_INFLATE_FINAL) == 0;) {
    nghttp2_nv pair;
    const ssize_t read = nghttp2_hd_inflate_hd2(inflater_.get(), &pair, &flags, p, left, 1);
    ASSERT_GE(read, 0) << "a block the client cannot decode";
    p += read;
    left -= static_cast<std::size_t>(read);
    if ((flags & NGHTTP2_HD_INFLATE_EMIT) != 0)
      head.fields.emplace_back(std::string(reinterpret_cast<char*>(pair.name), pair.namelen),
                               std::string(reinterpret_cast<char*>(pair.value), pair.valuelen));
  }
  nghttp2_hd_inflate_end_headers(inflater_.get());
  block_.clear();
  heads.push_back(std::move(head));
}

TakenRequest* H2Harness::request(StreamId stream) {
  for (TakenRequest& taken : requests)
    if (taken.stream == stream) return &taken;
  return nullptr;
}

void H2Harness::set_body(StreamId stream, std::string body, bool last) {
  bodies_[stream].bytes += body;
  bodies_[stream].last = last;
  session_->resume(stream);
}

void H2Harness::answer(StreamId stream, std::string body, const std::string& fields) {
  const bool last = body.empty();
  if (!last) set_body(stream, std::move(body));
  session_->send_local_head(stream, 200, fields, last);
  collect();
}

std::string H2Harness::data_of(std::uint32_t stream) const {
  std::string bytes;
  for (const H2Frame& frame : frames)
    if (frame.type == h2::data && frame.stream == stream) bytes += frame.payload;
  return bytes;
}

const SentHead* H2Harness::head_of(std::uint32_t stream) const {
  const auto found =
      std::find_if(heads.rbegin(), heads.rend(), [&](const SentHead& h) { return h.stream == stream; });
  return found == heads.rend() ? nullptr : &*found;
}

std::optional<std::uint32_t> H2Harness::reset_of(std::uint32_t stream) const {
  for (const H2Frame& frame : frames)
    if (frame.type == h2::rst_stream && frame.stream == stream) return h2_number(frame.payload);
  return std::nullopt;
}

std::optional<std::uint32_t> H2Harness::goaway() const {
  std::optional<std::uint32_t> error;
  for (const H2Frame& frame : frames)
    if (frame.type == h2::goaway) error = h2_number(std::string_view(frame.payload).substr(4));
  return error;
}

std::size_t H2Harness::count(std::uint8_t type) const {
  return static_cast<std::size_t>(
      std::count_if(frames.begin(), frames.end(), [&](const H2Frame& f) { return f.type == type; }));
}

std::uint64_t H2Harness::window_given(std::uint32_t stream) const {
  std::uint64_t sum = 0;
  for (const H2Frame& frame : frames)
    if (frame.type == h2::window_update && frame.stream == stream) sum += h2_number(frame.payload);
  return sum;
}

// --- the owner ---

void H2Harness::on_request(StreamId stream, http::RequestHead& head, http::RequestFacts& facts, bool last) {
  TakenRequest taken;
  taken.stream = stream;
  taken.method = head.method_text;
  taken.target = head.target;
  taken.request_line = head.request_line;
  taken.facts = facts;
  taken.host = facts.host;
  taken.upgrade = facts.upgrade;
  if (facts.x_forwarded_for != nullptr) taken.forwarded_for = facts.x_forwarded_for->value;
  taken.last = taken.content_ended = last;
  const char* run_end = nullptr;
  for (const http::Field& field : head.fields) {
    if (field.drop) continue;
    taken.relayed.emplace_back(field.name, field.value);
    const std::string line = std::string(field.name) + ": " + std::string(field.value) + "\r\n";
    taken.run += line;
    taken.canonical =
        taken.canonical && field.canonical && std::string_view(field.line_begin(), line.size()) == line;
    taken.one_run = taken.one_run && (run_end == nullptr || run_end == field.line_begin());
    run_end = field.line_begin() + line.size();
  }
  requests.push_back(std::move(taken));
  if (answers_at_once) session_->send_local_head(stream, 200, "", true);
}

void H2Harness::on_refused_request(StreamId stream, std::string_view request_line, http::Refusal refusal) {
  refused.push_back({stream, std::string(request_line), refusal.status, refusal.reason});
  session_->send_local_head(stream, refusal.status, "", true);
}

void H2Harness::on_data(StreamId stream, const char* bytes, std::size_t size, bool last) {
  TakenRequest* const taken = request(stream);
  ASSERT_NE(taken, nullptr) << "content of no request";
  ASSERT_FALSE(taken->content_ended) << "content after its end";
  if (size > 0) taken->content.append(bytes, size);
  taken->content_ended = last;
  if (consumes && size > 0) session_->consumed(stream, size);
}

void H2Harness::on_reset(StreamId stream, http::H2Error error) {
  EXPECT_TRUE(resets.emplace(stream, error).second) << "said twice of stream " << stream;
}

void H2Harness::on_closed(StreamId stream) { closed.push_back(stream); }

http::H2Body H2Harness::body(StreamId stream, std::size_t most) {
  const Body& body = bodies_[stream];
  const std::size_t available = std::min(body.bytes.size(), most);
  return {available, body.last && available == body.bytes.size()};
}

void H2Harness::take_body(StreamId stream, std::size_t size, ByteBuffer& out) {
  Body& body = bodies_[stream];
  out.append(std::string_view(body.bytes).substr(0, size));
  body.bytes.erase(0, size);
}

// --- frames ---

std::string request_of(std::uint32_t stream, const FieldList& fields, std::uint8_t flags) {
  return h2_frame(h2::headers, h2::end_headers | flags, stream, h2_block(fields));
}

std::string open_post(std::uint32_t stream, const FieldList& more) {
  return request_of(stream, h2_request_fields("POST", "x.test", "/", more), 0);
}

std::string data(std::uint32_t stream, std::string_view bytes, bool last) {
  return h2_frame(h2::data, last ? h2::end_stream : 0, stream, bytes);
}

std::string rst(std::uint32_t stream, std::uint32_t error) {
  return h2_frame(h2::rst_stream, 0, stream, h2_number(error));
}

std::string window_update(std::uint32_t stream, std::uint32_t size) {
  return h2_frame(h2::window_update, 0, stream, h2_number(size));
}

std::string ping(std::string_view payload) { return h2_frame(h2::ping, 0, 0, payload); }

}  // namespace headgate::test
