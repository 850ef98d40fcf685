// A real browser: headless Chromium opens pages over HTTPS and HTTP/2, and their scripts say what they got.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include "integration/https_pod.h"
#include "support/program.h"
#include "support/stream_pod.h"

namespace headgate::test_support {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::minutes kBrowserWithin{2};

std::string chromium() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"})
    if (std::string found = program(name); !found.empty()) return found;
  return "";
}

// The server of a well-known library: sends back each message, in capitals.
void websocket_server(int fd) {
  namespace beast = boost::beast;
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  boost::system::error_code error;
  socket.assign(boost::asio::ip::tcp::v4(), ::dup(fd), error);
  beast::websocket::stream<boost::asio::ip::tcp::socket> stream(std::move(socket));
  stream.accept(error);
  while (!error) {
    beast::flat_buffer message;
    stream.read(message, error);
    if (error) return;
    std::string text = beast::buffers_to_string(message.data());
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    stream.text(true);
    stream.write(boost::asio::buffer(text), error);
  }
}

class Browser : public HttpsPod {
 protected:
  void SetUp() override {
    if (!browser_.empty()) return;
    say_not_tested("chromium is missing, no browser was tried");
    GTEST_SKIP() << "chromium is missing";
  }
  // Pods answer GET / with a page that runs `script`, GET /who with their name, and keep what is said.
  void serve_page(EchoBackend& from, const std::string& script) {
    const std::string page =
        "<!doctype html><title>Headgate</title><script>\n"
        "const say = text => fetch('/said', {method: 'POST', body: text});\n(async () => {\n" +
        script + "\n})().catch(error => say('failed: ' + error));\n</script>\n";
    const std::string name = &from == &pod ? "web" : "another";
    from.set_handler([this, page, name](BackendExchange& exchange) {
      const std::string& target = exchange.request().target;
      if (target == "/") {
        exchange.respond(200, page, "Content-Type: text/html\r\n");
      } else if (target == "/who") {
        exchange.respond(200, name, "Content-Type: text/plain\r\nCache-Control: no-store\r\n");
      } else if (target == "/said") {
        exchange.read_body();
        const std::lock_guard lock(mutex_);
        said_ = exchange.request().body;
        exchange.respond(204, "");
      } else {
        exchange.respond(404, "", "");
      }
    });
  }
  void start_logging(std::string_view more) {
    HeadgateOptions options;
    options.access_log = log_path();
    start({}, options, more);
  }
  // Opens the page of the host in a browser of its own; what its script says, or nothing within reason.
  [[nodiscard]] std::string said_by_page(const std::string& host,
                                         const std::vector<std::string>& flags = {}) {
    // No look-ups, no updates, no other host: only what the test asks for, each host at its usual port.
    const std::string here = "127.0.0.1:" + std::to_string(headgate->https_port());
    std::vector<std::string> command{browser_,
                                     "--headless",
                                     "--no-sandbox",
                                     "--disable-gpu",
                                     "--disable-quic",
                                     "--no-first-run",
                                     "--disable-background-networking",
                                     "--disable-component-update",
                                     "--disable-sync",
                                     "--disable-default-apps",
                                     "--disable-extensions",
                                     "--disable-dev-shm-usage",
                                     "--mute-audio",
                                     "--remote-debugging-port=0",
                                     "--user-data-dir=" + (folder_.path() / "profile").string(),
                                     "--ignore-certificate-errors",
                                     "--host-resolver-rules=MAP *.test:443 " + here + ", MAP * ~NOTFOUND"};
    command.insert(command.end(), flags.begin(), flags.end());
    command.push_back("https://" + host + "/");
    const ChildProcess run(command);
    EXPECT_TRUE(eventually([&] { return !said().empty(); }, kBrowserWithin)) << run.standard_error();
    return said();
  }
  // Ends Headgate, so that it writes what is left of it.
  [[nodiscard]] std::string whole_access_log() {
    headgate.reset();
    std::ifstream file(log_path());
    std::ostringstream log;
    log << file.rdbuf();
    return log.str();
  }

 private:
  [[nodiscard]] std::string said() const {
    const std::lock_guard lock(mutex_);
    return said_;
  }
  [[nodiscard]] std::string log_path() const { return (folder_.path() / "access.log").string(); }

  const std::string browser_ = chromium();
  TempDir folder_;
  mutable std::mutex mutex_;
  std::string said_;
};

std::string annotated(const std::string& name, const std::string& host, const FieldList& annotations,
                      const std::string& service, const std::string& path = "/") {
  IngressSpec spec;
  spec.name = name;
  spec.rules = {{host, {{path, "Prefix", service, "80"}}}};
  spec.annotations = annotations;
  return ingress(spec);
}

