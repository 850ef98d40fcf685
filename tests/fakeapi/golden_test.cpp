// The double answers as a real server answered: bodies recorded from kube-apiserver 1.20.2, byte for byte but
// for uids and times.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakeapi/api_client.h"
#include "fakeapi/fake_api.h"
#include "fakeapi/manifests.h"

namespace headgate::fakeapi {
namespace {

using test_support::HttpResponse;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kLeases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
constexpr const char* kEvents = "/apis/events.k8s.io/v1/namespaces/default/events";
constexpr const char* kMergePatch = "Content-Type: application/merge-patch+json\r\n";

// Replaces what follows `name` up to the next quote by "*".
void mask(std::string& text, const std::string& name) {
  const std::string mark = "\"" + name + "\":\"";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size())) {
    const std::size_t begin = at + mark.size();
    text.replace(begin, text.find('"', begin) - begin, "*");
  }
}

std::string masked(std::string text) {
  for (const char* name : {"uid", "creationTimestamp", "time"}) mask(text, name);
  return text;
}

class Golden : public ::testing::Test {
 protected:
  static FakeApiOptions old_server() {
    FakeApiOptions options;
    options.knobs.watch_list = false;
    options.knobs.future_revision_wait = std::chrono::milliseconds(20);
    return options;
  }
  void expect(const HttpResponse& response, int status, const std::string& body) {
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(masked(response.body), body + "\n");
    EXPECT_EQ(response.field("Cache-Control"), "no-cache, private");
    EXPECT_EQ(response.field("Content-Type"), "application/json");
    EXPECT_TRUE(response.complete) << response.problem;
  }
  // The next write gets this revision.
  void next_revision(std::uint64_t revision) { api_.skip_revisions(revision - 1 - api_.revision()); }
  [[nodiscard]] std::uint16_t port() const { return api_.port(); }

  FakeApi api_{old_server()};
};

TEST_F(Golden, EmptyList) {
  expect(
      ask(port(), std::string(kAllIngresses) + "?resourceVersion=0"), 200,
      R"({"kind":"IngressList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"1"},"items":[]})");
}

TEST_F(Golden, Unauthorized) {
  api_.set_token("right");
  expect(ask(port(), "GET", kAllIngresses, "", "Authorization: Bearer wrong\r\n"), 401,
         R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized",)"
         R"("reason":"Unauthorized","code":401})");
}

TEST_F(Golden, Create) {
  next_revision(190);
  expect(
      ask(port(), "POST", kIngresses, ingress_json("a")), 201,
      R"({"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{"name":"a","namespace":"default","uid":"*",)"
      R"("resourceVersion":"190","generation":1,"creationTimestamp":"*","labels":{"x":"1"},"managedFields":[{)"
      R"("manager":"headgate-study","operation":"Update","apiVersion":"networking.k8s.io/v1","time":"*",)"
      R"("fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{".":{},"f:x":{}}},"f:spec":{)"
      R"("f:ingressClassName":{},"f:rules":{}}}}]},"spec":{"ingressClassName":"headgate","rules":[{"host":)"
      R"("a.example.com","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"s","port":{)"
      R"("number":80}}}}]}}]},"status":{"loadBalancer":{}}})");
}

TEST_F(Golden, CreateWhatExists) {
  api_.create(ingress_json("a"));
  expect(
      ask(port(), "POST", kIngresses, ingress_json("a")), 409,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("ingresses.networking.k8s.io \"a\" already exists","reason":"AlreadyExists","details":{"name":"a",)"
      R"("group":"networking.k8s.io","kind":"ingresses"},"code":409})");
}

TEST_F(Golden, NotFound) {
  expect(ask(port(), std::string(kIngresses) + "/nope"), 404,
         R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
         R"("ingresses.networking.k8s.io \"nope\" not found","reason":"NotFound","details":{"name":"nope",)"
         R"("group":"networking.k8s.io","kind":"ingresses"},"code":404})");
}

TEST_F(Golden, UnknownResource) {
  expect(
      ask(port(), "/apis/networking.k8s.io/v1/gateways"), 404,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("the server could not find the requested resource","reason":"NotFound","details":{},"code":404})");
}

TEST_F(Golden, Pages) {
  next_revision(190);
  api_.create(ingress_json("a"));
  for (int i = 0; i < 25; ++i) {
    api_.create(ingress_json((i < 10 ? "p0" : "p") + std::to_string(i)));
  }
  const Json first = Json::parse(ask(port(), std::string(kAllIngresses) + "?limit=10").body);
  EXPECT_EQ(
      text_of(first.at("metadata")),
      R"({"resourceVersion":"215","continue":"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjE1LCJzdGFydCI6ImRlZmF1bHQv)"
      R"(cDA4XHUwMDAwIn0","remainingItemCount":16})");
  EXPECT_EQ(first.at("items").size(), 10U);
  EXPECT_FALSE(first.at("items").at(0).contains("kind"));
  api_.create(ingress_json("zz"));  // all pages carry the first one's revision
  const Json second = Json::parse(ask(port(), std::string(kAllIngresses) + "?limit=10&continue=" +
                                                  string_member(first["metadata"], "continue"))
                                      .body);
  EXPECT_EQ(
      text_of(second.at("metadata")),
      R"({"resourceVersion":"215","continue":"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MjE1LCJzdGFydCI6ImRlZmF1bHQv)"
      R"(cDE4XHUwMDAwIn0","remainingItemCount":6})");
}

