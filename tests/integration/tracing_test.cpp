// Traces of OpenTelemetry: the real binary between clients, pods and a collector of the test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "integration/annotated_pod.h"
#include "support/black_hole.h"
#include "support/dns_server.h"
#include "support/h2_client.h"
#include "support/metrics.h"
#include "support/otlp_collector.h"
#include "support/port_reservation.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr std::string_view kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view kSampled =
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
constexpr std::string_view kNotSampled =
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n";
constexpr std::string_view kState = "tracestate: a=1,b=2\r\n";

class Tracing : public AnnotatedPod {
 protected:
  // The settings that send spans to `collector` soon, and `more`.
  [[nodiscard]] FieldList settings(const FieldList& more = {}) const {
    FieldList all = {{"enable-opentelemetry", "true"},
                     {"otlp-collector-host", "127.0.0.1"},
                     {"otlp-collector-port", std::to_string(collector.port())},
                     {"otel-schedule-delay-millis", "20"}};
    for (const auto& [key, value] : more) {
      std::erase_if(all, [&key = key](const auto& each) { return each.first == key; });
      all.emplace_back(key, value);
    }
    return all;
  }
  // What the pod was told; "" where it was not.
  [[nodiscard]] std::string told(std::string_view name) const {
    const HttpRequest request = pod.last_request();
    std::string values;
    for (const auto& [key, value] : request.fields)
      if (equal_ignoring_case(key, name)) values += (values.empty() ? "" : "|") + value;
    return values;
  }
  [[nodiscard]] double counted(std::string_view name, std::string_view label = "") const {
    return metric(headgate->admin("/metrics").body, name, label);
  }
  [[nodiscard]] std::string findings() const { return headgate->admin("/debug/findings").body; }
  // Waits until `count` spans have been sent, and there are no more.
  std::vector<CollectedSpan> collected(std::size_t count) {
    EXPECT_TRUE(collector.wait_for_spans(count)) << findings();
    return collector.spans();
  }

  OtlpCollector collector;
};

TEST_F(Tracing, ByDefaultNothingIsSentAndTheClientsFieldsPass) {
  start_annotated({}, {{"otlp-collector-host", "127.0.0.1"},
                       {"otlp-collector-port", std::to_string(collector.port())},
                       {"otel-schedule-delay-millis", "1"}});
  const std::string fields = std::string(kSampled) + std::string(kState);
  EXPECT_EQ(ask_y(fields).status, 200);
  EXPECT_EQ(told("traceparent"), kSampled.substr(13, 55));
  EXPECT_EQ(told("tracestate"), "a=1,b=2");
  EXPECT_EQ(ask_y("traceparent: nonsense\r\n").status, 200);
  EXPECT_EQ(told("traceparent"), "nonsense");
  EXPECT_EQ(ask_y().status, 200);
  EXPECT_EQ(told("traceparent"), "");
  headgate.reset();  // what waits is sent then
  EXPECT_EQ(collector.calls(), 0u);
}

