#include "k8swatch/listener_settings_reader.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/base64.h"
#include "base/quoted.h"
#include "base/units.h"
#include "k8swatch/annotations/values.h"
#include "k8swatch/name_key.h"
#include "k8swatch/names.h"
#include "k8swatch/secret_content.h"
#include "tls/cipher_list.h"

namespace headgate::k8swatch {
namespace {

constexpr std::size_t kShownValue = 64;
constexpr std::uint64_t kMostStreamTries = 1000;
constexpr std::uint64_t kMostStreams = 4096;
constexpr std::uint64_t kMostRequests = 1'000'000'000;
constexpr std::uint64_t kMostIdle = 65536;
constexpr std::uint64_t kBytesPerSession = 256;  // in shared memory, as nginx counts
constexpr std::uint64_t kMostSessionCacheBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kLeastLine = 1024;
constexpr std::uint64_t kMostLine = 32 * 1024;   // half of Scratch::kTargetBytes
constexpr std::uint64_t kMostHead = 128 * 1024;  // of a head, in bytes
constexpr std::size_t kMostTicketKeys = 16;
constexpr std::string_view kTicketSecretKey = "ssl-session-ticket-key-secret";

class ListenerReader {
 public:
  ListenerReader(ConfigMapReader& reader, const Store& store) : reader_(reader), store_(store) {}

  ListenerConfig read() {
    read_protocols();
    read_ciphers();
    read_curves();
    read_sessions();
    read_ticket_keys();
    reader_.boolean("ssl-reject-handshake", tls_.reject_handshake);
    reader_.boolean("enable-ocsp", tls_.ocsp);
    reader_.boolean("use-http2", tls_.http2);
    read_listeners();
    reader_.has_no_effect("ssl-dh-param", "key exchange is by elliptic curves only, never DHE");
    reader_.has_no_effect("ssl-buffer-size", "TLS records are as large as what there is to send");
    return std::move(config_);
  }

 private:
  // Only OpenSSL knows its curves: a context made of nothing else says whether it takes them.
  void read_curves() {
    constexpr std::string_view kKey = "ssl-ecdh-curve";
    const std::string* text = reader_.text(kKey);
    if (text == nullptr) return;
    tls::ServerSettings probe;
    probe.curves = *text;
    const auto made = tls::ServerContext::make(probe);
    if (made)
      tls_.curves = *text;
    else
      reader_.refuse(kKey, made.error().message);
  }

  void read_ciphers() {
    constexpr std::string_view kKey = "ssl-ciphers";
    const std::string* text = reader_.text(kKey);
    if (text == nullptr) return;
    const auto list = tls::read_cipher_list(*text);
    if (!list) {
      reader_.refuse(kKey, list.error().message);
      return;
    }
    tls_.ciphers = list->usable;
    if (!list->unknown.empty())
      reader_.tell(
          kKey, "passed over for naming no cipher of TLS 1.2 that is known here: " + listed(list->unknown));
    if (!list->refused.empty())
      reader_.tell(
          kKey, "without forward secrecy by elliptic curves or authenticated encryption, so not offered: " +
                    listed(list->refused));
  }

  void read_protocols() {
    constexpr std::string_view kKey = "ssl-protocols";
    const std::string* text = reader_.text(kKey);
    if (text == nullptr) return;
    bool tls12 = false;
    bool tls13 = false;
    for (const std::string& name : words_of(*text)) {
      if (name == "TLSv1.2")
        tls12 = true;
      else if (name == "TLSv1.3")
        tls13 = true;
      else if (name == "SSLv2" || name == "SSLv3" || name == "TLSv1" || name == "TLSv1.1")
        reader_.tell(kKey, quoted(name) + " is insecure and not offered");
      else
        reader_.tell(kKey, quoted(name) + " is none of TLSv1.2, TLSv1.3; it is passed over");
    }
    if (!tls12 && !tls13) {
      reader_.refuse(kKey, "neither TLSv1.2 nor TLSv1.3 is named");
      return;
    }
    tls_.tls12 = tls12;
    tls_.tls13 = tls13;
  }

  void read_sessions() {
    reader_.boolean("ssl-session-cache", tls_.session_cache);
    constexpr std::string_view kSize = "ssl-session-cache-size";
    std::uint64_t bytes = tls_.session_cache_entries * kBytesPerSession;
    reader_.size(kSize, bytes);
    if (bytes < kBytesPerSession || bytes > kMostSessionCacheBytes)
      reader_.refuse(kSize, "a session cache has from 256 bytes to 1g");
    else
      tls_.session_cache_entries = static_cast<std::uint32_t>(bytes / kBytesPerSession);
    std::chrono::milliseconds timeout = tls_.session_timeout;
    reader_.time("ssl-session-timeout", timeout);
    // OpenSSL counts seconds.
    tls_.session_timeout =
        std::max(std::chrono::floor<std::chrono::seconds>(timeout), std::chrono::seconds(1));
    reader_.boolean("ssl-session-tickets", tls_.tickets);
  }

  // The Secret, where there is one, or the key in the ConfigMap itself.
  void read_ticket_keys() {
    constexpr std::string_view kKey = "ssl-session-ticket-key";
    if (const std::string* text = reader_.text(kKey)) {
      const auto raw = decode_base64(*text);
      if (!raw)
        reader_.refuse(kKey, "is not base64: " + raw.error().message);
      else if (!add_ticket_key(*raw))
        reader_.refuse(kKey, wrong_size(raw->size()));
    }
    const std::string* written = reader_.text(kTicketSecretKey);
    if (written == nullptr) return;
    const std::string name(trimmed(*written));
    if (!split_name_key(name)) {
      reader_.refuse(kTicketSecretKey, quoted(name) + " is not namespace/name");
      return;
    }
    config_.ticket_secret = name;
    const SecretRecord* record = store_.find_secret(name);
    if (record == nullptr || record->secret == nullptr) {
      reader_.refuse(kTicketSecretKey, "Secret " + name + " does not exist");
      return;
    }
    tls_.ticket_keys.clear();
    read_ticket_secret(*record->secret);
  }

