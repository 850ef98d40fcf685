// What one Worker counts about TLS handshakes. Every label value is of a closed set: nothing a client sends
// becomes a label.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "observe/counter.h"

namespace headgate::observe {

enum class TlsVersion : std::uint8_t { tls12, tls13, count_ };
std::string_view to_string(TlsVersion version);  // "TLSv1.2"

// How a handshake went that did not end well.
enum class TlsFailure : std::uint8_t {
  client_gone,            // closed by the client
  timed_out,              // not done in time
  shed,                   // slow, and its place was needed
  not_tls,                // neither TLS nor HTTP
  plain_http,             // answered with 400
  not_ready,              // no certificates are known yet
  unsupported_protocol,   // older than what is allowed
  no_shared_cipher,       //
  no_common_application,  // ALPN
  client_alert,           // the client did not like what it was shown
  unrecognized_name,      // SNI, where unknown names are refused
  other,                  //
  count_,
};
std::string_view to_string(TlsFailure failure);  // "client_gone", …
// `words`: OpenSSL's for the failure.
TlsFailure tls_failure_of(std::string_view words);

// Suites worth a label of their own; the last entry stands for all others.
inline constexpr std::array<std::string_view, 10> kTlsCiphers = {
    "TLS_AES_128_GCM_SHA256",       "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",  "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",  "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",  "other"};

struct TlsStats {
  struct Done {
    Counter full;
    Counter resumed;
  };
  std::array<Done, static_cast<std::size_t>(TlsVersion::count_)> done;
  std::array<Counter, static_cast<std::size_t>(TlsFailure::count_)> failed;
  std::array<Counter, kTlsCiphers.size()> ciphers;
  Gauge handshakes;       // in progress
  Counter accept_pauses;  // too many of them: the kernel's queue has to wait

  // `protocol`, `cipher`: OpenSSL's names.
  void count_done(std::string_view protocol, std::string_view cipher, bool resumed);
  void count_failed(TlsFailure failure) { failed[static_cast<std::size_t>(failure)].add(); }
};

}  // namespace headgate::observe
