// proxy-buffering as clients and pods see it: when a pod is done with an answer that its client has not
// taken, what the client gets of it, and that nothing is left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "integration/http2_fixture.h"
#include "support/pattern.h"
#include "support/process_stats.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;

// More than the sockets between a pod and a client that reads nothing take.
constexpr std::size_t kLarge = std::size_t{40} << 20;

// What a test asks with.
const std::string kGet = make_request("GET", "x.test", "/");

class AnswerBuffering : public OnePodOverH2 {
 protected:
  void start_with(const FieldList& annotations, const FieldList& settings = {},
                  const std::vector<std::string>& flags = {}) {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    folder.write("web.yaml", ingress(spec) + service_of("web", pod) + config_map("headgate", settings));
    HeadgateOptions options;
    options.access_log = (logs.path() / "access.log").string();
    options.flags = {"--configmap=default/headgate", "--request-buffer-dir=" + spool.path().string()};
    options.flags.insert(options.flags.end(), flags.begin(), flags.end());
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  void start_buffering(const FieldList& more = {}, const std::vector<std::string>& flags = {}) {
    FieldList all{{"proxy-buffering", "on"}};
    all.insert(all.end(), more.begin(), more.end());
    start_with(all, {}, flags);
  }
  // The pod answers with so much of the pattern, and opens `reached` when the last of it is gone; what comes
  // for /next is echoed.
  void give(std::size_t size, const std::string& fields = "") {
    pod.set_handler([this, size, fields](BackendExchange& exchange) {
      exchange.read_body();
      if (exchange.request().target == "/next") {
        exchange.respond_with_echo();
        return;
      }
      exchange.send("HTTP/1.1 200 OK\r\n" + fields + "Content-Length: " + std::to_string(size) + "\r\n\r\n");
      if (give_pattern(exchange, size)) reached.open();
    });
  }
  static bool give_pattern(BackendExchange& exchange, std::size_t size) {
    static const std::string period = pattern(0, kPatternPeriod);
    for (std::size_t sent = 0; sent < size;) {
      const std::size_t piece = std::min(size - sent, period.size());
      if (!exchange.send(std::string_view(period).substr(0, piece))) return false;
      sent += piece;
    }
    return true;
  }
  // A client that stops the sender soon.
  [[nodiscard]] RawClient slow_client() const {
    ClientOptions options;
    options.receive_buffer = 4096;
    return RawClient(headgate->http_port(), options);
  }
  static void expect_pattern(const HttpResponse& response, std::size_t size) {
    EXPECT_EQ(response.status, 200) << response.problem;
    EXPECT_EQ(response.problem, "");
    PatternChecker checker;
    EXPECT_TRUE(checker.add(response.body));
    EXPECT_EQ(checker.position(), size);
  }
  // The pod is done, and has its connection back, before the client has taken a byte of the content.
  void expect_buffered() {
    RawClient one = slow_client();
    one.send(kGet);
    ASSERT_TRUE(reached.wait());
    expect_pod_is_free();
    const HttpResponse response = one.receive();
    expect_pattern(response, kLarge);
    EXPECT_FALSE(response.has("X-Accel-Buffering"));
  }
  void expect_pod_is_free() {
    EXPECT_TRUE(eventually([&] { return metric("headgate_upstream_connections", "idle") == 1; }));
    EXPECT_EQ(headgate->get("x.test", "/next").status, 200);
    EXPECT_EQ(pod.connection_count(), 1u) << "the connection of the answer before is used again";
  }
  // The pod cannot be done as long as the client has taken little of it.
  void expect_streamed() {
    RawClient one = slow_client();
    one.send(kGet);
    const std::string begin = one.read_exactly(1 << 20);
    EXPECT_FALSE(reached.is_open());
    EXPECT_EQ(files(), 0u);
    one.reader().buffer().insert(0, begin);
    const HttpResponse response = one.receive();
    expect_pattern(response, kLarge);
    EXPECT_FALSE(response.has("X-Accel-Buffering"));
  }
  // Contents that are in a file now: open files that nobody can find.
  [[nodiscard]] std::size_t files() {
    std::size_t count = 0;
    std::error_code gone;
    const std::filesystem::path fds = "/proc/" + std::to_string(headgate->process().pid()) + "/fd";
    for (std::filesystem::directory_iterator it(fds, gone), end; !gone && it != end; it.increment(gone)) {
      std::error_code closed;
      if (std::filesystem::read_symlink(it->path(), closed).string().starts_with(spool.path().string()))
        ++count;
    }
    return count;
  }
  [[nodiscard]] double rejected(std::string_view reason) const {
    return metric("headgate_http_rejected_total", reason);
  }
  // Waits for the whole of it: one line for each request.
  [[nodiscard]] std::string log(std::size_t lines) const {
    std::string text;
    eventually([&] {
      std::ostringstream all;
      all << std::ifstream(logs.path() / "access.log").rdbuf();
      text = all.str();
      return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= lines;
    });
    return text;
  }

  TempDir spool;
  TempDir logs;
};

// --- what turns it on ---

struct Switch {
  const char* name;
  const char* annotation;  // null: none
  const char* key;         // of the ConfigMap; null: none
  const char* said;        // by the pod: X-Accel-Buffering; null: nothing
  bool buffered;
  const char* finding = nullptr;
};

void PrintTo(const Switch& each, std::ostream* out) { *out << each.name; }

class AnswerBufferingSwitch : public AnswerBuffering, public ::testing::WithParamInterface<Switch> {};

TEST_P(AnswerBufferingSwitch, Decides) {
  const Switch& each = GetParam();
  FieldList annotations;
  FieldList settings;
  if (each.annotation != nullptr) annotations.emplace_back("proxy-buffering", each.annotation);
  if (each.key != nullptr) settings.emplace_back("proxy-buffering", each.key);
  give(kLarge, each.said == nullptr ? "" : "X-Accel-Buffering: " + std::string(each.said) + "\r\n");
  start_with(annotations, settings);
  const std::string findings = headgate->admin("/debug/findings").body;
  if (each.finding == nullptr) {
    EXPECT_EQ(findings.find("proxy-buffering"), std::string::npos) << findings;
  } else {
    EXPECT_THAT(findings, HasSubstr(each.finding));
  }
  if (each.buffered)
    expect_buffered();
  else
    expect_streamed();
}

INSTANTIATE_TEST_SUITE_P(
    All, AnswerBufferingSwitch,
    ::testing::Values(Switch{"NothingIsOff", nullptr, nullptr, nullptr, false},
                      Switch{"Annotation", "on", nullptr, nullptr, true},
                      Switch{"ConfigMap", nullptr, "on", nullptr, true},
                      Switch{"AnnotationBeforeConfigMap", "off", "on", nullptr, false},
                      Switch{"BadAnnotation", "yes", nullptr, nullptr, false, "io/proxy-buffering"},
                      Switch{"BadKey", nullptr, "true", nullptr, false, "data.proxy-buffering"},
                      Switch{"BadAnnotationLeavesTheKey", "On", "on", nullptr, true, "io/proxy-buffering"},
                      Switch{"ThePodMaySayNo", "on", nullptr, "no", false},
                      Switch{"ThePodMaySayYes", nullptr, nullptr, "Yes", true},
                      Switch{"ThePodSaysNothingOfUse", "on", nullptr, "1", true}),
    [](const auto& each) { return std::string(each.param.name); });

// --- where it is kept ---

TEST_F(AnswerBuffering, ASlowClientFreesItsPodAndGetsItsAnswerFromAFile) {
  give(kLarge);
  start_buffering();
  {
    RawClient one = slow_client();
    one.send(kGet);
    ASSERT_TRUE(reached.wait());
    EXPECT_EQ(files(), 1u);
    EXPECT_TRUE(std::filesystem::is_empty(spool.path())) << "a crash would leave it behind";
    expect_pod_is_free();
    expect_pattern(one.receive(), kLarge);
    EXPECT_TRUE(eventually([&] { return files() == 0; }));
    one.send(make_request("GET", "x.test", "/next"));
    EXPECT_EQ(one.receive().status, 200) << "its connection goes on";
  }
  EXPECT_EQ(pod.connection_count(), 1u);
}

TEST_F(AnswerBuffering, MemoryIsSoManyBuffersOfThatSize) {
  give(kLarge);
  start_buffering(
      {{"proxy-max-temp-file-size", "0"}, {"proxy-buffers-number", "1000"}, {"proxy-buffer-size", "64k"}},
      {"--request-buffer-memory=256m"});
  RawClient one = slow_client();
  one.send(kGet);
  ASSERT_TRUE(reached.wait());
  EXPECT_EQ(files(), 0u);
  expect_pod_is_free();
  expect_pattern(one.receive(), kLarge);
}

TEST_F(AnswerBuffering, WithoutAFileThePodWaitsOnceMemoryIsFull) {
  give(kLarge);
  start_buffering({{"proxy-max-temp-file-size", "0"}, {"proxy-buffers-number", "1"}});
  const std::size_t memory = resident_kib(headgate->process().pid());
  expect_streamed();
  EXPECT_LT(resident_kib(headgate->process().pid()), memory + 8 * 1024 + sanitizer_kib());
}

TEST_F(AnswerBuffering, AFileHasItsBound) {
  give(kLarge);
  start_with({{"proxy-buffering", "on"}}, {{"proxy-max-temp-file-size", "1m"}});
  RawClient one = slow_client();
  one.send(kGet);
  ASSERT_TRUE(eventually([&] { return files() == 1; }));
  const std::string begin = one.read_exactly(1 << 20);
  EXPECT_FALSE(reached.is_open());
  one.reader().buffer().insert(0, begin);
  expect_pattern(one.receive(), kLarge);
}

TEST_F(AnswerBuffering, WithoutAFolderThePodWaits) {
  give(kLarge);
  const std::string missing = (spool.path() / "missing").string();
  start_buffering({}, {"--request-buffer-dir=" + missing});
  expect_streamed();
  RawClient another = slow_client();
  another.send(kGet);
  expect_pattern(another.receive(), kLarge);
  ASSERT_TRUE(headgate->process().wait_for_error(missing));
  const std::string told = headgate->process().standard_error();
  EXPECT_EQ(told.find(missing, told.find(missing) + 1), std::string::npos) << "told once";
}

// Of a namespace, a quarter of all.
TEST_F(AnswerBuffering, ManySlowClientsAreBoundedTogetherAndAllGetTheirAnswers) {
  give(kLarge);
  start_buffering({}, {"--request-buffer-memory=4m", "--request-buffer-disk=64m"});
  const pid_t pid = headgate->process().pid();
  headgate->get("x.test", "/next");
  const std::size_t memory = resident_kib(pid);
  constexpr std::size_t kClients = 10;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(slow_client()));
    ASSERT_TRUE(clients.back()->send(kGet));
  }
  // The head, and little else.
  for (auto& each : clients) EXPECT_EQ(each->read_exactly(15), "HTTP/1.1 200 OK");
  ASSERT_TRUE(eventually([&] { return files() > 0; }));
  EXPECT_LE(files(), 16u) << "of a MiB each";
  EXPECT_LT(resident_kib(pid), memory + 16 * 1024 + sanitizer_kib()) << "of 400 MB";
  EXPECT_EQ(headgate->get("x.test", "/next").status, 200);
  for (auto& each : clients) {
    each->reader().buffer().insert(0, "HTTP/1.1 200 OK");
    expect_pattern(each->receive(), kLarge);
  }
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
}

