#include <utility>

#include "fakeapi/server_state.h"

#include "fakeapi/connection.h"

namespace headgate::fakeapi {

void ServerState::notify() {
  for (Connection* const connection : connections) connection->wake();
}

std::size_t ServerState::record(RequestRecord request) {
  if (records.size() == kMaxRecords) records.erase(records.begin());
  records.emplace(++last_record, std::move(request));
  return last_record;
}

RequestRecord* ServerState::find_record(std::size_t number) {
  const auto found = records.find(number);
  return found == records.end() ? nullptr : &found->second;
}

void ServerState::forget_finished_requests() {
  std::erase_if(records, [](const auto& entry) { return !entry.second.running; });
}

}  // namespace headgate::fakeapi
