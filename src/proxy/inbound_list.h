// The connections of one Worker of which it is not known yet what they speak, oldest first: bounded, because
// each may hold a half-made TLS session.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstddef>

#include "base/clock.h"

namespace headgate::proxy {

class InboundConnection;

using InboundHook = boost::intrusive::list_base_hook<boost::intrusive::tag<struct InboundTag>>;

class InboundList {
 public:
  // A half-made session takes about 50 KiB.
  static constexpr std::size_t kMax = 1024;
  // What a client may take, where all places are taken, before its place is given to another. Handshakes need
  // two round trips; the shorter, the more connections a second it takes to keep others waiting (2000).
  static constexpr std::chrono::milliseconds kPatience{500};

  // False: one more has to wait.
  [[nodiscard]] bool has_room(TimePoint now) const;
  // Closes the oldest where they are too many.
  void add(InboundConnection& connection);
  void remove(InboundConnection& connection);

 private:
  boost::intrusive::list<InboundConnection, boost::intrusive::base_hook<InboundHook>> list_;
};

}  // namespace headgate::proxy
