// What a client may not ask, rule by rule: RFC 9113 §8 as a proxy to HTTP/1 must read it. Nothing of a faulty
// request reaches the session's owner as a request.
#include <gmock/gmock.h>

#include "http/h2_rules.h"
#include "http/target.h"

namespace headgate::test {
namespace {

using http::BodyKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// --- fields ---

TEST_F(H2Rules, NamesAreLowerCaseTokens) {
  for (const std::string& name :
       {std::string("X-Upper"), std::string(), std::string("a:b"), std::string("a b"), std::string("a\r"),
        std::string("a\nb"), std::string("a\0b", 3), std::string("\x80"), std::string(":x-unknown")}) {
    SCOPED_TRACE(name);
    expect_malformed_field(name, "v");
  }
}

TEST_F(H2Rules, ValuesHoldNoControlsAndNoSpaceAround) {
  for (const std::string& value :
       {std::string("a\r\nx-evil: 1"), std::string("a\nb"), std::string("a\0b", 3), std::string("a\x01"),
        std::string("\x7f"), std::string(" a"), std::string("a "), std::string("\ta"), std::string("a\t")}) {
    SCOPED_TRACE(value);
    expect_malformed_field("x-a", value);
  }
}

TEST_F(H2Rules, ConnectionFieldsAreMalformed) {
  for (const auto& [name, value] : FieldList{{"connection", "x"},
                                             {"connection", "close"},
                                             {"keep-alive", "5"},
                                             {"proxy-connection", "close"},
                                             {"transfer-encoding", "chunked"},
                                             {"upgrade", "websocket"},
                                             {"te", "gzip"},
                                             {"te", "trailers, gzip"}}) {
    SCOPED_TRACE(name + ": " + value);
    expect_malformed_field(name, value);
  }
}

TEST_F(H2Rules, TeTrailersIsHeardAndNotRelayed) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/", {{"te", "trailers"}})));
  EXPECT_TRUE(requests.at(0).facts.accepts_trailers);
  EXPECT_THAT(requests[0].relayed, IsEmpty());
}

TEST_F(H2Rules, Http2SettingsIsNotRelayed) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/", {{"http2-settings", "AAMAAABk"}, {"x-a", "b"}})));
  EXPECT_THAT(requests.at(0).relayed, ElementsAre(Pair("x-a", "b")));
}

TEST_F(H2Rules, WhatOnlyAProxySaysIsNotRelayed) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/",
                          {{"x_forwarded_for", "1"},
                           {"x-forwarded-for", "2"},
                           {"x-forwarded-proto", "3"},
                           {"x-forwarded-whatever", "4"},
                           {"x-real-ip", "5"},
                           {"forwarded", "6"},
                           {"x-original-url", "7"},
                           {"ssl-client-verify", "8"},
                           {"proxy", "9"},
                           {"proxy-authorization", "10"},
                           {"x-request-id", "11"},
                           {"x-a", "b"}})));
  EXPECT_THAT(requests.at(0).relayed, ElementsAre(Pair("x-a", "b")));
  EXPECT_EQ(requests[0].forwarded_for, "2") << "kept under another name";
}

TEST_F(H2Rules, LengthsInDoubtAreMalformed) {
  for (const std::string& value : {std::string("+5"), std::string(), std::string("5, 5"), std::string("0x5"),
                                   std::string("18446744073709551616"), std::string("-1")}) {
    SCOPED_TRACE(value);
    expect_malformed(h2_request_fields("POST", "x.test", "/", {{"content-length", value}}), 0);
  }
  expect_malformed(
      h2_request_fields("POST", "x.test", "/", {{"content-length", "5"}, {"content-length", "5"}}), 0);
}

TEST_F(H2Rules, ALengthWithoutContentIsMalformed) {
  expect_malformed(h2_request_fields("POST", "x.test", "/", {{"content-length", "5"}}));
}

TEST_F(H2Rules, ALengthNoBodyCanHaveIsRefused) {
  expect_refused(h2_request_fields("POST", "x.test", "/", {{"content-length", "9000000000000000000"}}), 400,
                 RejectReason::bad_length, 0);
}

