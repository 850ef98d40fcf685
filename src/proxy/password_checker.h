// Hashes passwords off the Worker threads: a few threads of its own, begun with the first question, a queue
// with a bound, and a cache of what was found right. Owned by the DataPlane, shared by its Workers.
//
// Each list of users has a line of its own, and they take turns, so that whoever sends bad passwords to one
// Ingress is in the way of that Ingress alone. A line that is full refuses: 503, never "let in".
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "policy/password_list.h"
#include "proxy/credential_cache.h"

namespace headgate::proxy {

class PasswordChecker {
 public:
  static constexpr std::size_t kMostInLine = 64;
  static constexpr std::size_t kMostLines = 256;

  struct Question {
    std::shared_ptr<const policy::PasswordList> users;  // keeps `hash`
    const policy::PasswordHash* hash = nullptr;
    std::string password;
    CredentialDigest digest{};
    std::shared_ptr<std::atomic<bool>> cancelled;  // nobody waits for the answer any more
    std::function<void(bool right)> answer;        // called on a thread of the PasswordChecker
  };

  explicit PasswordChecker(unsigned threads);
  ~PasswordChecker();
  PasswordChecker(const PasswordChecker&) = delete;
  PasswordChecker& operator=(const PasswordChecker&) = delete;

  // Any thread, all of them. Found right before.
  [[nodiscard]] bool knows(const CredentialDigest& digest) { return cache_.contains(digest); }
  [[nodiscard]] CredentialDigest digest_of(const policy::PasswordHash& hash, std::string_view user,
                                           std::string_view password) const {
    return cache_.digest_of(hash.text(), user, password);
  }
  // False: there is no room, and no answer will come.
  bool ask(Question question);
  // Joins the threads; questions that wait are not answered. To be called before those who wait are gone.
  void stop();

 private:
  using Line = std::deque<Question>;
  void run();
  bool next(Question& question);

  CredentialCache cache_;
  const unsigned thread_count_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<const policy::PasswordList*, Line> lines_;  // none is empty
  std::deque<const policy::PasswordList*> turns_;      // each line once
  std::vector<std::thread> threads_;
  bool stopped_ = false;
};

}  // namespace headgate::proxy
