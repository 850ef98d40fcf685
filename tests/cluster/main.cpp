// The program of the cluster tests: into a network of its own first, then the tests.
#include <gtest/gtest.h>

#include <cstdio>
#include <stdexcept>

#include "cluster/private_network.h"

int main(int count, char** arguments) {
  testing::InitGoogleTest(&count, arguments);
  try {
    headgate::cluster_test::enter_private_network();
  } catch (const std::runtime_error& error) {
    std::fprintf(stderr, "*** NOT TESTED: no private network for the cluster: %s ***\n", error.what());
    return 1;
  }
  return RUN_ALL_TESTS();
}