TEST_F(Golden, ContinueWithResourceVersion) {
  expect(
      ask(port(), std::string(kAllIngresses) + "?limit=1&resourceVersion=5&continue=abc"), 400,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("specifying resource version is not allowed when using continue","reason":"BadRequest","code":400})");
}

TEST_F(Golden, ContinueAfterCompaction) {
  next_revision(242);
  for (const char* name : {"p01", "p02", "p03", "p04", "p05", "p06"}) api_.create(config_map_json(name));
  const Json page = Json::parse(ask(port(), "/api/v1/configmaps?limit=5").body);
  api_.create(config_map_json("later"));
  api_.compact();
  expect(
      ask(port(), "/api/v1/configmaps?limit=5&continue=" + string_member(page["metadata"], "continue")), 410,
      R"({"kind":"Status","apiVersion":"v1","metadata":{"continue":"eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0)"
      R"(IjoiZGVmYXVsdC9wMDVcdTAwMDAifQ"},"status":"Failure","message":"The provided continue parameter is too old to )"
      R"(display a consistent list result. You can start a new list without the continue parameter, or use the continue )"
      R"(token in this response to retrieve the remainder of the results. Continuing with the provided token results in )"
      R"(an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was )"
      R"(returned and now may show up in the list.","reason":"Expired","code":410})");
  const Json rest =
      Json::parse(ask(port(),
                      "/api/v1/"
                      "configmaps?continue="
                      "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiZGVmYXVsdC9wMDVcdTAwMDAifQ")
                      .body);
  EXPECT_EQ(rest["items"].size(), 1U);  // p06: "later" sorts before it
  EXPECT_EQ(string_member(rest["metadata"], "resourceVersion"), std::to_string(api_.revision()));
}

TEST_F(Golden, ExactListOfACompactedRevision) {
  next_revision(100);
  api_.create(config_map_json("a"));
  api_.compact();
  expect(ask(port(), "/api/v1/configmaps?resourceVersion=50&resourceVersionMatch=Exact"), 410,
         R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
         R"("The resourceVersion for the provided list is too old.","reason":"Expired","code":410})");
}

TEST_F(Golden, ExactListOfAnOldRevision) {
  api_.create(ingress_json("a"));
  expect(
      ask(port(), std::string(kAllIngresses) + "?resourceVersion=1&resourceVersionMatch=Exact"), 200,
      R"({"kind":"IngressList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"1"},"items":[]})");
}

TEST_F(Golden, MatchWithoutResourceVersion) {
  expect(
      ask(port(), std::string(kAllIngresses) + "?resourceVersionMatch=NotOlderThan"), 422,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is )"
      R"(forbidden unless resourceVersion is provided","reason":"Invalid","details":{"group":"meta.k8s.io",)"
      R"("kind":"ListOptions","causes":[{"reason":"FieldValueForbidden","message":"Forbidden: resourceVersionMatch )"
      R"(is forbidden unless resourceVersion is provided","field":"resourceVersionMatch"}]},"code":422})");
}

