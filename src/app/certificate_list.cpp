#include "app/certificate_list.h"

#include <algorithm>
#include <string_view>

#include "base/utc_text.h"
#include "k8swatch/names.h"

namespace headgate::app {
namespace {

std::vector<const tls::HostTls*> sorted_hosts(const tls::CertificateIndex& index) {
  std::vector<const tls::HostTls*> hosts;
  hosts.reserve(index.hosts().size());
  index.hosts().for_each([&](const tls::HostTls& host) { hosts.push_back(&host); });
  std::sort(hosts.begin(), hosts.end(),
            [](const tls::HostTls* a, const tls::HostTls* b) { return a->host() < b->host(); });
  return hosts;
}

observe::CertificateSeries series_of(const std::string& host, const std::string& secret,
                                     const tls::Certificate& certificate) {
  const tls::CertificateFacts& facts = certificate.facts();
  observe::CertificateSeries series;
  if (const auto name = k8swatch::split_name_key(secret)) {
    series.namespace_name = name->namespace_name;
    series.secret_name = name->name;
  }
  series.host = host;
  series.identifier = facts.issuer_serial_number + "-" + facts.serial;
  series.issuer_organization = facts.issuer_organization;
  series.issuer_common_name = facts.issuer_common_name;
  series.serial_number = facts.serial;
  series.public_key_algorithm = to_string(facts.key_type);
  series.not_after = facts.not_after;
  return series;
}

// What a certificate says of itself may hold anything.
void append_printable(std::string& out, std::string_view text) {
  for (const char c : text) out += c > ' ' && c < 127 ? c : '?';
}

void describe(std::string& out, const tls::Certificate& certificate, const std::string& secret) {
  const tls::CertificateFacts& facts = certificate.facts();
  out.append("  ").append(secret.empty() ? "generated" : "Secret " + secret);
  out.append(", ")
      .append(to_string(facts.key_type))
      .append(", valid from ")
      .append(utc_text(facts.not_before));
  out.append(" to ").append(utc_text(facts.not_after)).append("\n    SHA-256 ").append(facts.fingerprint);
  out += "\n    for";
  for (const std::string& name : facts.names) append_printable(out += ' ', name);
  if (facts.names.empty()) out += " no name";
  out += "\n";
}

}  // namespace

std::vector<observe::CertificateSeries> certificate_series(const tls::CertificateIndex& index) {
  const auto& standard = index.default_certificate();
  std::vector<observe::CertificateSeries> all;
  all.reserve(index.hosts().size() + 1);
  all.push_back(series_of("_", index.default_secret(), *standard));
  for (const tls::HostTls* host : sorted_hosts(index)) {
    if (host->certificate == nullptr)
      all.push_back(series_of(host->host(), index.default_secret(), *standard));
    else
      all.push_back(series_of(host->host(), host->certificate_secret, *host->certificate));
    if (host->alternative != nullptr)
      all.push_back(series_of(host->host(), host->alternative_secret, *host->alternative));
  }
  return all;
}

std::string certificate_page(const tls::CertificateIndex& index) {
  std::string out = "default certificate\n";
  describe(out, *index.default_certificate(), index.default_secret());
  for (const tls::HostTls* host : sorted_hosts(index)) {
    out.append(host->host()).append("\n");
    if (host->certificate == nullptr)
      out += "  the default certificate\n";
    else
      describe(out, *host->certificate, host->certificate_secret);
    if (host->alternative != nullptr) describe(out, *host->alternative, host->alternative_secret);
  }
  return out;
}

}  // namespace headgate::app
