// proxy-request-buffering as clients and pods see it: who is asked when, with what, and that nothing is left
// behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <filesystem>
#include <vector>

#include "integration/http2_fixture.h"
#include "support/pattern.h"
#include "support/process_stats.h"
#include "support/stream_pod.h"
#include "support/temp_dir.h"

namespace headgate::test_support {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Until the other side's end.
void swallow_bytes(int fd) {
  char bytes[4096];
  while (::recv(fd, bytes, sizeof bytes, 0) > 0) {
  }
}

// Answers with the size of the content where it is the pattern, else with 400.
void check_pattern(BackendExchange& exchange) {
  exchange.read_body();
  PatternChecker checker;
  const bool right = checker.add(exchange.request().body);
  exchange.respond(right && exchange.request().complete ? 200 : 400, std::to_string(checker.position()));
}

class RequestBuffering : public OnePodOverH2 {
 protected:
  // x.test with these annotations on an Ingress of `pod` and, where it is `used`, the second pod.
  void start_with(const FieldList& annotations, const FieldList& settings = {},
                  const std::vector<std::string>& flags = {}) {
    IngressSpec spec;
    spec.name = "web";
    spec.rules = {{"x.test", {{"/", "Prefix", "web", "80"}}}};
    spec.annotations = annotations;
    std::vector<const EchoBackend*> pods{&pod};
    if (two_pods) pods.push_back(&second);
    FieldList all{{"proxy-body-size", "64m"}};
    for (const auto& setting : settings) all.push_back(setting);
    folder.write("web.yaml", ingress(spec) + service_of("web", pods) + service_of("other", other) +
                                 config_map("headgate", all));
    HeadgateOptions options;
    options.flags = {"--configmap=default/headgate", "--request-buffer-dir=" + spool.path().string()};
    options.flags.insert(options.flags.end(), flags.begin(), flags.end());
    headgate = std::make_unique<HeadgateProcess>(folder, options);
  }
  void start_buffering(const FieldList& more = {}, const std::vector<std::string>& flags = {}) {
    FieldList all{{"proxy-request-buffering", "on"}};
    all.insert(all.end(), more.begin(), more.end());
    start_with(all, {}, flags);
  }
  // A request that is not whole has reached a pod, or it waits for its end.
  void expect_streamed() {
    RawClient one = client();
    one.send(make_request("POST", "x.test", "/", "Content-Length: 5\r\n", "he"));
    EXPECT_TRUE(pod.wait_for_requests(1));
    one.send("llo");
    EXPECT_EQ(one.receive("POST").status, 200);
  }
  // Of a request with these fields and content, no pod hears before it is whole.
  void expect_buffered(std::string_view path = "/", const std::string& fields = "") {
    RawClient one = client();
    one.send(make_request("POST", "x.test", path, fields + "Content-Length: 5\r\nExpect: 100-continue\r\n"));
    EXPECT_EQ(one.read_exactly(kContinue.size()), kContinue);
    one.send("he");
    EXPECT_EQ(pod.connection_count(), 0u);
    one.send("llo");
    EXPECT_EQ(one.receive("POST").status, 200);
    EXPECT_EQ(pod.last_request().body, "hello");
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
  [[nodiscard]] static std::string post(std::size_t size, std::string_view method = "POST",
                                        std::string_view more = "") {
    return make_request(method, "x.test", "/",
                        "Content-Length: " + std::to_string(size) + "\r\n" + std::string(more));
  }

  TempDir spool;
  bool two_pods = false;
  EchoBackend second{"second"};
  EchoBackend other{"other"};
};

// --- what turns it on ---

TEST_F(RequestBuffering, IsOffWhereNothingIsSaid) {
  start_with({});
  expect_streamed();
}

TEST_F(RequestBuffering, IsOnWhereTheAnnotationSaysSo) {
  start_buffering();
  expect_buffered();
}

TEST_F(RequestBuffering, IsOnWhereTheConfigMapSaysSo) {
  start_with({}, {{"proxy-request-buffering", "on"}});
  expect_buffered();
}

TEST_F(RequestBuffering, TheAnnotationCountsMoreThanTheConfigMap) {
  start_with({{"proxy-request-buffering", "off"}}, {{"proxy-request-buffering", "on"}});
  expect_streamed();
}

TEST_F(RequestBuffering, WhatIsNeitherOnNorOffIsToldAndNothingElse) {
  start_with({{"proxy-request-buffering", "yes"}, {"client-body-buffer-size", "0"}},
             {{"proxy-request-buffering", "true"}, {"client-body-buffer-size", "much"}});
  expect_streamed();
  const std::string findings = headgate->admin("/debug/findings").body;
  for (const char* const key : {"io/proxy-request-buffering", "io/client-body-buffer-size",
                                "data.proxy-request-buffering", "data.client-body-buffer-size"})
    EXPECT_THAT(findings, HasSubstr(key));
}

TEST_F(RequestBuffering, WhatAClientCallsItsContentChangesNothing) {
  start_buffering();
  expect_buffered("/s/m", "Content-Type: application/grpc\r\n");
}

TEST_F(RequestBuffering, PodsOfHttp2AreStreamedTo) {
  const StreamPod by_annotation{swallow_bytes};
  const StreamPod by_service{swallow_bytes};
  std::string service = service_at("service", {{"127.0.0.1", by_service.port()}});
  service.insert(service.find("name: http, "), "appProtocol: kubernetes.io/h2c, ");
  IngressSpec grpc;
  grpc.name = "grpc";
  grpc.rules = {{"grpc.test", {{"/", "Prefix", "annotation"}}}};
  grpc.annotations = {{"backend-protocol", "GRPC"}};
  IngressSpec h2c;
  h2c.name = "h2c";
  h2c.rules = {{"h2c.test", {{"/", "Prefix", "service"}}}};
  folder.write("h2.yaml", ingress(grpc) + ingress(h2c) + service +
                              service_at("annotation", {{"127.0.0.1", by_annotation.port()}}));
  start_with({}, {{"proxy-request-buffering", "on"}});
  RawClient first = client();
  RawClient second_one = client();
  first.send(make_request("POST", "grpc.test", "/s/m", "Content-Length: 5\r\n", "he"));
  second_one.send(make_request("POST", "h2c.test", "/s/m", "Content-Length: 5\r\n", "he"));
  EXPECT_TRUE(by_annotation.wait_until_open(1));
  EXPECT_TRUE(by_service.wait_until_open(1));
}

// --- what the pod gets ---

TEST_F(RequestBuffering, ChunksBecomeALength) {
  start_buffering();
  RawClient one = client();
  const std::string head = make_request("POST", "x.test", "/", "Transfer-Encoding: chunked\r\n");
  one.send(head + "5\r\nhello\r\n");  // in two parts
  one.send("6\r\n world\r\n0\r\n\r\n");
  ASSERT_EQ(one.receive("POST").status, 200);
  one.send(head + "b\r\nhello world\r\n0\r\n\r\n" + head +
           "0\r\n\r\n");  // whole with its head, and an empty one
  ASSERT_EQ(one.receive("POST").status, 200);
  ASSERT_EQ(one.receive("POST").status, 200);
  const std::vector<HttpRequest> seen = pod.requests();
  ASSERT_EQ(seen.size(), 3u);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i].body, i == 2 ? "" : "hello world");
    EXPECT_EQ(seen[i].field("Content-Length"), i == 2 ? "0" : "11");
    EXPECT_FALSE(seen[i].has("Transfer-Encoding"));
    EXPECT_TRUE(seen[i].complete);
  }
}

