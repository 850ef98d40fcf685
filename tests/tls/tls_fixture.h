// What most tests of TLS begin with: certificates of two authorities, an index, a context.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/test_certificates.h"
#include "tls/certificate.h"
#include "tls/certificate_index.h"
#include "tls/client_auth.h"
#include "tls/memory_client.h"
#include "tls/server_context.h"

namespace headgate::tls {

using test_support::CertificateRequest;
using test_support::IssuedCertificate;
using test_support::KeyKind;
using test_support::TestAuthority;
using test_support::TestKey;

inline std::shared_ptr<const Certificate> load(const IssuedCertificate& issued) {
  auto certificate = Certificate::from_pem(issued.chain, issued.key);
  if (!certificate) throw std::runtime_error(certificate.error().message);
  return *certificate;
}

inline std::shared_ptr<const ServerContext> make_context(const ServerSettings& settings = {}) {
  auto context = ServerContext::make(settings);
  if (!context) throw std::runtime_error(context.error().message);
  return *context;
}

inline std::shared_ptr<const ClientAuth> make_auth(VerifyClient verify, const std::string& ca,
                                                   const std::string& crl = "", int depth = 1) {
  auto auth = ClientAuth::make(verify, depth, ca, crl);
  if (!auth) throw std::runtime_error(auth.error().message);
  return *auth;
}

class TlsTest : public ::testing::Test {
 protected:
  // The index with one more host.
  void add(HostTls host) {
    auto shared = std::make_shared<const HostTls>(std::move(host));
    index = std::make_shared<const CertificateIndex>(index->with({{shared->host(), shared}}));
  }
  void add(const std::string& host, const std::shared_ptr<const Certificate>& certificate,
           const std::shared_ptr<const ClientAuth>& auth = nullptr) {
    HostTls entry(host, certificate);
    entry.client_auth = auth;
    add(std::move(entry));
  }

  TestAuthority root{"Server Root"};
  TestAuthority authority{root.intermediate("Server Intermediate")};
  std::shared_ptr<const Certificate> fallback = load(authority.issue_for({"default.test"}));
  std::shared_ptr<const CertificateIndex> index = std::make_shared<const CertificateIndex>(fallback);
};

}  // namespace headgate::tls
