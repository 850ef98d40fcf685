#include "router/host_index.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "router/drafts.h"
#include "base/text_hash.h"

namespace headgate::router {
namespace {

using namespace testing;

HostChange put(const std::string& name) { return {name, host(name, {prefix("/", name)})}; }

std::string find(const HostIndex& index, std::string_view name) {
  const VirtualHost* found = index.find(name);
  return found == nullptr ? "none" : found->host();
}

TEST(HostIndex, WildcardCoversExactlyOneLabel) {
  const HostIndex index = HostIndex().with({put("*.foo.com")});
  EXPECT_EQ(find(index, "bar.foo.com"), "*.foo.com");
  EXPECT_EQ(find(index, "baz.bar.foo.com"), "none");
  EXPECT_EQ(find(index, "foo.com"), "none");
  EXPECT_EQ(find(index, ".foo.com"), "none");
  EXPECT_EQ(find(index, "barfoo.com"), "none");
}

TEST(HostIndex, ExactNameBeatsWildcard) {
  const HostIndex index = HostIndex().with({put("*.foo.com"), put("a.foo.com")});
  EXPECT_EQ(find(index, "a.foo.com"), "a.foo.com");
  EXPECT_EQ(find(index, "b.foo.com"), "*.foo.com");
}

TEST(HostIndex, EmptyNameFindsNothing) {
  EXPECT_EQ(find(HostIndex(), ""), "none");
  EXPECT_EQ(find(HostIndex().with({put("a.b")}), ""), "none");
}

TEST(HostIndex, FindDeclaredTellsAWildcardFromAnExactName) {
  const HostIndex index = HostIndex().with({put("*.foo.com")});
  EXPECT_NE(index.find_declared("*.foo.com"), nullptr);
  EXPECT_EQ(index.find_declared("bar.foo.com"), nullptr);
}

TEST(HostIndex, LastChangeOfAHostCounts) {
  const HostChange first = put("a.b");
  const HostChange second = put("a.b");
  const HostIndex index = HostIndex().with({first, {"a.b", nullptr}, second});
  EXPECT_EQ(index.find("a.b"), second.value.get());
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(HostIndex().with({first, {"a.b", nullptr}}).size(), 0U);
}

TEST(HostIndex, ChangeLeavesTheOlderIndexAsItWas) {
  const HostIndex before = HostIndex().with({put("a.b"), put("c.d")});
  const HostIndex after = before.with({{"a.b", nullptr}, put("e.f")});
  EXPECT_EQ(find(before, "a.b"), "a.b");
  EXPECT_EQ(find(before, "e.f"), "none");
  EXPECT_EQ(find(after, "a.b"), "none");
  EXPECT_EQ(find(after, "e.f"), "e.f");
  EXPECT_EQ(after.find("c.d"), before.find("c.d"));
}

TEST(HostIndex, AgreesWithAMapThroughManyChanges) {
  std::mt19937 random(7);
  std::map<std::string, std::shared_ptr<const VirtualHost>> model;
  HostIndex index;
  for (int round = 0; round < 200; ++round) {
    std::vector<HostChange> changes;
    for (int i = 0; i < 20; ++i) {
      const std::string name = "h" + std::to_string(random() % 1500) + ".example.com";
      HostChange change = random() % 3 == 0 ? HostChange{name, nullptr} : put(name);
      if (change.value == nullptr)
        model.erase(name);
      else
        model[name] = change.value;
      changes.push_back(std::move(change));
    }
    index = index.with(changes);
    ASSERT_EQ(index.size(), model.size());
  }
  for (int i = 0; i < 1500; ++i) {
    const std::string name = "h" + std::to_string(i) + ".example.com";
    const auto expected = model.find(name);
    ASSERT_EQ(index.find(name), expected == model.end() ? nullptr : expected->second.get()) << name;
  }
  std::size_t visited = 0;
  index.for_each([&](const VirtualHost&) { ++visited; });
  EXPECT_EQ(visited, model.size());
}

TEST(TextHash, DependsOnEveryByteAndOnTheSeed) {
  for (std::size_t size = 1; size <= 40; ++size) {
    const std::string text(size, 'a');
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = text;
      other[i] = 'b';
      EXPECT_NE(text_hash(text, 1), text_hash(other, 1)) << size << " " << i;
    }
    EXPECT_NE(text_hash(text, 1), text_hash(text, 2));
    EXPECT_NE(text_hash(text, 1), text_hash(text + 'a', 1));
  }
}

}  // namespace
}  // namespace headgate::router
