#include "proxy/password_checker.h"

#include <gtest/gtest.h>

#include <future>
#include <optional>

#include "support/gate.h"

namespace headgate::proxy {
namespace {

using test_support::Gate;

std::shared_ptr<const policy::PasswordList> users(std::string_view hash = "{PLAIN}secret") {
  policy::PasswordList list;
  EXPECT_TRUE(list.add("ann", hash));
  return std::make_shared<const policy::PasswordList>(std::move(list));
}

PasswordChecker::Question question(const PasswordChecker& checker,
                                   const std::shared_ptr<const policy::PasswordList>& list,
                                   const std::string& password, std::function<void(bool)> answer) {
  PasswordChecker::Question made;
  made.users = list;
  made.hash = list->find("ann");
  made.password = password;
  made.digest = checker.digest_of(*made.hash, "ann", password);
  made.cancelled = std::make_shared<std::atomic<bool>>(false);
  made.answer = std::move(answer);
  return made;
}

// Of one question, when it has come.
bool is_right(PasswordChecker& checker, const std::shared_ptr<const policy::PasswordList>& list,
              const std::string& password) {
  std::promise<bool> promise;
  EXPECT_TRUE(checker.ask(question(checker, list, password, [&](bool right) { promise.set_value(right); })));
  return promise.get_future().get();
}

TEST(PasswordChecker, RemembersWhatWasRightAndNothingElse) {
  PasswordChecker checker(2);
  const auto list = users();
  EXPECT_FALSE(is_right(checker, list, "wrong"));
  EXPECT_FALSE(checker.knows(checker.digest_of(*list->find("ann"), "ann", "wrong")));
  EXPECT_TRUE(is_right(checker, list, "secret"));
  EXPECT_TRUE(checker.knows(checker.digest_of(*list->find("ann"), "ann", "secret")));
  EXPECT_FALSE(checker.knows(checker.digest_of(*list->find("ann"), "bob", "secret")));
  EXPECT_FALSE(checker.knows(checker.digest_of(*users("{PLAIN}other")->find("ann"), "ann", "secret")))
      << "the hash in the Secret is another one now";
}

TEST(PasswordChecker, RefusesWhatIsMoreThanALineHolds) {
  Gate gate;
  std::atomic<std::size_t> answered{0};
  {
    PasswordChecker checker(1);
    const auto list = users();
    Gate running;
    ASSERT_TRUE(checker.ask(question(checker, list, "x", [&](bool) {
      running.open();
      gate.wait();
    })));
    ASSERT_TRUE(running.wait());
    for (std::size_t i = 0; i < PasswordQueue::kMostOfList; ++i)
      ASSERT_TRUE(checker.ask(question(checker, list, "x", [&](bool) { ++answered; })));
    EXPECT_FALSE(checker.ask(question(checker, list, "x", [&](bool) { ++answered; })));
    std::promise<std::size_t> before_other;
    EXPECT_TRUE(checker.ask(question(checker, users(), "secret", [&](bool) {
      before_other.set_value(answered.load());
    }))) << "another list has a line of its own";
    gate.open();
    EXPECT_LE(before_other.get_future().get(), 1U) << "and its turn comes after one of the first";
  }
  EXPECT_LE(answered, PasswordQueue::kMostOfList);
}

TEST(PasswordChecker, AnswersNobodyWhoIsGone) {
  PasswordChecker checker(1);
  const auto list = users();
  Gate gate;
  Gate running;
  ASSERT_TRUE(checker.ask(question(checker, list, "x", [&](bool) {
    running.open();
    gate.wait();
  })));
  ASSERT_TRUE(running.wait());
  std::atomic<bool> told{false};
  auto gone = question(checker, list, "secret", [&](bool) { told = true; });
  const auto cancelled = gone.cancelled;
  ASSERT_TRUE(checker.ask(std::move(gone)));
  cancelled->store(true);
  gate.open();
  EXPECT_FALSE(is_right(checker, list, "wrong")) << "asked behind it";
  EXPECT_FALSE(told);
}

TEST(PasswordChecker, TakesNothingOnceItIsStopped) {
  PasswordChecker checker(1);
  checker.stop();
  EXPECT_FALSE(checker.ask(question(checker, users(), "secret", [](bool) { FAIL(); })));
  checker.stop();
}

TEST(CredentialCache, IsBounded) {
  CredentialCache cache;
  const CredentialDigest first = cache.digest_of("hash", "user", "0");
  cache.add(first);
  EXPECT_TRUE(cache.contains(first));
  EXPECT_FALSE(cache.contains({})) << "a digest that could not be made";
  for (std::size_t i = 1; i < 20 * CredentialCache::kMost; ++i)
    cache.add(cache.digest_of("hash", "user", std::to_string(i)));
  EXPECT_FALSE(cache.contains(first)) << "many times what it holds came after it";
  EXPECT_NE(cache.digest_of("ab", "c", "d"), cache.digest_of("a", "bc", "d"));
}

}  // namespace
}  // namespace headgate::proxy
