#include "k8swatch/store.h"

#include <gtest/gtest.h>

#include "k8swatch/object_builders.h"

namespace headgate::k8swatch::testing {
namespace {

// As the API server sends it.
template <typename T>
Object versioned(T object, const char* version) {
  object.metadata.uid = "u";
  object.metadata.resource_version = version;
  return std::make_shared<const T>(std::move(object));
}

class StoreTest : public ::testing::Test {
 protected:
  // Whether it is a change, which the Store must say in both ways.
  bool put(const Object& object) {
    const bool is_change = store_.upsert(object);
    EXPECT_EQ(!store_.take_changes().empty(), is_change);
    return is_change;
  }

  Store store_;
};

TEST_F(StoreTest, TheSameOnceMoreIsNoChange) {
  for (const Object& object :
       {versioned(ingress("i", {rule("a.org", {path("/", "web")})}), "7"), versioned(service("web"), "8"),
        versioned(slice("web-1", "web", {"10.0.0.1"}), "9")}) {
    EXPECT_TRUE(put(object)) << to_string(key_of(object));
    EXPECT_FALSE(put(object)) << to_string(key_of(object));
  }
}

// An API server restored from a backup counts on from an older version, and gives the ones it had given.
TEST_F(StoreTest, OtherContentOfTheSameVersionIsAChange) {
  put(versioned(ingress("i", {rule("a.org", {path("/", "web")})}), "7"));
  EXPECT_TRUE(put(versioned(ingress("i", {rule("b.org", {path("/", "web")})}), "7")));
  EXPECT_EQ(store_.rules_of("a.org").size(), 0u);
  EXPECT_EQ(store_.rules_of("b.org").size(), 1u);

  put(versioned(service("web"), "8"));
  Service moved = service("web");
  moved.ports.at(0).target_port.number = 9999;
  EXPECT_TRUE(put(versioned(std::move(moved), "8")));
  EXPECT_EQ(store_.find_service("default/web")->service->ports.at(0).target_port.number, 9999);

  put(versioned(slice("web-1", "web", {"10.0.0.1"}), "9"));
  EXPECT_TRUE(put(versioned(slice("web-1", "web", {"10.0.0.2"}), "9")));
  EXPECT_EQ(store_.find_service("default/web")->slices.at(0)->endpoints.at(0).address, "10.0.0.2");

  Secret secret;
  secret.metadata = metadata("s");
  secret.data = {{"auth", "old"}};
  put(versioned(secret, "10"));
  secret.data = {{"auth", "new"}};
  EXPECT_TRUE(put(versioned(secret, "10")));
  EXPECT_EQ(store_.find_secret("default/s")->secret->data.at(0).second, "new");
}

}  // namespace
}  // namespace headgate::k8swatch::testing
