// One thing that goes wrong, and the requests it happens to. All members have a harmless default: name the
// ones that matter.
//
//   {.verb = "list", .resource = "ingresses", .continued = true, .status = 410}   page 2 of a list has
//   expired
//   {.verb = "watch", .times = 0, .end_after = 0ms}                               every watch ends at once
//   {.verb = "watch", .resource = "secrets", .cut = Cut::reset, .at = 700}        RST after 700 bytes of
//   events
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "fakeapi/api_request.h"

namespace headgate::fakeapi {

// What happens to a body after Fault::at bytes of it. Offsets count the bytes of the JSON, not of the chunks'
// framing; in a watch they count from its first line.
enum class Cut {
  none,
  split,      // a chunk and a write of its own begin here; nothing is lost
  stall,      // nothing more is sent, the connection stays open; FakeApi::release_stalls() lets it go on
  reset,      // RST
  end,        // FIN, without the last chunk; under TLS without close_notify
  truncate,   // the body ends here, correctly framed: the JSON does not
  bad_chunk,  // a chunk whose size is no number, then FIN
};

struct Fault {
  // Which requests it meets: verb as in ApiRequest; "*" is any.
  std::string verb = "*";
  std::string resource = "*";  // the plural; "" for paths without a resource
  std::string path_has{};      // part of the target
  bool continued = false;      // only later pages of lists
  int skip = 0;                // lets so many go by first
  int times = 1;               // 0: until it is removed

  // All answers.
  std::chrono::milliseconds delay{0};  // before the head
  int status = 0;                      // this error instead of the answer; the request has no effect
  std::string message{};               // of the error
  std::optional<std::chrono::seconds> retry_after{};
  bool drop_answer =
      false;  // FIN before the head: whether the request had its effect is unknown to the client
  Cut cut = Cut::none;
  std::size_t at = 0;
  std::size_t pieces = 0;                    // chunks and writes of at most so many bytes; 0: no limit
  std::chrono::milliseconds piece_delay{0};  // after each piece

  // Watches.
  int error_event = 0;                                   // an ERROR event with this code, then the end
  std::optional<std::chrono::milliseconds> end_after{};  // a clean end
  int drop_events = 0;                                   // the first so many live events are never sent
  bool repeat_events = false;                            // every live event is sent twice
  bool swap_events = false;      // of live events that are due together the newest goes first
  std::string line{};            // sent as a line of its own before the live events; '\n' is added
  bool no_end_bookmark = false;  // initial events are not followed by their bookmark

  [[nodiscard]] bool meets(const ApiRequest& request) const;
};

}  // namespace headgate::fakeapi
