// What clients of the double rely on: watches, lists, writes, selectors, access.
#include "fakeapi/fake_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "fakeapi/api_client.h"
#include "fakeapi/manifests.h"
#include "support/test_certificates.h"
#include "support/tls_client.h"

namespace headgate::fakeapi {
namespace {

using namespace std::chrono_literals;
using test_support::HttpResponse;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kMergePatch = "Content-Type: application/merge-patch+json\r\n";

std::string watch_from(const std::string& path, std::uint64_t revision, const std::string& more = "") {
  return path + "?watch=true&allowWatchBookmarks=true&resourceVersion=" + std::to_string(revision) + more;
}

TEST(FakeApi, SendsEveryWriteToWatches) {
  FakeApi api;
  WatchClient watch(api.port(), watch_from(kConfigMaps, 1));
  EXPECT_EQ(ask(api.port(), "POST", kConfigMaps, config_map_json("a")).status, 201);
  EXPECT_EQ(ask(api.port(), "PUT", std::string(kConfigMaps) + "/a", config_map_json("a", "2")).status, 200);
  EXPECT_EQ(ask(api.port(), "DELETE", std::string(kConfigMaps) + "/a").status, 200);
  EXPECT_EQ(watch.event(), "ADDED a 2");
  EXPECT_EQ(watch.event(), "MODIFIED a 3");
  EXPECT_EQ(watch.event(), "DELETED a 4");
  EXPECT_TRUE(api.wait_for_delivery("configmaps"));
}

TEST(FakeApi, AWatchGoesOnFromItsRevision) {
  FakeApi api;
  api.create(config_map_json("a"));
  api.create(config_map_json("b"));
  api.remove("configmaps", "default", "a");
  WatchClient watch(api.port(), watch_from(kConfigMaps, 2));
  EXPECT_EQ(watch.event(), "ADDED b 3");
  EXPECT_EQ(watch.event(), "DELETED a 4");
}

TEST(FakeApi, AWatchFromZeroBeginsWithWhatThereIs) {
  FakeApi api;
  for (const char* name : {"a", "b", "c"}) api.create(config_map_json(name));
  WatchClient watch(api.port(), watch_from(kConfigMaps, 0));
  std::set<std::string> names;
  for (int i = 0; i < 3; ++i) names.insert(watch.event().substr(0, 7));
  EXPECT_THAT(names, ElementsAre("ADDED a", "ADDED b", "ADDED c"));
  api.create(config_map_json("d"));
  EXPECT_EQ(watch.event(), "ADDED d 5");
}

TEST(FakeApi, InitialEventsAreCutEvery2048Bytes) {
  FakeApi api;
  for (int i = 0; i < 25; ++i) api.create(ingress_json("p" + std::to_string(i)));
  WatchClient watch(api.port(), watch_from(kAllIngresses, 0));
  std::vector<std::size_t> sizes;
  std::size_t total = 0;
  std::string text;
  while (std::count(text.begin(), text.end(), '\n') < 25) {
    const std::string chunk = watch.chunk().value_or("");
    ASSERT_FALSE(chunk.empty()) << watch.problem();
    sizes.push_back(chunk.size());
    total += chunk.size();
    text += chunk;
  }
  ASSERT_GT(sizes.size(), 3U);
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) EXPECT_EQ(sizes[i], 2048U);
  api.create(ingress_json("live"));
  const std::string live = watch.chunk().value_or("");
  EXPECT_TRUE(live.starts_with("{\"type\":\"ADDED\"") && live.ends_with("}}\n")) << live;
}

TEST(FakeApi, AWatchListEndsItsInitialEventsWithABookmark) {
  FakeApi api;
  api.create(config_map_json("a"));
  api.create(config_map_json("b"));
  WatchClient watch(api.port(), std::string(kConfigMaps) +
                                    "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
                                    "&resourceVersionMatch=NotOlderThan");
  EXPECT_EQ(watch.event(), "ADDED a 2");
  EXPECT_EQ(watch.event(), "ADDED b 3");
  const std::string bookmark = watch.line();
  EXPECT_THAT(bookmark, HasSubstr(R"("type":"BOOKMARK")"));
  EXPECT_THAT(bookmark, HasSubstr(R"("annotations":{"k8s.io/initial-events-end":"true"})"));
  EXPECT_THAT(bookmark, HasSubstr(R"("resourceVersion":"3")"));
  api.create(config_map_json("c"));
  EXPECT_EQ(watch.event(), "ADDED c 4");
}

TEST(FakeApi, AWatchListNeedsItsMatch) {
  FakeApi api;
  const HttpResponse response =
      ask(api.port(), std::string(kConfigMaps) + "?watch=true&sendInitialEvents=true");
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(response.body,
              HasSubstr("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
}

TEST(FakeApi, ObjectsEnterAndLeaveASelectedWatch) {
  FakeApi api;
  api.create(ingress_json("a", "1"));
  WatchClient watch(api.port(), watch_from(kAllIngresses, 2, "&labelSelector=x%3D2"));
  api.update(ingress_json("a", "2"));
  api.update(ingress_json("a", "3"));
  api.update(ingress_json("a", "4"));
  api.update(ingress_json("a", "2"));
  EXPECT_EQ(watch.event(), "ADDED a 3");
  const std::string left = watch.line();
  EXPECT_THAT(left, HasSubstr(R"("type":"DELETED")"));
  EXPECT_THAT(left, HasSubstr(R"("labels":{"x":"2"})"));  // as it was
  EXPECT_THAT(left, HasSubstr(R"("resourceVersion":"4")"));
  EXPECT_EQ(watch.event(), "ADDED a 6");
}

TEST(FakeApi, SelectsByFields) {
  FakeApi api;
  api.apply(R"(
apiVersion: v1
kind: Secret
metadata: {name: cert}
type: kubernetes.io/tls
stringData: {tls.crt: c, tls.key: k}
---
apiVersion: v1
kind: Secret
metadata: {name: plain, namespace: other}
data: {a: Yg==}
)");
  const auto names = [&](const std::string& selector) {
    std::string all;
    const Json list = Json::parse(ask(api.port(), "/api/v1/secrets?fieldSelector=" + selector).body);
    for (const Json& item : list["items"]) {
      all += string_member(item["metadata"], "name") + " ";
    }
    return all;
  };
  EXPECT_EQ(names("type%3Dkubernetes.io/tls"), "cert ");
  EXPECT_EQ(names("type!%3Dkubernetes.io/tls"), "plain ");
  EXPECT_EQ(names("metadata.namespace%3Dother"), "plain ");
  EXPECT_EQ(names("metadata.name%3Dcert,metadata.namespace%3Dother"), "");
  EXPECT_EQ(api.value("secrets", "default", "cert", "/data/tls.crt"), "Yw==");
}

TEST(FakeApi, SelectsByLabels) {
  FakeApi api;
  for (const char* name : {"1", "2", "3"}) api.create(ingress_json("i" + std::string(name), name));
  const auto count = [&](const std::string& selector) {
    return Json::parse(
               ask(api.port(), std::string(kAllIngresses) + "?labelSelector=" + selector).body)["items"]
        .size();
  };
  EXPECT_EQ(count("x%20in%20(1,2)"), 2U);
  EXPECT_EQ(count("x%20notin%20(1,2)"), 1U);
  EXPECT_EQ(count("x"), 3U);
  EXPECT_EQ(count("!x"), 0U);
  EXPECT_EQ(count("x!%3D1"), 2U);
  EXPECT_EQ(ask(api.port(), std::string(kAllIngresses) + "?labelSelector=a%20b").status, 400);
}

TEST(FakeApi, KeepsStatusAndMainApart) {
  FakeApi api;
  ask(api.port(), "POST", kIngresses, ingress_json("a"));
  const std::string patch = R"({"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}})";
  ask(api.port(), "PATCH", std::string(kIngresses) + "/a", patch, kMergePatch);
  EXPECT_EQ(api.value("ingresses", "default", "a", "/status/loadBalancer"), "{}");
  const std::uint64_t before = api.revision();
  EXPECT_EQ(ask(api.port(), "PATCH", std::string(kIngresses) + "/a/status", patch, kMergePatch).status, 200);
  EXPECT_EQ(api.value("ingresses", "default", "a", "/status/loadBalancer/ingress/0/ip"), "192.0.2.1");
  EXPECT_EQ(api.value("ingresses", "default", "a", "/metadata/generation"), "1");
  EXPECT_EQ(api.revision(), before + 1);
  // The same again changes nothing, and nobody is told.
  ask(api.port(), "PATCH", std::string(kIngresses) + "/a/status", patch, kMergePatch);
  EXPECT_EQ(api.revision(), before + 1);
  // The main resource keeps it, and counts a generation for another spec.
  ask(api.port(), "PATCH", std::string(kIngresses) + "/a", R"({"spec":{"ingressClassName":"other"}})",
      kMergePatch);
  EXPECT_EQ(api.value("ingresses", "default", "a", "/status/loadBalancer/ingress/0/ip"), "192.0.2.1");
  EXPECT_EQ(api.value("ingresses", "default", "a", "/metadata/generation"), "2");
}

