// Exchange: what is decided between the Route and its endpoints, in ingress-nginx's order.
#include "proxy/client_info.h"
#include "proxy/context.h"
#include "proxy/exchange.h"
#include "proxy/redirect.h"
#include "router/virtual_host.h"

namespace headgate::proxy {
namespace {

using Facts = policy::ClientCertificateFacts;

Facts::Verdict verdict_of(const tls::ClientCertificate& client) {
  switch (client.verdict) {
    case tls::ClientCertificate::Verdict::not_asked:
    case tls::ClientCertificate::Verdict::none:
      return Facts::Verdict::none;
    case tls::ClientCertificate::Verdict::success:
      return Facts::Verdict::good;
    case tls::ClientCertificate::Verdict::failed:
      return client.lacks_only_a_known_ca ? Facts::Verdict::untrusted : Facts::Verdict::bad;
  }
  return Facts::Verdict::bad;
}

Facts facts_of(const tls::SessionFacts* session, std::string_view verify_text) {
  Facts facts;
  if (session == nullptr) return facts;
  facts.over_tls = true;
  facts.verdict = verdict_of(session->client());
  facts.verify_text = verify_text;
  facts.subject_dn = session->client().subject_dn;
  facts.issuer_dn = session->client().issuer_dn;
  facts.pem = session->client().pem;
  return facts;
}

}  // namespace

// Whoever reads this in nginx's terms: the rewrite phase, then the access phase.
Exchange::Passage Exchange::access(const policy::RequestView& request) {
  if (route_->policy.chain != nullptr) begin_answer(request);
  if (is_misdirected(request.host)) {
    reply(421, RejectReason::misdirected);
    return Passage::answered;
  }
  if (host_->client_certificate() != nullptr && !admit_client()) return Passage::answered;
  const policy::BlockRules& block = table_->table->site().block;
  if (!block.empty() && block.blocks_fields(request)) {
    reply(403, RejectReason::blocked);
    return Passage::answered;
  }
  if (host_->app_root() != nullptr) {
    if (const auto answer = host_->app_root()->judge(request)) {
      reply(*answer);
      return Passage::answered;
    }
  }
  const std::uint64_t limit = settings().max_body_bytes;
  if (limit != 0 && request.facts.body == http::BodyKind::length && request.facts.content_length > limit) {
    reply(413, RejectReason::body_too_large);
    return Passage::answered;
  }
  if (route_->action == router::RouteAction::add_trailing_slash) {
    const router::SiteSettings& site = table_->table->site();
    const std::string port = request.is_https() && site.https_port != 0 ? std::to_string(site.https_port)
                                                                        : std::string(request.port);
    reply(301, RejectReason::none,
          slash_location(request.scheme, request.host_as_sent, port, request.target, *redirects_));
    return Passage::answered;
  }
  if (route_->denied) {
    reply(503, RejectReason::denied);
    return Passage::answered;
  }
  if (route_->policy.chain != nullptr && !enter(request)) return Passage::answered;
  if (redirect_to_https(request)) return Passage::answered;
  if (!block.empty() && block.blocks_address(request)) {
    reply(403, RejectReason::blocked);
    return Passage::answered;
  }
  if (!has_backend()) return Passage::answered;
  return route_->policy.chain == nullptr ? Passage::passed : pass_access(request);
}

// RFC 9110 §15.5.20. A host's rule for clients' certificates is followed by the handshake alone: a connection
// made for another host, or before the rule changed, does not count. HTTP/2 besides shares one connection
// between all hosts that its certificate covers (RFC 9113 §9.1.1), where each may want its own. A host that
// passes through has no connections here at all, whatever name a client gave.
bool Exchange::is_misdirected(std::string_view host) const {
  const tls::SessionFacts* const session = downstream_->client().tls;
  if (session == nullptr) return false;
  if (host_->passthrough() != nullptr) return true;  // its pods open TLS for it, and we do not speak to them
  const router::ClientCertificateRule* const rule = host_->client_certificate();
  if (rule != nullptr && !rule->accepts(session->client_auth.get())) return true;
  if (session->alpn != tls::Alpn::h2 || session->server_name.empty() || session->server_name == host)
    return false;
  const tls::CertificateIndex& certificates = *context_->certificates;
  const tls::HostTls* const entry = certificates.find(host);
  const tls::Certificate* const used = session->certificate.get();
  if (entry == nullptr || entry->certificate == nullptr)
    return used != certificates.default_certificate().get();
  return used != entry->certificate.get() && used != entry->alternative.get();
}

bool Exchange::admit_client() {
  const tls::SessionFacts* const session = downstream_->client().tls;
  auto refusal = host_->client_certificate()->policy.refuse(facts_of(session, {}));
  if (refusal) reply(*std::move(refusal), RejectReason::client_certificate);
  return !refusal;
}

bool Exchange::redirect_to_https(const policy::RequestView& request) {
  if (!redirects_->https_only || request.is_https()) return false;
  if (request.host_as_sent.empty())  // HTTP/1.0 without Host: there is nowhere to send it to
    reply(400, RejectReason::bad_host);
  else
    reply(table_->table->site().https_redirect_code, RejectReason::none,
          https_location(request.host_as_sent, request.head.target, request.target, *redirects_,
                         table_->table->site()));
  return true;
}

bool Exchange::has_backend() {
  // Plain HTTP that is not redirected: the pods that TLS connections pass through to expect TLS.
  if (host_->passthrough() != nullptr && route_->cluster == host_->passthrough()) {
    reply(421, RejectReason::misdirected);
    return false;
  }
  if (route_->action != router::RouteAction::forward) {
    reply(404, RejectReason::no_route);
    return false;
  }
  return true;
}

// What pods are told of the client's certificate, as lines; empty for hosts that do not ask for one.
std::string Exchange::client_certificate_fields() const {
  std::string fields;
  const router::ClientCertificateRule* const rule = host_->client_certificate();
  const tls::SessionFacts* const session = downstream_->client().tls;
  if (rule == nullptr || session == nullptr) return fields;
  const std::string verify_text = session->client().verify_text();
  rule->policy.append_upstream_fields(facts_of(session, verify_text), fields);
  return fields;
}

}  // namespace headgate::proxy
