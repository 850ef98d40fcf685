#include "k8swatch/api_failure.h"

#include <cerrno>
#include <system_error>

namespace headgate::k8swatch {
namespace {

// OpenSSL 3 packs the library into the bits from here on; no errno reaches them.
constexpr int kOpensslBits = 1 << 23;
// Values of Asio's own categories, which the library passes on without the category.
constexpr int kShort = 1;      // ssl::error::stream_truncated; netdb's "host not found"
constexpr int kEndOfFile = 2;  // misc_errors::eof; netdb's "try again"

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string errno_text(int code) { return std::generic_category().message(code); }

std::string ended_text(int code, std::string_view phrase) {
  if (code == kShort || code == kEndOfFile || code == ECONNABORTED)
    return "the connection ended before the answer did";
  if (code == 0) return "the answer is not HTTP: " + std::string(phrase);
  return std::string(phrase) + ": " + errno_text(code);
}

std::string resolve_text(int code) {
  if (code == kShort) return "the name does not resolve";
  if (code == kEndOfFile) return "the name does not resolve for now";
  return "the name does not resolve (error " + std::to_string(code) + ")";
}

// The library writes "host unreachable" for "connection refused".
std::string connect_text(int code) {
  if (code == EHOSTUNREACH) return "connection refused, or no way to the host";
  return "cannot connect: " + errno_text(code);
}

}  // namespace

ApiError api_error(std::string_view server, const LibraryFault& fault, const tls::HandshakeNotes& notes,
                   std::string_view expected_name) {
  const auto error = [&](ApiFailure failure, const std::string& reason) {
    return ApiError{failure, std::string(server) + ": " + reason};
  };
  if (fault.code >= kOpensslBits || fault.code < 0) {
    std::string reason = tls::openssl_reason(static_cast<unsigned>(fault.code));
    if (reason.empty()) reason = "OpenSSL error " + std::to_string(static_cast<unsigned>(fault.code));
    if (notes.wrong_name) {
      reason += " (the certificate is not for " + std::string(expected_name) + ")";
    } else if (!notes.problem.empty()) {
      reason += " (" + notes.problem + ")";
    }
    return error(ApiFailure::tls, "TLS: " + reason);
  }
  if (has(fault.phrase, "connect to any")) return error(ApiFailure::connect, connect_text(fault.code));
  if (has(fault.phrase, "resolv")) return error(ApiFailure::connect, resolve_text(fault.code));
  if (has(fault.phrase, "SSL handshake")) {
    const bool ended = fault.code == kShort || fault.code == kEndOfFile;
    return error(ApiFailure::reset,
                 "the TLS handshake broke off" + (ended ? "" : ": " + errno_text(fault.code)));
  }
  return error(ApiFailure::reset, ended_text(fault.code, fault.phrase));
}

}  // namespace headgate::k8swatch
