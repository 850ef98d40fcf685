// The faults in force, in the order they were injected; the first that meets a request is the one it gets.
#pragma once

#include <list>
#include <map>
#include <optional>

#include "fakeapi/fault.h"

namespace headgate::fakeapi {

class FaultBook {
 public:
  int add(Fault fault) {
    entries_.push_back({++last_id_, std::move(fault), 0});
    return last_id_;
  }
  void remove(int id) {
    entries_.remove_if([id](const Entry& entry) { return entry.id == id; });
  }
  void clear() { entries_.clear(); }
  // How many requests have met it; also after it is spent.
  [[nodiscard]] int hits(int id) const {
    const auto found = hits_.find(id);
    return found == hits_.end() ? 0 : found->second;
  }

  // Counts.
  std::optional<Fault> take(const ApiRequest& request) {
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (!entry->fault.meets(request) || ++entry->met <= entry->fault.skip) continue;
      ++hits_[entry->id];
      Fault fault = entry->fault;
      if (fault.times > 0 && entry->met >= fault.skip + fault.times) entries_.erase(entry);
      return fault;
    }
    return std::nullopt;
  }

 private:
  struct Entry {
    int id;
    Fault fault;
    int met;
  };
  std::list<Entry> entries_;
  std::map<int, int> hits_;
  int last_id_ = 0;
};

}  // namespace headgate::fakeapi
