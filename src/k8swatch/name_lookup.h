// One look-up of a name: asks for A and AAAA of each name it may stand for, one name after the other, until
// one has an address. A pure state machine; whoever drives it sends the queries.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "k8swatch/name_resolver.h"

namespace headgate::k8swatch {

// What came of one query: for the A or the AAAA records of one complete name.
struct QueryResult {
  NameAnswer::Outcome outcome = NameAnswer::Outcome::failed;
  std::vector<SocketAddress> addresses;
  std::chrono::seconds ttl{0};
  std::string error;
};

class NameLookup {
 public:
  // `names`: from search_list(); none: the look-up is over at once.
  explicit NameLookup(std::vector<std::string> names) : names_(std::move(names)) {}

  [[nodiscard]] bool done() const { return found_ || at_ == names_.size(); }
  // The name to ask for both types of; while !done().
  [[nodiscard]] const std::string& name() const { return names_[at_]; }
  // Of the two queries for name(), in whatever order. True: that was the second one, and either the look-up
  // is done() or there is another name().
  bool take(QueryResult result);

  // Once done(). A name that does not exist ends nothing: the next one is asked for. Nor does one that nobody
  // can say anything about (as in glibc), but without an address in the end it makes the answer `failed`.
  [[nodiscard]] NameAnswer answer() &&;

 private:
  std::vector<std::string> names_;
  std::size_t at_ = 0;
  std::size_t results_ = 0;  // for name()
  bool found_ = false;
  NameAnswer found_answer_;
  std::string failure_;  // the first one
  std::string absence_;  // the last one
};

// Which families of addresses the machine has a route for.
struct MachineRoutes {
  bool v4 = true;
  bool v6 = true;
};

// Leaves out of `addresses` those of a family without route, where there are others.
void keep_reachable(std::vector<SocketAddress>& addresses, MachineRoutes routes);

}  // namespace headgate::k8swatch
