#include "observe/access_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "records.h"

namespace headgate::observe {
namespace {

using std::chrono::microseconds;

std::string contents_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  char block[4096];
  for (std::size_t size = 0; (size = std::fread(block, 1, sizeof block, file)) > 0;) text.append(block, size);
  return text;
}

// What the log writes for these records.
template <typename Record>
std::string logged_all(const std::vector<Record>& records) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), &std::fclose);
  {
    AccessLogSink sink(fileno(file.get()));
    AccessLog log(sink);
    for (const Record& record : records) log.append(record);
  }
  return contents_of(file.get());
}

template <typename Record>
std::string logged(const Record& record) {
  return logged_all(std::vector<Record>{record});
}

TEST(AccessLog, WritesTheDefaultFormatOfIngressNginx) {
  EXPECT_EQ(logged(sample_record()),
            "192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] \"GET /shop?q=1 HTTP/1.1\" 200 1024 \"-\" "
            "\"curl/7.88.1\" 697 0.012 [default-web-80] [] 10.0.0.1:8080 1024 0.011 200 "
            "0123456789abcdef0123456789abcdef\n");
}

TEST(AccessLog, NamesTheUser) {
  AccessRecord record = sample_record();
  record.remote_user = "ann \"the\nuser\"";
  EXPECT_EQ(logged(record).find("192.0.2.7 - ann \\x22the\\x0Auser\\x22 [22/Nov/2026:"), 0U) << logged(record);
}

TEST(AccessLog, WritesRelaysInTheStreamFormatOfIngressNginx) {
  StreamRecord record;
  record.remote_addr = "192.0.2.7";
  record.time_local = "22/Nov/2026:10:00:00 +0000";
  record.status = 200;
  record.bytes_sent = 4096;
  record.bytes_received = 18446744073709551615U;
  record.session_time = microseconds{3723004999};
  EXPECT_EQ(logged(record),
            "[192.0.2.7] [22/Nov/2026:10:00:00 +0000] TCP 200 4096 18446744073709551615 3723.004\n");
}

TEST(AccessLog, SeparatesTriesAsNginxDoes) {
  AccessRecord record = sample_record();
  record.status = 504;
  record.tries[0] = {"10.0.0.1:8080", 502, 0, microseconds{-1}, microseconds{-1}, microseconds{250}};
  record.tries[1] = {"10.0.0.2:8080", 504, 0, microseconds{800}, microseconds{-1}, microseconds{5000999}};
  record.tries[2] = {"10.0.0.3:8080", 0, 17, microseconds{-1}, microseconds{-1}, microseconds{-1}};
  record.try_count = 3;
  EXPECT_EQ(logged(record),
            "192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] \"GET /shop?q=1 HTTP/1.1\" 504 1024 \"-\" "
            "\"curl/7.88.1\" 697 0.012 [default-web-80] [] 10.0.0.1:8080, 10.0.0.2:8080, 10.0.0.3:8080 "
            "0, 0, 17 0.000, 5.000, - 502, 504, - 0123456789abcdef0123456789abcdef\n");
}

TEST(AccessLog, PrintsADashForEverythingUnknown) {
  AccessRecord record;
  record.time_local = "22/Nov/2026:10:00:00 +0000";
  record.status = 400;
  EXPECT_EQ(logged(record),
            "- - - [22/Nov/2026:10:00:00 +0000] \"-\" 400 0 \"-\" \"-\" 0 0.000 [-] [] - - - - -\n");
}

TEST(AccessLog, PrintsLargeNumbersWhole) {
  AccessRecord record = sample_record();
  record.body_bytes_sent = 18446744073709551615U;
  record.request_length = 1000000;
  record.request_time = microseconds{3723004999};
  EXPECT_NE(logged(record).find("\" 200 18446744073709551615 \"-\""), std::string::npos);
  EXPECT_NE(logged(record).find("\" 1000000 3723.004 ["), std::string::npos);
}

struct EscapeCase {
  std::string text;
  std::string expected;
};

