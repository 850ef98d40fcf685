// A real browser: headless Chromium opens a page and what belongs to it over HTTPS and HTTP/2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "integration/https_pod.h"
#include "support/program.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kParts = 8;
constexpr std::chrono::minutes kBrowserWithin{2};

// A page that asks for its parts at the same time and then says what it got.
std::string page() {
  return "<!doctype html><title>Headgate</title><p id=result>waiting</p><script>\n"
         "const numbers = [...Array(" +
         std::to_string(kParts) +
         ").keys()];\n"
         "Promise.all(numbers.map(n => fetch('/part/' + n).then(r => r.text()))).then(texts => {\n"
         "  const protocols = performance.getEntriesByType('resource').map(e => e.nextHopProtocol);\n"
         "  const pushed = performance.getEntriesByType('navigation')[0].nextHopProtocol;\n"
         "  document.getElementById('result').textContent =\n"
         "      'page ' + pushed + '; ' + texts.join(',') + '; ' + [...new Set(protocols)].join(',');\n"
         "});\n</script>\n";
}

std::string chromium() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"})
    if (std::string found = program(name); !found.empty()) return found;
  return "";
}

class Browser : public HttpsPod {};

TEST_F(Browser, OpensAPageOverHttpsAndHttp2) {
  const std::string browser = chromium();
  if (browser.empty()) {
    say_not_tested("chromium is missing, no browser was tried");
    GTEST_SKIP() << "chromium is missing";
  }
  pod.set_handler([](BackendExchange& exchange) {
    const std::string& target = exchange.request().target;
    if (target == "/") {
      exchange.respond(200, page(), "Content-Type: text/html\r\n");
    } else if (target.starts_with("/part/")) {
      exchange.respond(200, "part" + target.substr(6), "Content-Type: text/plain\r\n");
    } else {
      exchange.respond(404, "", "");
    }
  });
  const TempDir profile;
  HeadgateOptions options;
  options.access_log = (profile.path() / "access.log").string();
  start({}, options);

  // No look-ups, no updates, no other host: only what the test asks for.
  const std::string origin = "https://x.test:" + std::to_string(headgate->https_port());
  ChildProcess run({browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                    "--no-first-run", "--disable-background-networking", "--disable-component-update",
                    "--disable-sync", "--disable-default-apps", "--disable-extensions",
                    "--disable-dev-shm-usage", "--mute-audio",
                    "--user-data-dir=" + (profile.path() / "profile").string(), "--ignore-certificate-errors",
                    "--host-resolver-rules=MAP x.test 127.0.0.1, MAP * ~NOTFOUND",
                    "--virtual-time-budget=10000", "--dump-dom", origin + "/"});
  const auto status = run.wait(kBrowserWithin);
  ASSERT_TRUE(status) << "the browser did not end:\n" << run.standard_error();
  std::string parts;
  for (int i = 0; i < kParts; ++i) parts += (i == 0 ? "part" : ",part") + std::to_string(i);
  EXPECT_THAT(run.standard_output(), HasSubstr("page h2; " + parts + "; h2</p>")) << run.standard_error();

  headgate.reset();  // writes what is left of the log
  std::ifstream file(options.access_log);
  std::ostringstream log;
  log << file.rdbuf();
  EXPECT_THAT(log.str(), HasSubstr("\"GET / HTTP/2.0\" 200"));
  EXPECT_THAT(log.str(), HasSubstr("\"GET /part/" + std::to_string(kParts - 1) + " HTTP/2.0\" 200"));
  EXPECT_THAT(log.str(), Not(HasSubstr("HTTP/1.")));
}

}  // namespace
}  // namespace headgate::test_support
