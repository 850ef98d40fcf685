// What a present API server sends, as Headgate relies on it; also the source of tests/cluster/transcripts/.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/api_server.h"
#include "cluster/private_network.h"
#include "cluster/wire_recorder.h"
#include "support/temp_dir.h"

namespace headgate::cluster_test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::uint16_t kPort = 6444;  // not that of the shared cluster: this one is restarted and compacted
const std::string kIngresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
const std::string kLeases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
const std::string kEvents = "/apis/events.k8s.io/v1/namespaces/default/events";

std::string ingress(const std::string& name, const std::string& labels = R"({"x":"1"})") {
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":")" + name +
         R"(","labels":)" + labels + R"(},"spec":{"ingressClassName":"headgate","rules":[{"host":")" + name +
         R"(.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{"number":80}}}}]}}]}})";
}

std::string lease(const std::string& holder, const std::string& time, const std::string& version = "") {
  return R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"leader")" +
         (version.empty() ? "" : R"(,"resourceVersion":")" + version + "\"") +
         R"(},"spec":{"holderIdentity":")" + holder + R"(","leaseDurationSeconds":30,"acquireTime":")" +
         time + R"(","renewTime":")" + time + R"(","leaseTransitions":0}})";
}

std::string event(const std::string& name, const std::string& action, const std::string& note) {
  return R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":")" + name +
         R"(","namespace":"default"},"eventTime":"2026-01-02T03:04:05.678901Z","reportingController":"headgate.dev/ingress-controller","reportingInstance":"headgate-0",)" +
         (action.empty() ? "" : R"("action":")" + action + "\",") +
         R"("reason":"Refused","type":"Warning","regarding":{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","namespace":"default","name":"a"},"note":")" +
         note + R"("})";
}

class ApiServerFacts : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<test_support::TempDir>();
    server_ = std::make_unique<ApiServer>(folder_->path() / "server", kPort,
                                          std::vector<std::string>{"--etcd-compaction-interval=1s"});
  }
  static void TearDownTestSuite() {
    server_.reset();
    folder_.reset();
  }
  void SetUp() override {
    ApiClient client = server_->client();
    for (const std::string& path : {kIngresses, kLeases, kEvents})
      ASSERT_EQ(client.request("DELETE", path).status, 200);
  }

  // Sends, reads all of it and writes it down.
  WireExchange say(const std::string& label, const std::string& method, const std::string& path,
                   const std::string& body = "", const std::string& content_type = "application/json") {
    WireExchange exchange(server_->client(), method, path, body, content_type);
    EXPECT_TRUE(exchange.read_until()) << label;
    transcript_->add(label, exchange);
    return exchange;
  }
  WireExchange watch(const std::string& query) {
    return {server_->client(), "GET", kIngresses + "?watch=true" + query};
  }
  static std::string version_of(const WireExchange& exchange) {
    return json_text(exchange.body(), "resourceVersion");
  }
  void create(const std::string& name, const std::string& labels = R"({"x":"1"})") {
    ASSERT_EQ(server_->client().request("POST", kIngresses, ingress(name, labels), "application/json").status,
              201);
  }
  std::string now() { return version_of(WireExchange_of_list()); }
  WireExchange WireExchange_of_list() {
    WireExchange list(server_->client(), "GET", kIngresses);
    list.read_until();
    return list;
  }
  void begin(const std::string& subject) { transcript_ = std::make_unique<Transcript>(subject); }

  inline static std::unique_ptr<test_support::TempDir> folder_;
  inline static std::unique_ptr<ApiServer> server_;
  std::unique_ptr<Transcript> transcript_;
};