TEST_F(Tracing, ASpanSaysWhatNginxsModuleSays) {
  start_annotated({}, settings());
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_EQ(
      ask(make_request("POST", "y.test:8080", "/a/b?c=%20", "User-Agent: tester\r\n", "body"), "POST").status,
      200);
  const auto spans = collected(1);
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  ASSERT_THAT(spans, SizeIs(1));
  const CollectedSpan& span = spans[0];
  EXPECT_EQ(span.name, "/") << "the path of the Ingress";
  EXPECT_EQ(span.kind, 2u);
  EXPECT_EQ(span.parent, "");
  EXPECT_EQ(span.status_code, 0u);
  EXPECT_THAT(span.trace_id, MatchesRegex("[0-9a-f]{32}"));
  EXPECT_EQ(told("traceparent"), "00-" + span.trace_id + "-" + span.span_id + "-01");
  EXPECT_EQ(told("tracestate"), "");
  EXPECT_LE(span.start, span.end);
  EXPECT_GE(span.start, static_cast<std::uint64_t>(std::chrono::nanoseconds(before - 1s).count()));
  EXPECT_LE(span.end, static_cast<std::uint64_t>(std::chrono::nanoseconds(after + 1s).count()));
  auto attributes = span.attributes;
  EXPECT_THAT(attributes["net.peer.port"], MatchesRegex("[1-9][0-9]+"));
  attributes.erase("net.peer.port");
  EXPECT_THAT(
      attributes,
      ::testing::ElementsAre(
          Pair("http.flavor", "1.1"), Pair("http.host", "y.test:8080"), Pair("http.method", "POST"),
          Pair("http.scheme", "http"), Pair("http.server_name", "y.test"), Pair("http.status_code", "200"),
          Pair("http.target", "/a/b?c=%20"), Pair("http.user_agent", "tester"), Pair("ingress.name", "other"),
          Pair("ingress.namespace", "default"), Pair("ingress.service_name", "web"),
          Pair("ingress.upstream", "default-web-80"),
          Pair("net.host.port", std::to_string(headgate->http_port())), Pair("net.peer.ip", "127.0.0.1")));
  EXPECT_THAT(span.resource, Contains(Pair("service.name", "nginx")));
  EXPECT_THAT(collector.fields(),
              AllOf(Contains(Pair(":method", "POST")),
                    Contains(Pair(":path", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")),
                    Contains(Pair("content-type", "application/grpc")), Contains(Pair("te", "trailers"))));
  EXPECT_TRUE(eventually([&] { return counted("headgate_trace_spans_sent_total") == 1; }));
}

TEST_F(Tracing, NamesAreTemplatesAndTheResourceHasTheServicesName) {
  start_annotated({}, settings({{"opentelemetry-operation-name", "HTTP $request_method $service_name $uri"},
                                {"otel-service-name", "edge"}}));
  EXPECT_EQ(ask_y("", "GET", "/x/../a").status, 200);
  const auto spans = collected(1);
  EXPECT_EQ(spans[0].name, "HTTP GET web /a");
  EXPECT_THAT(spans[0].resource, Contains(Pair("service.name", "edge")));
}

struct Decision {
  std::string_view what;
  FieldList settings;
  FieldList annotations;
  std::string fields;   // of the client
  std::string pattern;  // of traceparent, as the pod gets it
  std::string state;    // tracestate, likewise
  bool sent = false;    // a span
};

// With a collector named and enable-opentelemetry on, unless the case says otherwise.
TEST_F(Tracing, WhoIsTracedAndWhatThePodIsTold) {
  const std::string trace(kTrace);
  const std::string none = std::string(kState) + "traceparent: 00-" + trace + "-b7ad6b7169203331-0g\r\n";
  const std::string both = std::string(kSampled) + std::string(kState);
  const std::string of_parent = "00-" + trace + "-[0-9a-f]{16}-01";
  const std::string any = "00-[0-9a-f]{32}-[0-9a-f]{16}-01";
  const std::string any_unsampled = "00-[0-9a-f]{32}-[0-9a-f]{16}-00";
  const std::string untouched(kSampled.substr(13, 55));
  const std::vector<Decision> table = {
      {"a parent is gone on from", {}, {}, both, of_parent, "a=1,b=2", true},
      {"state of several fields", {}, {}, both + "tracestate: c=3\r\n", of_parent, "a=1,b=2|c=3", true},
      {"a parent that was not sampled is obeyed",
       {},
       {},
       std::string(kNotSampled) + std::string(kState),
       "00-" + trace + "-[0-9a-f]{16}-00",
       "a=1,b=2",
       false},
      {"unless it does not decide",
       {{"otel-sampler-parent-based", "false"}},
       {},
       std::string(kNotSampled),
       of_parent,
       "",
       true},
      {"a bad parent is none, nor is its state", {}, {}, none, any, "", true},
      {"two parents are none", {}, {}, both + std::string(kSampled), any, "", true},
      {"state without a parent", {}, {}, std::string(kState), any, "", true},
      {"no sampler", {{"otel-sampler", "AlwaysOff"}}, {}, "", any_unsampled, "", false},
      {"no sampler, but a parent", {{"otel-sampler", "AlwaysOff"}}, {}, both, of_parent, "a=1,b=2", true},
      {"ratio 0",
       {{"otel-sampler", "TraceIdRatioBased"}, {"otel-sampler-ratio", "0"}},
       {},
       "",
       any_unsampled,
       "",
       false},
      {"ratio 1",
       {{"otel-sampler", "TraceIdRatioBased"}, {"otel-sampler-ratio", "1"}},
       {},
       "",
       any,
       "",
       true},
      {"nobody is believed", {{"opentelemetry-trust-incoming-span", "false"}}, {}, both, any, "", true},
      {"the annotation does not believe",
       {},
       {{"opentelemetry-trust-incoming-span", "false"}},
       both,
       any,
       "",
       true},
      {"the annotation believes",
       {{"opentelemetry-trust-incoming-span", "false"}},
       {{"opentelemetry-trust-incoming-span", "true"}},
       both,
       of_parent,
       "a=1,b=2",
       true},
      {"the annotation switches off",
       {},
       {{"enable-opentelemetry", "false"}},
       both,
       untouched,
       "a=1,b=2",
       false},
      {"the annotation switches on",
       {{"enable-opentelemetry", "false"}},
       {{"enable-opentelemetry", "true"}},
       both,
       of_parent,
       "a=1,b=2",
       true},
      {"a bad annotation is none", {}, {{"enable-opentelemetry", "no"}}, both, of_parent, "a=1,b=2", true},
      {"no collector", {{"otlp-collector-host", ""}}, {}, both, of_parent, "a=1,b=2", false},
  };
  start_annotated({}, settings());
  std::size_t expected = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const Decision& each = table[i];
    SCOPED_TRACE(each.what);
    // A log format of its own tells when it counts; so does the Ingress's proxy-body-size.
    FieldList keys = settings(each.settings);
    keys.emplace_back("proxy-body-size", std::to_string(1000 + i));
    folder.write("web.yaml",
                 ingress("web", "x.test", "web") + service_of("web", pod) + config_map("headgate", keys));
    FieldList annotations = each.annotations;
    annotations.emplace_back("proxy-read-timeout", std::to_string(100 + i));
    annotate(annotations);
    ASSERT_TRUE(eventually([&] {
      const std::string routes = headgate->admin("/debug/routes").body;
      return routes.find("max-body=" + std::to_string(1000 + i)) != std::string::npos &&
             routes.find("read-timeout=" + std::to_string(100 + i) + "000ms") != std::string::npos;
    }));
    ASSERT_EQ(ask_y(each.fields).status, 200);
    EXPECT_THAT(told("traceparent"), MatchesRegex(each.pattern));
    EXPECT_EQ(told("tracestate"), each.state);
    if (!each.sent) continue;
    const auto spans = collected(++expected);
    ASSERT_THAT(spans, SizeIs(expected));
    EXPECT_EQ("00-" + spans.back().trace_id + "-" + spans.back().span_id + "-01", told("traceparent"));
    const bool goes_on = each.pattern == of_parent;
    EXPECT_EQ(spans.back().parent, goes_on ? "b7ad6b7169203331" : "");
    if (each.fields == both && goes_on) {
      EXPECT_EQ(spans.back().trace_state, "a=1,b=2");
    }
  }
  headgate.reset();
  EXPECT_THAT(collector.spans(), SizeIs(expected)) << "none of those that are not sampled";
}

TEST_F(Tracing, ErrorsAndRefusalsHaveSpansToo) {
  start_annotated({{"denylist-source-range", "127.0.0.1"}}, settings());
  EXPECT_EQ(ask_y().status, 403);
  pod.set_handler([](BackendExchange& exchange) { exchange.respond(503, "no"); });
  EXPECT_EQ(ask(make_request("GET", "x.test", "/")).status, 503);
  EXPECT_EQ(ask(make_request("GET", "nobody.test", "/")).status, 404);
  const auto spans = collected(3);
  ASSERT_THAT(spans, SizeIs(3));
  EXPECT_THAT(spans[0].attributes, Contains(Pair("http.status_code", "403")));
  EXPECT_THAT(spans[0].attributes, Contains(Pair("headgate.reason", "ip_filter")));
  EXPECT_EQ(spans[0].status_code, 0u) << "the client's mistake is none of ours";
  EXPECT_THAT(spans[1].attributes, Contains(Pair("http.status_code", "503")));
  EXPECT_EQ(spans[1].status_code, 2u);
  EXPECT_THAT(spans[2].attributes, Contains(Pair("http.server_name", "_")));
}

TEST_F(Tracing, OverHttp2) {
  start_annotated({}, settings());
  RawClient stream(headgate->http_port());
  H2Client one(stream);
  const H2Response response = one.get(
      "y.test", "/h2", {{"traceparent", std::string(kSampled.substr(13, 55))}, {"tracestate", "a=1"}});
  EXPECT_EQ(response.status, 200);
  const auto spans = collected(1);
  EXPECT_THAT(spans[0].attributes,
              AllOf(Contains(Pair("http.flavor", "2.0")), Contains(Pair("http.target", "/h2")),
                    Contains(Pair("http.host", "y.test"))));
  EXPECT_EQ(spans[0].trace_id, kTrace);
  EXPECT_EQ(told("traceparent"), "00-" + spans[0].trace_id + "-" + spans[0].span_id + "-01");
  EXPECT_EQ(told("tracestate"), "a=1");
}

TEST_F(Tracing, BytesThatAreNoTextDoNotSpoilABatch) {
  start_annotated({}, settings());
  EXPECT_EQ(ask_y("User-Agent: \xff\xfe\r\n").status, 200);
  EXPECT_EQ(ask_y(std::string(kSampled) + "tracestate: a=\xff\xfe\r\n").status, 200);
  const auto spans = collected(2);
  EXPECT_THAT(spans[0].attributes, Contains(Pair("http.user_agent", "\xEF\xBF\xBD\xEF\xBF\xBD")));
  EXPECT_EQ(spans[1].trace_id, kTrace);
  EXPECT_EQ(spans[1].trace_state, "");
}

TEST_F(Tracing, IdsAreInTheLogAndInFieldsOfRequests) {
  const TempDir logs;
  const std::string log = (logs.path() / "access.log").string();
  HeadgateOptions options;
  options.flags = {"--configmap=default/headgate"};
  options.access_log = log;
  FieldList keys = settings({{"otel-sampler", "AlwaysOff"}});
  keys.emplace_back("log-format-upstream",
                    "$opentelemetry_trace_id $opentelemetry_span_id "
                    "$opentelemetry_context_traceparent $uri");
  keys.emplace_back("proxy-set-headers", "default/fields");
  start(options, config_map("headgate", keys) +
                     config_map("fields", {{"X-Trace", "$opentelemetry_trace_id/$opentelemetry_span_id"}}));
  EXPECT_EQ(ask(make_request("GET", "x.test", "/a")).status, 200);
  const std::string parent = told("traceparent");
  EXPECT_EQ(told("X-Trace"), parent.substr(3, 32) + "/" + parent.substr(36, 16));
  headgate.reset();
  std::ifstream file(log);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(text, parent.substr(3, 32) + " " + parent.substr(36, 16) + " " + parent + " /a\n");
}

// Auth service, mirror and the service that words errors: whoever is asked on behalf of a request.
TEST_F(Tracing, AllWhoAreAskedForARequestAreToldTheSame) {
  EchoBackend aside("aside");
  const std::string url = "http://127.0.0.1:" + std::to_string(aside.port());
  pod.set_handler([](BackendExchange& exchange) { exchange.respond(503, "no"); });
  start_annotated({{"auth-url", url + "/auth"},
                   {"mirror-target", url + "/mirror"},
                   {"custom-http-errors", "503"},
                   {"default-backend", "aside"}},
                  settings(), service_of("aside", aside));
  EXPECT_EQ(ask_y(std::string(kSampled) + std::string(kState)).status, 200) << "of whoever words errors";
  ASSERT_TRUE(aside.wait_for_requests(3));
  const std::string parent = told("traceparent");
  EXPECT_THAT(parent, MatchesRegex("00-" + std::string(kTrace) + "-[0-9a-f]{16}-01"));
  for (const HttpRequest& request : aside.requests()) {
    SCOPED_TRACE(request.start_line);
    EXPECT_EQ(request.field("traceparent"), parent);
    EXPECT_EQ(request.field("tracestate"), "a=1,b=2");
    EXPECT_EQ(
        std::count_if(request.fields.begin(), request.fields.end(),
                      [](const auto& field) { return equal_ignoring_case(field.first, "traceparent"); }),
        1);
  }
  collected(1);
  headgate.reset();
  EXPECT_THAT(collector.spans(), SizeIs(1)) << "one for a request, whomever it takes";
}

// The settings and the auth service may say `traceparent`, too; nobody is told two.
TEST_F(Tracing, WhoIsAskedGetsOneTraceparentWhoeverSaysIt) {
  EchoBackend auth("auth");
  auth.set_handler([](BackendExchange& exchange) {
    exchange.respond(200, "",
                     exchange.request().start_line.find("/says") != std::string::npos
                         ? "Traceparent: of-the-service\r\n"
                         : "");
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(auth.port());
  const std::string more = config_map("fields", {{"Traceparent", "of-the-settings"}}) +
                           config_map("none", {{"traceparent", ""}}) +
                           config_map("auth", {{"TraceParent", "for-the-service"}});
  start_annotated({}, settings(), more);
  const auto expect = [&](const FieldList& keys, const FieldList& annotations, const std::string& pattern) {
    folder.write("web.yaml", ingress("web", "x.test", "web") + service_of("web", pod) +
                                 config_map("headgate", settings(keys)) + more);
    annotate(annotations);
    EXPECT_TRUE(eventually([&] {
      EXPECT_EQ(ask_y(kSampled).status, 200);
      return ::testing::Matches(MatchesRegex(pattern))(told("traceparent"));
    })) << pattern
        << ", but was told " << told("traceparent");
  };
  const std::string ours = "00-" + std::string(kTrace) + "-[0-9a-f]{16}-01";
  expect({}, {}, ours);
  expect({{"proxy-set-headers", "default/fields"}}, {}, "of-the-settings");
  expect({{"proxy-set-headers", "default/none"}}, {}, "");
  expect({}, {{"auth-url", url + "/says"}, {"auth-response-headers", "traceparent"}}, "of-the-service");
  EXPECT_THAT(auth.last_request().field("traceparent").value_or(""), MatchesRegex(ours));
  expect({}, {{"auth-url", url + "/"}, {"auth-proxy-set-headers", "default/auth"}}, ours);
  EXPECT_TRUE(eventually([&] {
    EXPECT_EQ(ask_y(kSampled).status, 200);
    return auth.last_request().field("traceparent") == "for-the-service";
  }));
  const HttpRequest asked = auth.last_request();
  EXPECT_EQ(std::count_if(asked.fields.begin(), asked.fields.end(),
                          [](const auto& field) { return equal_ignoring_case(field.first, "traceparent"); }),
            1);
}

TEST_F(Tracing, EveryTraceHasAnIdOfItsOwn) {
  start_annotated({}, settings(), "", 2);
  constexpr std::size_t kRequests = 200;
  for (std::size_t i = 0; i < kRequests; ++i) ASSERT_EQ(ask_y().status, 200);
  const auto spans = collected(kRequests);
  std::set<std::string> traces;
  std::set<std::string> ids;
  for (const CollectedSpan& span : spans) {
    traces.insert(span.trace_id);
    ids.insert(span.span_id);
  }
  EXPECT_THAT(traces, SizeIs(kRequests));
  EXPECT_THAT(ids, SizeIs(kRequests));
}

TEST_F(Tracing, ABatchLeavesWhenItIsFullAndHoldsNoMore) {
  start_annotated({}, settings({{"otel-schedule-delay-millis", "3600000"},
                                {"otel-max-queuesize", "1000"},
                                {"otel-max-export-batch-size", "5"}}));
  for (int i = 0; i < 5; ++i) ASSERT_EQ(ask_y().status, 200);
  EXPECT_TRUE(collector.wait_for_spans(5)) << "nobody waits an hour";
  for (int i = 0; i < 12; ++i) ASSERT_EQ(ask_y().status, 200);
  headgate.reset();  // sends the rest
  EXPECT_THAT(collector.spans(), SizeIs(17));
  EXPECT_LE(collector.largest_call(), 5u);
}

TEST_F(Tracing, WithoutACollectorRequestsGoOnAndSpansAreCounted) {
  const PortReservation ports;
  start_annotated({}, settings({{"otlp-collector-port", std::to_string(ports.port())},
                                {"otel-max-queuesize", "4"},
                                {"otel-max-export-batch-size", "2"}}));
  constexpr int kRequests = 40;
  for (int i = 0; i < kRequests; ++i) ASSERT_EQ(ask_y().status, 200);
  EXPECT_TRUE(wait_for_finding("cannot be reached: Connection refused; spans are dropped"));
  EXPECT_THAT(findings(), HasSubstr("data.otlp-collector-host: the collector 127.0.0.1:"));
  EXPECT_GE(counted("headgate_trace_spans_dropped_total", "reason=\"queue\""), 1);
  // But for those that wait and those that are being sent.
  EXPECT_TRUE(eventually([&] { return counted("headgate_trace_spans_dropped_total") >= kRequests - 4 - 2; }));
  EXPECT_GE(counted("headgate_trace_exports_failed_total"), 1);
  EXPECT_EQ(counted("headgate_trace_spans_sent_total"), 0);
}

TEST_F(Tracing, WhatTheCollectorCouldNotTakeIsSentAgain) {
  constexpr int kUnavailable = 14;
  collector.refuse(kUnavailable, 2);
  start_annotated({}, settings());
  EXPECT_EQ(ask_y().status, 200);
  EXPECT_TRUE(wait_for_finding("gRPC status 14: 'not now'"));
  EXPECT_THAT(collected(1), SizeIs(1));
  EXPECT_EQ(collector.calls(), 3u);
  EXPECT_TRUE(eventually([&] { return findings().find("otlp-collector-host") == std::string::npos; }));
  EXPECT_EQ(counted("headgate_trace_spans_dropped_total"), 0);
}

TEST_F(Tracing, WhatTheCollectorRefusesIsDroppedAndCounted) {
  constexpr int kInvalidArgument = 3;
  collector.refuse(kInvalidArgument, 1);
  start_annotated({}, settings());
  EXPECT_EQ(ask_y().status, 200);
  EXPECT_TRUE(
      eventually([&] { return counted("headgate_trace_spans_dropped_total", "reason=\"collector\"") == 1; }));
  EXPECT_THAT(findings(), HasSubstr("takes no spans: gRPC status 3"));
  collector.reject(1);
  EXPECT_EQ(ask_y().status, 200);
  EXPECT_TRUE(
      eventually([&] { return counted("headgate_trace_spans_dropped_total", "reason=\"collector\"") == 2; }));
  EXPECT_TRUE(wait_for_finding("1 spans were refused: 'too old'"));
}

TEST_F(Tracing, FollowsTheConfigMapToAnotherCollector) {
  OtlpCollector other;
  start_annotated({}, settings());
  EXPECT_EQ(ask_y().status, 200);
  collected(1);
  folder.write("web.yaml",
               ingress("web", "x.test", "web") + service_of("web", pod) +
                   config_map("headgate", settings({{"otlp-collector-port", std::to_string(other.port())},
                                                    {"otel-service-name", "moved"}})));
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(ask_y().status, 200);
    return other.wait_for_spans(1, 5ms);
  }));
  EXPECT_THAT(other.spans().back().resource, Contains(Pair("service.name", "moved")));
  folder.write("web.yaml", ingress("web", "x.test", "web") + service_of("web", pod) +
                               config_map("headgate", {{"enable-opentelemetry", "false"}}));
  ASSERT_TRUE(eventually([&] {
    EXPECT_EQ(ask_y().status, 200);
    return told("traceparent").empty();
  }));
}