TEST_F(RequestBuffering, LargeContentComesFromAFile) {
  pod.set_handler(check_pattern);
  start_buffering();
  constexpr std::size_t kSize = 16 << 20;
  RawClient one = client();
  one.send(post(kSize));
  one.send(pattern(0, kSize / 2));
  EXPECT_TRUE(eventually([&] { return files() == 1; }));
  EXPECT_EQ(pod.connection_count(), 0u);
  EXPECT_TRUE(std::filesystem::is_empty(spool.path()));
  one.send(pattern(kSize / 2, kSize - kSize / 2));
  const HttpResponse response = one.receive("POST");
  EXPECT_EQ(response.status, 200) << response.problem;
  EXPECT_EQ(response.body, std::to_string(kSize));
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
}

TEST_F(RequestBuffering, ClientBodyBufferSizeSaysWhatStaysInMemory) {
  pod.set_handler(check_pattern);
  start_buffering({{"client-body-buffer-size", "1m"}});
  RawClient one = client();
  one.send(post(1 << 20, "POST", "Expect: 100-continue\r\n"));
  EXPECT_EQ(one.read_exactly(kContinue.size()), kContinue);
  one.send(pattern(0, 1'000'000));
  EXPECT_EQ(files(), 0u);
  one.send(pattern(1'000'000, (1 << 20) - 1'000'000));
  EXPECT_EQ(one.receive("POST").body, std::to_string(1 << 20));
  one.send(post((1 << 20) + 1));
  one.send(pattern(0, 1 << 20));
  EXPECT_EQ(files(), 0u);
  one.send(pattern(1 << 20, 1));
  EXPECT_EQ(one.receive("POST").body, std::to_string((1 << 20) + 1));
}