TEST(AccessLog, EscapesClientTextAsNginxDoes) {
  const std::vector<EscapeCase> cases = {
      {"plain", "plain"},
      {"a\"b", "a\\x22b"},
      {"a\\b", "a\\x5Cb"},
      {std::string("\0\x01\x1f", 3), "\\x00\\x01\\x1F"},
      {" ~", " ~"},
      {"\x7f\x80\xff", "\\x7F\\x80\\xFF"},
      {"caf\xc3\xa9 and a long clean rest of it", "caf\\xC3\\xA9 and a long clean rest of it"},
      {"evil\n192.0.2.9 - - [now] \"GET /\"", "evil\\x0A192.0.2.9 - - [now] \\x22GET /\\x22"},
  };
  for (const EscapeCase& c : cases) {
    AccessRecord record = sample_record();
    record.user_agent = c.text;
    EXPECT_NE(logged(record).find("\"-\" \"" + c.expected + "\" 697 "), std::string::npos) << logged(record);
  }
}

// Both come from others: one from the client, one from names in manifests.
TEST(AccessLog, EscapesTheRequestIdAndTheUpstreamName) {
  AccessRecord record = sample_record();
  record.request_id = "id\x1b[2J \"\\\x80";
  record.upstream_name = "default-web\n-80";
  EXPECT_NE(logged(record).find(" [default-web\\x0A-80] [] 10.0.0.1:8080 "), std::string::npos);
  EXPECT_NE(logged(record).find(" 200 id\\x1B[2J \\x22\\x5C\\x80\n"), std::string::npos) << logged(record);
}

TEST(AccessLog, CutsALongRequestId) {
  const std::string longest(256, '\x01');
  std::string escaped;
  for (std::size_t i = 0; i < longest.size(); ++i) escaped += "\\x01";
  const std::string too_long = longest + std::string(40000, 'a');
  for (const std::string& id : {longest, too_long}) {
    AccessRecord record = sample_record();
    record.request_id = id;
    EXPECT_TRUE(logged(record).ends_with(" 200 " + escaped + "\n"));
  }
}

// The fast path looks at sixteen bytes at a time: no position and no length may hide a byte from it.
TEST(AccessLog, EscapesAtEveryPositionOfEveryLength) {
  std::vector<std::string> texts;
  std::vector<std::string> expected;
  for (std::size_t size = 1; size <= 50; ++size) {
    for (std::size_t bad = 0; bad < size; ++bad) {
      std::string text(size, 'a');
      text[bad] = '"';
      texts.push_back(text);
      expected.push_back(text.replace(bad, 1, "\\x22"));
    }
  }
  std::vector<AccessRecord> records;
  std::string wanted;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    AccessRecord record = sample_record();
    record.referer = texts[i];
    records.push_back(record);
    wanted += "192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] \"GET /shop?q=1 HTTP/1.1\" 200 1024 \"" +
              expected[i] +
              "\" \"curl/7.88.1\" 697 0.012 [default-web-80] [] 10.0.0.1:8080 1024 0.011 200 "
              "0123456789abcdef0123456789abcdef\n";
  }
  EXPECT_EQ(logged_all(records), wanted);
}

TEST(AccessLog, KeepsOrderAndLinesAcrossBuffers) {
  constexpr int kLines = 2000;  // several buffers
  std::vector<std::string> agents;
  agents.reserve(kLines);
  for (int i = 0; i < kLines; ++i) agents.push_back("agent-" + std::to_string(i));
  std::vector<AccessRecord> records;
  for (const std::string& agent : agents) {
    records.push_back(sample_record());
    records.back().user_agent = agent;
  }
  const std::string text = logged_all(records);
  std::size_t position = 0;
  for (const std::string& agent : agents) {
    position = text.find('"' + agent + '"', position);
    ASSERT_NE(position, std::string::npos) << agent;
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), kLines);
}

TEST(AccessLog, TakesALineLongerThanItsBuffer) {
  const std::string hostile(40000, '\x01');  // 160,000 bytes when escaped
  AccessRecord record = sample_record();
  record.request_line = hostile;
  const std::string text = logged_all<AccessRecord>({sample_record(), record, sample_record()});
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_GT(text.size(), 160000U);
}

TEST(AccessLog, CostsNothingWhenOff) {
  AccessLogSink sink(-1);
  EXPECT_FALSE(sink.enabled());
  AccessLog log(sink);
  log.append(sample_record());
  log.flush();
  EXPECT_EQ(sink.dropped_lines(), 0U);
}

}  // namespace
}  // namespace headgate::observe
