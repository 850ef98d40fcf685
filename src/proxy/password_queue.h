// Questions about passwords in the order in which they get their turn: namespaces take turns, and so do the
// lists of users within one, so that whoever sends bad passwords to one Ingress is in the way of that Ingress
// alone, and a namespace with many Ingresses in its own. What is full refuses. Not locked: PasswordChecker
// is.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "policy/password_list.h"
#include "proxy/credential_cache.h"

namespace headgate::proxy {

class PasswordQueue {
 public:
  static constexpr std::size_t kMostOfList = 64;
  static constexpr std::size_t kMostOfTenant = 256;
  static constexpr std::size_t kMostTenants = 1024;

  struct Question {
    std::string tenant;                                 // the namespace of the Ingress
    std::shared_ptr<const policy::PasswordList> users;  // keeps `hash`
    const policy::PasswordHash* hash = nullptr;
    std::string password;
    CredentialDigest digest{};
    std::shared_ptr<std::atomic<bool>> cancelled;  // nobody waits for the answer any more
    std::function<void(bool right)> answer;        // called on a thread of the PasswordChecker
  };

  // False: there is no room for it, and it is as it was.
  bool push(Question&& question);
  [[nodiscard]] bool empty() const { return turns_.empty(); }
  // Whose turn it is; not to be called where it is empty.
  Question pop();

 private:
  using Line = std::deque<Question>;
  struct Tenant {
    std::map<const policy::PasswordList*, Line> lines;  // none is empty
    std::deque<const policy::PasswordList*> turns;      // each of them once
    std::size_t waiting = 0;                            // in all of them
  };
  using Tenants = std::map<std::string, Tenant>;

  Tenants tenants_;  // none without a question
  std::deque<Tenants::iterator> turns_;
};

}  // namespace headgate::proxy
