#include "policy/digest_auth.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

#include "base/digest.h"
#include "http/ascii.h"
#include "policy/auth_params.h"

namespace headgate::policy {
namespace {

constexpr std::size_t kCountDigits = 8;

// Behind "Digest "; nothing: another scheme, no field, or two that may say two things.
std::optional<std::string_view> credentials_of(const RequestView& request) {
  constexpr std::string_view kScheme = "digest ";
  const http::Field* found = nullptr;
  for (const http::Field& field : request.head.fields) {
    if (!http::equals_ignoring_case(field.name, "authorization")) continue;
    if (found != nullptr) return std::nullopt;
    found = &field;
  }
  if (found == nullptr || !http::starts_with_ignoring_case(found->value, kScheme)) return std::nullopt;
  return std::string_view(found->value).substr(kScheme.size());
}

// What a client has to say, each where it is known to be well-formed.
struct Answer {
  std::string user;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string client_nonce;
  std::string count_text;
  std::uint32_t count = 0;
  DigestAlgorithm algorithm = DigestAlgorithm::md5;
};

std::optional<DigestAlgorithm> algorithm_of(const std::string* name) {
  if (name == nullptr || http::equals_ignoring_case(*name, "md5")) return DigestAlgorithm::md5;
  if (http::equals_ignoring_case(*name, "sha-256")) return DigestAlgorithm::sha256;
  return std::nullopt;  // "-sess", of nobody's use, among them
}

std::optional<Answer> read(std::string_view credentials) {
  const auto params = AuthParams::parse(credentials);
  if (!params) return std::nullopt;
  const auto value = [&](std::string_view name) {
    const std::string* const found = params->find(name);
    return found == nullptr ? std::string() : *found;
  };
  const auto algorithm = algorithm_of(params->find("algorithm"));
  Answer answer{value("username"), value("realm"),  value("nonce"), value("uri"),
                value("response"), value("cnonce"), value("nc")};
  if (!algorithm || !http::equals_ignoring_case(value("qop"), "auth")) return std::nullopt;
  if (http::equals_ignoring_case(value("userhash"), "true")) return std::nullopt;  // not offered
  if (answer.client_nonce.empty() || answer.count_text.size() != kCountDigits) return std::nullopt;
  const char* const end = answer.count_text.data() + kCountDigits;
  const auto counted = std::from_chars(answer.count_text.data(), end, answer.count, 16);
  if (counted.ec != std::errc() || counted.ptr != end) return std::nullopt;
  answer.algorithm = *algorithm;
  for (char& c : answer.response) c = http::to_lower(c);
  return answer;
}

std::string hash(DigestAlgorithm algorithm, std::string_view text) {
  return algorithm == DigestAlgorithm::md5 ? hex_text(md5(text)) : hex_text(sha256(text));
}

// RFC 7616 §3.4.1.
std::string expected_response(const Answer& answer, std::string_view key, std::string_view method) {
  const std::string asked = hash(answer.algorithm, std::string(method) + ":" + answer.uri);
  std::string text(key);
  for (const std::string_view part :
       {std::string_view(answer.nonce), std::string_view(answer.count_text),
        std::string_view(answer.client_nonce), std::string_view("auth"), std::string_view(asked)})
    text.append(":").append(part);
  return hash(answer.algorithm, text);
}

}  // namespace

std::optional<Denial> DigestAuth::judge(const RequestView& request) const {
  const auto credentials = credentials_of(request);
  if (!credentials) return challenge(false, request.now);
  const auto answer = read(*credentials);
  if (!answer || answer->realm != realm) return challenge(false, request.now);
  // An answer to another question, by whoever has seen it on the way (RFC 7616 §3.4.6).
  if (answer->uri != request.head.target) return challenge(false, request.now);
  const DigestUsers::Key* const key = users->find(answer->user);
  // As much work for a name that nobody has: time does not tell who is known.
  const bool known = key != nullptr && key->algorithm == answer->algorithm;
  const std::string expected =
      expected_response(*answer, known ? key->hash : std::string_view("nobody"), request.head.method_text);
  if (!same_secret(expected, answer->response) || !known) return challenge(false, request.now);
  switch (nonces->use(answer->nonce, answer->count, request.now)) {
    case DigestNonces::Use::good:
      return std::nullopt;
    case DigestNonces::Use::stale:
      return challenge(true, request.now);
    case DigestNonces::Use::full:
      break;
  }
  return Denial{503, RejectReason::basic_auth};
}

// The better algorithm first (RFC 7616 §3.7).
Denial DigestAuth::challenge(bool stale, TimePoint now) const {
  Denial denial;
  denial.status = 401;
  denial.reason = RejectReason::basic_auth;
  const std::string nonce = nonces->make(now);
  const auto offer = [&](std::string_view algorithm) {
    denial.extra_fields.append("WWW-Authenticate: Digest realm=\"").append(realm);
    denial.extra_fields.append("\", qop=\"auth\", algorithm=").append(algorithm);
    denial.extra_fields.append(", nonce=\"").append(nonce).append(stale ? "\", stale=true\r\n" : "\"\r\n");
  };
  const bool sha256 = users->has(DigestAlgorithm::sha256);
  if (sha256) offer("SHA-256");
  if (!sha256 || users->has(DigestAlgorithm::md5)) offer("MD5");
  return denial;
}

void DigestAuth::describe(std::string& out) const {
  out += " digest-auth='" + realm + "' users=" + std::to_string(users->size()) + " of " + source;
}

}  // namespace headgate::policy
