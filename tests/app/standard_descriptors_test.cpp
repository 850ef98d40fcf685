#include "app/standard_descriptors.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <initializer_list>

namespace headgate::app {
namespace {

// In a process of its own. 0: all three are open, and the next descriptor is none of them.
int fill_without(std::initializer_list<int> closed) {
  for (const int descriptor : closed) ::close(descriptor);
  if (!fill_standard_descriptors()) return 1;
  for (const int descriptor : {0, 1, 2})
    if (::fcntl(descriptor, F_GETFD) < 0) return 2;
  return ::open("/dev/null", O_RDONLY) > 2 ? 0 : 3;
}

TEST(StandardDescriptors, AreOpenWhateverTheParentClosed) {
  for (const std::initializer_list<int> closed : {std::initializer_list<int>{}, {0}, {1}, {2}, {0, 1, 2}})
    EXPECT_EXIT(::_exit(fill_without(closed)), testing::ExitedWithCode(0), "");
}

TEST(StandardDescriptors, StayWhatTheyAre) {
  const auto writes_to_the_old_one = [] {
    ::close(0);
    if (!fill_standard_descriptors()) ::_exit(1);
    ::_exit(::write(2, "kept", 4) == 4 ? 0 : 2);
  };
  EXPECT_EXIT(writes_to_the_old_one(), testing::ExitedWithCode(0), "kept");
}

}  // namespace
}  // namespace headgate::app
