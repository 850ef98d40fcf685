#include "k8swatch/list_decoder.h"

#include <gtest/gtest.h>

#include "k8swatch/api_texts.h"

namespace headgate::k8swatch {
namespace {

using testing::api_object;
using testing::list;

class ListDecoderTest : public ::testing::Test {
 protected:
  // All of `text` in pieces; then the list's own data.
  Result<ListMetadata> read(const std::string& text, std::size_t piece = 2048) {
    objects_.clear();
    ListDecoder decoder(reader_, Kind::config_map);
    for (std::size_t at = 0; at < text.size(); at += piece) {
      Result<void> fed = decoder.feed(text.substr(at, piece), objects_);
      if (!fed) return fail(fed.error().message);
    }
    return decoder.finish();
  }

  ApiObjectReader reader_{DecodeOptions{}};
  std::vector<ObservedObject> objects_;
};

// As lists have it, without kind and apiVersion.
std::string item(const std::string& name) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"default","uid":"u","resourceVersion":"3"},)" +
         R"("data":{"k":"a ] } \" \\ , [ {"}})";
}

TEST_F(ListDecoderTest, CutsTheItemsOutWhereverTheBytesAreCut) {
  const std::string text = list(42, {item("a"), item("b"), item("c")});
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    const Result<ListMetadata> page = read(text, piece);
    ASSERT_TRUE(page) << piece << page.error().message;
    EXPECT_EQ(page->resource_version, "42");
    EXPECT_EQ(page->continue_token, "");
    ASSERT_EQ(objects_.size(), 3u) << piece;
    EXPECT_EQ(objects_[2].key.name, "c");
    ASSERT_TRUE(objects_[1].object);
    EXPECT_EQ(std::get<std::shared_ptr<const ConfigMap>>(*objects_[1].object)->data.at(0).second,
              "a ] } \" \\ , [ {");
  }
}

TEST_F(ListDecoderTest, TellsThatThereAreMorePages) {
  const Result<ListMetadata> page = read(list(42, {item("a")}, "abc=="));
  ASSERT_TRUE(page);
  EXPECT_EQ(page->continue_token, "abc==");
}

TEST_F(ListDecoderTest, TakesNoItemsInEveryForm) {
  for (const std::string items : {"[]", "null", "[ ]", "[\n]"}) {
    const Result<ListMetadata> page =
        read(R"({"kind":"ConfigMapList","metadata":{"resourceVersion":"7"},"items":)" + items + "}");
    ASSERT_TRUE(page) << items << page.error().message;
    EXPECT_EQ(page->resource_version, "7");
    EXPECT_TRUE(objects_.empty());
  }
}

TEST_F(ListDecoderTest, TakesThePartsInAnyOrderAndPrettyPrinted) {
  const Result<ListMetadata> page = read("{\n  \"items\" : [\n    " + item("a") + " ,\n    " + item("b") +
                                             "\n  ],\n  \"metadata\" : {\n    \"resourceVersion\" : \"9\",\n "
                                             "   \"items\" : [ 1, [2] ]\n  }\n}\n",
                                         5);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->resource_version, "9");
  EXPECT_EQ(objects_.size(), 2u);
}

TEST_F(ListDecoderTest, ABrokenItemCostsOnlyItself) {
  ASSERT_TRUE(read(list(42, {testing::broken_object("bad", 3), item("good")})));
  ASSERT_EQ(objects_.size(), 2u);
  EXPECT_FALSE(objects_[0].object);
  EXPECT_EQ(objects_[0].key.name, "bad");
  EXPECT_TRUE(objects_[0].finding);
  EXPECT_TRUE(objects_[1].object);
}

TEST_F(ListDecoderTest, RefusesWhatIsNoWholeList) {
  const std::string whole = list(42, {item("a"), item("b")});
  for (std::size_t size = 0; size + 2 < whole.size(); ++size)
    EXPECT_FALSE(read(whole.substr(0, size))) << size;
  EXPECT_FALSE(read("<html>gateway</html>"));
  EXPECT_FALSE(read("[]"));
  EXPECT_FALSE(read(testing::status(200, "Odd")));
  EXPECT_FALSE(read(R"({"metadata":{"resourceVersion":"7"},"items":[1]})"));
  EXPECT_FALSE(read(R"({"metadata":{},"items":[]})"));
  EXPECT_FALSE(read(R"({"metadata":{"resourceVersion":"0"},"items":[]})"));
}

TEST_F(ListDecoderTest, RefusesEndlessText) {
  std::vector<ObservedObject> none;
  const std::string piece(1 << 20, 'x');
  ListDecoder item_of_endless_length(reader_, Kind::config_map);
  Result<void> read = item_of_endless_length.feed(R"({"items":[{"a":")", none);
  for (int i = 0; i < 17 && read; ++i) read = item_of_endless_length.feed(piece, none);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "a list's item is longer than 16 MiB");
  ListDecoder rest_of_endless_length(reader_, Kind::config_map);
  read = rest_of_endless_length.feed(R"({"a":")", none);
  for (int i = 0; i < 2 && read; ++i) read = rest_of_endless_length.feed(piece, none);
  EXPECT_FALSE(read);
}

}  // namespace
}  // namespace headgate::k8swatch
