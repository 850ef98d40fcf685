// Exchange: what asks for a name and a password. The hash is computed elsewhere; the Exchange waits for it.
#include <atomic>
#include <memory>
#include <utility>

#include "base/digest.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/password_checker.h"

namespace headgate::proxy {
namespace {

// Tells the PasswordChecker that nobody waits any more.
class PasswordWork final : public SuspendedWork {
 public:
  ~PasswordWork() override { cancelled_->store(true, std::memory_order_relaxed); }
  [[nodiscard]] const std::shared_ptr<std::atomic<bool>>& cancelled() const { return cancelled_; }

 private:
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace

Exchange::StepVerdict Exchange::ask(const policy::BasicAuth& step, const policy::RequestView& request) {
  auto asked = step.question_of(request);
  if (!asked) return {step.challenge()};
  const std::shared_ptr<PasswordChecker>& checker = context_->config.passwords;
  if (checker == nullptr) return {policy::Denial{503, RejectReason::basic_auth}};
  PasswordChecker::Question question;
  question.digest = checker->digest_of(*asked->hash, asked->user, asked->password);
  if (checker->knows(question.digest)) {
    wipe(asked->password);
    return {};
  }
  auto work = std::make_unique<PasswordWork>();
  question.tenant = step.tenant;
  question.users = step.users;
  question.hash = asked->hash;
  question.password = std::move(asked->password);
  question.cancelled = work->cancelled();
  question.answer = [resumer = suspend(request, std::move(work)), no = step.challenge()](bool right) {
    resumer.resume(right ? std::nullopt : std::optional(no));
  };
  if (checker->ask(std::move(question))) return {{}, true};
  end_suspension();
  return {policy::Denial{503, RejectReason::basic_auth}};  // too many wait: nobody is let in for that
}

}  // namespace headgate::proxy
