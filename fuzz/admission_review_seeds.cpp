// Reviews of good, bad and colliding Ingresses, and of what is none.
#include "fuzz/seeds.h"

namespace headgate::fuzz {
namespace {

std::string review(const std::string& request) {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"1",)"
         R"("kind":{"group":"networking.k8s.io","version":"v1","kind":"Ingress"},"namespace":"default",)" +
         request + "}}";
}

std::string ingress(const std::string& host, const std::string& path, const std::string& annotations = "") {
  return R"({"metadata":{"name":"web","annotations":{)" + annotations + R"(}},"spec":{"tls":[{"hosts":[")" +
         host + R"("],"secretName":"s"}],"rules":[{"host":")" + host + R"(","http":{"paths":[{"path":")" +
         path + R"(","pathType":"Exact","backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}})";
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string create = R"("operation":"CREATE","object":)";
  return {
      review(create + ingress("a.org", "/x")),
      review(create + ingress("b.org", "/%2e./\u00e9")),
      review(create + ingress("a.org", "/", R"("nginx.ingress.kubernetes.io/canary":"true")")),
      review(create + ingress("*.a.org", "/a(b)", R"("nginx.ingress.kubernetes.io/auth-tls-secret":"a/b")")),
      review(
          create +
          R"({"metadata":{"name":"c"},"spec":{"defaultBackend":{"service":{"name":"w","port":{"name":"p"}}}}})"),
      review(
          create +
          R"({"metadata":{"annotations":{"kubernetes.io/ingress.class":"x"}},"spec":{"ingressClassName":7}})"),
      review(R"("operation":"UPDATE","object":)" + ingress("a.org", "/") + R"(,"oldObject":)" +
             ingress("a.org", "/")),
      review(R"("operation":"DELETE","object":null,"oldObject":{})"),
      review(R"("subResource":"status","operation":"UPDATE","object":{},"dryRun":true)"),
      R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1beta1"})",
      "",
  };
}

}  // namespace headgate::fuzz
