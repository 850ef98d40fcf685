// How we speak TLS to pods: protocols, ciphers, whom we trust and as whom we show ourselves (the proxy-ssl-*
// annotations of ingress-nginx). Immutable; shared by all threads. Connections are reused, and sessions
// resumed, only inside one ClientContext.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "tls/certificate.h"

struct ssl_ctx_st;

namespace headgate::tls {

// Annotations of ingress-nginx in brackets.
struct ClientSettings {
  bool tls12 = true;  // [proxy-ssl-protocols]
  bool tls13 = true;
  std::string ciphers;      // TLS 1.2, OpenSSL's list language; empty: OpenSSL's default [proxy-ssl-ciphers]
  bool verify = false;      // the pod's certificate and its name, else anybody is taken [proxy-ssl-verify]
  int depth = 1;            // certificates between the pod's and the root [proxy-ssl-verify-depth]
  std::string name;         // checked, and sent; empty: the connection's own [proxy-ssl-name]
  bool send_name = false;   // SNI [proxy-ssl-server-name]
  std::string authorities;  // PEM; whom `verify` trusts, and nobody else [ca.crt of proxy-ssl-secret]
  std::shared_ptr<const Certificate> identity;  // shown where the pod asks; null: none [tls.crt, tls.key]
};

class ClientContext : public std::enable_shared_from_this<ClientContext> {
 public:
  // Fails with one sentence that says what OpenSSL does not take.
  static Result<std::shared_ptr<const ClientContext>> make(ClientSettings settings);
  ~ClientContext();
  ClientContext(const ClientContext&) = delete;
  ClientContext& operator=(const ClientContext&) = delete;

  [[nodiscard]] const ClientSettings& settings() const;
  [[nodiscard]] ssl_ctx_st* native() const;  // for the files of this folder

 private:
  struct State;
  explicit ClientContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace headgate::tls