TEST_F(ApiServerFacts, Lists) {
  begin("lists");
  EXPECT_THAT(say("empty list", "GET", kIngresses + "?resourceVersion=0").body(), HasSubstr(R"("items":[])"));
  EXPECT_EQ(say("create", "POST", kIngresses, ingress("a")).status(), 201);
  EXPECT_EQ(say("create what is there", "POST", kIngresses, ingress("a")).status(), 409);
  for (const char* name : {"b", "c", "d", "e"}) create(name);
  const WireExchange page = say("first page", "GET", kIngresses + "?limit=2");
  EXPECT_THAT(page.body(),
              AllOf(HasSubstr(R"("remainingItemCount":3)"), Not(HasSubstr(R"("kind":"Ingress",)"))));
  const std::string next = json_text(page.body(), "continue");
  const WireExchange second = say("second page", "GET", kIngresses + "?limit=2&continue=" + next);
  EXPECT_EQ(second.status(), 200);
  EXPECT_EQ(version_of(second), version_of(page)) << "all pages carry the version of the first";
  const WireExchange both =
      say("continue with resourceVersion", "GET", kIngresses + "?limit=2&resourceVersion=1&continue=" + next);
  EXPECT_EQ(both.status(), 400);
  EXPECT_EQ(say("bad continue", "GET", kIngresses + "?limit=2&continue=abc").status(), 400);
  EXPECT_EQ(
      say("limit is ignored at resourceVersion 0", "GET", kIngresses + "?limit=2&resourceVersion=0").status(),
      200);
  const WireExchange future =
      say("resourceVersion ahead of the server", "GET",
          kIngresses + "?resourceVersion=100000000&resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(future.status(), 504);
  EXPECT_THAT(future.body(), HasSubstr("ResourceVersionTooLarge"));
  EXPECT_EQ(say("resourceVersionMatch alone", "GET", kIngresses + "?resourceVersionMatch=Exact").status(),
            422);
  EXPECT_EQ(say("list by name", "GET", kIngresses + "?fieldSelector=metadata.name%3Db").status(), 200);
  EXPECT_EQ(say("unknown field", "GET", kIngresses + "?fieldSelector=spec.x%3Db").status(), 400);
  EXPECT_EQ(say("get", "GET", kIngresses + "/a").status(), 200);
  EXPECT_EQ(say("get what is not there", "GET", kIngresses + "/none").status(), 404);
  EXPECT_EQ(say("delete", "DELETE", kIngresses + "/a").status(), 200);
}

TEST_F(ApiServerFacts, AContinueTokenExpires) {
  begin("expired-page");
  for (const char* name : {"a", "b", "c"}) create(name);
  WireExchange page(server_->client(), "GET", kIngresses + "?limit=1");
  ASSERT_TRUE(page.read_until());
  const std::string path = kIngresses + "?limit=1&continue=" + json_text(page.body(), "continue");
  // Compaction goes to the version of the compaction before: something has to be written meanwhile.
  unsigned writes = 0;
  const auto expired = [&] {
    create("w" + std::to_string(writes++));
    WireExchange next(server_->client(), "GET", path);
    next.read_until();
    return next.status() == 410;
  };
  ASSERT_TRUE(test_support::eventually(expired));
  EXPECT_THAT(say("page after compaction", "GET", path).body(),
              AllOf(HasSubstr(R"("reason":"Expired")"), HasSubstr(R"("continue":")")));
}

TEST_F(ApiServerFacts, Watches) {
  begin("watches");
  create("a");
  const std::string start = now();
  WireExchange quiet = watch("&timeoutSeconds=1&resourceVersion=" + start);
  EXPECT_TRUE(quiet.read_until());
  EXPECT_TRUE(quiet.has_ended() && quiet.body().empty()) << quiet.body();
  transcript_->add("quiet watch that times out", quiet);

  WireExchange live = watch("&timeoutSeconds=20&resourceVersion=" + start);
  ASSERT_TRUE(live.read_until([&] { return live.status() == 200; })) << "the head comes before any event";
  create("b");
  ASSERT_TRUE(live.read_until_text(R"("name":"b")"));
  ASSERT_EQ(server_->client()
                .request("PATCH", kIngresses + "/b", R"({"metadata":{"labels":{"x":"2"}}})", kMergePatch)
                .status,
            200);
  ASSERT_TRUE(live.read_until_text(R"({"type":"MODIFIED")"));
  ASSERT_EQ(server_->client().request("DELETE", kIngresses + "/b").status, 200);
  ASSERT_TRUE(live.read_until_text(R"({"type":"DELETED")"));
  EXPECT_THAT(live.lines(),
              ElementsAre(StartsWith(R"({"type":"ADDED","object":{"kind":"Ingress","apiVersion")"),
                          StartsWith(R"({"type":"MODIFIED")"), StartsWith(R"({"type":"DELETED")")));
  transcript_->add("added, modified, deleted", live);

  WireExchange selected = watch("&timeoutSeconds=20&labelSelector=x%3D1&resourceVersion=" + now());
  create("c");
  ASSERT_TRUE(selected.read_until_text(R"("name":"c")"));
  ASSERT_EQ(server_->client()
                .request("PATCH", kIngresses + "/c", R"({"metadata":{"labels":{"x":"2"}}})", kMergePatch)
                .status,
            200);
  ASSERT_TRUE(selected.read_until_text(R"({"type":"DELETED")"))
      << "an object that leaves the selector is deleted";
  transcript_->add("into a selector and out of it", selected);

  WireExchange from_zero = watch("&timeoutSeconds=1&resourceVersion=0");
  EXPECT_TRUE(from_zero.read_until());
  EXPECT_EQ(from_zero.lines().size(), 2u);
  transcript_->add("from resourceVersion 0", from_zero);
  EXPECT_EQ(say("bad resourceVersion", "GET", kIngresses + "?watch=true&resourceVersion=abc").status(), 500);
  EXPECT_EQ(say("resourceVersionMatch without sendInitialEvents", "GET",
                kIngresses + "?watch=true&resourceVersionMatch=NotOlderThan")
                .status(),
            422);
}

TEST_F(ApiServerFacts, WatchListStreamsTheStateAndMarksItsEnd) {
  begin("watch-list");
  for (const char* name : {"a", "b", "c", "d", "e"}) create(name);
  const std::string query =
      "&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=20";
  WireExchange stream = watch(query);
  ASSERT_TRUE(stream.read_until_text("k8s.io/initial-events-end"));
  const std::vector<std::string> lines = stream.lines();
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_THAT(lines.back(),
              AllOf(StartsWith(R"({"type":"BOOKMARK")"), HasSubstr(R"("k8s.io/initial-events-end":"true")")));
  create("f");
  ASSERT_TRUE(stream.read_until_text(R"("name":"f")")) << "the same stream goes on";
  transcript_->add("state, end of it, live event", stream);
  EXPECT_EQ(say("sendInitialEvents without resourceVersionMatch", "GET",
                kIngresses + "?watch=true&sendInitialEvents=true")
                .status(),
            422);
  EXPECT_EQ(say("sendInitialEvents without bookmarks", "GET",
                kIngresses +
                    "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1")
                .status(),
            200);
}

TEST_F(ApiServerFacts, ABookmarkComesBeforeTheEnd) {
  begin("bookmarks");
  create("a");
  WireExchange stream = watch("&allowWatchBookmarks=true&timeoutSeconds=5&resourceVersion=" + now());
  create("b");
  EXPECT_TRUE(stream.read_until());
  ASSERT_THAT(stream.lines().size(), Gt(1u)) << stream.body();
  EXPECT_THAT(stream.lines()[1], StartsWith(R"({"type":"BOOKMARK","object":{"kind":"Ingress")"));
  transcript_->add("a watch of 5 s with one event", stream);
}

TEST_F(ApiServerFacts, AnOldWatchIsGoneAfterARestart) {
  begin("expired-watch");
  create("a");
  const std::string before = now();
  for (const char* name : {"b", "c", "d"}) create(name);
  server_->kill();
  server_->start();
  WireExchange old = watch("&resourceVersion=" + before);
  EXPECT_TRUE(old.read_until());
  EXPECT_EQ(old.status(), 200);
  EXPECT_THAT(old.body(),
              AllOf(StartsWith(R"({"type":"ERROR")"), HasSubstr(R"("reason":"Expired","code":410)")));
  transcript_->add("watch from before the restart", old);
}

TEST_F(ApiServerFacts, Leases) {
  begin("leases");
  const WireExchange created = say("create", "POST", kLeases, lease("one", "2026-01-02T03:04:05.678901Z"));
  EXPECT_EQ(created.status(), 201);
  EXPECT_EQ(
      say("create what is there", "POST", kLeases, lease("two", "2026-01-02T03:04:05.678901Z")).status(),
      409);
  const std::string version = version_of(created);
  EXPECT_EQ(say("update", "PUT", kLeases + "/leader", lease("one", "2026-01-02T03:04:15.678901Z", version))
                .status(),
            200);
  const WireExchange stale = say("update with an old version", "PUT", kLeases + "/leader",
                                 lease("two", "2026-01-02T03:04:16.678901Z", version));
  EXPECT_EQ(stale.status(), 409);
  EXPECT_THAT(stale.body(), HasSubstr(R"("reason":"Conflict")"));
  EXPECT_EQ(say("time without microseconds", "PUT", kLeases + "/leader", lease("one", "2026-01-02T03:04:16Z"))
                .status(),
            400);
  EXPECT_EQ(say("get", "GET", kLeases + "/leader").status(), 200);
  EXPECT_EQ(say("get what is not there", "GET", kLeases + "/none").status(), 404);
}

TEST_F(ApiServerFacts, StatusOfIngresses) {
  begin("status");
  create("a");
  const std::string path = kIngresses + "/a/status";
  const std::string patch = R"({"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}})";
  const WireExchange first = say("merge patch", "PATCH", path, patch, kMergePatch);
  EXPECT_EQ(first.status(), 200);
  EXPECT_THAT(first.body(), HasSubstr(R"("generation":1)"));
  EXPECT_EQ(version_of(say("the same again", "PATCH", path, patch, kMergePatch)), version_of(first));
  const std::string locked =
      R"({"metadata":{"resourceVersion":"1"},"status":{"loadBalancer":{"ingress":[{"hostname":"lb.example.com"}]}}})";
  EXPECT_EQ(say("with an old version", "PATCH", path, locked, kMergePatch).status(), 409);
  const WireExchange whole =
      say("through the main resource", "PATCH", kIngresses + "/a",
          R"({"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.2"}]}}})", kMergePatch);
  EXPECT_THAT(whole.body(), AllOf(HasSubstr("192.0.2.1"), Not(HasSubstr("192.0.2.2"))))
      << "ignored in silence";
  EXPECT_EQ(say("plain JSON", "PATCH", path, patch, "application/json").status(), 415);
  EXPECT_EQ(say("not an address", "PATCH", path, R"({"status":{"loadBalancer":{"ingress":[{"ip":"x"}]}}})",
                kMergePatch)
                .status(),
            422);
  EXPECT_EQ(say("of an Ingress that is not there", "PATCH", kIngresses + "/none/status", patch, kMergePatch)
                .status(),
            404);
  EXPECT_EQ(
      say("removed", "PATCH", path, R"({"status":{"loadBalancer":{"ingress":null}}})", kMergePatch).status(),
      200);
}

