// What a proxy before us says about the client (use-forwarded-headers, enable-real-ip, proxy-real-ip-cidr,
// forwarded-for-header, forwarded-host-header and compute-full-forwarded-for of ingress-nginx's ConfigMap),
// and whom it is believed. Immutable; shared by all threads.
//
// Other than in ingress-nginx, host, scheme and port too are believed only of the trusted, and only where
// they are well formed.
#pragma once

#include <string>
#include <string_view>

#include "base/cidr.h"
#include "http/message.h"

namespace headgate::policy {

// Views of the request's head; empty: nothing is said that counts.
struct ForwardedFacts {
  std::string_view remote_ip;
  std::string_view host;    // port included, as sent
  std::string_view scheme;  // "http" or "https"
  std::string_view port;
};

struct ForwardingRules {
  bool all_fields = false;  // [use-forwarded-headers]
  bool address = false;     // [enable-real-ip], or all_fields
  bool append = false;      // [compute-full-forwarded-for] X-Forwarded-For: what came, and who sent it
  CidrList trusted;         // [proxy-real-ip-cidr]
  std::string for_field = "x-forwarded-for";    // lower case
  std::string host_field = "x-forwarded-host";  // lower case

  // What the fields say, if `peer` is to be believed. The address is found by a walk from the right, over all
  // that are trusted (nginx's real_ip_recursive); of the others the first member counts.
  [[nodiscard]] ForwardedFacts read(const http::FieldList& fields, std::string_view peer) const;
  // X-Forwarded-For for the pod, where `append`: what came, and `peer`.
  [[nodiscard]] std::string full_chain(const http::FieldList& fields, std::string_view peer) const;
  void describe(std::string& out) const;  // one line with its end; nothing where there are no rules
  friend bool operator==(const ForwardingRules&, const ForwardingRules&) = default;
};

}  // namespace headgate::policy
