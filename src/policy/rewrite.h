// The path that pods are told instead of the client's, and where it came from (rewrite-target and
// x-forwarded-prefix of ingress-nginx).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/capture_template.h"
#include "policy/denial.h"
#include "policy/request_edit.h"
#include "policy/request_view.h"

namespace headgate::policy {

// The whole path becomes `target`; what of it no group holds is gone, and the query stays. Nothing happens to
// a path of the Ingress that is written like the target.
struct RewritePath {
  // A path that becomes longer is refused with 414.
  static constexpr std::size_t kMostBytes = 16 * 1024;

  CaptureTemplate target;
  CaptureTemplate prefix;  // X-Forwarded-Prefix, in place of the client's; empty: none is written

  // Refuses a path that would climb ("/files/../x"): no "." or ".." is left in what the client sent, so the
  // target has made it, and pods would take it for a way out.
  void apply(const RequestView& request, RequestEdit& edit) const;
  void describe(std::string& out) const;  // " rewrite=/$2"
  friend bool operator==(const RewritePath&, const RewritePath&) = default;
};

// A target that is a URL: 302 to it, with the query, as nginx does.
struct RewriteRedirect {
  CaptureTemplate target;

  [[nodiscard]] std::optional<Denial> judge(const RequestView& request) const;
  void describe(std::string& out) const;  // " rewrite=302:https://…"
  friend bool operator==(const RewriteRedirect&, const RewriteRedirect&) = default;
};

// A target for RewriteRedirect: it begins with "http://", "https://" or "$scheme".
bool is_redirect_target(std::string_view target);

}  // namespace headgate::policy
