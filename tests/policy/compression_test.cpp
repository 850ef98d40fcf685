// Which answers are compressed, and how: the rules alone.
#include "policy/compression.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::policy {
namespace {

using http::ContentCoding;

CodingRules on(std::uint64_t least = 0) {
  CodingRules rules;
  rules.enabled = true;
  rules.min_length = least;
  rules.types = {"text/css"};
  return rules;
}

Compression all() { return Compression::make(on(), on(), on(), "").value(); }

void add(http::FieldList& fields, std::string_view name, std::string_view value) {
  http::Field& field = fields.add();
  field.name = name;
  field.value = value;
  field.id = http::field_id_of(name);
}

ContentCoding best(const Compression& rules, std::string_view accept, int minor_version = 1) {
  http::RequestHead head;
  head.minor_version = minor_version;
  add(head.fields, "Accept-Encoding", accept);
  return rules.accepted(head)[0];
}

TEST(Compression, WeighsWhatTheClientLikes) {
  struct Case {
    const char* accept;
    ContentCoding expected;
  };
  for (const Case& test :
       {Case{"", ContentCoding::identity}, Case{"gzip", ContentCoding::gzip},
        Case{"GZip", ContentCoding::gzip}, Case{"gzip, deflate, br", ContentCoding::brotli},
        Case{"gzip;q=1, br;q=0.9", ContentCoding::gzip},
        Case{"gzip;q=0.899, zstd ; q=0.9", ContentCoding::zstd}, Case{"*", ContentCoding::brotli},
        Case{"br;q=0, *;q=0.1", ContentCoding::zstd}, Case{"gzip;q=0", ContentCoding::identity},
        Case{"*;q=0", ContentCoding::identity}, Case{"gzip;q=x", ContentCoding::identity},
        Case{"xgzip", ContentCoding::identity}, Case{"gzip;q=0.0001", ContentCoding::identity}})
    EXPECT_EQ(best(all(), test.accept), test.expected) << test.accept;
}

TEST(Compression, WhatIsOffIsNotChosenAndHttp10GetsNothing) {
  const Compression gzip = Compression::make(on(), {}, {}, "").value();
  EXPECT_EQ(best(gzip, "br, zstd, gzip;q=0.1"), ContentCoding::gzip);
  EXPECT_EQ(best(gzip, "gzip", 0), ContentCoding::identity);
  EXPECT_FALSE(Compression().enabled());
}

Compression::Choice choose(const Compression& rules, ContentCoding wanted,
                           std::initializer_list<std::pair<std::string_view, std::string_view>> fields,
                           std::uint64_t length, int status = 200) {
  http::ResponseHead head;
  head.status = status;
  for (const auto& [name, value] : fields) add(head.fields, name, value);
  http::ResponseFacts facts;
  facts.body = http::BodyKind::length;
  facts.has_content_length = true;
  facts.content_length = length;
  return rules.choose({wanted}, head, facts);
}

TEST(Compression, LooksAtTypeLengthAndStatus) {
  const Compression rules = Compression::make(on(100), {}, {}, "").value();
  const auto coding = [&](std::string_view type, std::uint64_t length, int status = 200) {
    return choose(rules, ContentCoding::gzip, {{"Content-Type", type}}, length, status).coding;
  };
  EXPECT_EQ(coding("text/css", 100), ContentCoding::gzip);
  EXPECT_EQ(coding("TEXT/HTML; charset=x", 100), ContentCoding::gzip);
  EXPECT_EQ(coding("text/css", 99), ContentCoding::identity);
  EXPECT_EQ(coding("text/cssx", 100), ContentCoding::identity);
  EXPECT_EQ(coding("text/css", 100, 404), ContentCoding::gzip);
  EXPECT_EQ(coding("text/css", 100, 206), ContentCoding::identity);
}

TEST(Compression, VariesWhereAnotherClientWouldGetIt) {
  const Compression rules = Compression::make(on(), {}, {}, "").value();
  EXPECT_TRUE(choose(rules, ContentCoding::identity, {{"Content-Type", "text/css"}}, 9).varies);
  EXPECT_FALSE(choose(rules, ContentCoding::identity, {{"Content-Type", "image/png"}}, 9).varies);
  EXPECT_FALSE(
      choose(rules, ContentCoding::gzip, {{"Content-Type", "text/css"}, {"Content-Encoding", "br"}}, 9)
          .varies);
}

TEST(Compression, MarksWhatIsEncoded) {
  http::ResponseHead head;
  add(head.fields, "ETag", "\"a\"");
  add(head.fields, "Vary", "Origin, accept-encoding");
  std::string lines;
  mark_encoded(head, {ContentCoding::brotli, true}, lines);
  EXPECT_EQ(lines, "ETag: W/\"a\"\r\nContent-Encoding: br\r\n");
  EXPECT_TRUE(head.fields.begin()->drop);

  http::ResponseHead weak;
  add(weak.fields, "ETag", "W/\"a\"");
  lines.clear();
  mark_encoded(weak, {ContentCoding::gzip, true}, lines);
  EXPECT_EQ(lines, "Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
  EXPECT_FALSE(weak.fields.begin()->drop);
}

TEST(Compression, ABadPatternIsRefused) {
  EXPECT_FALSE(Compression::make(on(), {}, {}, "("));
  EXPECT_FALSE(Compression::make(on(), {}, {}, std::string(2000, 'a')));
}

}  // namespace
}  // namespace headgate::policy
