// What one HTTP/2 client may make us do without paying for it with work of its own: a token bucket for each
// kind of cheap frame, and the reason a connection is ended for when one is empty. CVE-2023-44487 (rapid
// reset), CVE-2025-8671 (MadeYouReset), CVE-2019-9511 to -9518. Sans-I/O, clock injected.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "base/reject_reason.h"

namespace headgate::http {

// What takes a token.
enum class H2Charge : std::uint8_t {
  reset,         // RST_STREAM from the client
  self_reset,    // RST_STREAM of ours that the client's fault called for
  refused,       // RST_STREAM(REFUSED_STREAM): streams beyond the limit before the client knew it
  refused_head,  // a header section over its bounds
  ping,
  settings,
  priority,    // PRIORITY, PRIORITY_UPDATE
  empty_data,  // DATA without content that ends nothing
  window,      // WINDOW_UPDATE
  unknown,     // other types, GOAWAY, frames for streams long gone
  count_,
};

// Work done: it earns tokens, so that a busy client may do more than an idle one.
enum class H2Work : std::uint8_t {
  stream_opened,
  stream_completed,  // request and answer have run to their ends
  data_sent,         // a DATA frame of ours that the client's windows did not make small
  count_,
};

// One for a session.
class H2Budget {
 public:
  explicit H2Budget(TimePoint now);

  // Time brings tokens. `now` does not go back.
  void advance(TimePoint now);
  // Takes a token; none, or why the connection is to be ended.
  [[nodiscard]] RejectReason charge(H2Charge charge);
  void earn(H2Work work);

 private:
  static constexpr std::size_t kCharges = static_cast<std::size_t>(H2Charge::count_);

  TimePoint now_;
  std::array<float, kCharges> tokens_;
};

}  // namespace headgate::http
