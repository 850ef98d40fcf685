#include <utility>

#include "fakeapi/watch_session.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "fakeapi/api_error.h"

namespace headgate::fakeapi {
namespace {

namespace asio = boost::asio;

// A server's initial events go through a buffer of this size, whatever their own sizes are.
constexpr std::size_t kInitialChunk = 2048;

// What an object of the kind looks like when all its fields have their zero value.
std::string_view zero_fields(const Kind& kind) {
  if (kind.plural == "ingresses" || kind.plural == "services")
    return R"(,"spec":{},"status":{"loadBalancer":{}})";
  if (kind.has_status) return R"(,"spec":{},"status":{})";
  if (kind.plural == "ingressclasses" || kind.plural == "leases") return R"(,"spec":{})";
  if (kind.plural == "endpointslices") return R"(,"addressType":"","endpoints":null,"ports":null)";
  return "";
}

}  // namespace

asio::awaitable<void> WatchSession::run(ResponseWriter& writer) {
  ServerState& state = connection_.state();
  const auto began = Connection::Clock::now();
  auto deadline = began + plan_.timeout.value_or(state.knobs.default_watch_timeout);
  if (fault_.end_after) deadline = std::min(deadline, began + *fault_.end_after);

  if (fault_.error_event != 0 || plan_.error_event) {
    std::string status;
    if (fault_.error_event != 0) {
      status = ApiError(fault_.error_event, std::string(reason_for(fault_.error_event)),
                        fault_.message.empty() ? "injected" : fault_.message)
                   .body();
    } else {
      status = *plan_.error_event;
    }
    co_await writer.put("{\"type\":\"ERROR\",\"object\":" + status + "}\n");
    co_return;
  }

  std::string initial;
  for (const ObjectRef& object : plan_.initial) initial += event_line("ADDED", object);
  if (plan_.ends_initial_events && !fault_.no_end_bookmark) initial += bookmark_line(true);
  for (const std::string& line : due_lines()) initial += line;
  for (std::string_view rest = initial; !rest.empty();) {
    const std::string_view chunk = rest.substr(0, kInitialChunk);
    rest.remove_prefix(chunk.size());
    co_await writer.put(chunk);
  }
  if (!fault_.line.empty()) co_await writer.put(fault_.line + "\n");
  co_await writer.flush();
  note_progress();

  std::size_t bookmark_rounds = state.bookmark_rounds;
  auto next_bookmark = began;
  while (!has_lost_history()) {
    for (const std::string& line : due_lines()) co_await writer.put(line);
    co_await writer.flush();
    note_progress();
    // What happened while that was sent has woken nobody.
    if (cursor_ < state.store.revision() || has_lost_history()) continue;

    const auto now = Connection::Clock::now();
    if (now >= deadline) co_return;
    bool is_bookmark_due = std::exchange(bookmark_rounds, state.bookmark_rounds) != state.bookmark_rounds;
    auto until = deadline;
    if (plan_.bookmarks && state.knobs.bookmark_interval) {
      if (next_bookmark == began) next_bookmark = now + *state.knobs.bookmark_interval;
      if (now >= next_bookmark) {
        is_bookmark_due = true;
        next_bookmark = now + *state.knobs.bookmark_interval;
      }
      until = std::min(until, next_bookmark);
    }
    if (is_bookmark_due && plan_.bookmarks) {
      co_await writer.put(bookmark_line(false));
      continue;  // something may have happened meanwhile
    }
    co_await connection_.wait(until);
  }
}

std::vector<std::string> WatchSession::due_lines() {
  std::vector<std::string> lines;
  const Collection& collection = connection_.state().store.collection(*plan_.kind);
  for (auto change = collection.first_after(cursor_); change != collection.history().end(); ++change) {
    const bool was = is_mine(change->before);
    const bool is = is_mine(change->after);
    if (!was && !is) continue;
    if (dropped_ < fault_.drop_events) {
      ++dropped_;
      continue;
    }
    // What leaves is sent as it was, with the revision at which it left.
    lines.push_back(is ? event_line(was ? "MODIFIED" : "ADDED", change->after)
                       : event_line("DELETED", at_revision(change->before, change->revision)));
    if (fault_.repeat_events) lines.push_back(lines.back());
  }
  if (fault_.swap_events) std::reverse(lines.begin(), lines.end());
  cursor_ = std::max(cursor_, connection_.state().store.revision());
  return lines;
}

bool WatchSession::is_mine(const ObjectRef& object) const {
  return object != nullptr &&
         (plan_.namespace_name.empty() || object->namespace_name == plan_.namespace_name) &&
         plan_.selector.matches(*object);
}

bool WatchSession::has_lost_history() const {
  return cursor_ < connection_.state().store.collection(*plan_.kind).watch_floor();
}

void WatchSession::note_progress() {
  if (RequestRecord* const record = connection_.state().find_record(record_)) record->sent_revision = cursor_;
}

std::string WatchSession::event_line(const char* type, const ObjectRef& object) const {
  return "{\"type\":\"" + std::string(type) +
         "\",\"object\":" + (plan_.metadata_only ? object->metadata_text() : object->full_text()) + "}\n";
}

std::string WatchSession::bookmark_line(bool ends_initial_events) const {
  const Kind& kind = *plan_.kind;
  std::string line = R"({"type":"BOOKMARK","object":{"kind":")";
  line += plan_.metadata_only ? "PartialObjectMetadata" : kind.kind;
  line += R"(","apiVersion":")";
  line += plan_.metadata_only ? "meta.k8s.io/v1" : kind.api_version();
  line += R"(","metadata":{"resourceVersion":")" + std::to_string(cursor_) + R"(","creationTimestamp":null)";
  if (ends_initial_events) line += R"(,"annotations":{"k8s.io/initial-events-end":"true"})";
  line += '}';
  if (!plan_.metadata_only) line += zero_fields(kind);
  return line + "}}\n";
}

}  // namespace headgate::fakeapi