TEST_F(Golden, FutureResourceVersion) {
  next_revision(216);
  const HttpResponse response = ask(port(), std::string(kAllIngresses) + "?resourceVersion=999999999");
  expect(
      response, 504,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("Timeout: Too large resource version: 999999999, current: 215","reason":"Timeout","details":{"causes":[{)"
      R"("reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},)"
      R"("code":504})");
  EXPECT_EQ(response.field("Retry-After"), "1");
}

TEST_F(Golden, WatchOfABadResourceVersion) {
  expect(
      ask(port(), std::string(kAllIngresses) + "?watch=true&resourceVersion=abc"), 500,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax","code":500})");
}

TEST_F(Golden, WatchWithAMatch) {
  expect(
      ask(port(),
          std::string(kAllIngresses) + "?watch=true&resourceVersion=1&resourceVersionMatch=NotOlderThan"),
      422,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is )"
      R"(forbidden for watch","reason":"Invalid","details":{"group":"meta.k8s.io","kind":"ListOptions","causes":[{)"
      R"("reason":"FieldValueForbidden","message":"Forbidden: resourceVersionMatch is forbidden for watch",)"
      R"("field":"resourceVersionMatch"}]},"code":422})");
}

TEST_F(Golden, SendInitialEventsOnAnOldServer) {
  const HttpResponse response = ask(
      port(),
      std::string(kAllIngresses) +
          "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
  EXPECT_EQ(response.status, 422);
  EXPECT_THAT(
      response.body,
      StartsWith(
          R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
          R"("ListOptions.meta.k8s.io \"\" is invalid: [resourceVersionMatch: Forbidden: )"
          R"(resourceVersionMatch is forbidden for watch, resourceVersionMatch: Forbidden: )"
          R"(resourceVersionMatch is forbidden unless resourceVersion is provided]","reason":"Invalid",)"
          R"("details":{"group":"meta.k8s.io","kind":"ListOptions","causes":[{"reason":)"));
  EXPECT_EQ(response.field("Content-Length"), "687");  // the recording of the body stops here
}

TEST_F(Golden, WatchHeadEventsAndEnd) {
  next_revision(216);
  WatchClient watch(port(), std::string(kAllIngresses) + "?watch=true&resourceVersion=215&timeoutSeconds=1");
  const std::string head = watch.head();
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\nCache-Control: no-cache, private\r\nContent-Type: "
                               "application/json\r\nDate: "));
  EXPECT_TRUE(head.ends_with(" GMT\r\nTransfer-Encoding: chunked")) << head;
  api_.create(ingress_json("a"));
  const std::string chunk = watch.chunk().value_or("");
  EXPECT_THAT(chunk,
              StartsWith(R"({"type":"ADDED","object":{"kind":"Ingress","apiVersion":"networking.k8s.io/v1",)"
                         R"("metadata":{"name":"a","namespace":"default","uid":")"));
  EXPECT_TRUE(chunk.ends_with("\"status\":{\"loadBalancer\":{}}}}\n")) << chunk;
  EXPECT_EQ(watch.chunk(), "");  // the end, with its terminator
}

TEST_F(Golden, WatchOfAnExpiredResourceVersion) {
  next_revision(239);
  api_.restart();
  ASSERT_EQ(api_.revision(), 239U);
  WatchClient watch(port(), std::string(kAllIngresses) + "?watch=true&resourceVersion=190");
  EXPECT_EQ(watch.status(), 200);
  EXPECT_EQ(watch.chunk(),
            R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":)"
            R"~("Failure","message":"too old resource version: 190 (239)","reason":"Expired",)~"
            R"("code":410}})"
            "\n");
  EXPECT_EQ(watch.chunk(), "");
}

TEST_F(Golden, Bookmark) {
  next_revision(6263);
  WatchClient watch(port(),
                    std::string(kAllIngresses) + "?watch=1&allowWatchBookmarks=true&resourceVersion=6262");
  ASSERT_TRUE(api_.wait_for_watches("ingresses", 1));
  api_.send_bookmarks();
  EXPECT_EQ(watch.chunk(),
            R"({"type":"BOOKMARK","object":{"kind":"Ingress","apiVersion":"networking.k8s.io/v1",)"
            R"("metadata":{"resourceVersion":"6262","creationTimestamp":null},"spec":{},"status":{)"
            R"("loadBalancer":{}}}})"
            "\n");
}

TEST_F(Golden, Delete) {
  api_.create(ingress_json("p01"));
  expect(ask(port(), "DELETE", std::string(kIngresses) + "/p01"), 200,
         R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"p01",)"
         R"("group":"networking.k8s.io","kind":"ingresses","uid":"*"}})");
}

TEST_F(Golden, StaleLease) {
  const std::string lease =
      R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"hg",)"
      R"("resourceVersion":"1"},"spec":{"holderIdentity":"a"}})";
  api_.create(R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"hg"},"spec":{}})");
  expect(
      ask(port(), "PUT", std::string(kLeases) + "/hg", lease), 409,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be )"
      R"(fulfilled on leases.coordination.k8s.io \"hg\": the object has been modified; please apply your changes to )"
      R"(the latest version and try again","reason":"Conflict","details":{"name":"hg","group":"coordination.k8s.io",)"
      R"("kind":"leases"},"code":409})");
}

