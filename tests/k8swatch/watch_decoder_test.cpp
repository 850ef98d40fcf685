#include "k8swatch/watch_decoder.h"

#include <gtest/gtest.h>

#include "k8swatch/api_texts.h"

namespace headgate::k8swatch {
namespace {

using testing::api_object;
using testing::bookmark;
using testing::broken_object;
using testing::event;
using testing::status;
using Type = WatchEvent::Type;

class WatchDecoderTest : public ::testing::Test {
 protected:
  // Of the ConfigMap that holds our settings everything is kept.
  static DecodeOptions options() {
    DecodeOptions options;
    options.config_map = "default/big";
    return options;
  }
  Result<void> feed(std::string_view bytes) { return decoder_.feed(bytes, events_); }
  std::string value(std::size_t at) {
    return std::get<std::shared_ptr<const ConfigMap>>(*events_.at(at).observed.object)->data.at(0).second;
  }

  ApiObjectReader reader_{options()};
  WatchDecoder decoder_{reader_, Kind::config_map};
  std::vector<WatchEvent> events_;
};

TEST_F(WatchDecoderTest, ReadsEveryTypeOfEvent) {
  ASSERT_TRUE(feed(event("ADDED", api_object("a", 5, "x")) + event("MODIFIED", api_object("a", 6, "y")) +
                   event("DELETED", api_object("a", 7)) + bookmark(8) + bookmark(9, true) +
                   event("ERROR", status(410, "Expired", "too old resource version: 190 (239)"))));
  ASSERT_EQ(events_.size(), 6u);
  EXPECT_EQ(events_[0].type, Type::added);
  EXPECT_EQ(to_string(events_[0].observed.key), "ConfigMap default/a");
  EXPECT_EQ(events_[0].observed.uid, "u-a");
  EXPECT_EQ(events_[0].observed.resource_version, "5");
  EXPECT_EQ(value(0), "x");
  EXPECT_EQ(events_[1].type, Type::modified);
  EXPECT_EQ(value(1), "y");
  EXPECT_EQ(events_[2].type, Type::deleted);
  EXPECT_EQ(to_string(events_[2].observed.key), "ConfigMap default/a");
  EXPECT_EQ(events_[2].observed.resource_version, "7");
  EXPECT_FALSE(events_[2].observed.object);
  EXPECT_EQ(events_[3].type, Type::bookmark);
  EXPECT_EQ(events_[3].observed.resource_version, "8");
  EXPECT_FALSE(events_[3].is_initial_end);
  EXPECT_TRUE(events_[4].is_initial_end);
  EXPECT_EQ(events_[5].type, Type::error);
  EXPECT_TRUE(events_[5].status.is_expired());
  EXPECT_EQ(to_string(events_[5].status), "410 Expired: too old resource version: 190 (239)");
}

TEST_F(WatchDecoderTest, ChunksAreNotEvents) {
  std::string text;
  for (int i = 0; i < 5; ++i) text += event("ADDED", api_object("o" + std::to_string(i), 10 + i));
  for (const std::size_t size : {1u, 7u, 64u, 2048u}) {
    events_.clear();
    for (std::size_t at = 0; at < text.size(); at += size) ASSERT_TRUE(feed(text.substr(at, size)));
    ASSERT_EQ(events_.size(), 5u) << size;
    EXPECT_EQ(events_[4].observed.key.name, "o4") << size;
    EXPECT_TRUE(events_[4].observed.object) << size;
  }
}

TEST_F(WatchDecoderTest, PassesOverEmptyLines) {
  ASSERT_TRUE(feed("\n\n" + bookmark(8) + "\n"));
  EXPECT_EQ(events_.size(), 1u);
}

TEST_F(WatchDecoderTest, TakesLinesWithCarriageReturns) {
  const std::string line = bookmark(8);
  const std::string text =
      line.substr(0, line.size() - 1) + "\r\n\r\n \t\r\n" + line.substr(0, line.size() - 1) + "\r\n";
  for (const std::size_t size : {std::size_t{1}, std::size_t{7}, text.size()}) {
    events_.clear();
    for (std::size_t at = 0; at < text.size(); at += size) ASSERT_TRUE(feed(text.substr(at, size))) << size;
    EXPECT_EQ(events_.size(), 2u) << size;
  }
}

TEST_F(WatchDecoderTest, AnObjectOfAnotherTypeIsAFindingOnly) {
  for (const std::string type : {R"("kind":"Secret","apiVersion":"v1")",
                                 R"("apiVersion":"v2","kind":"ConfigMap")", R"("kind":"Status")"}) {
    events_.clear();
    const std::string object = "{" + type + R"(,"metadata":{"name":"a","namespace":"default"}})";
    ASSERT_TRUE(feed(event("ADDED", object) + event("MODIFIED", object))) << type;
    ASSERT_EQ(events_.size(), 2u);
    for (const WatchEvent& each : events_) {
      EXPECT_FALSE(each.observed.has_identity()) << type;
      EXPECT_FALSE(each.observed.object) << type;
      EXPECT_TRUE(each.observed.finding) << type;
    }
    EXPECT_FALSE(feed(event("DELETED", object))) << type;
  }
}

TEST_F(WatchDecoderTest, RefusesAnInitialEndWithoutAVersion) {
  EXPECT_TRUE(feed(bookmark(0))) << "which says nothing";
  const Result<void> read = feed(bookmark(0, true));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "a bookmark has no resourceVersion");
}

TEST_F(WatchDecoderTest, TellsALineThatHasNotEnded) {
  const std::string text = bookmark(8);
  ASSERT_TRUE(feed(text.substr(0, 20)));
  EXPECT_TRUE(decoder_.has_partial_line());
  ASSERT_TRUE(feed(text.substr(20)));
  EXPECT_FALSE(decoder_.has_partial_line());
  EXPECT_EQ(events_.size(), 1u);
}

TEST_F(WatchDecoderTest, ReadsAnEventOfTwoMegabytes) {
  const std::string big(2 << 20, 'b');
  const std::string text = event("ADDED", api_object("big", 5, big)) + bookmark(6);
  for (std::size_t at = 0; at < text.size(); at += 2048) ASSERT_TRUE(feed(text.substr(at, 2048)));
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_EQ(value(0).size(), big.size());
}

TEST_F(WatchDecoderTest, RefusesALineBeyondTheBound) {
  const std::string piece(1 << 20, 'x');
  Result<void> read;
  for (int i = 0; i < 17 && read; ++i) read = feed(piece);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "a watch event is longer than 16 MiB");
}

