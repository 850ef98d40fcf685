// What a host asks of its clients' certificates once the handshake has judged them, and what its pods are
// told of them (the auth-tls-* annotations of ingress-nginx). Pure decisions; values shared by all threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/local_reply.h"
#include "policy/subject_pattern.h"

namespace headgate::policy {

// What a handshake found. Plain HTTP has none of it.
struct ClientCertificateFacts {
  enum class Verdict : std::uint8_t {
    none,       // no certificate was sent, or none was asked for
    good,       // verified
    untrusted,  // nothing is wrong with it but that no known CA signed it
    bad,        // expired, revoked, a chain too long …
  };
  bool over_tls = false;
  Verdict verdict = Verdict::none;
  std::string_view verify_text;  // "NONE", "SUCCESS", "FAILED:…"
  std::string_view subject_dn;   // RFC 2253
  std::string_view issuer_dn;
  std::string_view pem;
};

struct ClientCertificateRule {
  enum class Demand : std::uint8_t {
    nothing,     // auth-tls-verify-client: off
    optional,    // where there is one, it must be good
    any_issuer,  // optional_no_ca: as `optional`, or untrusted
    required,    // on
  };
  Demand demand = Demand::required;
  bool broken = false;                            // it cannot be followed (no CA …): nobody may enter
  std::string error_page;                         // an absolute URL, instead of the 400 page; or empty
  std::shared_ptr<const SubjectPattern> subject;  // or null
  bool pass_certificate = false;                  // PEM to the pods

  // Null: the request may pass. Over plain HTTP only `subject` and `broken` stop it, as in ingress-nginx.
  // The reply's views are of the rule, or of static text.
  [[nodiscard]] std::optional<http::LocalReply> refuse(const ClientCertificateFacts& facts) const;

  // Appends ssl-client-verify, -subject-dn, -issuer-dn and, where it is passed on, ssl-client-cert
  // (URL-encoded), each with its CRLF; empty ones are left out. Nothing over plain HTTP.
  void append_upstream_fields(const ClientCertificateFacts& facts, std::string& out) const;

  friend bool operator==(const ClientCertificateRule& a, const ClientCertificateRule& b);
};

}  // namespace headgate::policy