TEST(FakeApi, PatchesInFourWays) {
  FakeApi api;
  api.create(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"ports":[
    {"name":"a","port":80},{"name":"b","port":81}]}})");
  const std::string url = "/api/v1/namespaces/default/services/s";
  const auto patch = [&](const std::string& type, const std::string& body, const std::string& query = "") {
    return ask(api.port(), "PATCH", url + query, body, "Content-Type: application/" + type + "\r\n").status;
  };
  EXPECT_EQ(patch("strategic-merge-patch+json", R"({"spec":{"ports":[{"port":81,"targetPort":9}]}})"), 200);
  EXPECT_EQ(api.value("services", "default", "s", "/spec/ports/1/targetPort"), "9");
  EXPECT_EQ(api.value("services", "default", "s", "/spec/ports/0/name"), "a");
  EXPECT_EQ(patch("json-patch+json", R"([{"op":"replace","path":"/spec/ports/0/port","value":82}])"), 200);
  EXPECT_EQ(api.value("services", "default", "s", "/spec/ports/0/port"), "82");
  EXPECT_EQ(patch("merge-patch+json", R"({"metadata":{"labels":{"l":"1"}}})"), 200);
  EXPECT_EQ(api.value("services", "default", "s", "/metadata/labels/l"), "1");
  EXPECT_EQ(patch("apply-patch+yaml", "metadata: {annotations: {note: v}}", "?fieldManager=test"), 200);
  EXPECT_EQ(api.value("services", "default", "s", "/metadata/annotations/note"), "v");
  EXPECT_EQ(ask(api.port(), "PATCH", "/api/v1/namespaces/default/services/new?fieldManager=test",
                "{spec: {ports: [{port: 80}]}}", "Content-Type: application/apply-patch+yaml\r\n")
                .status,
            201);
}

