// The body of one watch: initial events, then what happens, until its time is over or the client leaves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "fakeapi/api_answer.h"
#include "fakeapi/collection.h"
#include "fakeapi/response_writer.h"

namespace headgate::fakeapi {

class WatchSession {
 public:
  // `record`: the number of the request's RequestRecord.
  WatchSession(Connection& connection, const WatchPlan& plan, const Fault& fault, std::size_t record)
      : connection_(connection), plan_(plan), fault_(fault), record_(record), cursor_(plan.after) {}

  // The head has been sent; finish() of the writer is the caller's. Throws as the writer does.
  boost::asio::awaitable<void> run(ResponseWriter& writer);

 private:
  // Events since the last call, as lines.
  std::vector<std::string> due_lines();
  [[nodiscard]] std::string event_line(const char* type, const ObjectRef& object) const;
  [[nodiscard]] std::string bookmark_line(bool ends_initial_events) const;
  [[nodiscard]] bool is_mine(const ObjectRef& object) const;
  [[nodiscard]] bool has_lost_history() const;
  void note_progress();

  Connection& connection_;
  const WatchPlan& plan_;
  const Fault& fault_;
  std::size_t record_;
  std::uint64_t cursor_;  // events up to this revision were sent
  int dropped_ = 0;
};

}  // namespace headgate::fakeapi