// --- what does not go as planned ---

TEST_F(AnswerBuffering, AnAnswerThatIsCutIsCutForTheClient) {
  constexpr std::size_t kGiven = std::size_t{24} << 20;
  const std::string length = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4000000\r\n";
  std::string head;
  Gate* given = nullptr;
  pod.set_handler([&](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send(head);
    give_pattern(exchange, kGiven);
    exchange.close();
    given->open();
  });
  start_buffering();
  int cuts = 0;
  for (const std::string& each : {length, chunked}) {
    Gate done;
    head = each;
    given = &done;
    RawClient one = slow_client();
    one.send(kGet);
    ASSERT_TRUE(done.wait());
    ASSERT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
    const HttpResponse response = one.receive();
    EXPECT_NE(response.problem, "") << "nobody can take that for the whole";
    EXPECT_EQ(response.status, 200);
    PatternChecker checker;
    EXPECT_TRUE(checker.add(response.body));
    EXPECT_TRUE(eventually([&] { return rejected("upstream_reset") == cuts + 1; }));
    ++cuts;
    EXPECT_TRUE(eventually([&] { return files() == 0; }));
  }
}

TEST_F(AnswerBuffering, AClientThatLeavesEndsWhatItsPodSends) {
  Gate ended;
  pod.set_handler([&](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\n\r\n");
    while (give_pattern(exchange, 1 << 20)) {
    }
    ended.open();
    exchange.close();
  });
  start_buffering();
  {
    RawClient one = slow_client();
    one.send(kGet);
    ASSERT_TRUE(eventually([&] { return files() == 1; }));
    one.reset();
  }
  EXPECT_TRUE(ended.wait());
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
  EXPECT_TRUE(eventually([&] { return rejected("client_gone") == 1; }));
}

