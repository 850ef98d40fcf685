// What the pods' redirects and cookies say, said otherwise: proxy-redirect-*, proxy-cookie-domain and
// proxy-cookie-path of ingress-nginx (and nginx's directives of these names). Values shared by all threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "policy/answer_fields.h"

namespace headgate::policy {

// Location, and the URL of Refresh.
struct RewriteRedirects {
  std::string from;  // how the URL begins
  std::string to;    // what it then begins with

  void apply(http::ResponseHead& head, AnswerFields& answer) const;
  [[nodiscard]] std::optional<std::string> location(std::string_view value) const;
  [[nodiscard]] std::optional<std::string> refresh(std::string_view value) const;
  void describe(std::string& out) const { out += " redirects=" + from + ">" + to; }
  friend bool operator==(const RewriteRedirects&, const RewriteRedirects&) = default;
};

// Set-Cookie (RFC 6265 §4.1). Domains are compared whole, without a leading dot and without regard to case;
// paths by their beginning.
struct RewriteCookies {
  std::string domain_from;  // empty: Domain stays
  std::string domain_to;
  std::string path_from;  // empty: Path stays
  std::string path_to;

  void apply(http::ResponseHead& head, AnswerFields& answer) const;
  // Nothing: it stays as it is.
  [[nodiscard]] std::optional<std::string> cookie(std::string_view value) const;
  void describe(std::string& out) const;
  friend bool operator==(const RewriteCookies&, const RewriteCookies&) = default;
};

}  // namespace headgate::policy
