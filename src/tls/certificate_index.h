// Which certificate answers which server name (SNI): exact, then one-label wildcard, then the default one.
// Persistent like router::HostIndex: an index made from another shares what did not change. Immutable; shared
// by all threads; destroyed on the control thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/host_map.h"
#include "tls/certificate.h"
#include "tls/client_auth.h"

namespace headgate::tls {

// The TLS side of one host. A change of any part is a new HostTls.
class HostTls {
 public:
  HostTls(std::string host, std::shared_ptr<const Certificate> main)
      : certificate(std::move(main)), host_(std::move(host)) {}

  [[nodiscard]] const std::string& host() const { return host_; }  // lower case; "*.x" for a wildcard

  std::shared_ptr<const Certificate> certificate;  // null: the default one
  std::shared_ptr<const Certificate> alternative;  // of another key type (ECDSA beside RSA), or null
  std::shared_ptr<const ClientAuth> client_auth;   // null: no client certificate is asked for
  std::string ciphers;  // ssl-ciphers of this host, TLS 1.2: CipherList::usable; empty: the global ones
  // "namespace/name" of the Secrets these are from, for metrics and debug pages.
  std::string certificate_secret;
  std::string alternative_secret;

 private:
  std::string host_;
};

// One host to put in, or, where `tls` is null, to take out.
using HostTlsChange = HostMapChange<HostTls>;

class CertificateIndex {
 public:
  // `default_secret`: "namespace/name" it is from, empty: generated.
  explicit CertificateIndex(std::shared_ptr<const Certificate> default_certificate,
                            std::string default_secret = {})
      : default_certificate_(std::move(default_certificate)), default_secret_(std::move(default_secret)) {}

  [[nodiscard]] CertificateIndex with(const std::vector<HostTlsChange>& changes) const;
  [[nodiscard]] CertificateIndex with_default(std::shared_ptr<const Certificate> certificate,
                                              std::string secret = {}) const;

  // `name`: lower case, without trailing dot; may be empty (no SNI). Null: nobody's, the default certificate.
  [[nodiscard]] const HostTls* find(std::string_view name) const { return hosts_.find(name); }
  // Never null.
  [[nodiscard]] const std::shared_ptr<const Certificate>& default_certificate() const {
    return default_certificate_;
  }
  [[nodiscard]] const std::string& default_secret() const { return default_secret_; }
  [[nodiscard]] const HostMap<HostTls>& hosts() const { return hosts_; }

 private:
  HostMap<HostTls> hosts_;
  std::shared_ptr<const Certificate> default_certificate_;
  std::string default_secret_;
};

}  // namespace headgate::tls