TEST_F(AnswerBuffering, AnEndWhileAClientIsSlowLeavesNothing) {
  give(kLarge);
  start_buffering({}, {"--worker-shutdown-timeout=1"});
  RawClient one = slow_client();
  one.send(kGet);
  ASSERT_TRUE(reached.wait());
  headgate.reset();  // checks its end
  EXPECT_TRUE(std::filesystem::is_empty(spool.path()));
}

// --- time ---

TEST_F(AnswerBuffering, APodThatWaitsForItsClientIsNotTimed) {
  pod.set_handler([&](BackendExchange& exchange) {
    exchange.read_body();
    if (exchange.request().target == "/never") {
      exchange.closed_by_peer();
      exchange.close();
      return;
    }
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kLarge) + "\r\n\r\n");
    give_pattern(exchange, kLarge);
  });
  start_buffering({{"proxy-max-temp-file-size", "1m"}, {"proxy-read-timeout", "1"}});
  RawClient one = slow_client();
  one.send(kGet);
  ASSERT_TRUE(eventually([&] { return files() == 1; }));
  EXPECT_EQ(headgate->get("x.test", "/never").status, 504);  // our clock: three tries of a second
  expect_pattern(one.receive(), kLarge);
}

TEST_F(AnswerBuffering, APodThatIsWaitedForIsTimedHoweverSlowItsClientIs) {
  pod.set_handler([&](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(2 * kLarge) + "\r\n\r\n");
    give_pattern(exchange, kLarge);
    exchange.closed_by_peer();
    exchange.close();
    reached.open();
  });
  start_buffering({{"proxy-read-timeout", "1"}});
  RawClient one = slow_client();
  one.send(kGet);
  EXPECT_TRUE(reached.wait()) << "the pod has been given up while nothing was read by the client";
  const HttpResponse response = one.receive();
  EXPECT_NE(response.problem, "");
  PatternChecker checker;
  EXPECT_TRUE(checker.add(response.body));
  EXPECT_TRUE(eventually([&] { return rejected("upstream_timeout") == 1; }));
}

