#include "k8swatch/config_map_rows.h"

#include <array>

namespace headgate::k8swatch {
namespace {

constexpr KeyRows tls{ConfigMapGroup::tls};
constexpr KeyRows listeners{ConfigMapGroup::listeners};
constexpr KeyRows redirects{ConfigMapGroup::redirects};
constexpr KeyRows errors{ConfigMapGroup::errors};
constexpr KeyRows authentication{ConfigMapGroup::authentication};
constexpr KeyRows compression{ConfigMapGroup::compression};
constexpr KeyRows access{ConfigMapGroup::access};
constexpr KeyRows gate{ConfigMapGroup::gate};

constexpr auto kRows = std::to_array<ConfigMapKey>({
    tls("ssl-protocols", "`TLSv1.2 TLSv1.3`", "What is offered; anything older is refused"),
    tls("ssl-ciphers", "Mozilla intermediate without DHE",
        "For TLS 1.2; only ECDHE with AES-GCM, AES-CCM or ChaCha20 is offered, whatever is listed",
        "DHE is not offered"),
    tls("ssl-ecdh-curve", "`auto`", "Groups, as OpenSSL lists them; `auto`: X25519, P-256, P-384"),
    tls("ssl-dh-param", "", "Accepted", "No effect: there is no DHE"),
    tls("ssl-session-cache", "`true`", "Resumption by session, over all Workers"),
    tls("ssl-session-cache-size", "`10m`",
        "One session for each 256 bytes; those of clients with certificates take a few KiB"),
    tls("ssl-session-timeout", "`10m`", "How long a session may be resumed"),
    tls("ssl-session-tickets", "`false`", "Resumption by ticket"),
    tls("ssl-session-ticket-key", "",
        "Base64 of 80 bytes; several replicas with the same key open each other's tickets. Without it keys "
        "are made and rotated"),
    tls("ssl-session-ticket-key-secret", "",
        "`namespace/name` of a Secret of 80-byte values under names that begin with `ticket-key`. In the "
        "order of their names the first one makes tickets and all of them open them, so that keys rotate by "
        "changing the Secret. It counts instead of `ssl-session-ticket-key`",
        "Not in ingress-nginx"),
    tls("ssl-buffer-size", "", "Accepted", "No effect: a TLS record is as large as what there is to send"),
    tls("ssl-reject-handshake", "`false`",
        "Handshakes for a name of no Ingress, or for none, get an alert instead of the default certificate"),
    tls("enable-ocsp", "`false`", "Staple the OCSP responses of certificates"),
    listeners(
        "bind-address", "all addresses",
        "IP addresses, separated by commas, that are listened to and no others; a change counts at once. Has "
        "no effect beside the flag `--bind-address`. One that cannot be listened to is left out; where none "
        "remains, all stays as it was. At the start all addresses must be free, or the flag must name some",
        "In ingress-nginx all of IPv6 are listened to where only addresses of IPv4 are named"),
    listeners("disable-ipv6", "`false`",
              "No address of IPv6 is listened to; not beside the flag `--bind-address`"),
    listeners("use-http2", "`true`", "Offer HTTP/2 to TLS clients (ALPN)"),
    listeners("http2-max-concurrent-streams", "`128`", "1 to 4096"),
    listeners("use-proxy-protocol", "`false`", "Every connection begins with a PROXY header, version 1 or 2"),
    listeners("proxy-protocol-header-timeout", "`5s`", "For that header"),
    listeners(
        "proxy-real-ip-cidr", "`0.0.0.0/0`",
        "Whose PROXY header, and whose forwarding fields, are believed; an entry that is no address block "
        "trusts nobody"),
    listeners(
        "use-forwarded-headers", "`false`",
        "Client address, host, scheme and port are what a trusted proxy says (`X-Forwarded-For`, `-Host`, "
        "`-Proto`, `-Port`). The address is found by a walk from the right over all that are trusted; a "
        "value that is malformed says nothing. Paths are matched, and redirects lead, by the `Host` that was "
        "sent here.",
        "ingress-nginx believes host, scheme and port of everybody"),
    listeners("enable-real-ip", "`false`", "The address alone"),
    listeners("forwarded-for-header", "`X-Forwarded-For`",
              "The field with the address; pods get what it said as `X-Original-Forwarded-For`"),
    listeners("forwarded-host-header", "`X-Forwarded-Host`", "The field with the host"),
    listeners("compute-full-forwarded-for", "`false`",
              "Pods get the `X-Forwarded-For` that came, with the peer's address behind it, instead of the "
              "client's address"),
    listeners("keep-alive", "`75`", "An idle client connection; `0`: one request for each connection"),
    listeners("keep-alive-requests", "`1000`", "Requests on one connection"),
    listeners(
        "large-client-header-buffers", "`4 8k`",
        "Number and size: a line of a request head has at most that size (414 for the request line, 431 for "
        "fields; nginx: 400), a head that many times as much; HTTP/2 likewise. The size is 1k to 32k, the "
        "product at most 128k"),
    listeners("client-header-timeout", "`60`", "For a whole request head"),
    listeners("client-body-timeout", "`60`", "Between two reads of a request body"),
    listeners("worker-shutdown-timeout", "as the flag `--worker-shutdown-timeout`",
              "How long running requests and tunnels may go on when Headgate ends"),
    redirects("ssl-redirect", "`true`",
              "Plain HTTP for a host with TLS is redirected; an annotation says otherwise"),
    redirects("force-ssl-redirect", "`false`", "The same for every host"),
    redirects("http-redirect-code", "`308`", "301, 302, 307 or 308"),
    redirects("no-tls-redirect-locations", "`/.well-known/acme-challenge`",
              "Paths of Ingresses that begin so are not redirected"),
    redirects("preserve-trailing-slash", "`false`", "The redirect keeps the last `/`"),
    redirects("use-port-in-redirects", "`false`", "The redirect names the HTTPS port"),
    redirects("relative-redirects", "`false`", "Location without scheme and host"),
    redirects("app-root", "", "Where `/` of every host leads (302), unless an annotation says otherwise"),
    redirects("hsts", "`true`", "Strict-Transport-Security on answers over HTTPS"),
    redirects("hsts-max-age", "`31536000`", "Seconds"),
    redirects("hsts-include-subdomains", "`true`", "With `includeSubDomains`"),
    redirects("hsts-preload", "`false`", "With `preload`"),
    errors(
        "custom-http-errors", "",
        "Statuses from 300 to 599, separated by commas: as the annotation, for Ingresses without it. Without "
        "`--default-backend-service`, and without the annotation `default-backend`, the errors stay as they "
        "are, "
        "which is a Finding",
        "In ingress-nginx each of them would be the 404 of its own default backend"),
    errors("disable-proxy-intercept-errors", "`false`", "As the annotation"),
    authentication(
        "global-auth-url", "",
        "The auth service of every Ingress that names none itself, unless `enable-global-auth` says `false`; "
        "as `auth-url`. One that cannot be used closes these paths with 503"),
    authentication("global-auth-method", "`GET`", "As `auth-method`"),
    authentication("global-auth-signin", "", "As `auth-signin`"),
    authentication("global-auth-signin-redirect-param", "`rd`", "As `auth-signin-redirect-param`"),
    authentication("global-auth-response-headers", "", "As `auth-response-headers`"),
    authentication("global-auth-request-redirect", "", "As `auth-request-redirect`"),
    authentication("global-auth-cache-key", "", "As `auth-cache-key`"),
    authentication("global-auth-cache-duration", "`200 202 401 5m`", "As `auth-cache-duration`"),
    authentication("global-auth-always-set-cookie", "`false`", "As `auth-always-set-cookie`"),
    authentication(
        "no-auth-locations", "`/.well-known/acme-challenge`",
        "Paths of Ingresses that begin so are spared authentication by auth services and by passwords"),
    compression("use-gzip", "`false`", "Answers are compressed with gzip"),
    compression("gzip-level", "`1`", "1 to 9"),
    compression("gzip-min-length", "`256`", "Of a body of known length"),
    compression("gzip-types", "17 types, as ingress-nginx", "Media types with blanks between them; `*`: all"),
    compression("gzip-disable", "",
                "Clients whose `User-Agent` matches this regular expression (RE2, any case) get no gzip"),
    compression("enable-brotli", "`false`", "Answers are compressed with Brotli"),
    compression("brotli-level", "`4`", "0 to 11"),
    compression("brotli-min-length", "`20`", "Of a body of known length"),
    compression("brotli-types", "as gzip, and `application/xml+rss`", "As `gzip-types`"),
    compression("enable-zstd", "`false`", "Answers are compressed with Zstandard", "Not in ingress-nginx"),
    compression("zstd-level", "`3`", "1 to 9", "Not in ingress-nginx"),
    compression("zstd-min-length", "`256`", "Of a body of known length", "Not in ingress-nginx"),
    compression("zstd-types", "as gzip", "As `gzip-types`", "Not in ingress-nginx"),
    access(
        "whitelist-source-range", "",
        "Who may ask, all others get 403; an annotation counts in place of it. Where no entry is an address, "
        "nobody may"),
    access("denylist-source-range", "", "Who gets 403; an annotation counts in place of it"),
    access("block-cidrs", "", "Networks that get 403 from every host, whatever lists an Ingress has",
           "In ingress-nginx such a list switches it off"),
    access("block-user-agents", "",
           "`User-Agent`s that get 403 from every host, before redirects: a text is the whole value, in any "
           "case; `~expression` is found in it, `~*expression` in any case"),
    access("block-referers", "", "The same for `Referer`"),
    access("limit-req-status-code", "`503`", "400 to 599: what `limit-rps` and `limit-rpm` answer"),
    access("limit-conn-status-code", "`503`", "400 to 599: what `limit-connections` answers"),
    access("limit-conn-zone-variable", "`$binary_remote_addr`",
           "Whose requests count together, for all limits; a request for which it is empty is not limited"),
    gate("annotations-risk-level", "`High`",
         "Annotations above it cost their Ingress: Low, Medium, High, Critical"),
    gate("annotation-value-word-blocklist", "", "Words that no annotation may hold, separated by commas"),
    gate(
        "strict-validate-path-type", "`true`",
        "Exact and Prefix paths with other characters than letters, digits, `.`, `_`, `-` and `/` are "
        "refused by the admission webhook; an Ingress that has such a path and makes it a regular expression "
        "is not taken"),
    gate("allow-cross-namespace-resources", "`false`", "Annotations may name Secrets of other namespaces"),
});

}  // namespace

std::span<const ConfigMapKey> client_side_keys() { return kRows; }

}  // namespace headgate::k8swatch
