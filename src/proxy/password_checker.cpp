#include "proxy/password_checker.h"

#include <utility>

#include "base/digest.h"

namespace headgate::proxy {

PasswordChecker::PasswordChecker(unsigned threads) : thread_count_(threads) {}

PasswordChecker::~PasswordChecker() { stop(); }

bool PasswordChecker::ask(Question question) {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (stopped_) return false;
    if (!queue_.push(std::move(question))) {
      wipe(question.password);
      return false;
    }
    if (threads_.size() < thread_count_) threads_.emplace_back([this] { run(); });
  }
  wake_.notify_one();
  return true;
}

void PasswordChecker::stop() {
  {
    const std::lock_guard<std::mutex> guard(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

// Waits for the next question. False: there will be none.
bool PasswordChecker::next(Question& question) {
  std::unique_lock<std::mutex> lock(mutex_);
  wake_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
  if (stopped_) return false;
  question = queue_.pop();
  return true;
}

void PasswordChecker::run() {
  Question question;
  while (next(question)) {
    // A page asks for its pictures at once, all with the same password: the first one answers for them.
    const bool wanted = !question.cancelled->load(std::memory_order_relaxed);
    const bool known = wanted && cache_.contains(question.digest);
    const bool right = known || (wanted && question.hash->matches(question.password));
    if (right && !known) cache_.add(question.digest);
    wipe(question.password);
    if (wanted) question.answer(right);
    question = {};
  }
}

}  // namespace headgate::proxy
