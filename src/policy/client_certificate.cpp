#include "policy/client_certificate.h"

#include "base/percent_encoding.h"

namespace headgate::policy {
namespace {

using Demand = ClientCertificateRule::Demand;
using Verdict = ClientCertificateFacts::Verdict;

// A client chooses what its names hold: no byte of them may end the line (RFC 2253 escapes them, `\0D`).
void append_field(std::string& out, std::string_view name_and_colon, std::string_view value) {
  if (value.empty()) return;
  out += name_and_colon;
  for (const char c : value) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) {
      out += c;
    } else {
      out += '\\';
      append_hex(out, c);
    }
  }
  out += "\r\n";
}

}  // namespace

std::optional<http::LocalReply> ClientCertificateRule::refuse(const ClientCertificateFacts& facts) const {
  http::LocalReply reply;
  if (broken) {
    reply.status = 403;
    return reply;
  }
  if (facts.over_tls && demand != Demand::nothing) {
    const bool is_missing = facts.verdict == Verdict::none && demand == Demand::required;
    const bool is_wrong = facts.verdict == Verdict::bad ||
                          (facts.verdict == Verdict::untrusted && demand != Demand::any_issuer);
    if (is_missing || is_wrong) {
      reply.status = error_page.empty() ? 400 : 302;
      reply.location = error_page;
      if (error_page.empty())
        reply.explanation = is_missing ? "No required SSL certificate was sent" : "The SSL certificate error";
      return reply;
    }
  }
  if (subject != nullptr && !subject->matches(facts.subject_dn)) {
    reply.status = 403;
    reply.text = "client certificate unauthorized";
    return reply;
  }
  return std::nullopt;
}

void ClientCertificateRule::append_upstream_fields(const ClientCertificateFacts& facts,
                                                   std::string& out) const {
  if (!facts.over_tls) return;
  if (pass_certificate && !facts.pem.empty()) {
    out += "ssl-client-cert: ";
    append_percent_encoded(out, facts.pem, kUnreservedBytes);
    out += "\r\n";
  }
  append_field(out, "ssl-client-verify: ", facts.verify_text);
  append_field(out, "ssl-client-subject-dn: ", facts.subject_dn);
  append_field(out, "ssl-client-issuer-dn: ", facts.issuer_dn);
}

bool operator==(const ClientCertificateRule& a, const ClientCertificateRule& b) {
  const auto pattern = [](const ClientCertificateRule& rule) {
    return rule.subject == nullptr ? std::string_view() : std::string_view(rule.subject->text());
  };
  return a.demand == b.demand && a.broken == b.broken && a.error_page == b.error_page &&
         a.pass_certificate == b.pass_certificate && pattern(a) == pattern(b);
}

}  // namespace headgate::policy
