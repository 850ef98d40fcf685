#include "policy/basic_auth.h"

#include "base/base64.h"
#include "http/ascii.h"

namespace headgate::policy {
namespace {

// The credentials of "Basic <credentials>"; empty: none, or two fields that may say two things.
std::string_view credentials_of(const RequestView& request) {
  constexpr std::string_view kScheme = "basic ";
  std::string_view value;
  bool found = false;
  for (const http::Field& field : request.head.fields) {
    if (!http::equals_ignoring_case(field.name, "authorization")) continue;
    if (found) return {};
    found = true;
    value = field.value;
  }
  if (!http::starts_with_ignoring_case(value, kScheme)) return {};
  return http::trim(value.substr(kScheme.size()));
}

}  // namespace

std::optional<PasswordQuestion> BasicAuth::question_of(const RequestView& request) const {
  const std::string_view credentials = credentials_of(request);
  if (credentials.empty()) return std::nullopt;
  auto text = decode_base64_without_padding(credentials);
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos) return std::nullopt;
  PasswordQuestion question;
  question.user = text->substr(0, colon);
  question.hash = users->find(question.user);
  if (question.hash == nullptr) return std::nullopt;
  question.password = text->substr(colon + 1);
  return question;
}

Denial BasicAuth::challenge() const {
  Denial denial;
  denial.status = 401;
  denial.reason = RejectReason::basic_auth;
  denial.extra_fields = "WWW-Authenticate: Basic realm=\"" + realm + "\"\r\n";
  return denial;
}

void BasicAuth::describe(std::string& out) const {
  out += " basic-auth='" + realm + "' users=" + std::to_string(users->size()) + " of " + source;
}

}  // namespace headgate::policy