TEST_F(AnswerBuffering, WhatIsThereIsSentAtOnce) {
  pod.set_handler([&](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    exchange.send("f\r\ndata: first\r\n\r\n\r\n");
    gate.wait();
    exchange.send("10\r\ndata: second\r\n\r\n\r\n0\r\n\r\n");
  });
  start_buffering();
  RawClient one = client();
  one.send(kGet);
  std::string got;
  while (got.find("data: first") == std::string::npos) {
    const std::string byte = one.read_exactly(1);
    ASSERT_EQ(byte.size(), 1u);
    got += byte;
  }
  gate.open();
  one.reader().buffer().insert(0, got);
  EXPECT_EQ(one.receive().body, "data: first\r\n\r\ndata: second\r\n\r\n");
}

// --- neighbours ---

TEST_F(AnswerBuffering, LimitRateHoldsTheClientAndNotThePod) {
  constexpr std::size_t kSize = std::size_t{300} * 1024;
  give(kSize);
  start_buffering({{"limit-rate", "128"}});
  RawClient one = client();
  const auto begin = std::chrono::steady_clock::now();
  one.send(kGet);
  ASSERT_TRUE(reached.wait());
  expect_pod_is_free();
  expect_pattern(one.receive(), kSize);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1200));
  // … $request_time [$proxy_upstream_name] [] $upstream_addr $upstream_response_length
  // $upstream_response_time …
  const std::string lines = log(2);
  const std::size_t name = lines.rfind(" [default-web-80] ");
  ASSERT_NE(name, std::string::npos) << lines;
  const double request_time = std::stod(lines.substr(lines.rfind(' ', name - 1)));
  std::istringstream rest(lines.substr(name));
  std::string skipped;
  std::size_t length = 0;
  double upstream_time = 0;
  rest >> skipped >> skipped >> skipped >> length >> upstream_time;
  EXPECT_TRUE(rest) << lines;
  EXPECT_EQ(length, kSize);
  EXPECT_GE(request_time, 1.2) << "what the client took";
  EXPECT_LT(upstream_time, request_time) << "what the pod took";
}

