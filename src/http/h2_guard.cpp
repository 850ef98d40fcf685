#include "http/h2_guard.h"

namespace headgate::http {
namespace {

// On the wire, HEADERS with its CONTINUATIONs.
constexpr std::uint32_t kMaxHeaderBlock = 64 * 1024;

}  // namespace

void H2Guard::fail(RejectReason reason, H2Error error) {
  if (has_failed()) return;
  failure_ = reason;
  error_ = error;
}

void H2Guard::charge(H2Charge charge) {
  const RejectReason reason = budget_.charge(charge);
  if (reason != RejectReason::none) fail(reason, H2Error::enhance_your_calm);
}

void H2Guard::inspect(const H2Frame& frame) {
  switch (frame.type) {
    case H2FrameType::data:
      if (frame.length == 0 && (frame.flags & H2Frame::kEndStream) == 0) charge(H2Charge::empty_data);
      return;
    case H2FrameType::headers:
      block_bytes_ = frame.length;
      if (frame.stream <= highest_) return;
      highest_ = frame.stream;
      earn(H2Work::stream_opened);
      return;
    case H2FrameType::continuation:
      block_bytes_ += frame.length;
      if (block_bytes_ > kMaxHeaderBlock) fail(RejectReason::h2_flood_headers, H2Error::enhance_your_calm);
      return;
    case H2FrameType::priority:
      charge(H2Charge::priority);
      // nghttp2 no longer looks at these (RFC 9113 §6.3, RFC 7540 §5.3.1).
      if (frame.stream == 0 || frame.stream == frame.dependency)
        fail(RejectReason::h2_protocol, H2Error::protocol_error);
      return;
    case H2FrameType::priority_update:
      charge(H2Charge::priority);
      return;
    case H2FrameType::rst_stream:
      charge(H2Charge::reset);
      return;
    case H2FrameType::settings:
      if ((frame.flags & H2Frame::kAck) == 0) charge(H2Charge::settings);
      return;
    case H2FrameType::ping:
      charge(H2Charge::ping);
      return;
    case H2FrameType::window_update:
      charge(H2Charge::window);
      return;
    case H2FrameType::push_promise:  // nghttp2 ends the connection
      return;
    case H2FrameType::goaway:
      break;
  }
  charge(H2Charge::unknown);
}

bool H2Guard::belongs_to_old_stream(const H2Frame& frame) const {
  if (frame.type != H2FrameType::data && frame.type != H2FrameType::headers) return false;
  return frame.stream <= highest_ && frame.stream % 2 != 0 && frame.stream <= ignored_above_;
}

void H2Guard::judge_closed(const H2Frame& frame) {
  const bool head = frame.type == H2FrameType::headers;
  switch (closed_.end_of(frame.stream)) {
    case H2ClosedStreams::End::by_us:  // sent before our RST_STREAM was read
      if (head) charge(H2Charge::unknown);
      return;
    case H2ClosedStreams::End::unknown:
      charge(H2Charge::unknown);
      return;
    case H2ClosedStreams::End::by_client:
      fail(RejectReason::h2_protocol, H2Error::stream_closed);
      return;
    case H2ClosedStreams::End::never:
      fail(RejectReason::h2_protocol, head ? H2Error::protocol_error : H2Error::stream_closed);
      return;
  }
}

}  // namespace headgate::http