TEST(FakeApi, RefusesWhatTheServerRefuses) {
  FakeApi api;
  EXPECT_EQ(ask(api.port(), "PUT", std::string(kConfigMaps) + "/a", config_map_json("a")).status, 404);
  EXPECT_EQ(ask(api.port(), "POST", kConfigMaps, "{").status, 400);
  EXPECT_EQ(ask(api.port(), "POST", kConfigMaps, ingress_json("a")).status, 400);
  EXPECT_EQ(ask(api.port(), "POST", std::string(kConfigMaps) + "?dryRun=All", config_map_json("a")).status,
            201);
  EXPECT_FALSE(api.get("configmaps", "default", "a"));
  EXPECT_THROW(api.create("{kind: Nothing, apiVersion: v1}"), std::invalid_argument);
  EXPECT_THROW(api.update(config_map_json("a")), std::runtime_error);
  EXPECT_EQ(ask(api.port(), "GET", kConfigMaps, "", "Accept: application/vnd.kubernetes.protobuf\r\n").status,
            406);
}

TEST(FakeApi, AFinalizerHoldsAnObject) {
  FakeApi api;
  api.create(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":["x/y"]}})");
  ask(api.port(), "DELETE", std::string(kConfigMaps) + "/a");
  EXPECT_NE(api.value("configmaps", "default", "a", "/metadata/deletionTimestamp"), "");
  api.patch("configmaps", "default", "a", R"({"metadata":{"finalizers":null}})");
  EXPECT_FALSE(api.get("configmaps", "default", "a"));
}

