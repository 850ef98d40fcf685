#include "policy/forwarding.h"

#include <algorithm>

#include "base/socket_address.h"
#include "base/units.h"
#include "http/ascii.h"
#include "http/host.h"

namespace headgate::policy {
namespace {

constexpr std::size_t kMostHops = 64;  // of a walk

std::string_view first_member(const http::FieldList& fields, std::string_view name) {
  for (const http::Field& field : fields)
    if (http::equals_ignoring_case(field.name, name))
      return http::trim(field.value.substr(0, field.value.find(',')));
  return {};
}

// "192.0.2.1", "192.0.2.1:8080", "2001:db8::1", "[2001:db8::1]:8080": the address.
std::string_view address_in(std::string_view member) {
  if (member.starts_with('[')) {
    const std::size_t end = member.find(']');
    return end == std::string_view::npos ? std::string_view() : member.substr(1, end - 1);
  }
  const std::size_t colon = member.find(':');
  const bool has_port =
      colon != std::string_view::npos && member.find(':', colon + 1) == std::string_view::npos;
  return has_port ? member.substr(0, colon) : member;
}

bool trusts(const CidrList& trusted, std::string_view ip) {
  const auto address = SocketAddress::parse(ip, 0);
  return address && trusted.contains(*address);
}

// From the last member of the last such field to the first of the first. Empty: nobody is named.
std::string_view walk(const http::FieldList& fields, std::string_view name, const CidrList& trusted) {
  std::string_view client;
  std::size_t hops = 0;
  for (const http::Field* field = fields.end(); field-- != fields.begin();) {
    if (!http::equals_ignoring_case(field->name, name)) continue;
    std::string_view rest = field->value;
    while (!rest.empty()) {
      const std::size_t comma = rest.rfind(',');
      const std::string_view member =
          http::trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
      rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
      if (member.empty()) continue;
      const std::string_view ip = address_in(member);
      const auto address = SocketAddress::parse(ip, 0);
      if (!address || ++hops > kMostHops) return client;  // who wrote that cannot be told
      client = ip;
      if (!trusted.contains(*address)) return client;
    }
  }
  return client;
}

std::string_view scheme_in(std::string_view text) {
  if (http::equals_ignoring_case(text, "https")) return "https";
  if (http::equals_ignoring_case(text, "http")) return "http";
  return {};
}

bool is_port(std::string_view text) {
  constexpr std::uint64_t kMostPort = 65535;
  const auto port = parse_count(text, kMostPort);
  return port && *port > 0 && text.size() <= 5;
}

}  // namespace

ForwardedFacts ForwardingRules::read(const http::FieldList& fields, std::string_view peer) const {
  ForwardedFacts facts;
  if (!address || !trusts(trusted, peer)) return facts;
  facts.remote_ip = walk(fields, for_field, trusted);
  if (!all_fields) return facts;
  if (const std::string_view host = first_member(fields, host_field); !http::split_host(host).host.empty())
    facts.host = host;
  facts.scheme = scheme_in(first_member(fields, "x-forwarded-proto"));
  if (const std::string_view port = first_member(fields, "x-forwarded-port"); is_port(port))
    facts.port = port;
  return facts;
}

std::string ForwardingRules::full_chain(const http::FieldList& fields, std::string_view peer) const {
  std::string chain;
  for (const http::Field& field : fields) {
    if (!http::equals_ignoring_case(field.name, for_field) || field.value.empty()) continue;
    chain.append(field.value).append(", ");
  }
  return chain.append(peer);
}

void ForwardingRules::describe(std::string& out) const {
  if (!address && !append) return;
  out += "forwarded:";
  if (all_fields) out += " address host scheme port";
  if (address && !all_fields) out += " address";
  if (address) {
    out += " of";
    char separator = ' ';
    for (const Cidr& block : trusted.blocks()) {
      out.append(1, separator).append(block.to_string());
      separator = ',';
    }
    if (trusted.empty()) out += " nobody";
    out += " by " + for_field;
    if (all_fields && host_field != "x-forwarded-host") out += " and " + host_field;
  }
  if (append) out += " appended";
  out += "\n";
}

}  // namespace headgate::policy
