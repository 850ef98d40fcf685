// What the ConfigMap says about traces.
#include "k8swatch/tracing_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "k8swatch/settings_reading.h"

namespace headgate::k8swatch {
namespace {

using namespace std::chrono_literals;
using Kind = policy::Sampler::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Read = testing::SettingsRead<TracingSettings>;

Read read(StringPairs data) { return testing::read_settings(std::move(data), read_tracing_settings); }

TEST(TracingSettings, DefaultsAreThoseOfIngressNginx) {
  const Read result = read({});
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_FALSE(result.settings.defaults.enabled);
  EXPECT_TRUE(result.settings.defaults.routes.trusts_parent);
  EXPECT_TRUE(result.settings.defaults.routes.operation_name.empty());
  EXPECT_FALSE(result.settings.rules.sends_spans);
  EXPECT_EQ(result.settings.rules.sampler, (policy::Sampler{Kind::always_on, 0.01, true}));
  const CollectorSettings& collector = result.settings.collector;
  EXPECT_EQ(collector.host, "");
  EXPECT_EQ(collector.port, 4317);
  EXPECT_EQ(collector.service_name, "nginx");
  EXPECT_EQ(collector.max_queue, 2048u);
  EXPECT_EQ(collector.delay, 5000ms);
  EXPECT_EQ(collector.max_batch, 512u);
}

TEST(TracingSettings, EveryKeyCounts) {
  const Read result = read({{"enable-opentelemetry", "true"},
                            {"opentelemetry-trust-incoming-span", "false"},
                            {"opentelemetry-operation-name", "HTTP $request_method $service_name $uri"},
                            {"otlp-collector-host", "otel-coll-collector.otel.svc"},
                            {"otlp-collector-port", "4318"},
                            {"otel-service-name", "edge"},
                            {"otel-sampler", "TraceIdRatioBased"},
                            {"otel-sampler-ratio", "0.5"},
                            {"otel-sampler-parent-based", "false"},
                            {"otel-max-queuesize", "100"},
                            {"otel-schedule-delay-millis", "250"},
                            {"otel-max-export-batch-size", "50"}});
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_TRUE(result.settings.defaults.enabled);
  EXPECT_TRUE(result.settings.defaults.has_collector);
  EXPECT_FALSE(result.settings.defaults.routes.trusts_parent);
  EXPECT_EQ(result.settings.defaults.routes.operation_name.text(), "HTTP $request_method $service_name $uri");
  EXPECT_TRUE(result.settings.rules.sends_spans);
  EXPECT_EQ(result.settings.rules.sampler, (policy::Sampler{Kind::trace_id_ratio, 0.5, false}));
  EXPECT_EQ(result.settings.collector,
            (CollectorSettings{"otel-coll-collector.otel.svc", 4318, "edge", 100, 250ms, 50}));
}

TEST(TracingSettings, HostsAreNamesAddressesOrVariables) {
  for (const auto& [written, host] :
       std::vector<std::pair<std::string, std::string>>{{"192.0.2.1", "192.0.2.1"},
                                                        {"2001:db8::1", "2001:db8::1"},
                                                        {"[2001:db8::1]", "2001:db8::1"},
                                                        {" collector.otel ", "collector.otel"},
                                                        {"a_b.example.", "a_b.example."},
                                                        {"$HOST_IP", "$HOST_IP"},
                                                        {"${HOST_IP}", "${HOST_IP}"}}) {
    const Read result = read({{"otlp-collector-host", written}});
    EXPECT_EQ(result.settings.collector.host, host);
    EXPECT_THAT(result.findings, IsEmpty()) << written;
  }
}

TEST(TracingSettings, EachBadValueIsOneFinding) {
  struct Case {
    std::string_view key;
    std::vector<std::string> values;
  };
  for (const Case& each : std::vector<Case>{
           {"enable-opentelemetry", {"yes", "2"}},
           {"opentelemetry-trust-incoming-span", {"on"}},
           {"opentelemetry-operation-name", {"HTTP $nothing", "${uri", "$"}},
           {"otlp-collector-host",
            {"http://collector", "collector:4317", "a b", "-x", ".x", "$", "$A-B", "${A", "a/b", "[", " ",
             std::string(300, 'a')}},
           {"otlp-collector-port", {"0", "65536", "grpc", "-1"}},
           {"otel-service-name", {"a\nb", std::string(256, 'a')}},
           {"otel-sampler", {"alwayson", "always_on", "ParentBased"}},
           {"otel-sampler-ratio", {"-0.1", "1.1", "nan", "inf", "half", "0.5x"}},
           {"otel-sampler-parent-based", {"maybe"}},
           {"otel-max-queuesize", {"0", "-1", "many", "1000001"}},
           {"otel-schedule-delay-millis", {"0", "5s", "3600001"}},
           {"otel-max-export-batch-size", {"0", "x"}},
       }) {
    for (const std::string& value : each.values) {
      const Read result = read({{std::string(each.key), value}});
      EXPECT_THAT(result.findings,
                  ElementsAre(::testing::AllOf(HasSubstr("data." + std::string(each.key) + ": "),
                                               HasSubstr("the default is used"))))
          << value;
      EXPECT_EQ(result.settings.collector, CollectorSettings()) << each.key << " " << value;
      EXPECT_EQ(result.settings.rules, policy::TracingRules()) << each.key << " " << value;
      EXPECT_EQ(result.settings.defaults, TracingDefaults()) << each.key << " " << value;
    }
  }
}

TEST(TracingSettings, ABatchIsNotLargerThanTheQueue) {
  const Read asked = read({{"otel-max-queuesize", "10"}, {"otel-max-export-batch-size", "20"}});
  EXPECT_EQ(asked.settings.collector.max_batch, 10u);
  EXPECT_THAT(asked.findings, ElementsAre(HasSubstr("otel-max-export-batch-size: is more than")));
  const Read by_default = read({{"otel-max-queuesize", "10"}});
  EXPECT_EQ(by_default.settings.collector.max_batch, 10u);
  EXPECT_THAT(by_default.findings, IsEmpty());
}

TEST(TracingSettings, WithoutACollectorSpansHaveNowhereToGo) {
  const Read result = read({{"enable-opentelemetry", "true"}});
  EXPECT_FALSE(result.settings.rules.sends_spans);
  EXPECT_TRUE(result.settings.defaults.enabled);
  EXPECT_THAT(result.findings, ElementsAre(HasSubstr("otlp-collector-host names no collector")));
}

}  // namespace
}  // namespace headgate::k8swatch
