// Where the ConfigMap sends the lines of the logs: files, standard streams, a syslog server; and what becomes
// of them when that changes, or cannot be.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "integration/https_pod.h"
#include "support/client_hello.h"
#include "support/dns_server.h"
#include "support/file_descriptor.h"
#include "support/metrics.h"
#include "support/raw_client.h"
#include "support/stream_pod.h"
#include "support/syslog_receiver.h"
#include "support/tls_by_hand.h"

namespace headgate::test_support {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class LogSinks : public HttpsPod {
 protected:
  // Host x.test has a pod; the TLS connections of pass.test go to one that echoes.
  void begin(const FieldList& settings, std::vector<std::string> flags = {}) {
    IngressSpec spec;
    spec.name = "pass";
    spec.rules = {{"pass.test", {{"/", "Prefix", "pass", "80"}}}};
    spec.annotations = {{"ssl-passthrough", "true"}};
    HeadgateOptions options;
    options.access_log = path("flag.log");
    options.flags = std::move(flags);
    options.flags.emplace_back("--enable-ssl-passthrough");
    start({}, options, ingress(spec) + service_at("pass", {{"127.0.0.1", relay.port(), "{ready: true}"}}));
    if (!settings.empty()) change(settings);
  }
  // Returns when the settings are followed: a key among them that is none has been told of.
  void change(FieldList settings) {
    const std::string mark = "mark-" + std::to_string(++marks_);
    settings.emplace_back(mark, "x");
    folder.write("web.yaml", tls_ingress("web", "x.test", "web", "web-tls") + service_of("web", pod) +
                                 config_map("headgate", settings) + rest_);
    ASSERT_TRUE(headgate->wait_for_finding("data." + mark + ":"));
  }
  void start(const FieldList& settings, const HeadgateOptions& options, const std::string& more) {
    rest_ = more;
    HttpsPod::start(settings, options, more);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (logs.path() / name).string(); }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream file(path(name));
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  // A line of a request for that path is in the file.
  [[nodiscard]] bool arrives(const std::string& file, const std::string& what) const {
    return eventually([&] { return text(file).find(what) != std::string::npos; });
  }
  void request(const std::string& target) const {
    TlsClient one = client(tls({"http/1.1"}));
    ASSERT_TRUE(one.is_secure()) << one.failure();
    EXPECT_EQ(one.exchange(make_request("GET", "x.test", target)).status, 200);
  }
  void relay_once() const {
    RawClient raw(headgate->https_port());
    const std::string hello = record(hello_message({.extensions = server_name_extension("pass.test")}));
    EXPECT_TRUE(raw.send(hello));
    EXPECT_EQ(raw.read_exactly(hello.size()), hello);
  }
  [[nodiscard]] std::string findings() const { return headgate->admin("/debug/findings").body; }
  // Lines that name the key.
  [[nodiscard]] std::size_t findings_of(const std::string& key) const {
    std::istringstream lines(findings());
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);)
      if (line.find("data." + key) != std::string::npos) ++count;
    return count;
  }

  // Settings are followed a moment before they are told of.
  [[nodiscard]] bool told(const std::string& key, std::size_t count = 1) const {
    return eventually([&] { return findings_of(key) == count; });
  }

  TempDir logs;
  StreamPod relay{echo_bytes};

 private:
  std::string rest_;
  int marks_ = 0;
};

TEST_F(LogSinks, WithoutKeysBothKindsOfLinesGoWhereTheFlagSays) {
  begin({});
  request("/one");
  relay_once();
  EXPECT_TRUE(arrives("flag.log", "GET /one "));
  EXPECT_TRUE(arrives("flag.log", "] TCP 200 "));
}

TEST_F(LogSinks, OnePathIsOfBothKinds) {
  begin({{"access-log-path", path("both.log")}});
  request("/one");
  relay_once();
  EXPECT_TRUE(arrives("both.log", "GET /one "));
  EXPECT_TRUE(arrives("both.log", "] TCP 200 "));
  EXPECT_THAT(text("flag.log"), Not(HasSubstr("GET /one ")));
  EXPECT_THAT(findings(), Not(HasSubstr("log-path")));
}

TEST_F(LogSinks, EachKindHasAPathOfItsOwn) {
  begin({{"access-log-path", path("both.log")},
         {"http-access-log-path", path("http.log")},
         {"stream-access-log-path", path("stream.log")}});
  request("/one");
  relay_once();
  EXPECT_TRUE(arrives("http.log", "GET /one "));
  EXPECT_TRUE(arrives("stream.log", "] TCP 200 "));
  EXPECT_THAT(text("http.log"), Not(HasSubstr(" TCP ")));
  EXPECT_THAT(text("stream.log"), Not(HasSubstr("GET ")));
  EXPECT_FALSE(fs::exists(path("both.log")));
}