TEST_F(AnswerBuffering, CompressedAnswersAreKeptAsThePodGaveThem) {
  give(kLarge, "Content-Type: text/plain\r\n");
  start_with({{"proxy-buffering", "on"}}, {{"use-gzip", "true"}});
  RawClient one = slow_client();
  one.send(make_request("GET", "x.test", "/", "Accept-Encoding: gzip\r\n"));
  ASSERT_TRUE(reached.wait());
  const HttpResponse response = one.receive();
  EXPECT_EQ(response.problem, "");
  EXPECT_EQ(response.field("Content-Encoding"), "gzip");
  EXPECT_GT(response.body.size(), 1000u);
  EXPECT_LT(response.body.size(), kLarge / 4);
}

TEST_F(AnswerBuffering, AnswersWithoutContentAreNoDifferent) {
  std::atomic<int> status{200};
  pod.set_handler([&](BackendExchange& exchange) {
    exchange.read_body();
    exchange.send("HTTP/1.1 " + std::to_string(status) + " X\r\nX-Accel-Buffering: yes\r\n" +
                  (status == 200 ? "Content-Length: 5\r\n" : "") + "\r\n");
  });
  start_buffering();
  RawClient one = client();
  one.send(make_request("HEAD", "x.test", "/"));
  const HttpResponse head = one.receive("HEAD");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "5");
  for (const int each : {204, 304}) {
    status = each;
    one.send(kGet);
    EXPECT_EQ(one.receive().status, each);
  }
  EXPECT_EQ(pod.connection_count(), 1u);
}

TEST_F(AnswerBuffering, TunnelsAreLeftAlone) {
  pod.set_handler(upgrade_echo());
  start_buffering();
  RawClient one = client();
  one.send(make_request("GET", "x.test", "/",
                        "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"));
  EXPECT_EQ(one.receive().status, 101);
  one.send("ping");
  EXPECT_EQ(one.read_exactly(4), "ping");
}

TEST_F(AnswerBuffering, Http2IsNoDifferent) {
  give(kLarge);
  start_buffering();
  H2Connected h2 = connect();
  h2->set_gives_windows(false);
  const std::uint32_t slow = h2.begin_get("/");
  ASSERT_TRUE(h2.until([&] { return h2->response(slow).body.size() == 65535; }));
  ASSERT_TRUE(reached.wait());
  EXPECT_EQ(files(), 1u);
  expect_pod_is_free();
  h2->set_gives_windows(true);
  h2.open_window(0, 1 << 20);
  h2.open_window(slow, 1 << 20);
  const H2Response response = h2->receive(slow);
  EXPECT_TRUE(response.complete);
  PatternChecker checker;
  EXPECT_TRUE(checker.add(response.body));
  EXPECT_EQ(checker.position(), kLarge);
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
  EXPECT_EQ(h2.get("/next").status, 200);
}

TEST_F(AnswerBuffering, AStreamThatIsResetEndsWhatItsPodSends) {
  give(std::size_t{1} << 40);
  start_buffering();
  H2Connected h2 = connect();
  h2->set_gives_windows(false);
  const std::uint32_t slow = h2.begin_get("/");
  ASSERT_TRUE(eventually([&] { return files() == 1; }));
  h2.reset(slow);
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
  EXPECT_TRUE(eventually([&] { return pod.open_connections() == 0; }));
  h2->set_gives_windows(true);
  h2.open_window(0, 1 << 20);
  EXPECT_EQ(h2.get("/next").status, 200);
}

}  // namespace
}  // namespace headgate::test_support
