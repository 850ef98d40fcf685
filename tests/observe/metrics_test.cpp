#include "observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "observe/route_series.h"
#include "records.h"

namespace headgate::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kConstant[] =
    "controller_namespace=\"ingress\",controller_class=\"headgate.dev/"
    "ingress-controller\",controller_pod=\"pod-1\"";

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() {
    sources_.controller_namespace = "ingress";
    sources_.controller_class = "headgate.dev/ingress-controller";
    sources_.controller_pod = "pod-1";
    sources_.release = "0.1.0";
    sources_.build = "abc";
    sources_.repository = "headgate";
    sources_.workers = [this] { return std::vector<const WorkerStats*>{&first_, &second_}; };
    sources_.control = [this] { return facts_; };
    sources_.certificates = [this] { return certificates_; };
    sources_.adopted_generation = [] { return 41U; };
    sources_.dropped_log_lines = [] { return 3U; };
  }

  [[nodiscard]] std::string page() const {
    std::ostringstream out;
    Metrics(sources_).write_text(out);
    return out.str();
  }
  // A line without labels beyond the constant ones.
  static std::string line(const std::string& name, const std::string& more, const std::string& value) {
    return "\n" + name + "{" + kConstant + (more.empty() ? "" : "," + more) + "} " + value + "\n";
  }

  WorkerStats first_;
  WorkerStats second_;
  ControlFacts facts_;
  std::vector<CertificateSeries> certificates_;
  MetricsSources sources_;
};

TEST_F(MetricsTest, TellsOfTheWebhookWhereThereIsOne) {
  EXPECT_THAT(page(), Not(HasSubstr("admission")));
  AdmissionStats stats;
  sources_.admission = [&] { return stats.totals(); };
  const std::string prefix = "nginx_ingress_controller_";
  EXPECT_THAT(page(), HasSubstr(line(prefix + "admission_tested_ingresses", "", "0")));
  EXPECT_THAT(page(), Not(HasSubstr("check_success")));
  stats.count(AdmissionResult::malformed);
  stats.count_tested("shop", "web", true, std::chrono::microseconds(250), std::chrono::milliseconds(2));
  stats.count_tested("shop", "web", false, std::chrono::microseconds(500), std::chrono::milliseconds(4));
  const std::string labels = "namespace=\"shop\",ingress=\"web\"";
  const std::string text = page();
  EXPECT_THAT(text, HasSubstr(line(prefix + "check_success", labels, "1")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "check_errors", labels, "1")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "admission_tested_ingresses", "", "1")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "admission_tested_duration", "", "0.0005")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "admission_roundtrip_duration", "", "0.004")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "admission_render_ingresses", "", "0")));
  EXPECT_THAT(text, HasSubstr(line("headgate_admission_reviews_total", "result=\"denied\"", "1")));
  EXPECT_THAT(text, HasSubstr(line("headgate_admission_reviews_total", "result=\"malformed\"", "1")));
}

TEST(AdmissionStats, ForgetsTheIngressNotSeenForLongest) {
  AdmissionStats stats;
  const auto see = [&](std::size_t i) { stats.count_tested("ns", std::to_string(i), true, {}, {}); };
  for (std::size_t i = 0; i < AdmissionStats::kMostSeries; ++i) see(i);
  see(0);
  see(AdmissionStats::kMostSeries);
  const std::vector<AdmissionSeries> series = stats.totals().series;
  EXPECT_EQ(series.size(), AdmissionStats::kMostSeries);
  std::set<std::string> names;
  for (const AdmissionSeries& each : series) names.insert(each.ingress);
  EXPECT_TRUE(names.contains("0"));
  EXPECT_FALSE(names.contains("1"));
}

TEST_F(MetricsTest, SumsTheWorkers) {
  first_.requests.add(5);
  second_.requests.add(7);
  first_.connections_active.add(3);
  second_.connections_active.add(-1);
  second_.connections_accepted.add(9);
  first_.rejected[static_cast<std::size_t>(RejectReason::bad_host)].add(2);
  second_.upstream_connections_idle.add(6);
  const std::string text = page();
  const std::string process = "nginx_ingress_controller_nginx_process_";
  EXPECT_THAT(text, HasSubstr(line(process + "requests_total", "", "12")));
  EXPECT_THAT(text, HasSubstr(line(process + "connections", "state=\"active\"", "2")));
  EXPECT_THAT(text, HasSubstr(line(process + "connections_total", "state=\"accepted\"", "9")));
  EXPECT_THAT(text, HasSubstr(line("headgate_http_rejected_total", "reason=\"bad_host\"", "2")));
  EXPECT_THAT(text, HasSubstr(line("headgate_http_rejected_total", "reason=\"no_route\"", "0")));
  EXPECT_THAT(text, HasSubstr(line("headgate_upstream_connections", "state=\"idle\"", "6")));
  EXPECT_THAT(text, HasSubstr(line("headgate_access_log_dropped_lines_total", "", "3")));
}

