// What all connections of one double share. Used on its thread only.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>

#include "fakeapi/access.h"
#include "fakeapi/api_handler.h"
#include "fakeapi/fault_book.h"
#include "fakeapi/knobs.h"
#include "fakeapi/object_store.h"
#include "fakeapi/request_record.h"

namespace headgate::fakeapi {

class Connection;

struct ServerState {
  explicit ServerState(boost::asio::io_context& context) : io(context) {}

  // Wakes what waits for new revisions, ends or releases.
  void notify();
  // The place of a new record; the oldest are dropped.
  std::size_t record(RequestRecord request);
  // Null: dropped.
  RequestRecord* find_record(std::size_t number);
  void forget_finished_requests();

  static constexpr std::size_t kMaxRecords = 20000;

  boost::asio::io_context& io;
  ObjectStore store;
  Knobs knobs;
  Access access;
  FaultBook faults;
  ApiHandler handler{store, knobs, access};
  std::set<Connection*> connections;
  std::map<std::size_t, RequestRecord> records;  // by number, in the order they came
  std::size_t last_record = 0;
  std::size_t accepted = 0;         // connections so far
  std::size_t stall_releases = 0;   // counts FakeApi::release_stalls()
  std::size_t bookmark_rounds = 0;  // counts FakeApi::send_bookmarks()
};

}  // namespace headgate::fakeapi