TEST_F(LogSinks, ChangesCountAtOnceAndBack) {
  begin({});
  request("/one");
  change({{"http-access-log-path", path("http.log")}});
  request("/two");
  EXPECT_TRUE(arrives("http.log", "GET /two "));
  change({});
  request("/three");
  EXPECT_TRUE(arrives("flag.log", "GET /three "));
  EXPECT_THAT(text("flag.log"), HasSubstr("GET /one "));
  EXPECT_THAT(text("flag.log"), Not(HasSubstr("GET /two ")));
  EXPECT_THAT(text("http.log"), Not(HasSubstr("GET /three ")));
}

TEST_F(LogSinks, FilesAreOpenedAnewAfterRotation) {
  begin({{"http-access-log-path", path("http.log")}, {"error-log-path", path("error.log")}});
  request("/one");
  ASSERT_TRUE(arrives("http.log", "GET /one "));
  fs::rename(path("http.log"), path("http.log.1"));
  fs::rename(path("error.log"), path("error.log.1"));
  headgate->process().signal(SIGHUP);
  ASSERT_TRUE(eventually([&] { return fs::exists(path("http.log")) && fs::exists(path("error.log")); }));
  request("/two");
  EXPECT_TRUE(arrives("http.log", "GET /two "));
  EXPECT_THAT(text("http.log.1"), Not(HasSubstr("GET /two ")));
}

TEST_F(LogSinks, APathThatCannotBeOpenedIsOneFindingAndLinesStayWhereTheyWere) {
  begin({{"access-log-path", path("good.log")}});
  change({{"access-log-path", path("missing/a.log")}});
  request("/one");
  EXPECT_TRUE(arrives("good.log", "GET /one "));
  EXPECT_TRUE(told("access-log-path")) << findings();
  EXPECT_THAT(findings(), HasSubstr("cannot open " + path("missing/a.log") +
                                    ": No such file or directory; lines go "
                                    "on where they went before"));
  // SIGHUP tries again.
  fs::create_directory(path("missing"));
  headgate->process().signal(SIGHUP);
  EXPECT_TRUE(told("access-log-path", 0)) << findings();
  request("/two");
  EXPECT_TRUE(arrives("missing/a.log", "GET /two "));
}