TEST(FakeApi, TellsHowFarItsHistoryReaches) {
  FakeApi api({.knobs = {.history = 3}});
  for (int i = 0; i < 6; ++i) api.create(config_map_json("c" + std::to_string(i)));  // revisions 2 to 7
  EXPECT_EQ(WatchClient(api.port(), watch_from(kConfigMaps, 3)).event(), "ERROR 410");
  EXPECT_EQ(WatchClient(api.port(), watch_from(kConfigMaps, 4)).event(), "ADDED c3 5");
}

TEST(FakeApi, WaitsForARevisionThatIsToCome) {
  FakeApi api({.knobs = {.future_revision_wait = test_support::kPatience}});
  test_support::RawClient client(api.port());
  client.send(test_support::make_request("GET", "x", std::string(kConfigMaps) + "?resourceVersion=2"));
  ASSERT_TRUE(FakeApi::wait_until([&] { return api.count_requests("list") == 1; }));
  api.create(config_map_json("a"));
  const HttpResponse response =
      test_support::read_response(client.reader(), "GET", test_support::Deadline(test_support::kPatience));
  EXPECT_EQ(response.status, 200);
}

TEST(FakeApi, GoesBackAsFromABackup) {
  FakeApi api;
  api.create(config_map_json("a"));
  const std::uint64_t backup = api.revision();
  api.create(config_map_json("b"));
  api.update(config_map_json("a", "new"));
  WatchClient watch(api.port(), watch_from(kConfigMaps, api.revision()));
  api.go_back_to(backup);
  EXPECT_EQ(watch.event(), "");
  EXPECT_EQ(api.revision(), backup);
  EXPECT_FALSE(api.get("configmaps", "default", "b"));
  EXPECT_EQ(api.value("configmaps", "default", "a", "/data/v"), "1");
}

TEST(FakeApi, ALaggingCacheShowsThePast) {
  FakeApi api({.knobs = {.cache_lag = 1}});
  api.create(config_map_json("a"));
  api.create(config_map_json("b"));
  const auto count = [&](const std::string& query) {
    return Json::parse(ask(api.port(), kConfigMaps + query).body)["items"].size();
  };
  EXPECT_EQ(count("?resourceVersion=0"), 1U);
  EXPECT_EQ(count(""), 2U);
}

TEST(FakeApi, NoticesAClientThatLeavesAQuietWatch) {
  FakeApi api;
  WatchClient watch(api.port(), watch_from(kConfigMaps, 1));
  ASSERT_TRUE(api.wait_for_watches("configmaps", 1));
  watch.raw().close();
  EXPECT_TRUE(api.wait_for_watches("configmaps", 0));
  EXPECT_TRUE(FakeApi::wait_until([&] { return api.count_connections() == 0; }));
}

TEST(FakeApi, SendsBookmarksOfTheNewestRevision) {
  FakeApi api({.knobs = {.bookmark_interval = 5ms}});
  WatchClient watch(api.port(), watch_from(kConfigMaps, 1));
  api.create(ingress_json("of-another-kind"));
  while (watch.event() != "BOOKMARK 2") ASSERT_EQ(watch.problem(), "");
}

