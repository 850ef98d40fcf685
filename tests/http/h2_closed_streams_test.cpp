#include "http/h2_closed_streams.h"

#include <gtest/gtest.h>

namespace headgate::http {
namespace {

using End = H2ClosedStreams::End;

TEST(H2ClosedStreams, RemembersWhoClosed) {
  H2ClosedStreams closed;
  closed.add(1, false);
  closed.add(5, true);
  EXPECT_EQ(closed.end_of(1), End::by_client);
  EXPECT_EQ(closed.end_of(5), End::by_us);
  EXPECT_EQ(closed.end_of(3), End::never);
}

TEST(H2ClosedStreams, ForgetsTheOldestAndSaysSo) {
  H2ClosedStreams closed;
  for (std::int32_t stream = 1; stream < 1000; stream += 2) closed.add(stream, false);
  EXPECT_EQ(closed.end_of(1), End::unknown);
  EXPECT_EQ(closed.end_of(999), End::by_client);
}

TEST(H2ClosedStreams, AStreamThatOutlivedOthersIsRememberedAsTheNewest) {
  H2ClosedStreams closed;
  for (std::int32_t stream = 3; stream < 301; stream += 2) closed.add(stream, false);
  closed.add(1, true);
  EXPECT_EQ(closed.end_of(1), End::by_us);
}

}  // namespace
}  // namespace headgate::http
