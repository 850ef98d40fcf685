// What an HTTP/2 session knows of its open streams beside what nghttp2 does. Entries are reused: a stream
// costs no allocation once the table has grown to the number open at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "http/h2_error.h"

namespace headgate::http {

struct H2OpenStream {
  std::int32_t id = 0;                      // 0: free
  H2Error reset_error = H2Error::no_error;  // of a reset behind a head that waits
  std::uint64_t content_length = 0;
  std::uint64_t content_received = 0;
  std::size_t unconsumed = 0;  // bytes of content given to the handler and not reported back
  bool has_content_length = false;
  bool delivered = false;          // the handler knows the stream
  bool refused = false;            // its content is of no interest
  bool tunnel = false;             // extended CONNECT
  bool remote_ended = false;       // END_STREAM from the client, and the handler knows
  bool answered = false;           // a final head has been submitted
  bool sending = false;            // the answer has a body that has not ended
  bool deferred = false;           // the handler had nothing of it when last asked
  bool starved = false;            // the client's window made the last DATA frame small
  bool local_ended = false;        // END_STREAM of ours has been sent
  std::uint8_t heads_waiting = 0;  // submitted and not sent
  bool charged = false;            // the client's fault has been counted
  bool reset_by_us = false;        // RST_STREAM of ours is on its way
  bool reset_is_ours = false;      // ... and no fault of the client called for it
  bool read_no_further = false;    // the answer was whole before the request was
};

class H2OpenStreams {
 public:
  H2OpenStream& open(std::int32_t id) {
    if (free_.empty()) {
      entries_.push_back(std::make_unique<H2OpenStream>());
      free_.reserve(entries_.size());
      free_.push_back(entries_.back().get());
    }
    H2OpenStream& entry = *free_.back();
    free_.pop_back();
    entry = H2OpenStream{};
    entry.id = id;
    return entry;
  }
  void close(H2OpenStream& entry) {
    entry.id = 0;
    free_.push_back(&entry);
  }
  [[nodiscard]] std::size_t size() const { return entries_.size() - free_.size(); }

  template <typename Visit>
  void for_each(Visit&& visit) const {
    // By index: a visit may open or close streams.
    for (std::size_t i = 0; i < entries_.size(); ++i)
      if (entries_[i]->id != 0) visit(*entries_[i]);
  }

 private:
  std::vector<std::unique_ptr<H2OpenStream>> entries_;
  std::vector<H2OpenStream*> free_;
};

}  // namespace headgate::http
