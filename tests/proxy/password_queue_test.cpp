#include "proxy/password_queue.h"

#include <gtest/gtest.h>

namespace headgate::proxy {
namespace {

using List = std::shared_ptr<const policy::PasswordList>;

List list() { return std::make_shared<const policy::PasswordList>(); }

bool push(PasswordQueue& queue, std::string tenant, const List& users, std::string password = "") {
  PasswordQueue::Question question;
  question.tenant = std::move(tenant);
  question.users = users;
  question.password = std::move(password);
  return queue.push(std::move(question));
}

// Of all that wait, in their order.
std::string passwords(PasswordQueue& queue) {
  std::string all;
  while (!queue.empty()) all += queue.pop().password;
  return all;
}

TEST(PasswordQueue, NamespacesTakeTurnsWhateverTheyAsk) {
  PasswordQueue queue;
  const List a = list();
  const List b = list();
  for (const char* each : {"1", "2", "3"}) push(queue, "crowd", a, each);
  for (const char* each : {"4", "5"}) push(queue, "crowd", b, each);
  push(queue, "alone", list(), "x");
  push(queue, "other", list(), "y");
  EXPECT_EQ(passwords(queue), "1xy4253");
  EXPECT_TRUE(push(queue, "crowd", a, "6"));
  EXPECT_EQ(passwords(queue), "6") << "it is as new";
}

TEST(PasswordQueue, AListThatIsFullIsInTheWayOfNoOther) {
  PasswordQueue queue;
  const List full = list();
  for (std::size_t i = 0; i < PasswordQueue::kMostOfList; ++i) ASSERT_TRUE(push(queue, "a", full));
  EXPECT_FALSE(push(queue, "a", full));
  EXPECT_TRUE(push(queue, "a", list(), "next"));
  (void)queue.pop();
  EXPECT_EQ(queue.pop().password, "next");
  EXPECT_TRUE(push(queue, "a", full)) << "one has gone";
}

TEST(PasswordQueue, ANamespaceWithManyListsFillsItsOwnPlacesOnly) {
  PasswordQueue queue;
  for (std::size_t i = 0; i < PasswordQueue::kMostOfTenant; ++i) ASSERT_TRUE(push(queue, "crowd", list()));
  EXPECT_FALSE(push(queue, "crowd", list()));
  EXPECT_TRUE(push(queue, "alone", list(), "x"));
  (void)queue.pop();
  EXPECT_EQ(queue.pop().password, "x") << "behind one of the crowd, not all";
  EXPECT_TRUE(push(queue, "crowd", list())) << "one has gone";
}

TEST(PasswordQueue, IsBoundedAndGivesBackWhatItRefuses) {
  PasswordQueue queue;
  for (std::size_t i = 0; i < PasswordQueue::kMostTenants; ++i)
    ASSERT_TRUE(push(queue, "t" + std::to_string(i), list()));
  PasswordQueue::Question one_more;
  one_more.tenant = "one more";
  one_more.users = list();
  one_more.password = "to be wiped";
  EXPECT_FALSE(queue.push(std::move(one_more)));
  EXPECT_EQ(one_more.password, "to be wiped");
  EXPECT_TRUE(push(queue, "t0", list()));
  std::size_t waiting = 0;
  for (; !queue.empty(); ++waiting) (void)queue.pop();
  EXPECT_EQ(waiting, PasswordQueue::kMostTenants + 1);
}

}  // namespace
}  // namespace headgate::proxy
