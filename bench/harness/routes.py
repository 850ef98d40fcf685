"""What every proxy routes: hosts x path prefixes, each prefix to a Service of its own."""

import base64
import json

HOSTS = 100
PREFIXES = ("app", "api", "static")


def host(index):
    return f"h{index}.bench.test"


def upstream(prefix):
    """The name ingress-nginx gives an upstream, which is also what access logs show."""
    return f"bench-{prefix}-80"


# The HTTPS listeners of all proxies: one protocol, suite and group, and sessions kept by the server.
TLS_SETTINGS = {"ssl-protocols": "TLSv1.3", "ssl-ecdh-curve": "X25519", "ssl-session-cache": "true",
                "ssl-session-tickets": "false", "keep-alive-requests": "1000000000"}

HSTS = "max-age=31536000; includeSubDomains"  # what Headgate adds to every answer over TLS


# What a route with a policy has; no limit is ever reached.
POLICY = {"enable-cors": "true", "custom-headers": "bench/fields", "limit-rps": "1000000", "limit-connections": "100000",
          "whitelist-source-range": "10.0.0.0/8,192.168.0.0/16,2001:db8::/32,127.0.0.0/8"}


def _config_map(name, data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "bench"}, "data": data}


def _tls_secret(certificate):
    def encoded(path):
        with open(path, "rb") as file:
            return base64.b64encode(file.read()).decode()
    return {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
            "metadata": {"name": "bench", "namespace": "bench"},
            "data": {"tls.crt": encoded(certificate.chain), "tls.key": encoded(certificate.key)}}


def manifests(backend_port, certificate=None, policy=False):
    """The objects for Headgate, as one JSON List; with TLS where there is a certificate."""
    settings, annotations = {}, {}
    items = []
    if certificate:
        settings.update(TLS_SETTINGS)
        items.append(_tls_secret(certificate))
    if policy:
        settings["global-allowed-response-headers"] = "X-Frame-Options,X-Content-Type-Options"
        annotations = {"nginx.ingress.kubernetes.io/" + name: value for name, value in POLICY.items()}
        items.append(_config_map("fields", {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff"}))
    items.append(_config_map("headgate", settings))
    items += [{"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "headgate"},
              "spec": {"controller": "headgate.dev/ingress-controller"}}]
    for prefix in PREFIXES:
        items.append({"apiVersion": "v1", "kind": "Service", "metadata": {"name": prefix, "namespace": "bench"},
                      "spec": {"type": "ClusterIP", "clusterIP": "10.96.0.10",
                               "ports": [{"name": "http", "port": 80, "targetPort": backend_port,
                                          "protocol": "TCP"}]}})
        items.append({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
                      "metadata": {"name": f"{prefix}-1", "namespace": "bench",
                                   "labels": {"kubernetes.io/service-name": prefix}},
                      "ports": [{"name": "http", "port": backend_port, "protocol": "TCP"}],
                      "endpoints": [{"addresses": ["127.0.0.1"], "conditions": {"ready": True}}]})
    for index in range(HOSTS):
        paths = [{"path": f"/{prefix}", "pathType": "Prefix",
                  "backend": {"service": {"name": prefix, "port": {"number": 80}}}} for prefix in PREFIXES]
        tls = {"tls": [{"hosts": [host(index)], "secretName": "bench"}]} if certificate else {}
        items.append({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
                      "metadata": {"name": f"h{index}", "namespace": "bench",
                                   "creationTimestamp": "2025-01-01T00:00:00Z", "annotations": annotations},
                      "spec": {"ingressClassName": "headgate", **tls,
                               "rules": [{"host": host(index), "http": {"paths": paths}}]}})
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1)


def nginx_upstreams(backend_port):
    return "\n".join(
        f"    upstream {upstream(prefix)} {{\n"
        f"        server 127.0.0.1:{backend_port} max_fails=0;\n"
        "        keepalive 2048;\n        keepalive_requests 1000000000;\n        keepalive_time 24h;\n    }"
        for prefix in PREFIXES)


def nginx_tls(certificate):
    return (f"ssl_certificate {certificate.chain}; ssl_certificate_key {certificate.key}; ssl_protocols TLSv1.3; "
            "ssl_ecdh_curve X25519; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256; "
            "ssl_session_cache shared:SSL:10m; ssl_session_timeout 10m; ssl_session_tickets off; "
            f"add_header Strict-Transport-Security \"{HSTS}\" always;")


def nginx_servers(port, tls=False):
    kind = "ssl http2 " if tls else ""
    blocks = [f"    server {{\n        listen 127.0.0.1:{port} {kind}default_server reuseport backlog=4096;\n"
              "        return 404;\n    }"]
    for index in range(HOSTS):
        locations = "\n".join(
            f"        location /{prefix} {{ set $upstream_name {upstream(prefix)}; "
            f"proxy_pass http://{upstream(prefix)}; }}" for prefix in PREFIXES)
        blocks.append(f"    server {{\n        listen 127.0.0.1:{port} {kind};\n        server_name {host(index)};\n"
                      f"{locations}\n    }}")
    return "\n".join(blocks)


def haproxy_map():
    return "".join(f"{host(index)}/{prefix} {upstream(prefix)}\n" for index in range(HOSTS) for prefix in PREFIXES)


def haproxy_backends(backend_port):
    return "\n".join(f"backend {upstream(prefix)}\n    server pod 127.0.0.1:{backend_port} pool-purge-delay 60s\n"
                     for prefix in PREFIXES)
