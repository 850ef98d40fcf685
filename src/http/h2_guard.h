// Watches the frames a client sends, before nghttp2 acts on them or ignores them: keeps the budgets, knows
// which streams are over, and holds the verdict once there is one. Sans-I/O.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "base/reject_reason.h"
#include "http/h2_budget.h"
#include "http/h2_closed_streams.h"
#include "http/h2_error.h"
#include "http/h2_frame_scanner.h"

namespace headgate::http {

class H2Guard {
 public:
  explicit H2Guard(TimePoint now) : budget_(now) {}

  // --- The verdict ---

  // None while all is well; the first failure stays.
  [[nodiscard]] RejectReason failure() const { return failure_; }
  [[nodiscard]] bool has_failed() const { return failure_ != RejectReason::none; }
  [[nodiscard]] H2Error error() const { return error_; }
  void fail(RejectReason reason, H2Error error);

  // --- What happens ---

  void advance(TimePoint now) { budget_.advance(now); }
  void charge(H2Charge charge);
  void earn(H2Work work) { budget_.earn(work); }
  // Every frame, in order, by its header.
  void inspect(const H2Frame& frame);
  // `by_us`: RST_STREAM of ours, or a stream refused.
  void note_closed(std::int32_t stream, bool by_us) { closed_.add(stream, by_us); }
  // GOAWAY was sent: streams above `last` are ignored, whatever is sent on them.
  void ignore_above(std::int32_t last) { ignored_above_ = last; }

  // Before inspect(): a frame with content or fields, for a stream that has been opened or passed over. If
  // that stream is not open now, judge_closed() says what that means (RFC 9113 §5.1, §5.1.1).
  [[nodiscard]] bool belongs_to_old_stream(const H2Frame& frame) const;
  void judge_closed(const H2Frame& frame);

 private:
  H2Budget budget_;
  H2ClosedStreams closed_;
  std::int32_t highest_ = 0;  // opened by the client
  std::int32_t ignored_above_ = INT32_MAX;
  std::uint32_t block_bytes_ = 0;  // of the header block being read
  RejectReason failure_ = RejectReason::none;
  H2Error error_ = H2Error::no_error;
};

}  // namespace headgate::http