// Too little, and too much, in one frame and in several: the owner never sees the end of the content.
TEST_F(H2Rules, ContentOfAnotherLengthThanSaidIsNeverComplete) {
  std::uint32_t stream = 1;
  for (const std::vector<std::string>& pieces :
       {std::vector<std::string>{"abc"}, {"ab", "c"}, {"abcdef"}, {"abc", "def"}, {""}}) {
    ASSERT_TRUE(feed(open_post(stream, {{"content-length", "5"}})));
    for (std::size_t i = 0; i < pieces.size(); ++i)
      ASSERT_TRUE(feed(data(stream, pieces[i], i + 1 == pieces.size())));
    TakenRequest* const taken = request(static_cast<http::StreamId>(stream));
    ASSERT_NE(taken, nullptr);
    EXPECT_FALSE(taken->content_ended) << stream;
    EXPECT_EQ(resets.count(static_cast<http::StreamId>(stream)), 1u) << stream;
    EXPECT_EQ(reset_of(stream), kProtocolError);
    stream += 2;
  }
}

TEST_F(H2Rules, AGetWithoutContentHasNoLength) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/") + request_of(3, h2_request_fields("HEAD", "x.test", "/"))));
  EXPECT_EQ(requests.at(0).facts.body, BodyKind::none);
  EXPECT_EQ(requests.at(1).facts.body, BodyKind::none);
}

// --- pseudo-header fields ---

TEST_F(H2Rules, PseudoFieldsComeFirstOnceAndAreKnown) {
  expect_malformed(h2_request_fields("GET", "x.test", "/", {{"x-a", "b"}, {":path", "/other"}}));
  expect_malformed(h2_request_fields("GET", "x.test", "/", {{":path", "/other"}}));
  expect_malformed(h2_request_fields("GET", "x.test", "/", {{":authority", "y.test"}}));
  expect_malformed(h2_request_fields("GET", "x.test", "/", {{":status", "200"}}));
  FieldList late = without(kGet, ":path");
  late.emplace_back("x-a", "b");
  late.emplace_back(":path", "/");
  expect_malformed(late);
}

TEST_F(H2Rules, MethodSchemeAndPathMustBeThere) {
  for (const char* name : {":method", ":scheme", ":path"}) {
    SCOPED_TRACE(name);
    expect_malformed(without(kGet, name));
  }
}

TEST_F(H2Rules, MethodsAreTokens) {
  for (const char* method : {"", "GET /evil", "GE\r\nT", "G\tT"}) {
    SCOPED_TRACE(method);
    expect_malformed(with(kGet, ":method", method));
  }
}

TEST_F(H2Rules, AMethodHasItsLength) {
  expect_refused(with(kGet, ":method", std::string(33, 'A')), 501, RejectReason::bad_request_line);
}

TEST_F(H2Rules, TraceIsNotRelayed) {
  expect_refused(with(kGet, ":method", "TRACE"), 405, RejectReason::method_not_allowed);
}

TEST_F(H2Rules, SchemesThatAreNoTokensAreMalformed) {
  for (const char* scheme : {"", "https://evil/x?", "ht tp"}) {
    SCOPED_TRACE(scheme);
    expect_malformed(with(kGet, ":scheme", scheme));
  }
}

TEST_F(H2Rules, OtherSchemesThanHttpsAreRefused) {
  expect_refused(with(kGet, ":scheme", "ftp"), 400, RejectReason::bad_target);
  expect_refused(with(kGet, ":scheme", "file"), 400, RejectReason::bad_target);
}

