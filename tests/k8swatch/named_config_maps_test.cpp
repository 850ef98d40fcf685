// ConfigMaps that annotations and the settings name: kept, looked up, and followed.
#include "k8swatch/named_config_maps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/controller_fixture.h"

namespace headgate::k8swatch {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kCustomHeaders = "nginx.ingress.kubernetes.io/custom-headers";

Ingress naming(const std::string& value, const std::string& annotation = kCustomHeaders) {
  Ingress result = ingress("i", {rule("a.org", {path("/", "web")})});
  result.metadata.annotations = {{annotation, value}};
  return result;
}

ConfigMap in(const std::string& namespace_name, const std::string& name, StringPairs data = {}) {
  ConfigMap result = config_map(name, std::move(data));
  result.metadata.namespace_name = namespace_name;
  return result;
}

TEST(NamedConfigMaps, AreThoseOfTheAnnotations) {
  EXPECT_THAT(config_maps_of(naming("other/fields")), ElementsAre("other/fields"));
  EXPECT_THAT(config_maps_of(naming(" fields ")), ElementsAre("default/fields"));
  EXPECT_THAT(config_maps_of(naming("x", "my.prefix/auth-proxy-set-headers")), ElementsAre("default/x"));
  EXPECT_THAT(config_maps_of(naming("a/b/c")), IsEmpty());
  EXPECT_THAT(config_maps_of(naming("x", "nginx.ingress.kubernetes.io/rewrite-target")), IsEmpty());
  EXPECT_THAT(config_maps_of(config_map(
                  "settings", {{"proxy-set-headers", "a/b"}, {"add-headers", "c"}, {"other", "d/e"}})),
              ElementsAre("a/b", "default/c"));
}

class FindNamedConfigMap : public ::testing::Test {
 protected:
  FindNamedConfigMap() {
    for (const char* place : {"default", "other", "system"}) store_.upsert(object(in(place, "fields")));
  }
  std::string find(const std::string& text, const ConfigMapAccess& access) {
    const auto found = find_named_config_map(store_, naming(text), text, access);
    return found ? (*found)->metadata.namespace_name : found.error().message;
  }
  Store store_;
};

TEST_F(FindNamedConfigMap, LooksInTheOwnNamespaceAndInThatOfTheSettings) {
  const ConfigMapAccess access{false, "system"};
  EXPECT_EQ(find("fields", access), "default");
  EXPECT_EQ(find("default/fields", access), "default");
  EXPECT_EQ(find("system/fields", access), "system");
  EXPECT_EQ(
      find("other/fields", access),
      "ConfigMap other/fields is of another namespace, and allow-cross-namespace-resources is not true");
  EXPECT_EQ(find("sys/fields", {false, "system"}),
            "ConfigMap sys/fields is of another namespace, and allow-cross-namespace-resources is not true");
  EXPECT_EQ(
      find("system/fields", {}),
      "ConfigMap system/fields is of another namespace, and allow-cross-namespace-resources is not true");
}

TEST_F(FindNamedConfigMap, LooksEverywhereWhereThatIsAllowed) {
  EXPECT_EQ(find("other/fields", {true, ""}), "other");
  EXPECT_EQ(find("other/none", {true, ""}), "ConfigMap other/none does not exist");
  EXPECT_EQ(find("a/b/c", {true, ""}), "'a/b/c' is not of the form 'namespace/name'");
}

TEST(KeepFieldLines, CutsWhatIsNoField) {
  StringPairs data = {{"X-A", "1"},
                      {"nginx.conf", std::string(100, 'x') + "\nsecond line\n"},
                      {"X-Long", std::string(2 * kMostConfigMapValue, 'y')},
                      {"X-Two", "one\r\nX-Evil: 1"}};
  keep_field_lines(data);
  EXPECT_EQ(data[0].second, "1");
  EXPECT_EQ(data[1].second, std::string(64, 'x') + "\n");
  EXPECT_EQ(data[2].second.size(), kMostConfigMapValue + 1);
  EXPECT_EQ(data[3].second, "one\n") << "whoever reads it must refuse it";
  data.resize(1000);
  keep_field_lines(data);
  EXPECT_EQ(data.size(), kMostConfigMapKeys + 1);
}

TEST(StoreConfigMaps, TellOfAChangeOnlyWhatSomebodyNames) {
  Store store;
  store.set_settings("system/settings");
  EXPECT_FALSE(store.upsert(object(in("kube-system", "leader", {{"holder", "a"}}))));
  EXPECT_FALSE(store.has_changes());
  EXPECT_TRUE(store.upsert(object(in("system", "settings", {{"add-headers", "system/fields"}}))));
  EXPECT_THAT(store.take_changes().config_maps, ElementsAre("system/settings"));
  EXPECT_TRUE(store.upsert(object(in("system", "fields", {{"X-A", "1"}}))));
  EXPECT_THAT(store.take_changes().config_maps, ElementsAre("system/fields"));
  EXPECT_FALSE(store.upsert(object(in("system", "fields", {{"X-A", "1"}})))) << "as it was";
  store.upsert(object(naming("mine")));
  store.take_changes();
  EXPECT_TRUE(store.upsert(object(in("default", "mine", {{"X-B", "1"}}))));
  Changes changes = store.take_changes();
  EXPECT_THAT(changes.config_maps, ElementsAre("default/mine"));
  EXPECT_THAT(changes.hosts, ElementsAre("a.org")) << "which is to be drafted again";
  store.remove({Kind::config_map, "default", "mine"});
  EXPECT_THAT(store.take_changes().hosts, ElementsAre("a.org"));
  EXPECT_EQ(store.find_config_map("default/mine"), nullptr);
  store.remove({Kind::ingress, "default", "i"});
  store.take_changes();
  EXPECT_FALSE(store.upsert(object(in("default", "mine", {{"X-B", "2"}})))) << "nobody names it any more";
  EXPECT_TRUE(store.upsert(object(in("system", "settings", {}))));
  store.take_changes();
  EXPECT_FALSE(store.upsert(object(in("system", "fields", {{"X-A", "2"}}))));
}

}  // namespace
}  // namespace headgate::k8swatch
