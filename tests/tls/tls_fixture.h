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

// A P-256 key (SEC1) with the public half of `key` and the private one of another: no handshake with it
// succeeds.
inline std::string unsound_key(const TestKey& key) {
  const auto body = [](const std::string& pem) {
    std::string text;
    for (std::size_t at = pem.find('\n') + 1; at < pem.rfind("-----END"); ++at)
      if (pem[at] != '\n') text += pem[at];
    return text;
  };
  // The private number ends with byte 39 of 121, which are 52 characters of base64.
  const std::string mixed =
      body(TestKey().traditional_pem()).substr(0, 52) + body(key.traditional_pem()).substr(52);
  return "-----BEGIN EC PRIVATE KEY-----\n" + mixed + "\n-----END EC PRIVATE KEY-----\n";
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
