// Everything one Ingress asks of the requests of a Route beyond RouteSettings, compiled: short arrays of
// Steps that are walked in order. A Route that asks for nothing has no chain at all. Immutable; shared by all
// threads and by all Routes of the Ingress that ask the same.
//
//   answer    fields for whatever is answered, by us or by a pod; before all others
//   entry     before the redirect to HTTPS and before any check of who asks (nginx's rewrite phase)
//   access    who may ask, and how often
//   request   what pods are told differently
//   response  what the pods' answers say differently
// Beside them stand error pages, a mirror, and that its requests are part of traces.
//
// Every Step says what it is in the table's dump: void describe(std::string& out) const.
//
// The order inside each array is the translator's (docs/life-of-a-request.md): it is that of ingress-nginx.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "policy/basic_auth.h"
#include "policy/cors.h"
#include "policy/digest_auth.h"
#include "policy/error_pages.h"
#include "policy/external_auth.h"
#include "policy/fixed_fields.h"
#include "policy/ip_filter.h"
#include "policy/limits.h"
#include "policy/mirror.h"
#include "policy/redirection.h"
#include "policy/rewrite.h"
#include "policy/rewrite_answer.h"
#include "policy/set_request_fields.h"
#include "policy/tracing.h"
#include "policy/upstream_host.h"

namespace headgate::policy {

using AnswerStep = std::variant<Cors, FixedFields>;
using EntryStep = std::variant<CorsPreflight, Redirection, HostRedirect, RewriteRedirect>;
using AccessStep = std::variant<ConnectionLimit, RateLimit, IpFilter, BasicAuth, DigestAuth, ExternalAuth>;
using RequestStep =
    std::variant<RewritePath, UpstreamHost, WithheldCredentials, SetRequestFields, UpstreamConnectionOptions>;
using ResponseStep = std::variant<RewriteRedirects, RewriteCookies>;

struct PolicyChain {
  std::vector<AnswerStep> answer;
  std::vector<EntryStep> entry;
  std::vector<AccessStep> access;
  std::vector<RequestStep> request;
  std::vector<ResponseStep> response;
  // satisfy: any. Of the access Steps from here to the end one that lets a request pass is enough, and the
  // others are not asked; else all of them have to. A 401 of one is said rather than a 403 of another.
  std::size_t any_of = kAllOf;
  std::optional<ErrorPages> errors;
  std::optional<Mirror> mirror;
  std::optional<Tracing> tracing;

  static constexpr std::size_t kAllOf = static_cast<std::size_t>(-1);

  [[nodiscard]] bool empty() const {
    return answer.empty() && entry.empty() && access.empty() && request.empty() && response.empty() &&
           !errors && !mirror && !tracing;
  }
  // All Steps, in their order.
  void describe(std::string& out) const {
    const auto all = [&out](const auto& steps) {
      for (const auto& step : steps) std::visit([&out](const auto& each) { each.describe(out); }, step);
    };
    all(answer);
    all(entry);
    all(access);
    if (any_of != kAllOf) out += " satisfy=any";
    all(request);
    all(response);
    if (errors) errors->describe(out);
    if (mirror) mirror->describe(out);
    if (tracing) tracing->describe(out);
  }
  friend bool operator==(const PolicyChain&, const PolicyChain&) = default;
};

}  // namespace headgate::policy
