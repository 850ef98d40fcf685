#include "proxy/h2_stream_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace headgate::proxy {
namespace {

class Streams : public ::testing::Test {
 protected:
  // A stream that belongs to no connection: the table looks at its id only.
  H2Stream& add(http::StreamId id) {
    owned.push_back(std::make_unique<H2Stream>(id));
    table.insert(*owned.back());
    return *owned.back();
  }
  ~Streams() override {
    table.for_each([this](H2Stream& stream) { table.erase(stream); });
  }
  std::vector<std::unique_ptr<H2Stream>> owned;
  H2StreamTable table;
};

TEST_F(Streams, AreFoundByTheirIdUntilErased) {
  for (http::StreamId id = 1; id < 2000; id += 2) add(id);
  EXPECT_EQ(table.size(), 1000u);
  for (std::size_t i = 0; i < owned.size(); i += 3) table.erase(*owned[i]);
  for (std::size_t i = 0; i < owned.size(); ++i) {
    const auto id = static_cast<http::StreamId>(2 * i + 1);
    EXPECT_EQ(table.find(id), i % 3 == 0 ? nullptr : owned[i].get()) << id;
  }
  EXPECT_EQ(table.find(0), nullptr);
  EXPECT_EQ(table.find(2001), nullptr);
}

TEST_F(Streams, MayBeErasedWhileAllAreVisited) {
  for (http::StreamId id = 1; id < 300; id += 2) add(id);
  std::size_t visited = 0;
  table.for_each([&](H2Stream& stream) {
    ++visited;
    if (stream.id() % 4 == 1) table.erase(stream);
  });
  EXPECT_EQ(visited, 150u);
  EXPECT_EQ(table.size(), 75u);
  EXPECT_EQ(table.find(1), nullptr);
  EXPECT_NE(table.find(3), nullptr);
}

}  // namespace
}  // namespace headgate::proxy
