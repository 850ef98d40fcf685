#include "k8swatch/config_map_rows.h"

#include <array>

namespace headgate::k8swatch {
namespace {

constexpr KeyRows pods{ConfigMapGroup::pods};
constexpr KeyRows fields{ConfigMapGroup::fields};
constexpr KeyRows access_log{ConfigMapGroup::access_log};
constexpr KeyRows tracing{ConfigMapGroup::tracing};

constexpr auto kRows = std::to_array<ConfigMapKey>({
    pods("proxy-body-size", "`1m`", "Largest request body; `0`: any"),
    pods("proxy-connect-timeout", "`5`", "For a connection to a pod, its TLS included"),
    pods("proxy-read-timeout", "`60`", "Between two reads; also an idle tunnel"),
    pods("proxy-send-timeout", "`60`", "Between two writes"),
    pods("proxy-next-upstream", "`error timeout`", "When another pod is tried; see the annotation"),
    pods("proxy-next-upstream-tries", "`3`", "Tries in all; `0`: one for each endpoint"),
    pods("proxy-next-upstream-timeout", "`0`", "No try begins later; `0`: no such limit"),
    pods("retry-non-idempotent", "`false`",
         "As if `non_idempotent` were in every list of `proxy-next-upstream`"),
    pods("proxy-buffer-size", "`32k`", "An answer whose head is larger is 502; `32k` is the most",
         "ingress-nginx: `4k`; the head of an answer is held whole here"),
    pods("proxy-buffering", "`off`",
         "Answers are read ahead of slow clients (`on`), or their pods wait; see the annotation",
         "Bytes that are there are sent at once, where nginx waits for a full buffer; [decision "
         "0014](decisions/0014-answers-are-buffered-on-request.md)"),
    pods("proxy-buffers-number", "`4`",
         "With `proxy-buffering`: so many times `proxy-buffer-size` of an answer are kept in memory"),
    pods("proxy-max-temp-file-size", "`1024m`", "What of it is kept in a file beyond that; `0`: no file"),
    pods("proxy-busy-buffers-size", "", "Accepted",
         "No effect: what is there of an answer is sent whenever its client takes it"),
    pods("proxy-http-version", "`1.1`", "Or `1.0`: how pods are asked; see the annotation"),
    pods("proxy-request-buffering", "`off`",
         "A body is read whole before a pod is asked (`on`), or streamed to it; see the annotation",
         "ingress-nginx: `on`. Streaming needs no memory and no file; [decision "
         "0013](decisions/0013-request-buffering.md)"),
    pods("client-body-buffer-size", "`8k`",
         "What of a buffered body is kept in memory; a larger one goes into a file"),
    pods("service-upstream", "`false`",
         "Requests go to the address of the Service (clusterIP), not to its pods; an annotation says "
         "otherwise"),
    pods("disable-ipv6-dns", "`false`", "IPv6 addresses of ExternalName Services are not used"),
    pods("load-balance", "`round_robin`", "Or `ewma`; an annotation says otherwise"),
    pods("upstream-hash-by", "",
         "As the annotation, for Ingresses without it. Counts before any `load-balance`"),
    pods("upstream-hash-by-subset", "`false`", "As the annotation"),
    pods("upstream-hash-by-subset-size", "`3`", "As the annotation"),
    pods("outlier-detection", "`false`",
         "Endpoints whose answers fail are ejected for some time, of every Service; an annotation says "
         "otherwise ([health.md](health.md))",
         "Not in ingress-nginx"),
    pods("healthy-panic-threshold", "`50`",
         "With fewer percent of healthy endpoints all are used; an annotation says otherwise",
         "Not in ingress-nginx"),
    pods(
        "slow-start-window", "`0`",
        "So long endpoints that are new or come back get less than their share; an annotation says otherwise",
        "Not in ingress-nginx"),
    pods("upstream-keepalive-connections", "`320`", "Idle connections kept by each Worker"),
    pods("upstream-keepalive-timeout", "`60`", "Of an idle one"),
    pods("upstream-keepalive-time", "`1h`", "Its greatest age"),
    pods("upstream-keepalive-requests", "`10000`", "Requests on one"),
    pods("proxy-stream-timeout", "`600s`", "A relay (passthrough) without a byte either way"),
    pods("proxy-stream-next-upstream", "`true`",
         "Another endpoint is tried where one does not take the connection"),
    pods("proxy-stream-next-upstream-tries", "`3`", "Tries in all; `0`: one for each endpoint"),
    pods("proxy-stream-next-upstream-timeout", "`600s`", "No try begins later"),
    fields("add-headers", "",
           "`namespace/name` of a ConfigMap: fields of every answer, in place of the pod's; `custom-headers` "
           "and CORS of an Ingress count more"),
    fields("global-allowed-response-headers", "", "Names that `custom-headers` may set, separated by commas"),
    fields("hide-headers", "", "Fields of the pods' answers that are dropped"),
    fields("allow-backend-server-header", "`false`", "The pods' `Server` is passed on"),
    fields("server-tokens", "`false`", "`Server: headgate` where there is none",
           "ingress-nginx says its version"),
    fields("proxy-set-headers", "",
           "`namespace/name` of a ConfigMap: fields of requests to the pods, with variables; an empty value "
           "takes the field away. One that Headgate sets itself is replaced; one with an unknown variable is "
           "left out",
           "nginx sends both"),
    fields("proxy-add-original-uri-header", "`false`", "`X-Original-URI` for the pods"),
    fields("generate-request-id", "`true`", "An `X-Request-ID` for requests that have none"),
    fields("enable-underscores-in-headers", "`false`",
           "Request fields with `_` reach the pods, but for those that read, with `-`, like a field of "
           "Headgate's own or one that is set for the pod (`proxy-set-headers`, `auth-response-headers` …)"),
    fields(
        "ignore-invalid-headers", "`true`",
        "Request fields whose names have other characters than letters, digits, `-` and `_` do not reach the "
        "pods. `false`: they do, and those with `_` too, but for those that read, with `-` in place of each "
        "of "
        "them, like a field of Headgate's own or one that is set for the pod",
        "A name with characters that no name may have (RFC 9110) is 400, whatever it says"),
    fields("proxy-redirect-from", "`off`", "As the annotation; `default` is `off`"),
    fields("proxy-redirect-to", "`off`", "As the annotation"),
    fields("proxy-cookie-domain", "`off`", "As the annotation"),
    fields("proxy-cookie-path", "`off`", "As the annotation"),
    fields("limit-rate", "`0`", "KiB a second of an answer"),
    fields("limit-rate-after", "`0`", "KiB of an answer before that"),
    access_log(
        "access-log-path", "as the flag `--access-log-path`",
        "The file of both kinds of lines; an absolute path. It is made where there is none, and opened anew "
        "at SIGHUP, after rotation. `/dev/stdout` and `/dev/stderr` are the standard streams, and so are "
        "`/var/log/nginx/access.log` and `/var/log/nginx/error.log` where there is no such folder, as in "
        "ingress-nginx's image. A file that cannot be opened is a Finding, and lines go on where they went "
        "before",
        "`off` and `syslog:` are refused: `disable-access-log` and `enable-syslog` say it"),
    access_log("http-access-log-path", "as `access-log-path`", "The same for lines of requests alone"),
    access_log("stream-access-log-path", "as `access-log-path`",
               "The same for lines of connections that pass through"),
    access_log(
        "enable-syslog", "`false`",
        "Lines of requests go to a syslog server instead, each in one datagram of UDP as nginx writes it: "
        "`<190>Nov 23 10:00:00 host nginx: line`, the time in UTC. A line of more than 64000 bytes is cut. "
        "What cannot be sent is lost and counted (`headgate_access_log_dropped_lines_total`)",
        "Headgate's own log does not go there"),
    access_log(
        "syslog-host", "",
        "Its address, or its name, which is looked up as those of ExternalName Services are, and again as "
        "its TTL says. While it has no address, lines are lost, which is a Finding"),
    access_log("syslog-port", "`514`", "1 to 65535"),
    access_log(
        "error-log-path", "`/dev/stderr`",
        "Where Headgate's own log goes, as `access-log-path`; lines from before the ConfigMap was read are "
        "on standard error"),
    access_log(
        "error-log-level", "as the flag `--v`",
        "What of Headgate's own log is written: `debug`; `info` and `notice`; `warn`; `error`, `crit`, "
        "`alert` and `emerg`, which are one level here"),
    access_log("log-format-upstream", "ingress-nginx's", "One line for each request"),
    access_log("log-format-stream", "ingress-nginx's",
               "One line for each TLS connection that passes through"),
    access_log(
        "log-format-escape-json", "`false`",
        "Values are escaped for JSON, missing ones are empty (not `-`). Bytes that are not UTF-8 are written "
        "as ISO-8859-1 (`\\u00E9`), so that the line is JSON where its format is (nginx passes them on). For "
        "both formats, the default one too"),
    access_log("log-format-escape-none", "`false`",
               "Values are not escaped at all; counts before `log-format-escape-json`",
               "Line ends in a value become spaces: no client writes lines of its own"),
    access_log("disable-access-log", "`false`", "No lines of either kind"),
    access_log("disable-http-access-log", "`false`", "None of requests"),
    access_log("disable-stream-access-log", "`false`", "None of connections that pass through"),
    access_log("enable-access-log-for-default-backend", "`false`",
               "Lines of requests for hosts of no Ingress"),
    access_log(
        "enable-auth-access-log", "`false`",
        "A line for each request to an auth service, before that of its client's request: with the same "
        "`$request` and `$proxy_upstream_name`, the status and the `$upstream_` values of the service, and "
        "no bytes. An answer that was kept (`auth-cache-key`) is asked of nobody: no `$upstream_` values",
        "Not for Ingresses with `enable-access-log: \"false\"`"),
    access_log("skip-access-log-urls", "", "Paths, as clients write them, without lines in the access log"),
    tracing(
        "enable-opentelemetry", "`false`",
        "Requests are part of traces: pods get `traceparent`, the collector a span of each that is sampled; "
        "an annotation says otherwise"),
    tracing("opentelemetry-trust-incoming-span", "`true`",
            "The client's `traceparent` and `tracestate` are believed; else each request begins a trace"),
    tracing("opentelemetry-operation-name", "the path of the Ingress",
            "What spans are called, with variables: `HTTP $request_method $service_name $uri`"),
    tracing("otlp-collector-host", "",
            "Name or address of what takes OTLP over gRPC, without TLS; `$NAME`: what that variable of the "
            "environment says. Without it no spans are sent"),
    tracing("otlp-collector-port", "`4317`", "Its port"),
    tracing("otel-service-name", "`nginx`", "`service.name` of the resource that spans are of"),
    tracing("otel-sampler", "`AlwaysOn`",
            "Which requests spans are sent of: `AlwaysOn`, `AlwaysOff` or `TraceIdRatioBased`"),
    tracing("otel-sampler-ratio", "`0.01`", "Of `TraceIdRatioBased`: the part of all traces, 0 to 1"),
    tracing("otel-sampler-parent-based", "`true`",
            "A parent that is believed decides instead: what its caller sends spans of, and nothing else"),
    tracing("otel-max-queuesize", "`2048`", "Spans that wait to be sent; more are dropped and counted",
            "Each worker has its share"),
    tracing("otel-schedule-delay-millis", "`5000`", "So long spans wait for company"),
    tracing("otel-max-export-batch-size", "`512`", "Spans in one message; so many do not wait longer",
            "A message has up to 1 MiB"),
});

}  // namespace

std::span<const ConfigMapKey> pod_side_keys() { return kRows; }

}  // namespace headgate::k8swatch
