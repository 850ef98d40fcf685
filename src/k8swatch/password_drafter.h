// From auth-type and auth-secret to a BasicAuth or DigestAuth Step: which Secret, whether it may be used, and
// who is in it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "k8swatch/annotations/authentication.h"
#include "k8swatch/finding.h"
#include "k8swatch/policy_drafter.h"
#include "k8swatch/store.h"
#include "policy/basic_auth.h"
#include "policy/digest_auth.h"

namespace headgate::k8swatch {

struct PasswordDraft {
  // Neither: no password is asked for, or `denied`.
  std::optional<policy::BasicAuth> basic;
  std::optional<policy::DigestAuth> digest;
  bool denied = false;  // it cannot be set up; a Finding says why
};

PasswordDraft draft_passwords(const Ingress& ingress, const AuthenticationAnnotations& annotations,
                              const PolicySources& sources, std::vector<Finding>& findings);

// Adds the hosts of Ingresses whose auth-secret is one of those that changed.
void add_hosts_of_passwords(const Changes& changes, const Store& store, std::string_view prefix,
                            std::set<std::string>& hosts);

}  // namespace headgate::k8swatch
