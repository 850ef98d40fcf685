// How the double behaves, as far as real servers differ. Every knob may be turned while it runs.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace headgate::fakeapi {

struct Knobs {
  // On: sendInitialEvents as in 1.34 and newer. Off: refused with the 422 of 1.20.
  bool watch_list = true;
  // Bookmarks every so often, to watches that take them. Off: none by itself, as on quiet old servers;
  // FakeApi::send_bookmarks() sends some at any time.
  std::optional<std::chrono::milliseconds> bookmark_interval{};
  // How many changes of each kind can be watched or listed afterwards.
  std::size_t history = 20000;
  // How long a list waits for a revision that is still to come before it fails with 504.
  std::chrono::milliseconds future_revision_wait{3000};
  // Lists and watches from resourceVersion=0 see the objects as they were so many revisions ago: another,
  // slower API server.
  std::uint64_t cache_lag = 0;
  // The end of a watch that asks for none. A real server chooses 30 to 60 minutes.
  std::chrono::seconds default_watch_timeout{1800};
};

}  // namespace headgate::fakeapi
