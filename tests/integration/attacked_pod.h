// Fixture: an HTTPS pod under attack. What every attack must leave: a neighbour that noticed nothing, and
// memory within its bound.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>

#include "integration/https_pod.h"
#include "support/http_load.h"

namespace headgate::test_support {

class AttackedPod : public HttpsPod {
 protected:
  // What one attack may make the process grow by, whatever it sends.
  static constexpr std::size_t kMostGrowthKib = 12 * 1024;

  void begin(const FieldList& settings = {}) {
    start(settings);
    expect_still_serving();
    memory_before_ = memory_kib();
    neighbour_ =
        std::make_unique<HttpLoad>(headgate->https_port(), 4, make_request("GET", "x.test", "/"), "x.test");
  }
  void TearDown() override {
    if (!neighbour_) return;
    const std::size_t answered = neighbour_->answered();
    EXPECT_TRUE(eventually([&] { return neighbour_->answered() > answered; })) << "the neighbour waits";
    neighbour_->stop();
    EXPECT_THAT(neighbour_->faults(), ::testing::IsEmpty());
    expect_bounded_memory();
    expect_still_serving();
  }
  void expect_bounded_memory() const {
    EXPECT_LT(memory_kib(), memory_before_ + kMostGrowthKib + allowed_kib_ + sanitizer_kib());
  }
  // The neighbour goes on, whoever else is there.
  void expect_served_neighbour() const {
    const std::size_t answered = neighbour_->answered();
    EXPECT_TRUE(eventually([&] { return neighbour_->answered() > answered + 100; }));
  }

  std::size_t allowed_kib_ = 0;  // beyond that, by what the test holds open

 private:
  std::size_t memory_before_ = 0;
  std::unique_ptr<HttpLoad> neighbour_;
};

}  // namespace headgate::test_support