TEST_F(Browser, OpensAPageOverHttpsAndHttp2) {
  serve_page(pod,
             "const names = await Promise.all([...Array(8)].map(() => fetch('/who').then(r => r.text())));\n"
             "const used = ['navigation', 'resource'].flatMap(\n"
             "    type => performance.getEntriesByType(type).map(entry => entry.nextHopProtocol));\n"
             "say(names.join() + ' by ' + [...new Set(used)].join());");
  start_logging("");
  EXPECT_EQ(said_by_page("x.test"), "web,web,web,web,web,web,web,web by h2");
  EXPECT_THAT(whole_access_log(), AllOf(HasSubstr("\"GET / HTTP/2.0\" 200"),
                                        HasSubstr("\"GET /who HTTP/2.0\" 200"), Not(HasSubstr("HTTP/1."))));
}

TEST_F(Browser, ReadsOfAnotherOriginWhatCorsLetsItRead) {
  EchoBackend api("api");
  api.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond(201, "made " + exchange.request().body, "X-Shown: yes\r\nX-Kept: secret\r\n");
  });
  // A method and a field that need a preflight; credentials, which "*" would not do for.
  serve_page(
      pod,
      "const options = {method: 'PUT', credentials: 'include', headers: {'X-Requested-With': 'page'},\n"
      "                 body: 'thing'};\n"
      "const answer = await fetch('https://api.test/things', options);\n"
      "const reason = await fetch('https://strict.test/things', options).catch(error => error.name);\n"
      "const unasked = await fetch('https://plain.test/things').catch(error => error.name);\n"
      "say([answer.status, await answer.text(), answer.headers.get('X-Shown'),\n"
      "     answer.headers.get('X-Kept'), reason, unasked].join('|'));");
  const auto cors_for = [](const std::string& origin) {
    return FieldList{
        {"enable-cors", "true"}, {"cors-allow-origin", origin}, {"cors-expose-headers", "X-Shown"}};
  };
  start_logging(annotated("api", "api.test", cors_for("https://x.test"), "api") +
                annotated("strict", "strict.test", cors_for("https://other.test"), "api") +
                annotated("plain", "plain.test", {}, "api") + service_of("api", api));
  EXPECT_EQ(said_by_page("x.test"), "201|made thing|yes||TypeError|TypeError");
  const std::string log = whole_access_log();
  EXPECT_THAT(log, HasSubstr("\"OPTIONS /things HTTP/2.0\" 204"));
  EXPECT_EQ(api.request_count(), 3u) << "the one allowed, and two without a preflight that nobody reads";
}

TEST_F(Browser, StaysWithItsPodByCookie) {
  EchoBackend another("another");
  const std::string script =
      "const ask = credentials => fetch('/who', {credentials}).then(r => r.text());\n"
      "const met = async credentials => {\n"
      "  const names = new Set();\n"
      "  for (let i = 0; i < 12; ++i) names.add(await ask(credentials));\n"
      "  return names.size;\n"
      "};\n"
      "say(await met('same-origin') + ' ' + await met('omit') + ' ' + document.cookie);";
  serve_page(pod, script);
  serve_page(another, script);
  start_logging(annotated("sticky", "sticky.test", {{"affinity", "cookie"}}, "both") +
                service_of("both", std::vector<const EchoBackend*>{&pod, &another}));
  EXPECT_EQ(said_by_page("sticky.test"), "1 2 ")
      << "with the cookie one pod, without both; scripts do not see it";
}

// The page came over HTTP/2: the browser opens the WebSocket as a stream of that connection (RFC 8441).
constexpr const char* kWebSocketScript =
    "const socket = new WebSocket('wss://x.test/live');\n"
    "const got = [];\n"
    "socket.onopen = () => { socket.send('one'); socket.send('x'.repeat(100000)); };\n"
    "socket.onmessage = event => { got.push(event.data.length > 9 ? event.data.length : event.data);\n"
    "                              if (got.length == 2) socket.close(1000); };\n"
    "socket.onclose = event => say(got.join() + ' ' + event.code);\n"
    "socket.onerror = () => say('error');";

TEST_F(Browser, SpeaksWebSocketOverHttp2) {
  StreamPod live(websocket_server);
  serve_page(pod, kWebSocketScript);
  start_logging(annotated("live", "x.test", {}, "live", "/live") +
                service_at("live", {PodAddress{"127.0.0.1", live.port()}}));
  EXPECT_EQ(said_by_page("x.test"), "ONE,100000 1000");
  EXPECT_THAT(whole_access_log(), ContainsRegex("\"(CONNECT|GET) /live HTTP/2.0\" 200"));
}

TEST_F(Browser, SpeaksWebSocketOverHttp1) {
  StreamPod live(websocket_server);
  serve_page(pod, kWebSocketScript);
  start_logging(annotated("live", "x.test", {}, "live", "/live") +
                service_at("live", {PodAddress{"127.0.0.1", live.port()}}));
  EXPECT_EQ(said_by_page("x.test", {"--disable-http2"}), "ONE,100000 1000");
  EXPECT_THAT(whole_access_log(), HasSubstr("\"GET /live HTTP/1.1\" 101"));
}

}  // namespace
}  // namespace headgate::test_support