TEST_F(WatchDecoderTest, ABrokenObjectCostsOnlyItself) {
  ASSERT_TRUE(feed(event("MODIFIED", broken_object("bad", 6)) + event("ADDED", api_object("good", 7))));
  ASSERT_EQ(events_.size(), 2u);
  EXPECT_FALSE(events_[0].observed.object);
  EXPECT_EQ(to_string(events_[0].observed.key), "ConfigMap default/bad");
  EXPECT_EQ(events_[0].observed.resource_version, "6");
  ASSERT_TRUE(events_[0].observed.finding);
  EXPECT_EQ(
      to_string(*events_[0].observed.finding),
      "error: ConfigMap default/bad: data: expected an object, found a list (as the API server sent it; "
      "the last good version stays where there is one)");
  EXPECT_TRUE(events_[1].observed.object);
}

TEST_F(WatchDecoderTest, AnObjectWithoutANameIsAFindingOnly) {
  ASSERT_TRUE(feed(event("ADDED", R"({"metadata":{"resourceVersion":"9"}})")));
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_FALSE(events_[0].observed.has_identity());
  ASSERT_TRUE(events_[0].observed.finding);
  EXPECT_EQ(events_[0].observed.finding->object, "ConfigMap without a readable name");
}

TEST_F(WatchDecoderTest, ABrokenObjectCanBeDeleted) {
  ASSERT_TRUE(feed(event("DELETED", broken_object("bad", 6))));
  EXPECT_EQ(events_.at(0).observed.key.name, "bad");
}

TEST_F(WatchDecoderTest, KeepsEventsOfUnknownTypes) {
  ASSERT_TRUE(feed(event("SPLIT", "{}")));
  EXPECT_EQ(events_.at(0).type, Type::unknown);
  EXPECT_EQ(events_.at(0).type_text, "SPLIT");
}

TEST_F(WatchDecoderTest, RefusesLinesThatAreNoEvents) {
  for (const std::string line :
       {"<html>503</html>\n", "[]\n", "{\"type\":\"ADDED\"}\n", "{\"object\":{}}\n",
        "{\"type\":\"DELETED\",\"object\":{}}\n", "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{}}}\n",
        "{\"type\":\"ADDED\",\"object\":{\n", "{\"type\":7,\"object\":{}}\n",
        "{\"type\":\"ADDED\",\"object\":5}\n"}) {
    events_.clear();
    EXPECT_FALSE(feed(bookmark(1) + line)) << line;
    EXPECT_EQ(events_.size(), 1u) << line;
  }
}

TEST_F(WatchDecoderTest, ReadsTooLargeVersionsAndRetryAfterOfAStatus) {
  ASSERT_TRUE(feed(event("ERROR", testing::version_too_large())));
  EXPECT_TRUE(events_.at(0).status.version_too_large);
  EXPECT_EQ(events_.at(0).status.retry_after, std::chrono::seconds(1));
}

TEST_F(WatchDecoderTest, QuotesNothingOfASecret) {
  WatchDecoder secrets(reader_, Kind::secret);
  ASSERT_TRUE(secrets.feed(event("ADDED", R"({"metadata":{"name":"s","namespace":"default"},)"
                                          R"("data":{"tls.key":"~~hidden~~"}})"),
                           events_));
  ASSERT_TRUE(events_.at(0).observed.finding);
  EXPECT_EQ(to_string(*events_[0].observed.finding).find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace headgate::k8swatch
