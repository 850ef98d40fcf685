#include "k8swatch/config_map_rows.h"

#include <array>

namespace headgate::k8swatch {
namespace {

constexpr ConfigMapKey row(ConfigMapGroup group, std::string_view name, std::string_view default_text,
                           std::string_view meaning, std::string_view deviation = "") {
  return {name, KeyFate::honoured, {}, group, default_text, meaning, deviation};
}

constexpr auto kRows = std::to_array<ConfigMapKey>({
    row(ConfigMapGroup::tls, "ssl-protocols", "`TLSv1.2 TLSv1.3`",
        "What is offered; anything older is refused"),
    row(ConfigMapGroup::tls, "ssl-ciphers", "Mozilla intermediate without DHE",
        "For TLS 1.2; only ECDHE with AES-GCM, AES-CCM or ChaCha20 is offered, whatever is listed",
        "DHE is not offered"),
    row(ConfigMapGroup::tls, "ssl-ecdh-curve", "`auto`",
        "Groups, as OpenSSL lists them; `auto`: X25519, P-256, P-384"),
    row(ConfigMapGroup::tls, "ssl-dh-param", "", "Accepted", "No effect: there is no DHE"),
    row(ConfigMapGroup::tls, "ssl-session-cache", "`true`", "Resumption by session, over all Workers"),
    row(ConfigMapGroup::tls, "ssl-session-cache-size", "`10m`", "One session for each 256 bytes"),
    row(ConfigMapGroup::tls, "ssl-session-timeout", "`10m`", "How long a session may be resumed"),
    row(ConfigMapGroup::tls, "ssl-session-tickets", "`false`", "Resumption by ticket"),
    row(ConfigMapGroup::tls, "ssl-session-ticket-key", "",
        "Base64 of 80 bytes; several replicas with the same key open each other's tickets. Without it keys "
        "are made and rotated"),
    row(ConfigMapGroup::tls, "ssl-session-ticket-key-secret", "",
        "`namespace/name` of a Secret of 80-byte values under names that begin with `ticket-key`. In the "
        "order of their names the first one makes tickets and all of them open them, so that keys rotate by "
        "changing the Secret. It counts instead of `ssl-session-ticket-key`",
        "Not in ingress-nginx"),
    row(ConfigMapGroup::tls, "ssl-buffer-size", "", "Accepted",
        "No effect: a TLS record is as large as what there is to send"),
    row(ConfigMapGroup::tls, "ssl-reject-handshake", "`false`",
        "Handshakes for a name of no Ingress, or for none, get an alert instead of the default certificate"),
    row(ConfigMapGroup::tls, "enable-ocsp", "`false`", "Staple the OCSP responses of certificates"),
    row(ConfigMapGroup::listeners, "use-http2", "`true`", "Offer HTTP/2 to TLS clients (ALPN)"),
    row(ConfigMapGroup::listeners, "http2-max-concurrent-streams", "`128`", "1 to 4096"),
    row(ConfigMapGroup::listeners, "use-proxy-protocol", "`false`",
        "Every connection begins with a PROXY header, version 1 or 2"),
    row(ConfigMapGroup::listeners, "proxy-protocol-header-timeout", "`5s`", "For that header"),
    row(ConfigMapGroup::listeners, "proxy-real-ip-cidr", "`0.0.0.0/0`",
        "Whose PROXY header, and whose forwarding fields, are believed; an entry that is no address block "
        "trusts nobody"),
    row(ConfigMapGroup::listeners, "use-forwarded-headers", "`false`",
        "Client address, host, scheme and port are what a trusted proxy says (`X-Forwarded-For`, `-Host`, "
        "`-Proto`, `-Port`). The address is found by a walk from the right over all that are trusted; a "
        "value that is malformed says nothing. Paths are matched, and redirects lead, by the `Host` that was "
        "sent here.",
        "ingress-nginx believes host, scheme and port of everybody"),
    row(ConfigMapGroup::listeners, "enable-real-ip", "`false`", "The address alone"),
    row(ConfigMapGroup::listeners, "forwarded-for-header", "`X-Forwarded-For`",
        "The field with the address; pods get what it said as `X-Original-Forwarded-For`"),
    row(ConfigMapGroup::listeners, "forwarded-host-header", "`X-Forwarded-Host`", "The field with the host"),
    row(ConfigMapGroup::listeners, "compute-full-forwarded-for", "`false`",
        "Pods get the `X-Forwarded-For` that came, with the peer's address behind it, instead of the "
        "client's address"),
    row(ConfigMapGroup::listeners, "keep-alive", "`75`",
        "An idle client connection; `0`: one request for each connection"),
    row(ConfigMapGroup::listeners, "keep-alive-requests", "`1000`", "Requests on one connection"),
    row(ConfigMapGroup::listeners, "large-client-header-buffers", "`4 8k`",
        "Number and size: a line of a request head has at most that size (414 for the request line, 431 for "
        "fields; nginx: 400), a head that many times as much; HTTP/2 likewise. The size is 1k to 32k, the "
        "product at most 128k"),
    row(ConfigMapGroup::listeners, "client-header-timeout", "`60`", "For a whole request head"),
    row(ConfigMapGroup::listeners, "client-body-timeout", "`60`", "Between two reads of a request body"),
    row(ConfigMapGroup::redirects, "ssl-redirect", "`true`",
        "Plain HTTP for a host with TLS is redirected; an annotation says otherwise"),
    row(ConfigMapGroup::redirects, "force-ssl-redirect", "`false`", "The same for every host"),
    row(ConfigMapGroup::redirects, "http-redirect-code", "`308`", "301, 302, 307 or 308"),
    row(ConfigMapGroup::redirects, "no-tls-redirect-locations", "`/.well-known/acme-challenge`",
        "Paths of Ingresses that begin so are not redirected"),
    row(ConfigMapGroup::redirects, "preserve-trailing-slash", "`false`", "The redirect keeps the last `/`"),
    row(ConfigMapGroup::redirects, "use-port-in-redirects", "`false`", "The redirect names the HTTPS port"),
    row(ConfigMapGroup::redirects, "relative-redirects", "`false`", "Location without scheme and host"),
    row(ConfigMapGroup::redirects, "app-root", "",
        "Where `/` of every host leads (302), unless an annotation says otherwise"),
    row(ConfigMapGroup::redirects, "hsts", "`true`", "Strict-Transport-Security on answers over HTTPS"),
    row(ConfigMapGroup::redirects, "hsts-max-age", "`31536000`", "Seconds"),
    row(ConfigMapGroup::redirects, "hsts-include-subdomains", "`true`", "With `includeSubDomains`"),
    row(ConfigMapGroup::redirects, "hsts-preload", "`false`", "With `preload`"),
    row(ConfigMapGroup::errors, "custom-http-errors", "",
        "Statuses from 300 to 599, separated by commas: as the annotation, for Ingresses without it"),
    row(ConfigMapGroup::errors, "disable-proxy-intercept-errors", "`false`", "As the annotation"),
    row(ConfigMapGroup::authentication, "global-auth-url", "",
        "The auth service of every Ingress that names none itself, unless `enable-global-auth` says `false`; "
        "as `auth-url`. One that cannot be used closes these paths with 503"),
    row(ConfigMapGroup::authentication, "global-auth-method", "`GET`", "As `auth-method`"),
    row(ConfigMapGroup::authentication, "global-auth-signin", "", "As `auth-signin`"),
    row(ConfigMapGroup::authentication, "global-auth-signin-redirect-param", "`rd`",
        "As `auth-signin-redirect-param`"),
    row(ConfigMapGroup::authentication, "global-auth-response-headers", "", "As `auth-response-headers`"),
    row(ConfigMapGroup::authentication, "global-auth-request-redirect", "", "As `auth-request-redirect`"),
    row(ConfigMapGroup::authentication, "global-auth-cache-key", "", "As `auth-cache-key`"),
    row(ConfigMapGroup::authentication, "global-auth-cache-duration", "`200 202 401 5m`",
        "As `auth-cache-duration`"),
    row(ConfigMapGroup::authentication, "global-auth-always-set-cookie", "`false`",
        "As `auth-always-set-cookie`"),
    row(ConfigMapGroup::authentication, "no-auth-locations", "`/.well-known/acme-challenge`",
        "Paths of Ingresses that begin so are spared authentication by auth services"),
    row(ConfigMapGroup::compression, "use-gzip", "`false`", "Answers are compressed with gzip"),
    row(ConfigMapGroup::compression, "gzip-level", "`1`", "1 to 9"),
    row(ConfigMapGroup::compression, "gzip-min-length", "`256`", "Of a body of known length"),
    row(ConfigMapGroup::compression, "gzip-types", "17 types, as ingress-nginx",
        "Media types with blanks between them; `*`: all"),
    row(ConfigMapGroup::compression, "gzip-disable", "",
        "Clients whose `User-Agent` matches this regular expression (RE2, any case) get no gzip"),
    row(ConfigMapGroup::compression, "enable-brotli", "`false`", "Answers are compressed with Brotli"),
    row(ConfigMapGroup::compression, "brotli-level", "`4`", "0 to 11"),
    row(ConfigMapGroup::compression, "brotli-min-length", "`20`", "Of a body of known length"),
    row(ConfigMapGroup::compression, "brotli-types", "as gzip, and `application/xml+rss`", "As `gzip-types`"),
    row(ConfigMapGroup::compression, "enable-zstd", "`false`", "Answers are compressed with Zstandard",
        "Not in ingress-nginx"),
    row(ConfigMapGroup::compression, "zstd-level", "`3`", "1 to 9", "Not in ingress-nginx"),
    row(ConfigMapGroup::compression, "zstd-min-length", "`256`", "Of a body of known length",
        "Not in ingress-nginx"),
    row(ConfigMapGroup::compression, "zstd-types", "as gzip", "As `gzip-types`", "Not in ingress-nginx"),
    row(ConfigMapGroup::access, "whitelist-source-range", "",
        "Who may ask, all others get 403; an annotation counts in place of it"),
    row(ConfigMapGroup::access, "denylist-source-range", "",
        "Who gets 403; an annotation counts in place of it"),
    row(ConfigMapGroup::access, "block-cidrs", "",
        "Networks that get 403 from every host, whatever lists an Ingress has",
        "In ingress-nginx such a list switches it off"),
    row(ConfigMapGroup::access, "block-user-agents", "",
        "`User-Agent`s that get 403 from every host, before redirects: a text is the whole value, in any "
        "case; `~expression` is found in it, `~*expression` in any case"),
    row(ConfigMapGroup::access, "block-referers", "", "The same for `Referer`"),
    row(ConfigMapGroup::access, "limit-req-status-code", "`503`",
        "400 to 599: what `limit-rps` and `limit-rpm` answer"),
    row(ConfigMapGroup::access, "limit-conn-status-code", "`503`",
        "400 to 599: what `limit-connections` answers"),
    row(ConfigMapGroup::access, "limit-conn-zone-variable", "`$binary_remote_addr`",
        "Whose requests count together, for all limits; a request for which it is empty is not limited"),
    row(ConfigMapGroup::gate, "annotations-risk-level", "`High`",
        "Annotations above it cost their Ingress: Low, Medium, High, Critical"),
    row(ConfigMapGroup::gate, "annotation-value-word-blocklist", "",
        "Words that no annotation may hold, separated by commas"),
    row(ConfigMapGroup::gate, "strict-validate-path-type", "`true`",
        "Exact and Prefix paths with other characters than letters, digits, `.`, `_`, `-` and `/` are "
        "refused by the admission webhook; an Ingress that has such a path and makes it a regular expression "
        "is not taken"),
    row(ConfigMapGroup::gate, "allow-cross-namespace-resources", "`false`",
        "Annotations may name Secrets of other namespaces"),
});

}  // namespace

std::span<const ConfigMapKey> client_side_keys() { return kRows; }

}  // namespace headgate::k8swatch
