// The query of a list or watch, checked as the server checks it
// (k8s.io/apimachinery/pkg/apis/meta/internalversion/validation).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "fakeapi/api_request.h"
#include "fakeapi/selector.h"

namespace headgate::fakeapi {

struct ListOptions {
  enum class Match { unset, exact, not_older_than };

  // Throws ApiError. `watch_list`: the server knows sendInitialEvents (1.32 and newer); off: the answers
  // of 1.20.
  ListOptions(const ApiRequest& request, bool watch_list);

  Selector selector;
  std::string revision_text;
  std::optional<std::uint64_t> revision;  // empty: unset
  Match match = Match::unset;
  std::size_t limit = 0;  // 0: none
  std::string continue_token;
  std::optional<std::chrono::seconds> timeout;
  bool bookmarks = false;
  std::optional<bool> send_initial_events;
};

// Where a paged list goes on.
struct ContinueToken {
  std::int64_t revision = 0;  // -1: wherever the server is now
  std::string start;          // the least key of the next page

  [[nodiscard]] std::string text() const;
  // Throws ApiError 400.
  static ContinueToken parse(const std::string& text);
};

}  // namespace headgate::fakeapi