// The socket knows better: X-Forwarded-Proto comes from there.
TEST_F(H2Rules, TheSchemeIsNotBelieved) {
  ASSERT_TRUE(feed(request_of(1, with(kGet, ":scheme", "http"))));
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(H2Rules, PathsThatAreNoPathsAreMalformed) {
  for (const char* path : {"", "a", "/a b", "/a\r\nx: y", "/a\x01", "http://evil/", "*"}) {
    SCOPED_TRACE(path);
    expect_malformed(with(kGet, ":path", path));
  }
}

TEST_F(H2Rules, OptionsMayBeAboutTheServer) {
  ASSERT_TRUE(feed(request_of(1, with(with(kGet, ":method", "OPTIONS"), ":path", "*"))));
  EXPECT_EQ(requests.at(0).target, "*");
}

// What nghttp2 lets through is for the parser of targets, as HTTP/1's: one rule for both.
TEST_F(H2Rules, FragmentsAndForeignBytesInPathsAreRefusedAsInHttp1) {
  for (const char* path : {"/a#b", "/a?b#c", "/\x80", "/a%00", "/a%2e%2e;/b", "/..", "/a%zz"}) {
    SCOPED_TRACE(path);
    requests.clear();
    ASSERT_TRUE(feed(h2_get(next_, "x.test", path)));
    next_ += 2;
    ASSERT_EQ(requests.size(), 1u);
    http::Target target;
    std::vector<char> scratch(100);
    EXPECT_EQ(
        http::parse_target(http::Method::get, requests[0].target, scratch.data(), target).refusal.status,
        400);
  }
}

// --- hosts ---

TEST_F(H2Rules, AuthorityAndHostMustAgree) {
  expect_refused(h2_request_fields("GET", "x.test", "/", {{"host", "evil.test"}}), 400,
                 RejectReason::bad_host);
  expect_refused(h2_request_fields("GET", "x.test", "/", {{"host", "x.test:8080"}}), 400,
                 RejectReason::bad_host);
}

TEST_F(H2Rules, OfAuthorityAndHostOneGoesOn) {
  ASSERT_TRUE(feed(h2_get(1, "x.test", "/", {{"host", "X.test"}})));
  EXPECT_EQ(requests.at(0).host, "x.test");
  EXPECT_THAT(requests[0].relayed, IsEmpty());
}

TEST_F(H2Rules, HostStandsInForAuthority) {
  FieldList fields = without(kGet, ":authority");
  fields.emplace_back("host", "x.test");
  ASSERT_TRUE(feed(request_of(1, fields)));
  EXPECT_EQ(requests.at(0).host, "x.test");
}

TEST_F(H2Rules, NoHostOrTwoAreMalformed) {
  expect_malformed(without(kGet, ":authority"));
  FieldList fields = without(kGet, ":authority");
  fields.emplace_back("host", "x.test");
  fields.emplace_back("host", "y.test");
  expect_malformed(fields);
}

TEST_F(H2Rules, AuthoritiesThatAreNoHostsAreRefused) {
  for (const char* host : {"u@h", "a,b", "h:99999", "h:1:2", "[::1", "h:x", "a..b", "a%20b"}) {
    SCOPED_TRACE(host);
    const std::uint32_t stream = next_;
    next_ += 2;
    ASSERT_TRUE(feed(h2_get(stream, host, "/")));
    EXPECT_THAT(requests, IsEmpty());
    const bool answered = !refused.empty() && refused.back().status == 400;
    EXPECT_TRUE(answered || reset_of(stream) == kProtocolError);
  }
}

TEST_F(H2Rules, AuthoritiesWithSlashSpaceOrNothingAreNotTaken) {
  for (const char* host : {"h/evil", "a b", ""}) {
    SCOPED_TRACE(host);
    ASSERT_TRUE(feed(h2_get(next_, host, "/")));
    next_ += 2;
    EXPECT_THAT(requests, IsEmpty());
  }
}

// --- CONNECT ---

TEST_F(H2Rules, ConnectDialsNothing) {
  expect_refused({{":method", "CONNECT"}, {":authority", "127.0.0.1:22"}}, 405,
                 RejectReason::method_not_allowed, 0);
  EXPECT_TRUE(feed(data(1, "SSH-2.0\r\n"))) << "what follows is not looked at";
}

TEST_F(H2Rules, AWebSocketIsAskedForAsHttp1Asks) {
  ASSERT_TRUE(feed(request_of(1,
                              {{":method", "CONNECT"},
                               {":protocol", "websocket"},
                               {":scheme", "https"},
                               {":authority", "x.test"},
                               {":path", "/chat?a"},
                               {"sec-websocket-version", "13"},
                               {"sec-websocket-key", "theirs"},
                               {"sec-websocket-protocol", "chat"}},
                              0)));
  ASSERT_EQ(requests.size(), 1u);
  const TakenRequest& taken = requests[0];
  EXPECT_EQ(taken.method, "GET");
  EXPECT_EQ(taken.target, "/chat?a");
  EXPECT_EQ(taken.request_line, "CONNECT /chat?a HTTP/2.0") << "the log has what was sent";
  EXPECT_EQ(taken.upgrade, "websocket");
  EXPECT_EQ(taken.facts.body, BodyKind::none);
  EXPECT_FALSE(taken.last);
  EXPECT_THAT(taken.relayed,
              ElementsAre(Pair("sec-websocket-version", "13"), Pair("sec-websocket-protocol", "chat"),
                          Pair("sec-websocket-key", "ASNFZ4mrze8BI0VniavN7w==")));
  EXPECT_TRUE(taken.canonical);
}

TEST_F(H2Rules, ATunnelStaysOpenWhenOneSideHasEnded) {
  ASSERT_TRUE(feed(request_of(1,
                              {{":method", "CONNECT"},
                               {":protocol", "websocket"},
                               {":scheme", "https"},
                               {":authority", "x.test"},
                               {":path", "/"}},
                              0)));
  set_body(1, "bytes", true);
  session().send_local_head(1, 200, "", false);
  collect();
  EXPECT_FALSE(reset_of(1));
  ASSERT_TRUE(feed(data(1, "more", true)));
  EXPECT_EQ(requests.at(0).content, "more");
  EXPECT_THAT(closed, ElementsAre(1));
}

TEST_F(H2Rules, OtherTunnelsAreRefused) {
  for (const char* protocol : {"connect-udp", "h2c", "websockets"})
    expect_refused({{":method", "CONNECT"},
                    {":protocol", protocol},
                    {":scheme", "https"},
                    {":authority", "x.test"},
                    {":path", "/"}},
                   501, RejectReason::method_not_allowed, 0);
}

TEST_F(H2Rules, ATunnelHasNoLength) {
  ASSERT_TRUE(feed(request_of(1,
                              {{":method", "CONNECT"},
                               {":protocol", "websocket"},
                               {":scheme", "https"},
                               {":authority", "x.test"},
                               {":path", "/"},
                               {"content-length", "5"}},
                              0)));
  EXPECT_THAT(requests, IsEmpty());
}

TEST_F(H2Rules, AProtocolWithoutConnectIsMalformed) {
  expect_malformed({{":method", "GET"},
                    {":protocol", "websocket"},
                    {":scheme", "https"},
                    {":authority", "x.test"},
                    {":path", "/"}});
}

// --- trailers ---

TEST_F(H2Rules, TrailersWithPseudoFieldsAreMalformed) {
  ASSERT_TRUE(feed(open_post(1) + request_of(1, {{":path", "/evil"}})));
  EXPECT_EQ(reset_of(1), kProtocolError);
  EXPECT_FALSE(requests.at(0).content_ended);
}

TEST_F(H2Rules, TrailersThatEndNothingAreMalformed) {
  ASSERT_TRUE(feed(open_post(1) + request_of(1, {{"x-a", "b"}}, 0)));
  EXPECT_EQ(reset_of(1), kProtocolError);
  EXPECT_FALSE(requests.at(0).content_ended);
}

TEST_F(H2Rules, TrailersDoNotChangeTheLength) {
  ASSERT_TRUE(feed(open_post(1, {{"content-length", "3"}}) + data(1, "ab") +
                   request_of(1, {{"content-length", "2"}})));
  EXPECT_EQ(reset_of(1), kProtocolError);
  EXPECT_FALSE(requests.at(0).content_ended);
}

TEST_F(H2Rules, TrailersHaveTheirBounds) {
  FieldList many;
  for (int i = 0; i < 33; ++i) many.emplace_back("x-t", "1");
  ASSERT_TRUE(feed(open_post(1) + request_of(1, many)));
  ASSERT_TRUE(feed(open_post(3) + request_of(3, {{"x-t", std::string(8200, 'x')}})));
  for (const std::uint32_t stream : {1u, 3u}) {
    EXPECT_EQ(reset_of(stream), h2::enhance_your_calm);
    EXPECT_FALSE(request(static_cast<http::StreamId>(stream))->content_ended);
  }
}

// --- bounds ---

TEST_F(H2Rules, AFieldHasItsLength) {
  expect_refused(h2_request_fields("GET", "x.test", "/", {{"x-a", std::string(8192, 'x')}}), 431,
                 RejectReason::header_too_large);
  ASSERT_TRUE(feed(h2_get(3, "x.test", "/", {{"x-a", std::string(8000, 'x')}})));
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(H2Rules, AHeadHasItsLength) {
  FieldList fields;
  for (int i = 0; i < 5; ++i) fields.emplace_back("x-a", std::string(8000, 'x'));
  const std::string block = h2_block(h2_request_fields("GET", "x.test", "/", fields));
  ASSERT_TRUE(feed(h2_frame(h2::headers, h2::end_stream, 1, block.substr(0, 16000)) +
                   h2_frame(h2::continuation, 0, 1, block.substr(16000, 16000)) +
                   h2_frame(h2::continuation, h2::end_headers, 1, block.substr(32000))));
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].status, 431);
  EXPECT_EQ(refused[0].request_line, "GET / HTTP/2.0");
}