TEST_F(ApiServerFacts, Events) {
  begin("events");
  EXPECT_EQ(say("create", "POST", kEvents, event("a.1", "Translate", "the path is not one")).status(), 201);
  EXPECT_EQ(say("series", "PATCH", kEvents + "/a.1",
                R"({"series":{"count":2,"lastObservedTime":"2026-01-02T03:05:05.678901Z"}})", kMergePatch)
                .status(),
            200);
  EXPECT_EQ(say("create what is there", "POST", kEvents, event("a.1", "Translate", "again")).status(), 409);
  EXPECT_EQ(say("without an action", "POST", kEvents, event("a.2", "", "note")).status(), 422);
  EXPECT_EQ(say("a long note", "POST", kEvents, event("a.3", "Translate", std::string(1025, 'x'))).status(),
            422);
  EXPECT_EQ(say("series of an Event that is not there", "PATCH", kEvents + "/none",
                R"({"series":{"count":2,"lastObservedTime":"2026-01-02T03:05:05.678901Z"}})", kMergePatch)
                .status(),
            404);
}

TEST_F(ApiServerFacts, Refusals) {
  begin("refusals");
  WireExchange nobody(ApiClient("nonsense", kPort), "GET", kIngresses);
  EXPECT_TRUE(nobody.read_until());
  EXPECT_EQ(nobody.status(), 401);
  transcript_->add("bad token", nobody);
  ApiClient client = server_->client();
  const std::string accounts = "/api/v1/namespaces/default/serviceaccounts";
  client.request("POST", accounts, R"({"metadata":{"name":"nobody"}})", "application/json");
  const std::string token =
      json_text(client
                    .request("POST", accounts + "/nobody/token",
                             R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}})",
                             "application/json")
                    .body,
                "token");
  WireExchange forbidden(ApiClient(token, kPort), "GET", "/apis/networking.k8s.io/v1/ingresses");
  EXPECT_TRUE(forbidden.read_until());
  EXPECT_EQ(forbidden.status(), 403);
  transcript_->add("no right to list", forbidden);
  EXPECT_EQ(say("unknown kind", "GET", "/apis/networking.k8s.io/v1/nonsense").status(), 404);
  EXPECT_EQ(say("unknown group", "GET", "/apis/headgate.dev/v1/nonsense").status(), 404);
  const WireExchange loopback = say(
      "an EndpointSlice with a loopback address", "POST",
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices",
      R"({"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{"name":"s","labels":{"kubernetes.io/service-name":"s"}},"addressType":"IPv4","endpoints":[{"addresses":["127.0.0.1"]}],"ports":[{"port":80}]})");
  EXPECT_EQ(loopback.status(), 422);
  EXPECT_THAT(loopback.body(), HasSubstr("loopback"));
}

}  // namespace
}  // namespace headgate::cluster_test
