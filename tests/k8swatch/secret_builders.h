// Secrets with certificates, made as the decoder makes them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "k8swatch/object_builders.h"
#include "k8swatch/secret_content.h"
#include "support/test_certificates.h"

namespace headgate::k8swatch::testing {

inline Secret secret(std::string name, StringPairs data, std::string type = "kubernetes.io/tls") {
  static tls::IntermediatePool pool;
  Secret result;
  result.metadata = metadata(std::move(name));
  result.type = std::move(type);
  result.data = std::move(data);
  seal_certificate(result, pool);
  return result;
}

inline Secret tls_secret(std::string name, const test_support::IssuedCertificate& issued) {
  return secret(std::move(name), {{"tls.crt", issued.chain}, {"tls.key", issued.key}});
}

inline test_support::IssuedCertificate certificate_for(
    const std::vector<std::string>& names, test_support::KeyKind kind = test_support::KeyKind::p256) {
  return test_support::self_signed({.common_name = names.front(), .dns_names = names}, kind);
}

// A certificate without its key.
inline Secret broken_secret(std::string name, const std::string& host) {
  return secret(std::move(name), {{"tls.crt", certificate_for({host}).chain}});
}

inline Ingress with_tls(Ingress ingress, std::vector<IngressTls> tls) {
  ingress.tls = std::move(tls);
  return ingress;
}

}  // namespace headgate::k8swatch::testing