TEST_F(LogSinks, APipeThatNobodyReadsLosesLinesAndMayBeGivenUp) {
  begin({});
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  change({{"http-access-log-path", path("pipe")}});
  EXPECT_THAT(findings(), HasSubstr("data.http-access-log-path: cannot open " + path("pipe")));
  const FileDescriptor reader(::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_GE(reader.get(), 0);
  // Filled by us, so that none of its lines fits.
  const FileDescriptor writer(::open(path("pipe").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  const std::string block(4096, 'x');
  while (::write(writer.get(), block.data(), block.size()) > 0) continue;
  change({});
  change({{"http-access-log-path", path("pipe")}});
  request("/lost");
  change({{"http-access-log-path", path("next.log")}});
  request("/next");
  EXPECT_TRUE(arrives("next.log", "GET /next "));
  EXPECT_TRUE(eventually([&] {
    return metric(headgate->admin("/metrics").body, "headgate_access_log_dropped_lines_total") == 1;
  }));
}

TEST_F(LogSinks, APathThatIsNoneIsOneFinding) {
  begin({});
  for (const char* key :
       {"access-log-path", "http-access-log-path", "stream-access-log-path", "error-log-path"}) {
    change({{key, "log/relative"}});
    EXPECT_TRUE(told(key)) << findings();
    request("/still");
  }
  EXPECT_TRUE(arrives("flag.log", "GET /still "));
}

TEST_F(LogSinks, StandardStreamsAreNamedAsInDev) {
  begin({{"http-access-log-path", "/dev/stderr"}});
  request("/to-stderr");
  EXPECT_TRUE(eventually(
      [&] { return headgate->process().standard_error().find("GET /to-stderr ") != std::string::npos; }));
}

// --- syslog ---

TEST_F(LogSinks, SyslogGetsOneDatagramForEachRequest) {
  const SyslogReceiver server;
  begin({{"enable-syslog", "true"},
         {"syslog-host", "127.0.0.1"},
         {"syslog-port", std::to_string(server.port())}});
  request("/one");
  relay_once();
  std::string line;
  while (line.find("/one") == std::string::npos) {
    line = server.next();
    ASSERT_FALSE(line.empty());
  }
  EXPECT_THAT(
      line, MatchesRegex("<190>[A-Z][a-z][a-z] [ 0-9][0-9] [0-9:]+ [^ ]+ nginx: 127.0.0.1 - - \\[.*\\] \"GET "
                         "/one HTTP/1.1\" 200 .*[^\n]"));
  // As in ingress-nginx: of requests alone.
  EXPECT_TRUE(arrives("flag.log", "] TCP 200 "));
  EXPECT_THAT(text("flag.log"), Not(HasSubstr("GET /one ")));
  EXPECT_THAT(findings(), Not(HasSubstr("syslog")));
}

TEST_F(LogSinks, SyslogIsFoundByItsName) {
  DnsServer dns;
  const SyslogReceiver server;
  begin({{"enable-syslog", "true"},
         {"syslog-host", "logs.example.org"},
         {"syslog-port", std::to_string(server.port())}},
        {"--resolver=" + dns.address()});
  ASSERT_TRUE(told("syslog-host", 1)) << findings();
  request("/lost");
  EXPECT_TRUE(eventually([&] {
    return metric(headgate->admin("/metrics").body, "headgate_access_log_dropped_lines_total") >= 1;
  }));
  dns.set("logs.example.org", {{"127.0.0.1"}, 60});
  ASSERT_TRUE(told("syslog-host", 0)) << findings();
  request("/found");
  std::string line;
  while (line.find("GET /found ") == std::string::npos) {
    line = server.next();
    ASSERT_FALSE(line.empty());
  }
}

TEST_F(LogSinks, SyslogThatSaysNoServerIsOneFinding) {
  begin({{"enable-syslog", "true"}});
  EXPECT_TRUE(told("enable-syslog")) << findings();
  change({{"enable-syslog", "true"}, {"syslog-host", "no host"}});
  EXPECT_TRUE(told("syslog-host")) << findings();
  change({{"enable-syslog", "true"}, {"syslog-host", "127.0.0.1"}, {"syslog-port", "0"}});
  EXPECT_TRUE(told("syslog-port")) << findings();
  change({{"enable-syslog", "false"}});
  request("/one");
  EXPECT_TRUE(arrives("flag.log", "GET /one "));
}

// --- the log of the process ---

TEST_F(LogSinks, TheProcessLogGoesToAFileAndBack) {
  begin({{"error-log-path", path("error.log")}, {"custom-http-errors", "1"}});
  EXPECT_TRUE(arrives("error.log", "custom-http-errors")) << "a Finding that came after the file";
  EXPECT_THAT(headgate->process().standard_error(), HasSubstr("the log goes on in " + path("error.log")));
  change({{"error-log-path", path("missing/error.log")}});
  EXPECT_TRUE(told("error-log-path")) << findings();
  change({{"gzip-level", "99"}});
  EXPECT_TRUE(eventually(
      [&] { return headgate->process().standard_error().find("gzip-level") != std::string::npos; }));
}

TEST_F(LogSinks, WhereTheProcessLogGoesIsSaidOnlyWhereItDoes) {
  begin({});
  change({{"error-log-path", path("missing/error.log")}});
  EXPECT_THAT(headgate->process().standard_error(),
              Not(HasSubstr("goes on in " + path("missing/error.log"))));
  change({{"error-log-path", path("error.log")}});
  EXPECT_THAT(headgate->process().standard_error(), HasSubstr("goes on in " + path("error.log")));
  EXPECT_THAT(text("error.log"), Not(HasSubstr("goes on in " + path("error.log"))));
}

TEST_F(LogSinks, TheProcessLogHasNginxsLevels) {
  begin({{"error-log-level", "error"}});
  change({{"error-log-level", "error"}, {"gzip-level", "98"}});
  change({{"error-log-level", "warn"}, {"gzip-level", "99"}});
  EXPECT_TRUE(eventually(
      [&] { return headgate->process().standard_error().find("gzip-level: '99'") != std::string::npos; }));
  EXPECT_THAT(headgate->process().standard_error(), Not(HasSubstr("gzip-level: '98'")));
  change({{"error-log-level", "loud"}});
  EXPECT_TRUE(told("error-log-level")) << findings();
}

}  // namespace
}  // namespace headgate::test_support