TEST_F(H2Rules, AHeadHasItsNumberOfFields) {
  FieldList fields;
  for (int i = 0; i < 201; ++i) fields.emplace_back("x-a", "1");
  expect_refused(h2_request_fields("GET", "x.test", "/", fields), 431, RejectReason::too_many_headers);
  fields.pop_back();
  ASSERT_TRUE(feed(h2_get(3, "x.test", "/", fields)));
  EXPECT_EQ(requests.at(0).relayed.size(), 200u);
}

TEST_F(H2Rules, CookieCrumbsCountAsFields) {
  FieldList fields;
  for (int i = 0; i < 201; ++i) fields.emplace_back("cookie", "");
  expect_refused(h2_request_fields("GET", "x.test", "/", fields), 431, RejectReason::too_many_headers);
}

TEST_F(H2Rules, RejoinedCookiesAreOneField) {
  FieldList fields;
  for (int i = 0; i < 100; ++i) fields.emplace_back("cookie", std::string(100, 'c'));
  expect_refused(h2_request_fields("GET", "x.test", "/", fields), 431, RejectReason::header_too_large);
}

TEST_F(H2Rules, ATargetHasItsLength) {
  expect_refused(h2_request_fields("GET", "x.test", "/" + std::string(8192, 'a')), 414,
                 RejectReason::uri_too_long);
  ASSERT_TRUE(feed(h2_get(3, "x.test", "/" + std::string(8000, 'a'))));
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(H2Rules, AWebSocketsKeyIsOneFieldMore) {
  FieldList fields{{":method", "CONNECT"},
                   {":protocol", "websocket"},
                   {":scheme", "https"},
                   {":authority", "x.test"},
                   {":path", "/"}};
  for (int i = 0; i < 200; ++i) fields.emplace_back("x-a", "1");
  expect_refused(fields, 431, RejectReason::too_many_headers, 0);
}

// The decoder's state is kept, whatever is refused.
TEST_F(H2Rules, TheNextRequestIsReadRightlyAfterARefusal) {
  const std::string indexed = std::string("\x40\x03x-k", 5) + "\x05value";
  FieldList many;
  for (int i = 0; i < 250; ++i) many.emplace_back("x-a", "1");
  ASSERT_TRUE(feed(h2_frame(h2::headers, h2::end_stream | h2::end_headers, 1,
                            h2_block(h2_request_fields("GET", "x.test", "/", many)) + indexed)));
  ASSERT_EQ(refused.size(), 1u);
  ASSERT_TRUE(feed(h2_frame(h2::headers, h2::end_stream | h2::end_headers, 3, h2_block(kGet) + "\xbe")));
  EXPECT_THAT(requests.at(0).relayed, ElementsAre(Pair("x-k", "value")));
}

}  // namespace
}  // namespace headgate::test