TEST(FakeApi, AsksForTheToken) {
  FakeApi api({.token = "old"});
  const auto status = [&](const std::string& token) {
    return ask(api.port(), "GET", kConfigMaps, "", "Authorization: Bearer " + token + "\r\n").status;
  };
  EXPECT_EQ(status("old"), 200);
  api.set_token("new");
  EXPECT_EQ(status("old"), 401);
  EXPECT_EQ(status("new"), 200);
  const HttpResponse anonymous = ask(api.port(), kConfigMaps);
  EXPECT_EQ(anonymous.status, 403);
  EXPECT_THAT(anonymous.body,
              HasSubstr(R"(configmaps is forbidden: User \"system:anonymous\" cannot list resource )"
                        R"(\"configmaps\" in API group \"\" in the namespace \"default\")"));
  EXPECT_EQ(ask(api.port(), "/readyz").status, 200);
}

TEST(FakeApi, TakesRightsAway) {
  FakeApi api;
  api.create(ingress_json("a"));
  api.forbid("patch", "ingresses/status");
  EXPECT_EQ(ask(api.port(), "PATCH", std::string(kIngresses) + "/a/status", "{}", kMergePatch).status, 403);
  EXPECT_EQ(ask(api.port(), "PATCH", std::string(kIngresses) + "/a", "{}", kMergePatch).status, 200);
  api.forbid_nothing();
  EXPECT_EQ(ask(api.port(), "PATCH", std::string(kIngresses) + "/a/status", "{}", kMergePatch).status, 200);
}

TEST(FakeApi, SpeaksTlsWithACertificateForItsAddress) {
  FakeApi api({.tls = true});
  const auto answer = [&] {
    test_support::TlsClient client(api.port());
    EXPECT_EQ(client.failure(), "");
    client.send(test_support::make_request("GET", "localhost", "/readyz"));
    EXPECT_EQ(
        test_support::read_response(client.reader(), "GET", test_support::Deadline(test_support::kPatience))
            .body,
        "ok");
    return client.server_fingerprint();
  };
  const std::string ca = api.ca_certificate();
  const std::string first = answer();
  EXPECT_EQ(answer(), first);
  api.rotate_certificates();
  EXPECT_NE(answer(), first);
  EXPECT_NE(api.ca_certificate(), ca);
  EXPECT_THAT(api.kubeconfig(), HasSubstr("server: https://127.0.0.1:"));
  EXPECT_THAT(api.kubeconfig(), HasSubstr("certificate-authority-data: "));
}

TEST(FakeApi, KnowsClientsByTheirCertificates) {
  const test_support::TestAuthority clients("clients");
  FakeApi api({.tls = true, .client_ca = clients.certificate()});
  const auto status = [&](const test_support::TestCertificate* identity) {
    test_support::TlsOptions options;
    options.identity = identity;
    test_support::TlsClient client(api.port(), options);
    client.send(test_support::make_request("GET", "localhost", kConfigMaps));
    return test_support::read_response(client.reader(), "GET",
                                       test_support::Deadline(test_support::kPatience))
        .status;
  };
  const auto issued = clients.issue({.common_name = "admin", .for_clients = true});
  const auto known = test_support::TestCertificate::from_pem(issued.certificate, issued.key);
  EXPECT_EQ(status(&known), 200);
  EXPECT_EQ(status(nullptr), 403);
  const auto foreign =
      test_support::TestAuthority("others").issue({.common_name = "admin", .for_clients = true});
  const auto stranger = test_support::TestCertificate::from_pem(foreign.certificate, foreign.key);
  EXPECT_EQ(status(&stranger), 0);
}

TEST(FakeApi, PreloadsManyObjects) {
  FakeApi api;
  api.preload(200, "headgate");
  EXPECT_EQ(api.list("ingresses").size(), 200U);
  EXPECT_EQ(api.list("endpointslices").size(), 200U);
  EXPECT_EQ(api.value("ingresses", "default", "i0199", "/spec/ingressClassName"), "headgate");
  const HttpResponse response = ask(api.port(), "/api/v1/services?resourceVersion=0&limit=10");
  EXPECT_EQ(response.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(Json::parse(response.body)["items"].size(), 200U);  // the cache ignores the limit
}

}  // namespace
}  // namespace headgate::fakeapi
