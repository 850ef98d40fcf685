#include "fakeapi/authority.h"

#include "support/test_certificates.h"

namespace headgate::fakeapi {

ServerCertificate make_server_certificate() {
  const test_support::TestAuthority authority("fakeapi CA");
  test_support::CertificateRequest request;
  request.common_name = "kube-apiserver";
  request.dns_names = {"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"};
  request.ip_addresses = {"127.0.0.1", "::1"};
  const test_support::IssuedCertificate issued = authority.issue(request);
  return {authority.certificate(), issued.chain, issued.key};
}

}  // namespace headgate::fakeapi
