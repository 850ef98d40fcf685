// Messages of OTLP, read again by the numbers of their fields.
#include "observe/otlp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/otlp_reader.h"

namespace headgate::observe {
namespace {

using test_support::CollectedSpan;
using test_support::read_export;
using ::testing::ElementsAre;
using ::testing::Pair;

Span full_span() {
  Span span;
  for (std::size_t i = 0; i < span.trace_id.size(); ++i) span.trace_id[i] = static_cast<std::uint8_t>(i + 1);
  span.span_id = {0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8};
  span.parent = {0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8};
  span.trace_state = "a=1";
  span.name = "HTTP GET";
  span.start_nanoseconds = 1'700'000'000'000'000'001;
  span.end_nanoseconds = 1'700'000'000'000'000'002;
  span.method = "GET";
  span.flavor = "1.1";
  span.target = "/a?b";
  span.scheme = "https";
  span.host = "x.test:1";
  span.user_agent = "curl";
  span.server_name = "x.test";
  span.status = 503;
  span.host_port = 443;
  span.peer_ip = "192.0.2.1";
  span.peer_port = 50000;
  span.namespace_name = "shop";
  span.ingress = "web";
  span.service = "svc";
  span.upstream = "shop-svc-80";
  span.reason = "no_endpoint";
  return span;
}

CollectedSpan read_one(const Span& span) {
  const std::vector<std::string> spans = {encode_span(span)};
  const auto read = read_export(encode_export({"shop-front", "", "", "1.2.3"}, spans));
  EXPECT_EQ(read.size(), 1u);
  return read.empty() ? CollectedSpan() : read[0];
}

TEST(Otlp, SaysAllOfASpan) {
  const CollectedSpan span = read_one(full_span());
  EXPECT_EQ(span.trace_id, "0102030405060708090a0b0c0d0e0f10");
  EXPECT_EQ(span.span_id, "a1a2a3a4a5a6a7a8");
  EXPECT_EQ(span.parent, "b1b2b3b4b5b6b7b8");
  EXPECT_EQ(span.trace_state, "a=1");
  EXPECT_EQ(span.name, "HTTP GET");
  EXPECT_EQ(span.kind, 2u) << "SPAN_KIND_SERVER";
  EXPECT_EQ(span.start, 1'700'000'000'000'000'001u);
  EXPECT_EQ(span.end, 1'700'000'000'000'000'002u);
  EXPECT_EQ(span.status_code, 2u) << "STATUS_CODE_ERROR";
  EXPECT_EQ(span.flags, 0x301u) << "sampled, the parent is remote";
  EXPECT_THAT(
      span.attributes,
      ElementsAre(Pair("headgate.reason", "no_endpoint"), Pair("http.flavor", "1.1"),
                  Pair("http.host", "x.test:1"), Pair("http.method", "GET"), Pair("http.scheme", "https"),
                  Pair("http.server_name", "x.test"), Pair("http.status_code", "503"),
                  Pair("http.target", "/a?b"), Pair("http.user_agent", "curl"), Pair("ingress.name", "web"),
                  Pair("ingress.namespace", "shop"), Pair("ingress.service_name", "svc"),
                  Pair("ingress.upstream", "shop-svc-80"), Pair("net.host.port", "443"),
                  Pair("net.peer.ip", "192.0.2.1"), Pair("net.peer.port", "50000")));
}

TEST(Otlp, LeavesOutWhatIsNotKnown) {
  Span span;
  span.trace_id[0] = span.span_id[0] = 1;
  span.status = 200;
  const CollectedSpan read = read_one(span);
  EXPECT_EQ(read.parent, "");
  EXPECT_EQ(read.status_code, 0u);
  EXPECT_EQ(read.flags, 0x101u);
  EXPECT_THAT(read.attributes, ElementsAre(Pair("http.status_code", "200")));
  EXPECT_THAT(read.resource,
              ElementsAre(Pair("service.name", "shop-front"), Pair("telemetry.sdk.language", "cpp"),
                          Pair("telemetry.sdk.name", "headgate"), Pair("telemetry.sdk.version", "1.2.3")));
}

// A collector that checks strings (proto3 says they are UTF-8) refuses the whole batch.
TEST(Otlp, BytesThatAreNoTextBecomeText) {
  Span span = full_span();
  const std::string bad = std::string("a\xff\xc3(\xed\xa0\x80") + "\xe2\x82\xac" + "z";
  span.user_agent = bad;
  span.name = bad;
  const std::string good = "a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xe2\x82\xacz";
  EXPECT_EQ(read_one(span).attributes["http.user_agent"], good);
  EXPECT_EQ(read_one(span).name, good);
}

TEST(Otlp, NoTextIsLongerThanItsBound) {
  Span span = full_span();
  const std::string target(100'000, 'x');
  span.target = target;
  EXPECT_EQ(read_one(span).attributes["http.target"], target.substr(0, kMostSpanText));
  std::string wide;
  while (wide.size() <= kMostSpanText) wide += "\xe2\x82\xac";
  span.target = wide;
  const std::string cut = read_one(span).attributes["http.target"];
  EXPECT_EQ(cut.size(), kMostSpanText / 3 * 3) << "between two characters";
}

// The wire by hand: ExportTraceServiceRequest.resource_spans, ResourceSpans.scope_spans, ScopeSpans.spans.
TEST(Otlp, IsNestedAsTheProtocolSays) {
  const std::vector<std::string> spans = {std::string("\x0a\x01\x41", 3)};  // trace_id: "A"
  const std::string bytes = encode_export({"s", "", "", "v"}, spans);
  ASSERT_GT(bytes.size(), 8u);
  EXPECT_EQ(bytes[0], '\x0a');
  // One byte of length is not enough: two of a varint.
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const std::size_t prefix = at(1) >= 0x80 ? 3 : 2;
  const std::size_t length = at(1) >= 0x80 ? (at(1) & 0x7fU) | static_cast<std::size_t>(at(2)) << 7 : at(1);
  EXPECT_EQ(length, bytes.size() - prefix);
  EXPECT_EQ(bytes[prefix], '\x0a') << "the resource first";
  EXPECT_TRUE(bytes.ends_with(std::string("\x12\x03\x0a\x01\x41", 5))) << "the span last";
}

TEST(Otlp, AnswersSayHowManyWereRejected) {
  const auto read = [](std::string_view bytes) { return decode_export_answer(bytes); };
  ASSERT_TRUE(read(""));
  EXPECT_EQ(read("")->rejected, 0u);
  const std::string partial("\x0a\x07\x08\x03\x12\x03old", 9);
  ASSERT_TRUE(read(partial));
  EXPECT_EQ(read(partial)->rejected, 3u);
  EXPECT_EQ(read(partial)->message, "old");
  const std::string with_unknown = std::string("\x10\x05", 2) + partial;
  ASSERT_TRUE(read(with_unknown));
  EXPECT_EQ(read(with_unknown)->rejected, 3u);
  EXPECT_FALSE(read(std::string_view(partial).substr(0, 5))) << "cut";
  EXPECT_FALSE(read("\xff\xff\xff")) << "no message";
}

}  // namespace
}  // namespace headgate::observe