TEST_F(MetricsTest, SaysWhenCertificatesExpireWithTheLabelsOfIngressNginx) {
  EXPECT_THAT(page(), Not(HasSubstr("ssl_"))) << "a family without samples says nothing";
  CertificateSeries series;
  series.namespace_name = "shop";
  series.secret_name = "shop-tls";
  series.host = "shop.org";
  series.identifier = "-1234";
  series.issuer_organization = "Acme \"Co\"";
  series.issuer_common_name = "R3";
  series.serial_number = "1234";
  series.public_key_algorithm = "ECDSA";
  series.not_after = 1800000000;
  certificates_ = {series};
  const std::string labels =
      "{namespace=\"shop\",class=\"headgate.dev/"
      "ingress-controller\",host=\"shop.org\",secret_name=\"shop-tls\","
      "identifier=\"-1234\"";
  EXPECT_THAT(page(),
              HasSubstr("\nnginx_ingress_controller_ssl_expire_time_seconds" + labels + "} 1800000000\n"));
  EXPECT_THAT(page(),
              HasSubstr("\nnginx_ingress_controller_ssl_certificate_info" + labels +
                        ",issuer_organization=\"Acme \\\"Co\\\"\",issuer_common_name=\"R3\",serial_number="
                        "\"1234\",public_key_algorithm=\"ECDSA\"} 1\n"));
}

TEST_F(MetricsTest, SaysWhatTheControlPlaneDid) {
  facts_.last_apply_ok = true;
  facts_.last_apply_time = 1700000000;
  facts_.applies = 8;
  facts_.published_generation = 42;
  facts_.errors = 4;
  facts_.dropped_events = 3;
  facts_.is_leader = true;
  EXPECT_THAT(page(), Not(HasSubstr("leader_election_status"))) << "there is no election";
  sources_.leader_election = "lease";
  const std::string text = page();
  const std::string prefix = "nginx_ingress_controller_";
  EXPECT_THAT(text, HasSubstr(line(prefix + "config_last_reload_successful", "", "1")));
  EXPECT_THAT(text,
              HasSubstr(line(prefix + "config_last_reload_successful_timestamp_seconds", "", "1700000000")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "success", "", "8")));
  EXPECT_THAT(text, HasSubstr(line("headgate_published_generation", "", "42")));
  EXPECT_THAT(text, HasSubstr(line("headgate_adopted_generation", "", "41")));
  EXPECT_THAT(text, HasSubstr(line("headgate_findings", "severity=\"error\"", "4")));
  EXPECT_THAT(text, HasSubstr(line("headgate_dropped_events_total", "", "3")));
  EXPECT_THAT(text,
              HasSubstr(line("nginx_ingress_controller_leader_election_status", "name=\"lease\"", "1")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "build_info",
                                   "release=\"0.1.0\",build=\"abc\",repository=\"headgate\"", "1")));
}

TEST_F(MetricsTest, PrintsRouteSeriesWithTheLabelsOfIngressNginxOnceForAllWorkers) {
  const RouteLabels labels{1, "default", "web", "web-svc", "/shop", "*.shop.example"};
  AccessRecord record = sample_record();
  record.request_time = std::chrono::microseconds{30000};
  first_.routes->record(labels, record);
  second_.routes->record(labels, record);
  const std::string text = page();
  const std::string series =
      "status=\"200\",method=\"GET\",path=\"/"
      "shop\",namespace=\"default\",ingress=\"web\",service=\"web-svc\","
      "canary=\"\",host=\"*.shop.example\"";
  const std::string prefix = "nginx_ingress_controller_";
  EXPECT_THAT(text, HasSubstr(line(prefix + "requests", series, "2")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "request_duration_seconds_count", series, "2")));
  EXPECT_THAT(text,
              HasSubstr(line(prefix + "request_duration_seconds_bucket", series + ",le=\"0.025\"", "0")));
  EXPECT_THAT(text,
              HasSubstr(line(prefix + "request_duration_seconds_bucket", series + ",le=\"0.05\"", "2")));
  EXPECT_THAT(text,
              HasSubstr(line(prefix + "request_duration_seconds_bucket", series + ",le=\"+Inf\"", "2")));
  EXPECT_THAT(text, HasSubstr(line(prefix + "response_size_sum", series, "2400")));
  for (const char* name : {"response_duration_seconds", "header_duration_seconds", "connect_duration_seconds",
                           "request_size", "response_size", "bytes_sent"})
    EXPECT_THAT(text, HasSubstr(line(prefix + name + "_count", series, "2")));
}