TEST_F(RequestBuffering, Http2IsNoDifferent) {
  pod.set_handler(check_pattern);
  start_buffering();
  H2Connected h2 = connect();
  for (const std::size_t size : {10u, 8192u, 8193u, 500'000u}) {
    const std::uint32_t stream = h2.begin("POST", "/");
    ASSERT_TRUE(h2->send_body(stream, pattern(0, size)));
    const H2Response response = h2->receive(stream);
    EXPECT_EQ(response.status, 200) << size;
    EXPECT_EQ(response.body, std::to_string(size));
    EXPECT_EQ(pod.last_request().field("Content-Length"), std::to_string(size));
  }
  pod.forget_requests();
  const std::uint32_t slow = h2.begin("POST", "/slow");
  h2->send_piece(slow, pattern(0, 10'000));
  EXPECT_TRUE(eventually([&] { return files() == 1; }));
  EXPECT_EQ(pod.request_count(), 0u);
  h2.reset(slow);
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
  EXPECT_EQ(h2.get("/next").status, 200);
}

// --- slow and short-lived clients ---

TEST_F(RequestBuffering, AClientThatIsTooSlowCostsNoPodAnything) {
  start_with({{"proxy-request-buffering", "on"}}, {{"client-body-timeout", "1"}});
  RawClient one = client();
  one.send(post(100'000));
  one.send(pattern(0, 50'000));
  EXPECT_TRUE(eventually([&] { return files() == 1; }));
  EXPECT_EQ(one.receive("POST").status, 408);
  EXPECT_EQ(pod.connection_count(), 0u);
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
}

TEST_F(RequestBuffering, AClientThatLeavesCostsNoPodAnything) {
  start_buffering();
  {
    RawClient one = client();
    one.send(post(100'000));
    one.send(pattern(0, 50'000));
    EXPECT_TRUE(eventually([&] { return files() == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
  EXPECT_EQ(pod.connection_count(), 0u);
}

TEST_F(RequestBuffering, AnEndWhileAClientSendsLeavesNothing) {
  start_with({{"proxy-request-buffering", "on"}}, {}, {"--worker-shutdown-timeout=1"});
  RawClient one = client();
  one.send(post(100'000));
  one.send(pattern(0, 50'000));
  ASSERT_TRUE(eventually([&] { return files() == 1; }));
  headgate.reset();  // checks its end
  EXPECT_TRUE(std::filesystem::is_empty(spool.path()));
}

// --- tries ---

TEST_F(RequestBuffering, EveryTryHasAllOfAFile) {
  two_pods = true;
  std::atomic<int> died{0};
  std::atomic<int> whole{0};
  const auto die_once = [&](BackendExchange& exchange) {
    exchange.read_body();
    if (died++ == 0) {
      exchange.close();
      return;
    }
    ++whole;
    PatternChecker checker;
    checker.add(exchange.request().body);
    exchange.respond(checker.is_right() ? 200 : 400, std::to_string(checker.position()));
  };
  pod.set_handler(die_once);
  second.set_handler(die_once);
  start_buffering();
  constexpr std::size_t kSize = 3'000'000;
  RawClient one = client();
  for (const char* const method : {"PUT", "POST"}) {
    died = 0;
    whole = 0;
    one.send(post(kSize, method));
    one.send(pattern(0, kSize));
    const HttpResponse response = one.receive(method);
    const bool again = std::string_view(method) == "PUT";
    EXPECT_EQ(response.status, again ? 200 : 502) << method;
    EXPECT_EQ(whole, again ? 1 : 0) << "what may have acted is not sent twice";
    if (again) {
      EXPECT_EQ(response.body, std::to_string(kSize));
    }
  }
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
}

TEST_F(RequestBuffering, APodThatDiesHalfWayIsFollowedByAnother) {
  two_pods = true;
  std::atomic<int> asked{0};
  const auto handler = [&](BackendExchange& exchange) {
    if (asked++ == 0)
      exchange.reset();  // with the content unread
    else
      check_pattern(exchange);
  };
  pod.set_handler(handler);
  second.set_handler(handler);
  start_buffering();
  constexpr std::size_t kSize = 10'000'000;
  RawClient one = client();
  one.send(post(kSize, "PUT"));
  one.send(pattern(0, kSize));
  EXPECT_EQ(one.receive("PUT").body, std::to_string(kSize));
  EXPECT_EQ(asked, 2);
}

TEST_F(RequestBuffering, AnAnswerThatIsPassedOverIsToo) {
  two_pods = true;
  std::atomic<int> asked{0};
  const auto handler = [&](BackendExchange& exchange) {
    if (asked++ > 0) return check_pattern(exchange);
    exchange.read_body();
    exchange.respond(503, "");
  };
  pod.set_handler(handler);
  second.set_handler(handler);
  start_buffering({{"proxy-next-upstream", "error timeout http_503"}});
  RawClient one = client();
  one.send(post(200'000, "PUT"));
  one.send(pattern(0, 200'000));
  EXPECT_EQ(one.receive("PUT").body, "200000");
}

TEST_F(RequestBuffering, AnAnswerBeforeTheContentWasSentIsTaken) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.respond(403, "go away", "Connection: close\r\n");
    exchange.half_close();
    exchange.closed_by_peer();
    exchange.close();
  });
  start_buffering();
  constexpr std::size_t kSize = 32 << 20;
  RawClient one = client();
  one.send(post(kSize));
  one.send(pattern(0, kSize));
  const HttpResponse response = one.receive("POST");
  EXPECT_EQ(response.status, 403) << response.problem;
  EXPECT_EQ(response.body, "go away");
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
  expect_nothing_poisoned();
}

// --- limits ---

TEST_F(RequestBuffering, TooMuchIs413) {
  start_with({{"proxy-request-buffering", "on"}, {"proxy-body-size", "100k"}});
  RawClient declared = client();
  declared.send(post(102'401, "POST", "Expect: 100-continue\r\n"));
  const HttpResponse refused = declared.receive("POST");
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.interim, IsEmpty());
  RawClient chunked = client();
  chunked.send(make_request("POST", "x.test", "/", "Transfer-Encoding: chunked\r\n") + "19001\r\n" +
               pattern(0, 0x19001) + "\r\n");
  EXPECT_EQ(chunked.receive("POST").status, 413);
  EXPECT_EQ(pod.connection_count(), 0u);
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
}

// Of a namespace, half of all.
TEST_F(RequestBuffering, FilesHaveABoundTogether) {
  start_buffering({}, {"--request-buffer-disk=2m"});
  RawClient holder = client();
  holder.send(post(800'000));
  holder.send(pattern(0, 700'000));
  ASSERT_TRUE(eventually([&] { return files() == 1; }));
  for (int i = 1; i <= 2; ++i) {
    RawClient one = client();
    one.send(post(600'000));
    one.send(pattern(0, 360'000));  // little is left unread: else its end would be a reset
    EXPECT_EQ(one.receive("POST").status, 503);
    EXPECT_TRUE(eventually([&] { return rejected("request_buffer_full") == i; }));
  }
  EXPECT_EQ(ask(make_request("POST", "x.test", "/", "Content-Length: 5\r\n", "hello"), "POST").status, 200);
  holder.send(pattern(700'000, 100'000));
  EXPECT_EQ(holder.receive("POST").status, 200);
  RawClient next = client();
  next.send(post(600'000));
  next.send(pattern(0, 600'000));
  EXPECT_EQ(next.receive("POST").status, 200) << "what was given back can be had again";
  ASSERT_TRUE(headgate->process().wait_for_error("--request-buffer-disk"));
  const std::string told = headgate->process().standard_error();
  const std::size_t first = told.find("--request-buffer-disk");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(told.find("--request-buffer-disk", first + 1), std::string::npos) << "told once";
}

TEST_F(RequestBuffering, WithoutAFolderOnlyWhatFitsIntoMemoryIsServed) {
  start_buffering({}, {"--request-buffer-dir=" + (spool.path() / "missing").string()});
  for (int i = 1; i <= 2; ++i) {
    RawClient one = client();
    one.send(post(600'000));
    one.send(pattern(0, 20'000));
    EXPECT_EQ(one.receive("POST").status, 500);
    EXPECT_TRUE(eventually([&] { return rejected("request_buffer_file") == i; }));
  }
  EXPECT_EQ(pod.connection_count(), 0u);
  expect_buffered();
  ASSERT_TRUE(headgate->process().wait_for_error((spool.path() / "missing").string()));
  const std::string told = headgate->process().standard_error();
  const std::size_t first = told.find(spool.path() / "missing");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(told.find(spool.path() / "missing", first + 1), std::string::npos) << "told once";
}

TEST_F(RequestBuffering, ManyLargeContentsCostNoMemoryAndNoDescriptors) {
  pod.set_handler(check_pattern);
  start_with({{"proxy-request-buffering", "on"}}, {{"upstream-keepalive-connections", "0"}});
  {
    RawClient warm = client();
    warm.send(post(400'000));
    warm.send(pattern(0, 400'000));
    ASSERT_EQ(warm.receive("POST").status, 200);
  }
  const pid_t pid = headgate->process().pid();
  ASSERT_TRUE(eventually([&] { return files() == 0; }));
  const std::size_t descriptors = open_descriptors(pid);
  const std::size_t memory = resident_kib(pid);
  constexpr std::size_t kClients = 200;
  constexpr std::size_t kSize = 400'000;
  {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
      clients.push_back(std::make_unique<RawClient>(headgate->http_port()));
      ASSERT_TRUE(clients.back()->send(post(kSize)));
      ASSERT_TRUE(clients.back()->send(pattern(0, kSize - 1)));
    }
    ASSERT_TRUE(eventually([&] { return files() == kClients; }));
    EXPECT_EQ(pod.connection_count(), 1u) << "the one before";
    EXPECT_LT(resident_kib(pid), memory + 12 * 1024 + sanitizer_kib()) << "of 80 MB";
    for (auto& each : clients) ASSERT_TRUE(each->send(pattern(kSize - 1, 1)));
    for (auto& each : clients) EXPECT_EQ(each->receive("POST").body, std::to_string(kSize));
    EXPECT_LT(resident_kib(pid), memory + 32 * 1024 + sanitizer_kib());
  }
  EXPECT_TRUE(eventually([&] { return open_descriptors(pid) <= descriptors; }))
      << open_descriptors(pid) << " where there were " << descriptors;
}

// --- neighbours ---

TEST_F(RequestBuffering, TheMirrorGetsItsCopy) {
  pod.set_handler(check_pattern);
  start_buffering({{"mirror-target", "http://127.0.0.1:" + std::to_string(other.port())}});
  RawClient one = client();
  for (const std::size_t size : {5u, 200'000u}) {
    one.send(post(size));
    one.send(pattern(0, size));
    ASSERT_EQ(one.receive("POST").status, 200);
    EXPECT_TRUE(eventually([&] { return other.last_request().body == pattern(0, size); })) << size;
    EXPECT_EQ(other.last_request().field("Content-Length"), std::to_string(size));
  }
  other.forget_requests();
  one.send(post(2'000'000));
  one.send(pattern(0, 2'000'000));
  EXPECT_EQ(one.receive("POST").body, "2000000");
  EXPECT_TRUE(eventually([&] { return rejected("mirror_dropped") == 1; }))
      << "too large for a copy in memory";
  EXPECT_EQ(other.request_count(), 0u);
}

TEST_F(RequestBuffering, TheAuthServiceIsAskedFirst) {
  std::atomic<int> status{401};
  other.set_handler([&](BackendExchange& exchange) {
    gate.wait();
    exchange.respond(status, "");
  });
  start_buffering({{"auth-url", "http://127.0.0.1:" + std::to_string(other.port()) + "/"}});
  const auto begin = [&](RawClient& one) { one.send(post(20'000, "POST", "Expect: 100-continue\r\n")); };
  RawClient refused = client();
  begin(refused);
  ASSERT_TRUE(other.wait_for_requests(1));
  gate.open();
  const HttpResponse response = refused.receive("POST");
  EXPECT_EQ(response.status, 401);
  EXPECT_THAT(response.interim, IsEmpty()) << "its content is not asked for";
  status = 200;
  RawClient let_in = client();
  begin(let_in);
  EXPECT_EQ(let_in.read_exactly(kContinue.size()), kContinue);
  let_in.send(pattern(0, 20'000));
  EXPECT_EQ(let_in.receive("POST").status, 200);
  EXPECT_EQ(pod.last_request().body, pattern(0, 20'000));
  EXPECT_EQ(pod.connection_count(), 1u);
  RawClient at_once = client();  // with content that waits while the service is asked
  at_once.send(post(20'000) + pattern(0, 20'000));
  EXPECT_EQ(at_once.receive("POST").status, 200);
  EXPECT_EQ(pod.last_request().body, pattern(0, 20'000));
}

TEST_F(RequestBuffering, AnErrorPageIsAskedWithoutIt) {
  pod.set_handler([](BackendExchange& exchange) {
    exchange.read_body();
    exchange.respond(503, "");
  });
  start_buffering(
      {{"custom-http-errors", "413,503"}, {"default-backend", "other"}, {"proxy-body-size", "1m"}});
  RawClient one = client();
  one.send(post(100'000));
  one.send(pattern(0, 100'000));
  EXPECT_EQ(one.receive("POST").status, 200);
  EXPECT_EQ(other.last_request().target, "/");
  EXPECT_EQ(other.last_request().body, "");
  one.send(make_request("POST", "x.test", "/", "Transfer-Encoding: chunked\r\n") + "100001\r\n" +
           pattern(0, 0x100001));
  EXPECT_EQ(one.receive("POST").status, 200);
  EXPECT_EQ(other.last_request().field("X-Code"), "413");
  EXPECT_TRUE(eventually([&] { return files() == 0; }));
}

}  // namespace
}  // namespace headgate::test_support
