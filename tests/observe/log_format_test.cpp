#include "observe/log_format.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "observe/access_log.h"
#include "records.h"

namespace headgate::observe {
namespace {

using std::chrono::microseconds;
using Kind = LogFormat::Kind;

LogFormat format_of(std::string_view text, LogEscape escape = LogEscape::standard, Kind kind = Kind::http) {
  auto format = LogFormat::parse(text, escape, kind);
  EXPECT_TRUE(format) << (format ? "" : format.error().message);
  return format ? *format : LogFormat();
}

template <typename Record>
std::string line_of(const LogFormat& format, const Record& record, const LogDetails& details = {}) {
  const std::unique_ptr<char[]> memory(new char[LogFormat::kMostLine]);
  char* const end = format.write(memory.get(), LogFormat::kMostLine, record, details);
  EXPECT_NE(end, nullptr);
  EXPECT_EQ(end[-1], '\n');
  return {memory.get(), static_cast<std::size_t>(end - memory.get() - 1)};
}

std::string written(std::string_view text, const AccessRecord& record = sample_record(),
                    LogEscape escape = LogEscape::standard, const LogDetails& details = {}) {
  return line_of(format_of(text, escape), record, details);
}

LogDetails details_of_each_text() {
  static std::array<std::string, kLogTexts> values;
  LogDetails details;
  for (std::size_t i = 0; i < kLogTexts; ++i) details.texts[i] = values[i] = "text-" + std::to_string(i);
  return details;
}

struct Case {
  const char* text;
  const char* expected;
};

TEST(LogFormat, WritesEachVariableOfTheRecord) {
  AccessRecord record = sample_record();
  record.remote_user = "ann";
  record.alternative_upstream_name = "default-canary-80";
  record.request_line = "GET /shop%20x?q=1&Q=2&empty=&b=c=d HTTP/1.1";
  for (const Case& each : std::vector<Case>{
           {"$remote_addr", "192.0.2.7"},
           {"$the_real_ip", "192.0.2.7"},
           {"$remote_user", "ann"},
           {"$time_local", "22/Nov/2026:10:00:00 +0000"},
           {"$request", "GET /shop%20x?q=1&Q=2&empty=&b=c=d HTTP/1.1"},
           {"$request_method", "GET"},
           {"$request_uri", "/shop%20x?q=1&Q=2&empty=&b=c=d"},
           {"$args", "q=1&Q=2&empty=&b=c=d"},
           {"$query_string", "q=1&Q=2&empty=&b=c=d"},
           {"$is_args", "?"},
           {"$arg_q", "1"},
           {"$arg_Q", "1"},
           {"[$arg_empty]", "[]"},
           {"$arg_b", "c=d"},
           {"$arg_c", "-"},
           {"$server_protocol", "HTTP/1.1"},
           {"$status", "200"},
           {"$body_bytes_sent", "1024"},
           {"$bytes_sent", "1200"},
           {"$request_length", "697"},
           {"$request_time", "0.012"},
           {"$request_id", "0123456789abcdef0123456789abcdef"},
           {"$req_id", "0123456789abcdef0123456789abcdef"},
           {"$upstream_addr", "10.0.0.1:8080"},
           {"$upstream_status", "200"},
           {"$upstream_response_time", "0.011"},
           {"$upstream_connect_time", "0.000"},
           {"$upstream_header_time", "0.009"},
           {"$upstream_response_length", "1024"},
           {"$upstream_cache_status", "-"},
           {"$proxy_upstream_name", "default-web-80"},
           {"$proxy_alternative_upstream_name", "default-canary-80"},
           {"$pipe", "."},
           {"a ${status}b $status$status", "a 200b 200200"},
           {"$STATUS", "200"},
           {"no variable", "no variable"},
           {"", ""},
       })
    EXPECT_EQ(written(each.text, record), each.expected) << each.text;
  EXPECT_EQ(written("$pid"), std::to_string(::getpid()));
  std::string host(256, '\0');
  ASSERT_EQ(::gethostname(host.data(), host.size()), 0);
  EXPECT_EQ(written("$hostname"), host.substr(0, host.find('\0')));
}

TEST(LogFormat, WritesEachVariableOfTheDetails) {
  const LogDetails details = details_of_each_text();
  const std::vector<std::pair<const char*, LogVariable>> all = {
      {"uri", LogVariable::uri},
      {"document_uri", LogVariable::uri},
      {"host", LogVariable::host},
      {"http_host", LogVariable::http_host},
      {"scheme", LogVariable::scheme},
      {"https", LogVariable::https},
      {"server_name", LogVariable::server_name},
      {"server_port", LogVariable::server_port},
      {"remote_port", LogVariable::remote_port},
      {"proxy_host", LogVariable::proxy_host},
      {"namespace", LogVariable::namespace_name},
      {"ingress_name", LogVariable::ingress_name},
      {"service_name", LogVariable::service_name},
      {"service_port", LogVariable::service_port},
      {"location_path", LogVariable::location_path},
      {"best_http_host", LogVariable::best_http_host},
      {"pass_access_scheme", LogVariable::pass_access_scheme},
      {"pass_port", LogVariable::pass_port},
      {"proxy_protocol_addr", LogVariable::proxy_protocol_addr},
      {"proxy_add_x_forwarded_for", LogVariable::forwarded_for},
      {"ssl_protocol", LogVariable::ssl_protocol},
      {"ssl_cipher", LogVariable::ssl_cipher},
      {"ssl_server_name", LogVariable::ssl_server_name},
      {"ssl_session_reused", LogVariable::ssl_session_reused},
      {"ssl_client_verify", LogVariable::ssl_client_verify},
      {"ssl_client_s_dn", LogVariable::ssl_client_s_dn},
      {"ssl_client_i_dn", LogVariable::ssl_client_i_dn},
      {"ssl_client_serial", LogVariable::ssl_client_serial},
      {"ssl_client_fingerprint", LogVariable::ssl_client_fingerprint},
      {"opentelemetry_trace_id", LogVariable::trace_id},
      {"opentelemetry_span_id", LogVariable::span_id},
      {"opentelemetry_context_traceparent", LogVariable::traceparent},
  };
  std::bitset<kLogTexts> seen;
  for (const auto& [name, variable] : all) {
    const LogFormat format = format_of("[$" + std::string(name) + "]");
    EXPECT_TRUE(format.names(variable)) << name;
    EXPECT_EQ(line_of(format, sample_record(), details),
              "[text-" + std::to_string(static_cast<std::size_t>(variable)) + "]")
        << name;
    EXPECT_EQ(line_of(format, sample_record()), "[-]") << name;
    seen.set(static_cast<std::size_t>(variable));
  }
  EXPECT_TRUE(seen.all()) << "one has no name";
}

TEST(LogFormat, WritesNumbersAndTimesOfTheDetails) {
  LogDetails details;
  details.wall_milliseconds = 1795428000042;
  details.connection = 77;
  details.connection_requests = 3;
  EXPECT_EQ(written("$connection $connection_requests $msec", sample_record(), LogEscape::none, details),
            "77 3 1795428000.042");
  ASSERT_EQ(::setenv("TZ", "UTC", 1), 0);
  ::tzset();
  EXPECT_EQ(written("$time_iso8601", sample_record(), LogEscape::none, details), "2026-11-23T10:00:00+00:00");
  ASSERT_EQ(::setenv("TZ", "XXX+3:30", 1), 0);
  ::tzset();
  EXPECT_EQ(written("$time_iso8601", sample_record(), LogEscape::none, details), "2026-11-23T06:30:00-03:30");
  ASSERT_EQ(::unsetenv("TZ"), 0);
  ::tzset();
}

TEST(LogFormat, WritesWhatWasCaptured) {
  const LogFormat format = format_of(
      "$http_user_agent|$HTTP_X_a|$cookie_Sid|$sent_http_content_type|$upstream_http_server|$http_user_"
      "agent");
  using From = LogCapture::From;
  EXPECT_EQ(format.captures(), (std::vector<LogCapture>{{From::request_field, "user_agent"},
                                                        {From::request_field, "x_a"},
                                                        {From::cookie, "sid"},
                                                        {From::answer_field, "content_type"},
                                                        {From::upstream_field, "server"}}));
  const std::vector<std::string_view> values = {"curl", "", std::string_view(), "text/html", "pod"};
  LogDetails details;
  details.captured = values;
  EXPECT_EQ(line_of(format, sample_record(), details), "curl||-|text/html|pod|curl");
}

TEST(LogFormat, SaysWhatIsMissingByEscaping) {
  AccessRecord record;
  record.status = 400;
  const std::string_view text =
      "$remote_addr,$remote_user,$request,$request_method,$request_uri,$args,$arg_a,$is_args,$server_"
      "protocol,"
      "$http_x,$uri,$upstream_addr,$upstream_status,$proxy_upstream_name,$proxy_alternative_upstream_name,$"
      "req_id";
  EXPECT_EQ(written(text, record), "-,-,-,-,-,-,-,,-,-,-,-,-,-,,-");
  EXPECT_EQ(written(text, record, LogEscape::json), ",,,,,,,,,,,,,,,");
  EXPECT_EQ(written(text, record, LogEscape::none), ",,,,,,,,,,,,,,,");
}

TEST(LogFormat, SeparatesTriesAsNginxDoes) {
  AccessRecord record = sample_record();
  record.tries[0] = {"10.0.0.1:8080", 502, 0, microseconds{-1}, microseconds{-1}, microseconds{250}};
  record.tries[1] = {"10.0.0.2:8080", 0, 17, microseconds{800}, microseconds{5000}, microseconds{-1}};
  record.try_count = 2;
  EXPECT_EQ(written("$upstream_addr;$upstream_status;$upstream_connect_time;$upstream_header_time;"
                    "$upstream_response_time;$upstream_response_length",
                    record, LogEscape::json),
            "10.0.0.1:8080, 10.0.0.2:8080;502, -;-, 0.000;-, 0.005;0.000, -;0, 17");
}

TEST(LogFormat, TakesTheTargetApart) {
  AccessRecord record = sample_record();
  for (const auto& [line, expected] : std::vector<std::pair<const char*, const char*>>{
           {"GET http://x.test/a?b HTTP/1.1", "GET|/a?b|b|HTTP/1.1"},
           {"GET http://x.test HTTP/1.1", "GET|/|-|HTTP/1.1"},
           {"GET http://x.test?q HTTP/1.1", "GET|?q|q|HTTP/1.1"},
           {"GET /to/http://x HTTP/2.0", "GET|/to/http://x|-|HTTP/2.0"},
           {"OPTIONS * HTTP/1.1", "OPTIONS|*|-|HTTP/1.1"},
           {"GET /half", "GET|/half|-|-"},
           {"nonsense", "-|-|-|-"},
           {" ", "-|-|-|-"},
       }) {
    record.request_line = line;
    EXPECT_EQ(written("$request_method|$request_uri|$args|$server_protocol", record), expected) << line;
  }
}

TEST(LogFormat, EscapesAsNginxDoes) {
  AccessRecord record = sample_record();
  const std::string hostile = std::string("a\"b\\c\n\r\t\b\f\x01\x1f\x7f/", 14) + std::string(1, '\0');
  record.request_line = hostile;
  EXPECT_EQ(written("$request", record), "a\\x22b\\x5Cc\\x0A\\x0D\\x09\\x08\\x0C\\x01\\x1F\\x7F/\\x00");
  EXPECT_EQ(written("$request", record, LogEscape::json),
            "a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001\\u001F\x7f/\\u0000");
  std::string in_line = hostile;
  std::replace_if(
      in_line.begin(), in_line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  ASSERT_NE(in_line, hostile);
  EXPECT_EQ(written("$request", record, LogEscape::none), in_line) << "no value begins another line";
}

TEST(LogFormat, WritesNothingButUtf8IntoJson) {
  AccessRecord record = sample_record();
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
           {"caf\xe9", "caf\\u00E9"},
           {"\x80\xff", "\\u0080\\u00FF"},
           {"\xc0\xaf", "\\u00C0\\u00AF"},                        // overlong
           {"\xe0\x80\xaf", "\\u00E0\\u0080\\u00AF"},             // overlong
           {"\xed\xa0\x80", "\\u00ED\\u00A0\\u0080"},             // a surrogate
           {"\xf4\x90\x80\x80", "\\u00F4\\u0090\\u0080\\u0080"},  // beyond U+10FFFF
           {"\xe2\x82", "\\u00E2\\u0082"},                        // cut
           {"\xf0\x9f\x98\"", "\\u00F0\\u009F\\u0098\\\""},
       }) {
    record.request_line = text;
    EXPECT_EQ(written("$request", record, LogEscape::json), expected);
  }
}

TEST(LogFormat, ReadsBackslashesAsNginxsConfigurationDoes) {
  EXPECT_EQ(written(R"(\"$status\"\t\\\'\x\)"), "\"200\"\t\\'\\x\\");
  EXPECT_EQ(written("a\nb\n\n"), "a\nb");
}

TEST(LogFormat, IsTheDefaultOneWhereTheTextIs) {
  LogDetails details;
  const LogFormat format = format_of(kDefaultHttpLogFormat);
  AccessRecord record = sample_record();
  record.remote_user = "a\"b";
  const std::vector<std::string_view> captured = {std::string_view(), "curl/7.88.1"};
  details.captured = captured;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  {
    AccessLogSink sink(fileno(file.get()));
    AccessLog log(sink);
    log.append(record);
    log.append(record, format, details);
  }
  std::rewind(file.get());
  char first[1024];
  char second[1024];
  ASSERT_NE(std::fgets(first, sizeof first, file.get()), nullptr);
  ASSERT_NE(std::fgets(second, sizeof second, file.get()), nullptr);
  EXPECT_STREQ(first, second);
  EXPECT_NE(std::string(first).find(" - a\\x22b ["), std::string::npos);
}

TEST(LogFormat, WritesRelays) {
  StreamRecord record;
  record.remote_addr = "192.0.2.7";
  record.time_local = "22/Nov/2026:10:00:00 +0000";
  record.status = 200;
  record.bytes_sent = 4096;
  record.bytes_received = 17;
  record.session_time = microseconds{3723004999};
  const LogFormat standard = format_of(kDefaultStreamLogFormat, LogEscape::standard, Kind::stream);
  EXPECT_EQ(line_of(standard, record), "[192.0.2.7] [22/Nov/2026:10:00:00 +0000] TCP 200 4096 17 3723.004");
  record.upstream_addr = "10.0.0.1:443";
  record.upstream_name = "default-tls-443";
  LogDetails details;
  details.set(LogVariable::remote_port, "4711");
  EXPECT_EQ(line_of(format_of("$upstream_addr $proxy_upstream_name $remote_port", LogEscape::standard,
                              Kind::stream),
                    record, details),
            "10.0.0.1:443 default-tls-443 4711");
}

TEST(LogFormat, RefusesWhatItDoesNotKnow) {
  const auto reason = [](std::string_view text, Kind kind = Kind::http) {
    const auto format = LogFormat::parse(text, LogEscape::standard, kind);
    return format ? std::string() : format.error().message;
  };
  EXPECT_EQ(reason("$status $geoip2_city"), "the variable '$geoip2_city' is not known here");
  EXPECT_EQ(reason("$statusx"), "the variable '$statusx' is not known here");
  EXPECT_EQ(reason("$arg_"), "the variable '$arg_' is not known here");
  EXPECT_EQ(reason("$cookie_"), "the variable '$cookie_' is not known here");
  EXPECT_EQ(reason("a $"), "a '$' that names no variable in '$'");
  EXPECT_EQ(reason("cost: 5$, $status"), "a '$' that names no variable in '$, $status'");
  EXPECT_EQ(reason("${status"), "'${' without its '}' in '${status'");
  EXPECT_EQ(reason("$request", Kind::stream), "the variable '$request' is not known here");
  EXPECT_EQ(reason("$http_x", Kind::stream), "the variable '$http_x' is not known here");
  EXPECT_EQ(reason("$session_time"), "the variable '$session_time' is not known here");
  EXPECT_EQ(reason(std::string(LogFormat::kMostText + 1, 'a')),
            "has 16385 bytes; a log format has at most 16384");
  std::string many;
  for (std::size_t i = 0; i <= LogFormat::kMostVariables; ++i) many += "$status";
  EXPECT_EQ(reason(many), "names more than 256 variables");
}

TEST(LogFormat, IsWrittenAcrossBuffersWhole) {
  const LogFormat format = format_of("{\"r\":\"$request\"}", LogEscape::json);
  const std::string small(3000, 'a');
  const std::string large(60000, '\x01');
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  std::string expected;
  {
    AccessLogSink sink(fileno(file.get()));
    AccessLog log(sink);
    AccessRecord record;
    for (int i = 0; i < 100; ++i) {
      record.request_line = i % 10 == 9 ? large : small;
      log.append(record, format, {});
      expected += "{\"r\":\"";
      for (const char c : record.request_line) expected += c == 'a' ? "a" : "\\u0001";
      expected += "\"}\n";
    }
    EXPECT_EQ(sink.dropped_lines(), 0U);
  }
  std::rewind(file.get());
  std::string text(expected.size() + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  EXPECT_EQ(text, expected);
}

TEST(LogFormat, CutsTheValuesOfALineThatIsTooLong) {
  const LogFormat format = format_of("<$request><$request><$request>$status;", LogEscape::json);
  const std::string large(50000, '\x01');  // 300,000 bytes when escaped
  AccessRecord record = sample_record();
  record.request_line = large;
  const std::string line = line_of(format, record);
  EXPECT_LT(line.size(), LogFormat::kMostLine);
  EXPECT_GT(line.size(), LogFormat::kMostLine - 4096);
  EXPECT_TRUE(line.ends_with("><>200;")) << line.substr(line.size() - 20);
}

TEST(LogFormat, IsEqualWhereTextAndEscapingAre) {
  EXPECT_EQ(format_of("$status"), format_of("$status"));
  EXPECT_FALSE(format_of("$status") == format_of("$status "));
  EXPECT_FALSE(format_of("$status") == format_of("$status", LogEscape::json));
}

}  // namespace
}  // namespace headgate::observe
