#include "http/h2_receive_window.h"

#include <gtest/gtest.h>

namespace headgate::http {
namespace {

TEST(H2ReceiveWindow, HalfIsAnnounced) {
  EXPECT_EQ(H2ReceiveWindow(1 << 20).announced(), 1u << 19);
  EXPECT_EQ(H2ReceiveWindow(0).announced(), 65535u) << "a connection's window cannot begin smaller";
  EXPECT_EQ(H2ReceiveWindow(UINT32_MAX).announced(), 0x7fffffffu / 2);
}

TEST(H2ReceiveWindow, WhatNobodyHoldsIsGivenBackAtOnce) {
  H2ReceiveWindow window(1 << 20);
  window.receive(1000, false);
  EXPECT_EQ(window.give_back(), 1000u);
  EXPECT_EQ(window.give_back(), 0u);
}

TEST(H2ReceiveWindow, WhatIsHeldWithinTheOtherHalfIsGivenBackToo) {
  H2ReceiveWindow window(1 << 20);
  window.receive(1 << 19, true);
  EXPECT_EQ(window.give_back(), 1u << 19);
}

TEST(H2ReceiveWindow, BeyondThatOnlyWhatIsReleased) {
  H2ReceiveWindow window(1 << 20);
  window.receive(1 << 19, true);
  window.give_back();
  window.receive(1000, true);
  EXPECT_EQ(window.give_back(), 0u);
  window.release(300);
  EXPECT_EQ(window.give_back(), 300u);
  window.release(10000);
  EXPECT_EQ(window.give_back(), 700u);
}

// However it is used: open window and held content never exceed the most.
TEST(H2ReceiveWindow, TheMostIsNeverExceeded) {
  constexpr std::size_t kMost = 1 << 20;
  H2ReceiveWindow window(kMost);
  std::size_t open = window.announced();
  std::size_t held = 0;
  std::uint32_t random = 1;
  std::size_t largest = 0;
  for (int i = 0; i < 100000; ++i) {
    random = random * 1664525 + 1013904223;
    const std::size_t size = std::min<std::size_t>(open, random >> 17);
    if ((random & 3) != 0) {
      window.receive(size, true);
      open -= size;
      held += size;
    } else {
      const std::size_t released = std::min<std::size_t>(held, random >> 16);
      window.release(released);
      held -= released;
    }
    open += window.give_back();
    largest = std::max(largest, open + held);
  }
  EXPECT_LE(largest, kMost);
  EXPECT_GT(largest, kMost * 3 / 4);
}

}  // namespace
}  // namespace headgate::http
