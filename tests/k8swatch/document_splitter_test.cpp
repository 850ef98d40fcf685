#include "k8swatch/document_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace headgate::k8swatch {
namespace {

using testing::ElementsAre;

// "<line>:<text>" of each document, with what is wrong behind it.
std::vector<std::string> split(std::string_view text, ManifestFormat format) {
  std::vector<std::string> out;
  for (const ManifestDocument& document : split_documents(text, format)) {
    out.push_back(std::to_string(document.line) + ':' + std::string(document.text));
    if (!document.error.empty()) {
      out.back() += " !" + std::to_string(document.error_line) + ' ' + document.error;
    }
  }
  return out;
}
std::vector<std::string> split_yaml(std::string_view text) { return split(text, ManifestFormat::yaml); }
std::vector<std::string> split_json(std::string_view text) { return split(text, ManifestFormat::json); }

TEST(DocumentSplitter, CutsAtDocumentMarkersOnly) {
  EXPECT_THAT(split_yaml("a: 1\n---\nb: |\n  ---\n --- x\n---c: 1\n--- # comment\nd: 1\n"),
              ElementsAre("1:a: 1\n", "2:---\nb: |\n  ---\n --- x\n---c: 1\n", "7:--- # comment\nd: 1\n"));
  EXPECT_THAT(split_yaml("--- {a: 1}\n---\t[b]\n"), ElementsAre("1:--- {a: 1}\n", "2:---\t[b]\n"));
}

TEST(DocumentSplitter, SkipsEmptyDocumentsCommentsAndDirectives) {
  EXPECT_THAT(split_yaml("# head\n\n---\n---\n# only\n---\n%YAML 1.2\n---\na: 1\n---"),
              ElementsAre("8:---\na: 1\n"));
  EXPECT_THAT(split_yaml(""), ElementsAre());
}

TEST(DocumentSplitter, EndsADocumentAtThreeDots) {
  EXPECT_THAT(split_yaml("a: 1\n...\nb: 2\n...\n"), ElementsAre("1:a: 1\n", "3:b: 2\n"));
}

TEST(DocumentSplitter, TakesWindowsLineEndsAndAByteOrderMark) {
  EXPECT_THAT(split_yaml("\xEF\xBB\xBF"
                         "a: 1\r\n---\r\nb: 2\r\n"),
              ElementsAre("1:a: 1\r\n", "2:---\r\nb: 2\r\n"));
}

TEST(DocumentSplitter, ReadsJsonInYamlFilesAsJson) {
  const auto documents = split_documents("{\"a\":\n1}\n---\n{a: 1}\n---\n{\"b\": }\n", ManifestFormat::yaml);
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_TRUE(documents[0].is_json);
  EXPECT_FALSE(documents[1].is_json);
  EXPECT_FALSE(documents[2].is_json);
}

TEST(DocumentSplitter, CutsJsonListsIntoItems) {
  EXPECT_THAT(split_json("{\"kind\":\"List\",\"items\":[\n{\"a\":1},\n{\"b\":2}]}\n{\"c\":3}"),
              ElementsAre("2:{\"a\":1}", "3:{\"b\":2}", "4:{\"c\":3}"));
  EXPECT_THAT(split_json(R"({"items":[{"a":1}],"kind":"IngressList"})"), ElementsAre("1:{\"a\":1}"));
  EXPECT_THAT(split_json(R"({"kind":"List","items":[]})"), ElementsAre());
  EXPECT_THAT(split_json(R"({"kind":"Other","items":[{"a":1}]})"),
              ElementsAre(R"(1:{"kind":"Other","items":[{"a":1}]})"));
}

TEST(DocumentSplitter, ABrokenJsonDocumentLeavesItsNeighboursAlone) {
  EXPECT_THAT(split_json("{\"a\":1}\n{\"b\":\n 2,}\n{\"c\":3}\n"),
              ElementsAre("1:{\"a\":1}", "2:{\"b\":\n 2, !3 not valid JSON: expected a key in double quotes",
                          "4:{\"c\":3}"));
}

TEST(DocumentSplitter, AKeyGivenTwiceHarmsOnlyItsItem) {
  EXPECT_THAT(split_json("{\"kind\":\"List\",\"items\":[{\"a\":1,\n\"a\":2},{\"b\":1}]}"),
              ElementsAre("1:{\"a\":1,\n\"a\":2} !2 the key \"a\" is given twice", "2:{\"b\":1}"));
}

TEST(DocumentSplitter, KnowsJsonByTheFileName) {
  EXPECT_EQ(format_of("x/a.json"), ManifestFormat::json);
  EXPECT_EQ(format_of("a.yaml"), ManifestFormat::yaml);
  EXPECT_EQ(format_of("a.yml"), ManifestFormat::yaml);
  EXPECT_EQ(format_of("json"), ManifestFormat::yaml);
}

}  // namespace
}  // namespace headgate::k8swatch
