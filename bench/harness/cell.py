"""The place measurements are taken in: a network namespace of our own, two CPUs, real-time scheduling."""

import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

MARK = "HEADGATE_BENCH_CELL"
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def enter():
    """Runs this program again inside new network and mount namespaces where that is permitted."""
    if MARK in os.environ:
        return
    for flags in (["-nm"], ["-rnm"]):
        if shutil.which("unshare") and subprocess.run(["unshare", *flags, "true"], capture_output=True).returncode == 0:
            os.environ[MARK] = "own"
            os.execvp("unshare", ["unshare", *flags, sys.executable, *sys.argv])
    os.environ[MARK] = "shared"


def _write(path, text):
    try:
        with open(path, "w") as file:
            file.write(text)
        return True
    except OSError:
        return False


def _read(path):
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return "unknown"


def _loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16xh14x", fcntl.ioctl(probe, SIOCGIFFLAGS, request))[0]
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


class Cell:
    """How programs are started for measuring, and what could not be had."""

    def __init__(self, proxy_cpu, load_cpu):
        self.caveats = []
        self.own_network = os.environ.get(MARK) == "own"
        if self.own_network:
            _loopback_up()
            _write("/proc/sys/net/ipv4/tcp_congestion_control", "reno")
            _write("/proc/sys/net/ipv4/ip_local_port_range", "10000 65535")
        else:
            self.caveats.append("no network namespace of its own: measured on the machine's loopback")
        self.congestion = _read("/proc/sys/net/ipv4/tcp_congestion_control")
        cpus = os.sched_getaffinity(0)
        if len(cpus) < 2:
            raise SystemExit("bench: needs two CPUs, one for the proxy and one for the load")
        if not {proxy_cpu, load_cpu} <= cpus:
            raise SystemExit(f"bench: CPUs {proxy_cpu} and {load_cpu} are not among {sorted(cpus)}")
        self._proxy, self._load = ["taskset", "-c", str(proxy_cpu)], ["taskset", "-c", str(load_cpu)]
        fifo = ["chrt", "-f", "5"]
        self.realtime = subprocess.run([*fifo, "true"], capture_output=True).returncode == 0
        if self.realtime:
            self._proxy, self._load = fifo + self._proxy, fifo + self._load
        else:
            self.caveats.append("SCHED_FIFO is not permitted: other work on the machine disturbs more")
        self.traces = self._mount_tracefs()

    @staticmethod
    def _mount_tracefs():
        tracepoint = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id"
        if not os.path.exists(tracepoint) and os.environ.get(MARK) == "own":
            subprocess.run(["mount", "-t", "tracefs", "tracefs", "/sys/kernel/tracing"], capture_output=True)
        return os.path.exists(tracepoint)

    def on_proxy_cpu(self, command):
        return [*self._proxy, *command]

    def above_proxy(self, command):
        """On the proxy's CPU, before the proxy; only where `realtime`."""
        return ["chrt", "-f", "6", *self._proxy[3:], *command]

    def on_load_cpu(self, command):
        return [*self._load, *command]


def free_port():
    """A port nobody listens on. In our own namespace nobody else can take it either."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
