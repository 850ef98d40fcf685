// What is read of an AdmissionReview, and what of it is judged.
#include "k8swatch/admission_review.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headgate::k8swatch {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string kKind = R"("kind":{"group":"networking.k8s.io","version":"v1","kind":"Ingress"})";
const std::string kSpec =
    R"({"ingressClassName":"headgate","rules":[{"host":"a.org","http":{"paths":[{"path":"/","pathType":"Prefix",)"
    R"("backend":{"service":{"name":"web","port":{"number":80}}}}]}}]})";

std::string ingress(const std::string& metadata = "", const std::string& spec = kSpec) {
  return R"({"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"web","namespace":"shop")" +
         metadata + R"(},"spec":)" + spec + "}";
}

std::string request(const std::string& operation, const std::string& more) {
  return R"("uid":"u-1",)" + kKind + R"(,"namespace":"shop","operation":")" + operation + "\"" + more;
}

std::string review_of(const std::string& request) {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{)" + request + "}}";
}

AdmissionReview read(const std::string& text) {
  Result<AdmissionReview> review = read_admission_review(text, {});
  if (review) return *std::move(review);
  ADD_FAILURE() << review.error().message;
  return {};
}

std::string error_of(const std::string& text) {
  const Result<AdmissionReview> review = read_admission_review(text, {});
  return review ? "read" : review.error().message;
}

TEST(AdmissionReview, ReadsTheIngressThatIsAboutToBeWritten) {
  for (const char* operation : {"CREATE", "UPDATE"}) {
    const AdmissionReview review = read(review_of(request(operation, R"(,"object":)" + ingress())));
    EXPECT_EQ(review.uid, "u-1");
    EXPECT_TRUE(review.is_judged);
    EXPECT_EQ(review.fault, "");
    EXPECT_EQ(review.note, "");
    EXPECT_FALSE(review.is_unchanged);
    EXPECT_EQ(review.ingress.metadata.name, "web");
    EXPECT_EQ(review.ingress.metadata.namespace_name, "shop");
    ASSERT_THAT(review.ingress.rules, SizeIs(1));
    EXPECT_EQ(review.ingress.rules[0].host, "a.org");
  }
}

TEST(AdmissionReview, TheOrderOfFieldsDoesNotMatter) {
  const AdmissionReview review =
      read(R"({"request":{"object":)" + ingress() + R"(,"oldObject":null,"operation":"CREATE",)" + kKind +
           R"(,"dryRun":true,"userInfo":{"username":"me","groups":["a"]},"uid":"u-2"},)" +
           R"("apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"})");
  EXPECT_EQ(review.uid, "u-2");
  EXPECT_TRUE(review.is_judged);
  EXPECT_EQ(review.ingress.metadata.namespace_name, "shop");
}

TEST(AdmissionReview, JudgesNothingButIngressesThatAreWritten) {
  const std::string object = R"(,"object":)" + ingress();
  const auto kind = [](const std::string& group, const std::string& version, const std::string& name) {
    return R"("uid":"u","operation":"CREATE","object":{},"kind":{"group":")" + group + R"(","version":")" +
           version + R"(","kind":")" + name + R"("})";
  };
  struct Case {
    std::string request;
    std::string note;
  };
  const Case cases[] = {
      {request("DELETE", R"(,"object":null,"oldObject":)" + ingress()), ""},
      {request("CONNECT", object), ""},
      {request("UPDATE", R"(,"subResource":"status")" + object), ""},
      {request("UPDATE", R"(,"object":)" + ingress(R"(,"deletionTimestamp":"2026-01-01T00:00:00Z")")), ""},
      {kind("", "v1", "Service"), ""},
      {kind("networking.k8s.io", "v1", "IngressClass"), ""},
      {kind("example.org", "v1", "Ingress"), ""},
      {kind("extensions", "v1beta1", "Ingress"), "only Ingresses of networking.k8s.io/v1"},
      {kind("networking.k8s.io", "v1beta1", "Ingress"), "only Ingresses of networking.k8s.io/v1"},
      {request("CREATE", R"(,"object":null)"), "holds no object"},
      {request("CREATE", ""), "holds no object"},
  };
  for (const Case& each : cases) {
    const AdmissionReview review = read(review_of(each.request));
    EXPECT_FALSE(review.is_judged) << each.request;
    EXPECT_FALSE(review.uid.empty()) << each.request;
    if (each.note.empty())
      EXPECT_EQ(review.note, "") << each.request;
    else
      EXPECT_THAT(review.note, HasSubstr(each.note)) << each.request;
  }
}