TEST_F(Tracing, TheCollectorMayHaveANameOrBeWhatTheEnvironmentSays) {
  DnsServer dns;
  dns.set("collector.example.org", {{"127.0.0.1"}, 1});
  HeadgateOptions options;
  options.flags = {"--configmap=default/headgate", "--resolver=" + dns.address()};
  ::setenv("TRACING_TEST_HOST", "127.0.0.1", 1);
  for (const char* const host :
       {"collector.example.org.", "localhost", "$TRACING_TEST_HOST", "${TRACING_TEST_HOST}"}) {
    SCOPED_TRACE(host);
    start(options, config_map("headgate", settings({{"otlp-collector-host", host}})));
    const std::size_t before = collector.spans().size();
    EXPECT_EQ(ask(make_request("GET", "x.test", "/")).status, 200);
    EXPECT_TRUE(collector.wait_for_spans(before + 1)) << findings();
    headgate.reset();
  }
  start(options, config_map("headgate", settings({{"otlp-collector-host", "nobody.example.org."}})));
  EXPECT_EQ(ask(make_request("GET", "x.test", "/")).status, 200);
  EXPECT_TRUE(wait_for_finding("nobody.example.org.:" + std::to_string(collector.port()) +
                               " cannot be reached: its name cannot be looked up"));
  headgate.reset();
  start(options, config_map("headgate", settings({{"otlp-collector-host", "$TRACING_TEST_NOTHING"}})));
  EXPECT_TRUE(wait_for_finding("the environment has no variable $TRACING_TEST_NOTHING"));
}

TEST_F(Tracing, TheEndSendsWhatWaitsAndDoesNotWaitForLong) {
  start_annotated({}, settings({{"otel-schedule-delay-millis", "3600000"}}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ask_y().status, 200);
  EXPECT_THAT(collector.spans(), IsEmpty());
  headgate.reset();
  EXPECT_THAT(collector.spans(), SizeIs(3));

  const BlackHole hole;
  start_annotated({}, settings({{"otlp-collector-port", std::to_string(hole.port())}}));
  EXPECT_EQ(ask_y().status, 200);
  headgate.reset();  // a clean end, which the fixture checks
}

TEST_F(Tracing, AServerThatDoesNotSpeakHttp2IsAFinding) {
  start_annotated({}, settings({{"otlp-collector-port", std::to_string(pod.port())}}));
  EXPECT_EQ(ask_y().status, 200);
  EXPECT_TRUE(wait_for_finding("data.otlp-collector-host: the collector"));
  expect_still_serving();
}

}  // namespace
}  // namespace headgate::test_support
