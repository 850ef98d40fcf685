#include "k8swatch/config_map_rows.h"

#include <array>

namespace headgate::k8swatch {
namespace {

constexpr ConfigMapKey row(ConfigMapGroup group, std::string_view name, std::string_view default_text,
                           std::string_view meaning, std::string_view deviation = "") {
  return {name, KeyFate::honoured, {}, group, default_text, meaning, deviation};
}

constexpr auto kRows = std::to_array<ConfigMapKey>({
    row(ConfigMapGroup::pods, "proxy-body-size", "`1m`", "Largest request body; `0`: any"),
    row(ConfigMapGroup::pods, "proxy-connect-timeout", "`5`", "For a connection to a pod, its TLS included"),
    row(ConfigMapGroup::pods, "proxy-read-timeout", "`60`", "Between two reads; also an idle tunnel"),
    row(ConfigMapGroup::pods, "proxy-send-timeout", "`60`", "Between two writes"),
    row(ConfigMapGroup::pods, "proxy-next-upstream", "`error timeout`",
        "When another pod is tried; see the annotation"),
    row(ConfigMapGroup::pods, "proxy-next-upstream-tries", "`3`", "Tries in all; `0`: one for each endpoint"),
    row(ConfigMapGroup::pods, "proxy-next-upstream-timeout", "`0`",
        "No try begins later; `0`: no such limit"),
    row(ConfigMapGroup::pods, "retry-non-idempotent", "`false`",
        "As if `non_idempotent` were in every list of `proxy-next-upstream`"),
    row(ConfigMapGroup::pods, "proxy-buffer-size", "`32k`",
        "An answer whose head is larger is 502; `32k` is the most",
        "ingress-nginx: `4k`; the head of an answer is held whole here"),
    row(ConfigMapGroup::pods, "proxy-buffering", "", "Accepted",
        "No effect: answers are streamed with bounded memory"),
    row(ConfigMapGroup::pods, "proxy-buffers-number", "", "Accepted", "No effect, as `proxy-buffering`"),
    row(ConfigMapGroup::pods, "proxy-busy-buffers-size", "", "Accepted", "No effect, as `proxy-buffering`"),
    row(ConfigMapGroup::pods, "proxy-request-buffering", "`off`",
        "A body is read whole before a pod is asked (`on`), or streamed to it; see the annotation",
        "ingress-nginx: `on`. Streaming needs no memory and no file; [decision "
        "0013](decisions/0013-request-buffering.md)"),
    row(ConfigMapGroup::pods, "client-body-buffer-size", "`8k`",
        "What of a buffered body is kept in memory; a larger one goes into a file"),
    row(ConfigMapGroup::pods, "service-upstream", "`false`",
        "Requests go to the address of the Service (clusterIP), not to its pods; an annotation says "
        "otherwise"),
    row(ConfigMapGroup::pods, "disable-ipv6-dns", "`false`",
        "IPv6 addresses of ExternalName Services are not used"),
    row(ConfigMapGroup::pods, "load-balance", "`round_robin`", "Or `ewma`; an annotation says otherwise"),
    row(ConfigMapGroup::pods, "outlier-detection", "`false`",
        "Endpoints whose answers fail are ejected for some time, of every Service; an annotation says "
        "otherwise ([health.md](health.md))",
        "Not in ingress-nginx"),
    row(ConfigMapGroup::pods, "healthy-panic-threshold", "`50`",
        "With fewer percent of healthy endpoints all are used; an annotation says otherwise",
        "Not in ingress-nginx"),
    row(ConfigMapGroup::pods, "slow-start-window", "`0`",
        "So long endpoints that are new or come back get less than their share; an annotation says otherwise",
        "Not in ingress-nginx"),
    row(ConfigMapGroup::pods, "upstream-keepalive-connections", "`320`",
        "Idle connections kept by each Worker"),
    row(ConfigMapGroup::pods, "upstream-keepalive-timeout", "`60`", "Of an idle one"),
    row(ConfigMapGroup::pods, "upstream-keepalive-time", "`1h`", "Its greatest age"),
    row(ConfigMapGroup::pods, "upstream-keepalive-requests", "`10000`", "Requests on one"),
    row(ConfigMapGroup::pods, "proxy-stream-timeout", "`600s`",
        "A relay (passthrough) without a byte either way"),
    row(ConfigMapGroup::pods, "proxy-stream-next-upstream", "`true`",
        "Another endpoint is tried where one does not take the connection"),
    row(ConfigMapGroup::pods, "proxy-stream-next-upstream-tries", "`3`",
        "Tries in all; `0`: one for each endpoint"),
    row(ConfigMapGroup::pods, "proxy-stream-next-upstream-timeout", "`600s`", "No try begins later"),
    row(ConfigMapGroup::fields, "add-headers", "",
        "`namespace/name` of a ConfigMap: fields of every answer, in place of the pod's; `custom-headers` "
        "and CORS of an Ingress count more"),
    row(ConfigMapGroup::fields, "global-allowed-response-headers", "",
        "Names that `custom-headers` may set, separated by commas"),
    row(ConfigMapGroup::fields, "hide-headers", "", "Fields of the pods' answers that are dropped"),
    row(ConfigMapGroup::fields, "allow-backend-server-header", "`false`", "The pods' `Server` is passed on"),
    row(ConfigMapGroup::fields, "server-tokens", "`false`", "`Server: headgate` where there is none",
        "ingress-nginx says its version"),
    row(ConfigMapGroup::fields, "proxy-set-headers", "",
        "`namespace/name` of a ConfigMap: fields of requests to the pods, with variables; an empty value "
        "takes the field away. One that Headgate sets itself is replaced; one with an unknown variable is "
        "left out",
        "nginx sends both"),
    row(ConfigMapGroup::fields, "proxy-add-original-uri-header", "`false`", "`X-Original-URI` for the pods"),
    row(ConfigMapGroup::fields, "generate-request-id", "`true`",
        "An `X-Request-ID` for requests that have none"),
    row(ConfigMapGroup::fields, "enable-underscores-in-headers", "`false`",
        "Request fields with `_` reach the pods, but for those that read, with `-`, like a field of "
        "Headgate's own or one that is set for the pod (`proxy-set-headers`, `auth-response-headers` …)"),
    row(ConfigMapGroup::fields, "ignore-invalid-headers", "`true`", "Accepted",
        "No effect: a request with an invalid field is 400; nginx drops the field where it is `true`"),
    row(ConfigMapGroup::fields, "proxy-redirect-from", "`off`", "As the annotation; `default` is `off`"),
    row(ConfigMapGroup::fields, "proxy-redirect-to", "`off`", "As the annotation"),
    row(ConfigMapGroup::fields, "proxy-cookie-domain", "`off`", "As the annotation"),
    row(ConfigMapGroup::fields, "proxy-cookie-path", "`off`", "As the annotation"),
    row(ConfigMapGroup::fields, "limit-rate", "`0`", "KiB a second of an answer"),
    row(ConfigMapGroup::fields, "limit-rate-after", "`0`", "KiB of an answer before that"),
    row(ConfigMapGroup::access_log, "log-format-upstream", "ingress-nginx's", "One line for each request"),
    row(ConfigMapGroup::access_log, "log-format-stream", "ingress-nginx's",
        "One line for each TLS connection that passes through"),
    row(ConfigMapGroup::access_log, "log-format-escape-json", "`false`",
        "Values are escaped for JSON, missing ones are empty (not `-`). Bytes that are not UTF-8 are written "
        "as ISO-8859-1 (`\\u00E9`), so that the line is JSON where its format is (nginx passes them on). For "
        "both formats, the default one too"),
    row(ConfigMapGroup::access_log, "log-format-escape-none", "`false`",
        "Values are not escaped at all; counts before `log-format-escape-json`"),
    row(ConfigMapGroup::access_log, "disable-access-log", "`false`", "No lines of either kind"),
    row(ConfigMapGroup::access_log, "disable-http-access-log", "`false`", "None of requests"),
    row(ConfigMapGroup::access_log, "disable-stream-access-log", "`false`",
        "None of connections that pass through"),
    row(ConfigMapGroup::access_log, "enable-access-log-for-default-backend", "`false`",
        "Lines of requests for hosts of no Ingress"),
    row(ConfigMapGroup::access_log, "skip-access-log-urls", "",
        "Paths, as clients write them, without lines in the access log"),
});

}  // namespace

std::span<const ConfigMapKey> pod_side_keys() { return kRows; }

}  // namespace headgate::k8swatch
