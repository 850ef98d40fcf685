#include "observe/tls_stats.h"

#include <algorithm>
#include <utility>

namespace headgate::observe {

std::string_view to_string(TlsVersion version) {
  switch (version) {
    case TlsVersion::tls12:
      return "TLSv1.2";
    case TlsVersion::tls13:
      return "TLSv1.3";
    case TlsVersion::count_:
      break;
  }
  return "none";
}

std::string_view to_string(TlsFailure failure) {
  switch (failure) {
    case TlsFailure::client_gone:
      return "client_gone";
    case TlsFailure::timed_out:
      return "timed_out";
    case TlsFailure::shed:
      return "shed";
    case TlsFailure::not_tls:
      return "not_tls";
    case TlsFailure::plain_http:
      return "plain_http";
    case TlsFailure::not_ready:
      return "not_ready";
    case TlsFailure::unsupported_protocol:
      return "unsupported_protocol";
    case TlsFailure::no_shared_cipher:
      return "no_shared_cipher";
    case TlsFailure::no_common_application:
      return "no_common_application";
    case TlsFailure::client_alert:
      return "client_alert";
    case TlsFailure::unrecognized_name:
      return "unrecognized_name";
    case TlsFailure::other:
      return "other";
    case TlsFailure::count_:
      break;
  }
  return "none";
}

TlsFailure tls_failure_of(std::string_view words) {
  static constexpr std::array<std::pair<std::string_view, TlsFailure>, 9> kKnown = {{
      {"unsupported protocol", TlsFailure::unsupported_protocol},
      {"wrong version number", TlsFailure::unsupported_protocol},
      {"version too low", TlsFailure::unsupported_protocol},
      {"no shared cipher", TlsFailure::no_shared_cipher},
      {"no application protocol", TlsFailure::no_common_application},
      {"unrecognized name", TlsFailure::unrecognized_name},
      {"callback failed", TlsFailure::unrecognized_name},
      {" alert ", TlsFailure::client_alert},
      {"connection failed", TlsFailure::client_gone},
  }};
  for (const auto& [text, failure] : kKnown) {
    if (words.find(text) != std::string_view::npos) return failure;
  }
  return TlsFailure::other;
}

void TlsStats::count_done(std::string_view protocol, std::string_view cipher, bool resumed) {
  const TlsVersion version = protocol == "TLSv1.3" ? TlsVersion::tls13 : TlsVersion::tls12;
  Done& count = done[static_cast<std::size_t>(version)];
  (resumed ? count.resumed : count.full).add();
  const auto* const known = std::find(kTlsCiphers.begin(), kTlsCiphers.end() - 1, cipher);
  ciphers[static_cast<std::size_t>(known - kTlsCiphers.begin())].add();
}

}  // namespace headgate::observe
