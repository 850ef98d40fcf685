// Hashes passwords off the Worker threads: a few threads of its own, begun with the first question, a fair
// queue with a bound, and a cache of what was found right. Owned by the DataPlane, shared by its Workers. A
// queue that is full refuses: 503, never "let in".
#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "proxy/credential_cache.h"
#include "proxy/password_queue.h"

namespace headgate::proxy {

class PasswordChecker {
 public:
  using Question = PasswordQueue::Question;

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
  void run();
  bool next(Question& question);

  CredentialCache cache_;
  const unsigned thread_count_;
  std::mutex mutex_;
  std::condition_variable wake_;
  PasswordQueue queue_;
  std::vector<std::thread> threads_;
  bool stopped_ = false;
};

}  // namespace headgate::proxy