TEST(AdmissionReview, AnObjectThatCannotBeDecodedIsAFaultWithItsPath) {
  struct Case {
    std::string object;
    std::string fault;
  };
  const Case cases[] = {
      {ingress("", R"({"rules":[{"host":5}]})"), "spec.rules[0].host: expected a string, found the number 5"},
      {ingress("", R"({"rules":[{"http":{"paths":[{"path":"/"}]}}]})"),
       "spec.rules[0].http.paths[0].backend: is required"},
      {ingress(R"(,"annotations":{"nginx.ingress.kubernetes.io/x":true})"),
       "metadata.annotations[nginx.ingress.kubernetes.io/x]: expected a string, found the boolean true"},
      {R"({"metadata":{"namespace":"shop"},"spec":{}})", "metadata.name: is required"},
      {R"({"metadata":5,"spec":{}})", "metadata: expected an object, found the number 5"},
      {R"("text")", "expected an object, found a string"},
  };
  for (const Case& each : cases) {
    const AdmissionReview review = read(review_of(request("CREATE", R"(,"object":)" + each.object)));
    EXPECT_TRUE(review.is_judged) << each.object;
    EXPECT_THAT(review.fault, HasSubstr(each.fault));
    EXPECT_EQ(review.fault.find("request"), std::string::npos) << "the path is that of the object";
  }
}

TEST(AdmissionReview, TheClassOfAFaultyObjectIsKnownAllTheSame) {
  AdmissionReview review = read(review_of(
      request("CREATE", R"(,"object":)" + ingress("", R"({"rules":7,"ingressClassName":"other"})"))));
  EXPECT_NE(review.fault, "");
  EXPECT_EQ(review.ingress.class_name, "other");
  EXPECT_EQ(review.ingress.metadata.name, "web");
  EXPECT_EQ(review.ingress.metadata.namespace_name, "shop");
  review = read(review_of(request(
      "CREATE",
      R"(,"object":)" + ingress(R"(,"annotations":{"kubernetes.io/ingress.class":"old","a/b":1})", "[]"))));
  EXPECT_NE(review.fault, "");
  ASSERT_THAT(review.ingress.metadata.annotations, SizeIs(1));
  EXPECT_EQ(review.ingress.metadata.annotations[0].second, "old");
}

// Its end is not looked for before it is read, and a reader that met it has to begin anew.
TEST(AdmissionReview, AnObjectThatIsNoJsonIsAFault) {
  for (const char* broken :
       {R"({"metadata":{"name":"web"},"spec":{"rules" 7}})", R"({"metadata":{"name":tru}})",
        R"({"metadata" {"name":"web"}})", R"({"spec":{"rules":[{"host":"\u12"}]}})"}) {
    const AdmissionReview review = read(review_of(request("CREATE", R"(,"object":)" + std::string(broken))));
    EXPECT_TRUE(review.is_judged) << broken;
    EXPECT_NE(review.fault, "") << broken;
  }
}

TEST(AdmissionReview, ANameThatIsNoneGoesNowhere) {
  const AdmissionReview review =
      read(review_of(request("CREATE", R"(,"object":{"metadata":{"name":"a\nb"},"spec":{}})")));
  EXPECT_NE(review.fault, "");
  EXPECT_EQ(review.ingress.metadata.name, "");
}

TEST(AdmissionReview, KnowsWhetherAnythingChangesThatIsRead) {
  const auto unchanged = [](const std::string& before, const std::string& after) {
    return read(review_of(request("UPDATE", R"(,"object":)" + after + R"(,"oldObject":)" + before)))
        .is_unchanged;
  };
  EXPECT_TRUE(unchanged(ingress(), ingress()));
  EXPECT_TRUE(unchanged(ingress(R"(,"labels":{"a":"b"},"resourceVersion":"1")"),
                        ingress(R"(,"finalizers":["x"],"resourceVersion":"2")")));
  EXPECT_FALSE(unchanged(ingress(), ingress(R"(,"annotations":{"nginx.ingress.kubernetes.io/x":"y"})")));
  EXPECT_FALSE(unchanged(ingress(), ingress("", R"({"ingressClassName":"headgate"})")));
  EXPECT_FALSE(unchanged("null", ingress()));
  EXPECT_FALSE(unchanged("7", ingress()));
}

TEST(AdmissionReview, SaysWhatIsWrongWithAMalformedOne) {
  struct Case {
    std::string text;
    std::string error;
  };
  const Case cases[] = {
      {"", "not valid JSON"},
      {"{", "not valid JSON"},
      {"[]", "expected an object, found a list"},
      {"\xff\xfe", "not valid JSON"},
      {"{}", "expected an AdmissionReview, found kind ''"},
      {R"({"kind":"Pod","apiVersion":"v1"})", "found kind 'Pod'"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1","request":{}})",
       "found apiVersion 'admission.k8s.io/v1beta1'"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"})", "request: is required"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":[]})",
       "request: expected an object, found a list"},
      {review_of(R"("operation":"CREATE")"), "request.uid: is required"},
      {review_of(R"("uid":7)"), "request.uid: expected a string"},
      {review_of(R"("uid":"u")"), "request.operation: is required"},
      {review_of(R"("uid":"u","operation":"CREATE")"), "request.kind.kind: is required"},
  };
  for (const Case& each : cases) EXPECT_THAT(error_of(each.text), HasSubstr(each.error)) << each.text;
  EXPECT_THAT(error_of(review_of(R"("uid":"u","operation":"CREATE","namespace":"A\nB",)" + kKind)),
              HasSubstr("is not the name of a namespace"));
}

}  // namespace
}  // namespace headgate::k8swatch
