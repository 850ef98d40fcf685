#include "k8swatch/manifest_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recording_sink.h"

namespace headgate::k8swatch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Vanished = ManifestCatalog::Vanished;

class ManifestCatalogTest : public testing::Test {
 protected:
  // A file whose documents are given as YAML; documents it had before are not decoded again.
  std::size_t apply(ManifestCatalog::File& file, const std::vector<std::string>& documents,
                    Vanished vanished = Vanished::remove) {
    const auto known = ManifestCatalog::known_documents(file);
    std::vector<ManifestCatalog::Document> list;
    ManifestDecoder decoder(options_);
    for (const std::string& text : documents) {
      ManifestCatalog::Document& document = list.emplace_back();
      document.hash = std::hash<std::string>{}(text) | 1;
      document.unchanged = known.contains(document.hash);
      if (!document.unchanged) {
        ++decoded_;
        ManifestDocument source;
        source.text = text;
        document.result = decoder.decode(source, file.key->path);
      }
    }
    return catalog_.apply(file, std::move(list), vanished);
  }

  DecodeOptions options_;
  RecordingSink sink_;
  ManifestCatalog catalog_{sink_};
  FileKey key_a_{0, "a.yaml"};
  FileKey key_b_{0, "b.yaml"};
  ManifestCatalog::File a_;
  ManifestCatalog::File b_;
  int decoded_ = 0;

  void SetUp() override {
    a_.key = &key_a_;
    b_.key = &key_b_;
  }
};

TEST_F(ManifestCatalogTest, DeliversOnlyWhatChanged) {
  apply(a_, {config_map("x", "1"), config_map("w", "1")});
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/x", "+ConfigMap default/w"));
  apply(a_, {config_map("w", "1"), config_map("x", "2")});
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/x"));
  EXPECT_EQ(decoded_, 3) << "the unchanged document was decoded again";
  apply(a_, {"# a comment\n" + config_map("x", "2")});
  EXPECT_THAT(sink_.take_log(), ElementsAre("-ConfigMap default/w"));
}

TEST_F(ManifestCatalogTest, TheLastFileInPathOrderWins) {
  apply(b_, {config_map("x", "b")});
  apply(a_, {config_map("x", "a")});
  EXPECT_EQ(sink_.value_of("x"), "b");
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/x"));
  EXPECT_THAT(
      sink_.all_findings(),
      ElementsAre("warning: ConfigMap default/x: is defined in a.yaml and again in b.yaml; the last in path "
                  "order counts"));

  apply(b_, {});
  EXPECT_EQ(sink_.value_of("x"), "a");
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/x"));
  EXPECT_THAT(sink_.all_findings(), IsEmpty());

  apply(b_, {config_map("x", "b")});
  EXPECT_EQ(sink_.value_of("x"), "b");
  catalog_.remove(a_);
  EXPECT_EQ(sink_.value_of("x"), "b");
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
  catalog_.remove(b_);
  EXPECT_THAT(sink_.objects, IsEmpty());
  EXPECT_EQ(catalog_.definition_count(), 0U);
}

TEST_F(ManifestCatalogTest, MovingAnObjectToAnotherFileDoesNotTouchIt) {
  apply(a_, {config_map("x", "1")});
  sink_.take_log();
  apply(b_, {config_map("x", "1")});
  catalog_.remove(a_);
  EXPECT_THAT(sink_.take_log(), IsEmpty());
  apply(b_, {config_map("x", "2")});
  EXPECT_EQ(sink_.value_of("x"), "2");
}

TEST_F(ManifestCatalogTest, TheLastDocumentOfAFileWinsAlsoAfterTheySwap) {
  apply(a_, {config_map("x", "1"), config_map("x", "2")});
  EXPECT_EQ(sink_.value_of("x"), "2");
  EXPECT_THAT(
      sink_.all_findings(),
      ElementsAre("warning: ConfigMap default/x: is defined more than once in a.yaml; the last one counts"));
  apply(a_, {config_map("x", "2"), config_map("x", "1")});
  EXPECT_EQ(sink_.value_of("x"), "1");
  EXPECT_THAT(sink_.all_findings(), testing::SizeIs(1));
}

TEST_F(ManifestCatalogTest, ABrokenDocumentKeepsItsLastGoodObject) {
  apply(a_, {config_map("x", "1"), config_map("w", "1"), config_map("z", "1")});
  sink_.take_log();
  // Who it is about can be read: exactly that object stays.
  const std::string broken = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: [1]\n";
  apply(a_, {broken, config_map("w", "1")});
  EXPECT_THAT(sink_.take_log(), ElementsAre("-ConfigMap default/z"));
  EXPECT_EQ(sink_.value_of("x"), "1");
  EXPECT_THAT(sink_.all_findings(),
              ElementsAre("error: ConfigMap default/x: data: expected an object, found a list (a.yaml:4)"));
  // Said again while it stays broken.
  apply(a_, {broken, config_map("w", "2")});
  EXPECT_THAT(sink_.all_findings(), testing::SizeIs(1));
  EXPECT_EQ(sink_.value_of("x"), "1");
  apply(a_, {config_map("x", "3"), config_map("w", "2")});
  EXPECT_EQ(sink_.value_of("x"), "3");
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ManifestCatalogTest, AnUnreadableDocumentKeepsEverythingThatIsMissing) {
  apply(a_, {config_map("x", "1"), config_map("w", "1"), config_map("z", "1")});
  sink_.take_log();
  apply(a_, {"{ not yaml", config_map("w", "2")});
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/w"));
  EXPECT_EQ(sink_.objects.size(), 3U);
  apply(a_, {config_map("w", "2")});
  EXPECT_THAT(sink_.take_log(), ElementsAre("-ConfigMap default/x", "-ConfigMap default/z"));
}

TEST_F(ManifestCatalogTest, KeepsVanishedObjectsWhenTold) {
  apply(a_, {config_map("x", "1"), config_map("w", "1")});
  EXPECT_EQ(apply(a_, {config_map("w", "2")}, Vanished::keep), 1U);
  EXPECT_EQ(sink_.value_of("x"), "1");
  EXPECT_EQ(sink_.value_of("w"), "2");
  EXPECT_EQ(apply(a_, {config_map("x", "1"), config_map("w", "2")}, Vanished::keep), 0U);
  EXPECT_EQ(apply(a_, {config_map("w", "2")}, Vanished::remove), 0U);
  EXPECT_EQ(sink_.objects.count("ConfigMap default/x"), 0U);
}

TEST_F(ManifestCatalogTest, AnUnreadableFileKeepsItsObjects) {
  apply(a_, {config_map("x", "1")});
  catalog_.set_unreadable(a_, "cannot be read: Permission denied");
  EXPECT_EQ(sink_.value_of("x"), "1");
  EXPECT_THAT(sink_.all_findings(), ElementsAre("error: a.yaml: cannot be read: Permission denied"));
  apply(a_, {config_map("x", "1")});
  EXPECT_THAT(sink_.all_findings(), IsEmpty());
}

TEST_F(ManifestCatalogTest, AListDocumentStandsForAllItsItems) {
  const std::string list =
      "apiVersion: v1\nkind: List\nitems:\n"
      "- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n"
      "- {apiVersion: v1, kind: ConfigMap, metadata: {name: w}}\n";
  apply(a_, {list});
  sink_.take_log();
  apply(a_, {config_map("z", "1"), list});
  EXPECT_EQ(decoded_, 2);
  EXPECT_THAT(sink_.take_log(), ElementsAre("+ConfigMap default/z"));
}

}  // namespace
}  // namespace headgate::k8swatch
