"""The proxies that are compared, each started with a configuration of its own in a fresh folder."""

import glob
import os
import shutil
import socket
import string
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from . import routes
from .cell import free_port

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
READY_WITHIN = 20  # seconds


class StartFailed(Exception):
    """Names the proxy and what it said."""


class Peer:
    """A kind of proxy; start() gives a running one."""

    def __init__(self, name, label, command, program, processes=1):
        self.name, self.label, self.program, self.processes = name, label, program, processes
        self._command = command

    def available(self):
        return shutil.which(self.program) is not None

    def start(self, cell, backend_port, certificate=None, preload=None):
        """With a certificate it speaks TLS on its port."""
        return Running(self, cell, backend_port, certificate, self._command, preload)


class Running:
    """One running proxy; a context manager that ends it and removes what it wrote."""

    def __init__(self, peer, cell, backend_port, certificate, command, preload):
        self.peer, self.port = peer, free_port()
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # access logs go to memory, not to a disk
        self.dir = tempfile.mkdtemp(prefix="headgate-bench-", dir=base)
        try:
            arguments, self._ready = command(self.dir, self.port, backend_port, certificate)
            environment = dict(os.environ)
            if preload:
                environment.update(LD_PRELOAD=preload[0], HEADGATE_ALLOCATION_COUNTERS=preload[1])
            self._output = open(os.path.join(self.dir, "output"), "w+")
            self._process = subprocess.Popen(cell.on_proxy_cpu(arguments), stdin=subprocess.DEVNULL,
                                             stdout=self._output, stderr=subprocess.STDOUT, env=environment)
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self):
        """Listening is not enough: nginx does so before its worker exists."""
        deadline = time.monotonic() + READY_WITHIN
        while not self._ready() or len(family(self._process.pid)) < self.peer.processes:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise StartFailed(f"{self.peer.name} did not start: {self.output()[-2000:]}")
            time.sleep(0.02)
        self.pids = family(self._process.pid)

    def output(self):
        self._output.flush()
        with open(self._output.name) as file:
            return file.read()

    def alive(self):
        return self._process.poll() is None

    def resident_bytes(self):
        total = 0
        for pid in self.pids:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += sum(int(line.split()[1]) for line in file if line.startswith("Rss:")) * 1024
        return total

    def stop(self):
        process = getattr(self, "_process", None)
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:  # a graceful stop may wait for idle connections
                for pid in family(process.pid)[::-1]:
                    try:
                        os.kill(pid, 9)
                    except ProcessLookupError:
                        pass
                process.wait()
        if getattr(self, "_output", None):
            self._output.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def family(pid):
    """A process and its descendants."""
    pids = [pid]
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(path) as file:
            for child in file.read().split():
                pids += family(int(child))
    return pids


def _listens(port):
    def ready():
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False
    return ready


def _answers_200(url):
    def ready():
        try:
            return urllib.request.urlopen(url, timeout=1).status == 200
        except (urllib.error.URLError, OSError):
            return False
    return ready


def _fill(template, **values):
    with open(os.path.join(BENCH, "config", template)) as file:
        return string.Template(file.read()).substitute(values)


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)
    return path


def _floor(program):
    def command(_, port, backend_port, certificate):
        if certificate:
            raise StartFailed("the floor knows no TLS")
        return [program, str(port), f"127.0.0.1:{backend_port}"], _listens(port)
    return command


NGINX_BUFFERS = "proxy_buffer_size 4k; proxy_buffers 8 16k; proxy_busy_buffers_size 32k;"
NGINX_BIG_BUFFERS = ("proxy_buffer_size 64k; proxy_buffers 8 64k; proxy_busy_buffers_size 256k; "
                     "client_body_buffer_size 256k;")


def _without_forwarding_fields(config):
    return "".join(line for line in config.splitlines(True)
                   if "proxy_set_header X-" not in line or "X-Forwarded-For" in line)


def _nginx(buffers=NGINX_BUFFERS, log=False, lean=False):
    def command(folder, port, backend_port, certificate):
        access_log = f"{folder}/access.log ingress buffer=64k flush=1s" if log else "off"
        config = _fill("nginx.conf.in", dir=folder, user="root" if os.geteuid() == 0 else "nobody",
                       access_log=access_log, buffers=buffers, upstreams=routes.nginx_upstreams(backend_port),
                       tls=routes.nginx_tls(certificate) if certificate else "",
                       servers=routes.nginx_servers(port, bool(certificate)))
        _write(f"{folder}/nginx.conf", _without_forwarding_fields(config) if lean else config)
        return ["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], _listens(port)
    return command


def _haproxy(bufsize=16384):
    def command(folder, port, backend_port, certificate):
        _write(f"{folder}/routes.map", routes.haproxy_map())
        tls = hsts = ""
        if certificate:
            tls = (f"ssl crt {certificate.both} alpn h2,http/1.1 ssl-min-ver TLSv1.3 curves X25519 "
                   "ciphersuites TLS_AES_128_GCM_SHA256 no-tls-tickets")
            hsts = f'http-response set-header Strict-Transport-Security "{routes.HSTS}"'
        config = _write(f"{folder}/haproxy.cfg", _fill("haproxy.cfg.in", dir=folder, port=port, bufsize=bufsize, tls=tls, hsts=hsts,
                                                       scheme="https" if certificate else "http",
                                                       backends=routes.haproxy_backends(backend_port)))
        return ["haproxy", "-db", "-q", "-f", config], _listens(port)
    return command


def _headgate(program, policy=False):
    def command(folder, port, backend_port, certificate):
        health = free_port()
        os.mkdir(f"{folder}/manifests")
        _write(f"{folder}/manifests/bench.json", routes.manifests(backend_port, certificate, policy))
        ports = [f"--http-port={free_port()}", f"--https-port={port}"] if certificate else [
            f"--http-port={port}", "--https-port=0"]
        return [program, f"--manifests={folder}/manifests", *ports, "--configmap=bench/headgate", f"--healthz-port={health}",
                "--bind-address=127.0.0.1", "--workers=1", f"--access-log-path={folder}/access.log"], _answers_200(f"http://127.0.0.1:{health}/readyz")
    return command


def all_peers(build):
    headgate, floor = os.path.join(build, "headgate"), os.path.join(build, "bench", "floor")
    peers = [
        Peer("floor", "kernel floor", _floor(floor), floor),
        Peer("headgate", "Headgate", _headgate(headgate), headgate),
        Peer("headgate-policy", "Headgate with a policy", _headgate(headgate, policy=True), headgate),
        Peer("nginx", "nginx", _nginx(), "nginx", 2),
        Peer("nginx-log", "nginx + access log", _nginx(log=True), "nginx", 2),
        Peer("nginx-lean", "nginx, fewer fields", _nginx(lean=True), "nginx", 2),
        Peer("nginx-big", "nginx, 64 KiB buffers", _nginx(NGINX_BIG_BUFFERS), "nginx", 2),
        Peer("haproxy", "HAProxy", _haproxy(), "haproxy"),
        Peer("haproxy-big", "HAProxy, 64 KiB buffers", _haproxy(65536), "haproxy"),
    ]
    return {peer.name: peer for peer in peers}
