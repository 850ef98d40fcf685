#include "k8swatch/namespace_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/object_builders.h"
#include "k8swatch/recording_sink.h"

namespace headgate::k8swatch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NamespaceSelectionTest : public ::testing::Test {
 protected:
  void put_ingress(const std::string& namespace_name, const std::string& name) {
    Ingress value;
    value.metadata = metadata(name, namespace_name);
    selection_.upsert(object(std::move(value)));
  }
  void select(const std::string& name) {
    Namespace value;
    value.metadata = metadata(name, "");
    selection_.upsert(object(std::move(value)));
  }
  void deselect(const std::string& name) { selection_.remove({Kind::namespace_, "", name}); }

  RecordingSink next_;
  NamespaceSelection selection_{next_};
};

TEST_F(NamespaceSelectionTest, IngressesComeAndGoWithTheirNamespace) {
  put_ingress("shop", "a");
  put_ingress("shop", "b");
  put_ingress("other", "c");
  EXPECT_THAT(next_.log, IsEmpty());
  select("shop");
  EXPECT_THAT(next_.take_log(), ElementsAre("+Ingress shop/a", "+Ingress shop/b"));
  deselect("shop");
  EXPECT_THAT(next_.take_log(), ElementsAre("-Ingress shop/a", "-Ingress shop/b"));
  select("shop");
  EXPECT_EQ(next_.take_log().size(), 2u);
}

TEST_F(NamespaceSelectionTest, ChangesInASelectedNamespacePass) {
  select("shop");
  put_ingress("shop", "a");
  select("shop");
  selection_.remove({Kind::ingress, "shop", "a"});
  EXPECT_THAT(next_.take_log(), ElementsAre("+Ingress shop/a", "-Ingress shop/a"));
  deselect("shop");
  EXPECT_THAT(next_.log, IsEmpty());
}

TEST_F(NamespaceSelectionTest, WhatIsDeletedWhileItIsHeldBackIsForgotten) {
  put_ingress("shop", "a");
  selection_.remove({Kind::ingress, "shop", "a"});
  select("shop");
  EXPECT_THAT(next_.log, IsEmpty());
}

TEST_F(NamespaceSelectionTest, EverythingElsePasses) {
  Service service;
  service.metadata = metadata("s", "shop");
  selection_.upsert(object(std::move(service)));
  selection_.remove({Kind::secret, "shop", "x"});
  selection_.set_source_findings("origin", {{Severity::error, "o", "f", "r"}});
  selection_.synced();
  EXPECT_THAT(next_.take_log(), ElementsAre("+Service shop/s", "-Secret shop/x"));
  EXPECT_EQ(next_.synced_count, 1);
  EXPECT_EQ(next_.all_findings().size(), 1u);
}

}  // namespace
}  // namespace headgate::k8swatch::testing
