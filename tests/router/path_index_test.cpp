// The index agrees with a plain search over its keys, small (compared) and large (hashed).
#include "router/path_index.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace headgate::router {
namespace {

using Keys = std::vector<PathIndex::Key>;

std::uint32_t plain_search(const Keys& keys, std::string_view path) {
  std::uint32_t best = PathIndex::kNone;
  std::size_t best_length = 0;
  for (const PathIndex::Key& key : keys) {
    if (!key.subtree && key.text == path) return key.route;
    if (key.subtree && path.starts_with(key.text) && key.text.size() > best_length) {
      best = key.route;
      best_length = key.text.size();
    }
  }
  return best;
}

std::string random_path(std::mt19937& random, std::size_t most_segments) {
  std::string path = "/";
  const std::size_t segments = random() % (most_segments + 1);
  for (std::size_t i = 0; i < segments; ++i) {
    path += std::string(1 + random() % 2, static_cast<char>('a' + random() % 3));
    if (i + 1 < segments || random() % 2 == 0) path += '/';
  }
  return path;
}

TEST(PathIndex, AgreesWithAPlainSearch) {
  std::mt19937 random(20240607);
  for (const std::size_t count : {0U, 1U, 5U, 16U, 17U, 60U, 300U}) {
    Keys keys;
    std::set<std::pair<std::string, bool>> taken;
    for (std::size_t i = 0; i < count; ++i) {
      std::string text = random_path(random, 4);
      const bool subtree = random() % 2 == 0;
      if (subtree && text.back() != '/') text += '/';
      if (taken.emplace(text, subtree).second) keys.push_back({text, subtree, static_cast<std::uint32_t>(i)});
    }
    const PathIndex index(keys);
    for (int i = 0; i < 2000; ++i) {
      const std::string path = random_path(random, 6);
      ASSERT_EQ(index.find(path), plain_search(keys, path)) << path << " among " << count;
    }
  }
}

TEST(PathIndex, FindsEachOfManyKeys) {
  Keys keys;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const std::string path = "/service/" + std::to_string(i);
    keys.push_back({path, false, i});
    keys.push_back({path + "/", true, i});
  }
  const PathIndex index(keys);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const std::string path = "/service/" + std::to_string(i);
    ASSERT_EQ(index.find(path), i);
    ASSERT_EQ(index.find(path + "/deep/er"), i);
  }
  EXPECT_EQ(index.find("/service/5000"), PathIndex::kNone);
  EXPECT_EQ(index.find("/service/1x"), PathIndex::kNone);
  EXPECT_EQ(index.find("/" + std::string(100000, 'a')), PathIndex::kNone);
}

TEST(PathIndex, EmptyIndexFindsNothing) {
  EXPECT_EQ(PathIndex().find("/"), PathIndex::kNone);
  EXPECT_EQ(PathIndex(Keys{}).find("/"), PathIndex::kNone);
}

TEST(PathIndex, TellsItsKeysStrongestFirst) {
  const PathIndex index({{"/", true, 0}, {"/a/b/", true, 1}, {"/a", false, 2}});
  const Keys keys = index.keys();
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].text, "/a");
  EXPECT_EQ(keys[1].text, "/a/b/");
  EXPECT_EQ(keys[2].text, "/");
}

}  // namespace
}  // namespace headgate::router
