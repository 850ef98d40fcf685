// The ring of ticket keys: which one seals, which ones open, and when they are forgotten.
#include "tls/session_tickets.h"

#include <gtest/gtest.h>

namespace headgate::tls {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr TimePoint kStart{};

std::string_view name_of(const TicketKey& key) {
  return {reinterpret_cast<const char*>(key.data()), SessionTickets::kNameSize};
}

TEST(SessionTickets, SealsWithOneKeyForTwelveHours) {
  SessionTickets tickets({});
  const TicketKey first = *tickets.sealing(kStart);
  EXPECT_EQ(*tickets.sealing(kStart + hours(12) - seconds(1)), first);
  const TicketKey second = *tickets.sealing(kStart + hours(12));
  EXPECT_NE(second, first);
  EXPECT_NE(name_of(second), name_of(first));
  EXPECT_EQ(*tickets.sealing(kStart + hours(24) - seconds(1)), second);
}

TEST(SessionTickets, OpensWithThePreviousKeyForTwelveHoursMore) {
  SessionTickets tickets({});
  const TicketKey first = *tickets.sealing(kStart);
  EXPECT_FALSE(tickets.opening(name_of(first), kStart)->renew);
  const auto late = tickets.opening(name_of(first), kStart + hours(13));
  ASSERT_TRUE(late);
  EXPECT_EQ(late->key, first);
  EXPECT_TRUE(late->renew);
  EXPECT_TRUE(tickets.opening(name_of(first), kStart + hours(24)));
  EXPECT_FALSE(tickets.opening(name_of(first), kStart + hours(25))) << "thirteen and twelve hours";
}

TEST(SessionTickets, ForgetsBothAfterAQuietDay) {
  SessionTickets tickets({});
  const TicketKey first = *tickets.sealing(kStart);
  EXPECT_FALSE(tickets.opening(name_of(first), kStart + hours(24)));
}

TEST(SessionTickets, UsesGivenKeysForEver) {
  TicketKey first{};
  TicketKey second{};
  first.fill(1);
  second.fill(2);
  SessionTickets tickets({first, second});
  for (const hours age : {hours(0), hours(13), hours(1000)}) {
    EXPECT_EQ(*tickets.sealing(kStart + age), first);
    EXPECT_FALSE(tickets.opening(name_of(first), kStart + age)->renew);
    EXPECT_TRUE(tickets.opening(name_of(second), kStart + age)->renew);
  }
}

TEST(SessionTickets, KnowsNoOtherNames) {
  SessionTickets tickets({});
  (void)tickets.sealing(kStart);
  EXPECT_FALSE(tickets.opening("sixteen bytes ok", kStart));
  EXPECT_FALSE(tickets.opening("", kStart));
}

}  // namespace
}  // namespace headgate::tls