  void read_ticket_secret(const Secret& secret) {
    std::vector<const std::pair<std::string, std::string>*> found;
    for (const auto& pair : secret.data)
      if (pair.first.starts_with(kTicketKeyPrefix)) found.push_back(&pair);
    std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    const std::string whose = "Secret " + name_key(secret.metadata) + " ";
    if (found.empty())
      reader_.refuse(kTicketSecretKey,
                     whose + "has no key that begins with " + std::string(kTicketKeyPrefix));
    for (const auto* pair : found) {
      const std::string what = whose + "data[" + pair->first.substr(0, kShownValue) + "] ";
      if (tls_.ticket_keys.size() == kMostTicketKeys)
        reader_.tell(kTicketSecretKey, what + "is more than the " + std::to_string(kMostTicketKeys) +
                                           " keys that are used; it is passed over");
      else if (!add_ticket_key(pair->second))
        reader_.tell(kTicketSecretKey, what + wrong_size(pair->second.size()) + "; it is passed over");
    }
  }

  bool add_ticket_key(const std::string& raw) {
    tls::TicketKey key{};
    if (raw.size() != key.size()) return false;
    std::copy(raw.begin(), raw.end(), key.begin());
    tls_.ticket_keys.push_back(key);
    return true;
  }

  static std::string wrong_size(std::size_t size) {
    return "has " + std::to_string(size) + " bytes; a ticket key has 80";
  }

  void read_listeners() {
    router::ListenerSettings& listeners = config_.listeners;
    reader_.count("http2-max-concurrent-streams", 1, kMostStreams, listeners.http2_max_concurrent_streams);
    reader_.boolean("use-proxy-protocol", listeners.use_proxy_protocol);
    reader_.time("proxy-protocol-header-timeout", listeners.proxy_protocol_header_timeout);
    constexpr std::string_view kTrusted = "proxy-real-ip-cidr";
    if (const std::string* text = reader_.text(kTrusted)) {
      // A slip of the pen must not make everybody trusted: what remains of the list counts, if it is nothing.
      std::vector<Error> errors;
      listeners.trusted_proxies = CidrList::parse_good(*text, errors);
      for (const Error& error : errors) reader_.tell(kTrusted, error.message + "; nobody is trusted by it");
    }
    reader_.time_or_zero("keep-alive", listeners.keep_alive);
    reader_.count("keep-alive-requests", 1, kMostRequests, listeners.keep_alive_requests);
    read_head_limits(listeners);
    reader_.time("client-header-timeout", listeners.client_header_timeout);
    reader_.time("client-body-timeout", listeners.client_body_timeout);
    reader_.count("upstream-keepalive-connections", 0, kMostIdle, listeners.upstream_keepalive_connections);
    reader_.time("upstream-keepalive-timeout", listeners.upstream_keepalive_timeout);
    reader_.time("upstream-keepalive-time", listeners.upstream_keepalive_time);
    reader_.count("upstream-keepalive-requests", 1, kMostRequests, listeners.upstream_keepalive_requests);
    read_streams(listeners.stream);
  }

  // "4 8k": the size is that of a line, all of them together that of a head.
  void read_head_limits(router::ListenerSettings& listeners) {
    constexpr std::string_view kKey = "large-client-header-buffers";
    const std::string* const text = reader_.text(kKey);
    if (text == nullptr) return;
    const std::vector<std::string> words = words_of(*text);
    const auto number = words.size() == 2 ? parse_count(words[0], kMostHead) : Result<std::uint64_t>(0);
    const auto size = words.size() == 2 ? parse_size(words[1]) : Result<std::uint64_t>(0);
    if (!number || !size || *number == 0 || *size < kLeastLine || *size > kMostLine ||
        *number > kMostHead / *size) {
      reader_.refuse(kKey, quoted(*text) +
                               " is no number and a size ('4 8k'), the size from 1k to 32k, both "
                               "multiplied at most 128k");
      return;
    }
    listeners.max_head_line = static_cast<std::uint32_t>(*size);
    listeners.max_head = static_cast<std::uint32_t>(*number * *size);
  }

  void read_streams(router::StreamSettings& stream) {
    reader_.time("proxy-stream-timeout", stream.idle);
    reader_.time("proxy-connect-timeout", stream.connect_timeout);
    reader_.count("proxy-stream-next-upstream-tries", 0, kMostStreamTries, stream.tries);
    reader_.time("proxy-stream-next-upstream-timeout", stream.tries_timeout);
    bool next_upstream = true;
    reader_.boolean("proxy-stream-next-upstream", next_upstream);
    if (!next_upstream) stream.tries = 1;
  }

  static std::vector<std::string> words_of(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r\n";
    std::vector<std::string> words;
    for (std::size_t at = text.find_first_not_of(kSpaces); at != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(kSpaces, at), text.size());
      words.emplace_back(text.substr(at, end - at));
      at = text.find_first_not_of(kSpaces, end);
    }
    return words;
  }

  ConfigMapReader& reader_;
  const Store& store_;
  ListenerConfig config_;
  tls::ServerSettings& tls_ = config_.tls;
};

}  // namespace

ListenerConfig read_listener_settings(ConfigMapReader& reader, const Store& store) {
  return ListenerReader(reader, store).read();
}

}  // namespace headgate::k8swatch
