// What a Certificate is made of: DER at rest, OpenSSL's objects once a handshake asked for them.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tls/certificate.h"
#include "tls/intermediate.h"
#include "tls/openssl_handles.h"

namespace headgate::tls {

// As a handshake wants it.
struct Certificate::Parsed {
  X509Handle leaf;
  KeyHandle key;
  X509ChainHandle chain;  // the intermediates, in their order; may be empty
};

struct Certificate::State {
  CertificateFacts facts;
  std::string leaf;  // DER
  std::string key;   // DER
  std::vector<std::shared_ptr<const Intermediate>> intermediates;
  std::once_flag once;  // for `parsed`
  std::unique_ptr<const Parsed> parsed;
  std::mutex staple_mutex;  // taken by handshakes that ask for a staple
  std::shared_ptr<const OcspStaple> staple;

  ~State();
};

}  // namespace headgate::tls