TEST_F(Golden, LeaseTimeWithoutMicroseconds) {
  const HttpResponse response = ask(
      port(), "POST", kLeases, R"({"metadata":{"name":"hg"},"spec":{"renewTime":"2026-11-22T11:50:02Z"}})");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr(R"(Lease in version \"v1\" cannot be handled as a Lease: )"));
  EXPECT_THAT(response.body,
              HasSubstr(R"(parsing time \"2026-11-22T11:50:02Z\" as \"2006-01-02T15:04:05.000000Z07:00\")"
                        R"(: cannot parse \"Z\" as \".000000\")"));
}

TEST_F(Golden, StatusPatchOfAnOldVersion) {
  api_.create(ingress_json("a"));
  expect(
      ask(port(), "PATCH", std::string(kIngresses) + "/a/status",
          R"({"metadata":{"resourceVersion":"1"},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}})",
          kMergePatch),
      409,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be )"
      R"(fulfilled on ingresses.networking.k8s.io \"a\": the object has been modified; please apply your changes to )"
      R"(the latest version and try again","reason":"Conflict","details":{"name":"a","group":"networking.k8s.io",)"
      R"("kind":"ingresses"},"code":409})");
}

TEST_F(Golden, JsonPatchWhoseTestFails) {
  api_.create(ingress_json("a"));
  expect(
      ask(port(), "PATCH", std::string(kIngresses) + "/a",
          R"([{"op":"test","path":"/metadata/labels/x","value":"9"}])",
          "Content-Type: application/json-patch+json\r\n"),
      422,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("the server rejected our request due to an error in our request","reason":"Invalid","details":{},"code":422})");
}

TEST_F(Golden, PatchOfAnUnknownType) {
  api_.create(ingress_json("a"));
  expect(ask(port(), "PATCH", std::string(kIngresses) + "/a", "{}"), 415,
         R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
         R"("415: Unsupported Media Type","reason":"UnsupportedMediaType","details":{},"code":415})");
}

TEST_F(Golden, EventWithoutAction) {
  expect(
      ask(port(), "POST", kEvents,
          R"({"metadata":{"name":"a.17f1"},"eventTime":"2026-11-22T11:50:00.000000Z","reportingController":"h/c",)"
          R"("reportingInstance":"h-0","reason":"Synced","regarding":{"kind":"Ingress","namespace":"default",)"
          R"("name":"a"},"note":"n","type":"Normal"})"),
      422,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("Event \"a.17f1\" is invalid: action: Required value","reason":"Invalid","details":{"name":"a.17f1",)"
      R"("kind":"Event","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"action"}]},)"
      R"("code":422})");
}

TEST_F(Golden, EventWithALongNote) {
  expect(
      ask(port(), "POST", kEvents,
          R"({"metadata":{"name":"a.17f2"},"eventTime":"2026-11-22T11:50:00.000000Z","reportingController":"h/c",)"
          R"("reportingInstance":"h-0","reason":"Synced","action":"Sync","regarding":{"kind":"Ingress",)"
          R"("namespace":"default","name":"a"},"type":"Normal","note":")" +
              std::string(1025, 'n') + R"("})"),
      422,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":)"
      R"("Event \"a.17f2\" is invalid: message: Invalid value: \"\": can have at most 1024 characters",)"
      R"("reason":"Invalid","details":{"name":"a.17f2","kind":"Event","causes":[{"reason":"FieldValueInvalid",)"
      R"("message":"Invalid value: \"\": can have at most 1024 characters","field":"message"}]},"code":422})");
}

TEST_F(Golden, UnknownFieldSelector) {
  expect(
      ask(port(), std::string(kAllIngresses) + "?fieldSelector=spec.x%3Dy"), 400,
      R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\"spec.x\" is not a known )"
      R"(field selector: only \"metadata.name\", \"metadata.namespace\"","reason":"BadRequest","code":400})");
}

TEST_F(Golden, Ready) {
  const HttpResponse response = ask(port(), "/readyz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok");
  EXPECT_EQ(response.field("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(response.field("Content-Length"), "2");
}

TEST_F(Golden, MetadataOnlyList) {
  api_.create(ingress_json("a"));
  const HttpResponse response =
      ask(port(), "GET", std::string(kAllIngresses), "",
          "Accept: application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1\r\n");
  EXPECT_THAT(masked(response.body),
              StartsWith(R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{)"
                         R"("resourceVersion":"2"},"items":[{"kind":"PartialObjectMetadata","apiVersion":)"
                         R"("meta.k8s.io/v1","metadata":{"name":"a","namespace":"default","uid":"*")"));
  EXPECT_EQ(response.body.find("\"spec\""), std::string::npos);
}

}  // namespace
}  // namespace headgate::fakeapi