TEST_F(MetricsTest, DropsTheSeriesOfARemovedRoute) {
  first_.routes->record({1, "default", "web", "web-svc", "/", "a.example"}, sample_record());
  EXPECT_THAT(page(), HasSubstr("host=\"a.example\""));
  first_.routes->remove(1);
  EXPECT_THAT(page(), Not(HasSubstr("host=\"a.example\"")));
}

TEST_F(MetricsTest, NeverNamesASeriesTwice) {
  // The same route under two slots, as while a removed slot is given to the same route again.
  for (const std::uint32_t slot : {1U, 2U})
    first_.routes->record({slot, "default", "web", "web-svc", "/", "a.example"}, sample_record());
  std::set<std::string> names;
  std::istringstream text(page());
  for (std::string text_line; std::getline(text, text_line);) {
    if (text_line.empty() || text_line[0] == '#') continue;
    EXPECT_TRUE(names.insert(text_line.substr(0, text_line.rfind(' '))).second) << text_line;
  }
  EXPECT_GT(names.size(), 50U);
}

TEST_F(MetricsTest, EscapesLabelValues) {
  first_.routes->record({1, "default", "web", "svc", "/a\"b\\c", "_"}, sample_record());
  EXPECT_THAT(page(), HasSubstr("path=\"/a\\\"b\\\\c\""));
}

TEST_F(MetricsTest, KnowsTheProcess) {
  const std::string text = page();
  EXPECT_THAT(text, Not(HasSubstr("resident_memory_bytes{" + std::string(kConstant) + "} 0\n")));
  EXPECT_THAT(text, Not(HasSubstr("oldest_start_time_seconds{" + std::string(kConstant) + "} 0\n")));
  EXPECT_THAT(text, HasSubstr("\nprocess_open_fds "));
}

TEST_F(MetricsTest, TellsWhatEachWatchDoes) {
  EXPECT_THAT(page(), Not(HasSubstr("headgate_watch_")));
  sources_.watches = [] {
    WatchSeries ingresses;
    ingresses.resource = "ingresses";
    ingresses.synced = true;
    ingresses.objects = 3;
    ingresses.events = 4;
    ingresses.reconnects = 5;
    ingresses.relists = 6;
    ingresses.gone = 7;
    ingresses.undecodable = 8;
    ingresses.last_event = Clock::now();
    WatchSeries secrets;
    secrets.resource = "secrets";
    secrets.in_trouble = true;
    return std::vector<WatchSeries>{ingresses, secrets};
  };
  const std::string text = page();
  const std::string ingresses = "resource=\"ingresses\"";
  EXPECT_THAT(text, HasSubstr(line("headgate_watch_synced", ingresses, "1")));
  EXPECT_THAT(text, HasSubstr(line("headgate_watch_objects", ingresses, "3")));
  EXPECT_THAT(text, HasSubstr(line("headgate_watch_events_total", ingresses, "4")));
  EXPECT_THAT(text, HasSubstr(line("headgate_watch_reconnects_total", ingresses, "5")));
  EXPECT_THAT(text, HasSubstr(line("headgate_watch_relists_total", ingresses, "6")));
  EXPECT_THAT(text, HasSubstr(line("headgate_watch_gone_total", ingresses, "7")));
  EXPECT_THAT(text, HasSubstr(line("headgate_watch_undecodable_total", ingresses, "8")));
  EXPECT_THAT(text, HasSubstr("headgate_watch_last_event_age_seconds{"));
  EXPECT_THAT(text, HasSubstr("# TYPE headgate_watch_gone_total counter"));
  const std::string secrets = "resource=\"secrets\"";
  EXPECT_THAT(text, HasSubstr("\nheadgate_watch_synced{" + std::string(kConstant) + "," + secrets + "} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("headgate_watch_in_trouble{" + std::string(kConstant) + "," + secrets + "} 1\n"));
}

}  // namespace
}  // namespace headgate::observe
