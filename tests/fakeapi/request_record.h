// What the double remembers of a request, for tests that ask what a client did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace headgate::fakeapi {

struct RequestRecord {
  std::string method;
  std::string target;    // path and query as sent
  std::string verb;      // list, watch, get, create, update, patch, delete; see ApiRequest
  std::string resource;  // the plural; empty: a path without one
  std::string namespace_name;
  std::string name;
  std::string subresource;
  std::string user_agent, accept, authorization, content_type;
  std::string body;
  std::size_t connection = 0;       // counts from 1, in the order they were accepted
  int status = 0;                   // of the answer; 0: none was sent yet
  bool running = true;              // a watch that has not ended, or an answer that is not sent
  std::uint64_t sent_revision = 0;  // of a watch: all its events up to here were sent
};

}  // namespace headgate::fakeapi
