// What the double answers to one request: a whole body, or the plan of a watch.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakeapi/selector.h"
#include "fakeapi/stored_object.h"

namespace headgate::fakeapi {

struct WatchPlan {
  const Kind* kind = nullptr;
  std::string namespace_name;  // empty: all
  Selector selector;
  std::uint64_t after = 0;                   // live events are those of later revisions
  std::vector<ObjectRef> initial{};          // sent first, as ADDED
  bool ends_initial_events = false;          // with the bookmark k8s.io/initial-events-end
  bool bookmarks = false;                    // the client takes them
  bool metadata_only = false;                // PartialObjectMetadata
  std::optional<std::string> error_event{};  // a Status: sent instead of everything, then the end
  std::optional<std::chrono::seconds> timeout{};
};

struct ApiAnswer {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<WatchPlan> watch;
  // The server has not got this far: ask again when it has, or give up after a while with `body`.
  std::optional<std::uint64_t> wait_for_revision;
};

}  // namespace headgate::fakeapi
