// Answers of auth services that one Worker keeps for a while (auth-cache-key of ingress-nginx): bounded, the
// ones not asked for longest go first. One thread.
#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "policy/subrequest_answer.h"

namespace headgate::proxy {

class AuthCache {
 public:
  static constexpr std::size_t kMostEntries = 8192;
  static constexpr std::size_t kMostBytes = std::size_t{8} * 1024 * 1024;
  static constexpr std::size_t kLargestEntry = std::size_t{64} * 1024;
  // As ingress-nginx's cache has it (inactive=30m).
  static constexpr std::chrono::minutes kMostUnused{30};

  AuthCache() = default;
  AuthCache(const AuthCache&) = delete;
  AuthCache& operator=(const AuthCache&) = delete;

  // Null: none, or none that still counts. Valid until the next call.
  const policy::SubrequestAnswer* find(std::string_view name, TimePoint now);
  // In place of what was kept under that name. One that is too large is not kept.
  void put(std::string name, policy::SubrequestAnswer answer, TimePoint now, std::chrono::seconds time);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::string name;
    policy::SubrequestAnswer answer;
    std::size_t bytes = 0;
    TimePoint expires;
    TimePoint used;
  };
  using Entries = std::list<Entry>;

  void erase(Entries::iterator entry);

  Entries entries_;  // the one used last in front
  std::unordered_map<std::string_view, Entries::iterator> by_name_;
  std::size_t bytes_ = 0;
};

}  // namespace headgate::proxy
