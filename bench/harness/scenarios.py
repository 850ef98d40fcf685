"""What is measured, and what Headgate must reach."""

from dataclasses import dataclass, field
from typing import Optional, Tuple

SMALL = ("floor", "headgate", "nginx", "haproxy")
TLS = ("headgate", "nginx", "haproxy")
BODIES = SMALL + ("nginx-big", "haproxy-big")


@dataclass(frozen=True)
class Gate:
    """The `metric` of `peer` must be at most `limit`; `against` another peer: times that peer's value in the same
    round, or with `more` at most so much more than that.
    """
    metric: str
    limit: float
    against: str = ""
    peer: str = "headgate"
    more: bool = False


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    load: Tuple[str, ...]  # arguments of the load program
    peers: Tuple[str, ...] = SMALL
    gates: Tuple[Gate, ...] = field(default=())
    count: bool = False  # also count system calls and allocations
    idle: int = 0  # measure instead what so many idle connections more cost in memory, with so many there
    tls: bool = False
    braked: bool = False  # a client's half costs as much as the proxy's: only a slowed proxy is always behind
    resumed: Optional[bool] = None  # with TLS: every handshake, or none, must be a resumption


def _load(**options):
    words = []
    for name, value in options.items():
        words.append("--" + name.replace("_", "-"))
        if value is not True:
            words.append(str(value))
    return tuple(words)


MIB = 1024 * 1024

SCENARIOS = (
    Scenario("h1-keepalive", "HTTP/1.1 keep-alive, 128 connections, 1 KiB answers", _load(connections=128),
             peers=("floor", "headgate", "nginx", "nginx-log", "nginx-lean", "haproxy"), count=True,
             gates=(Gate("cpu_us", 0.72, "nginx"), Gate("cpu_us", 0.70, "haproxy"), Gate("cpu_us", 1.15, "floor"),
                    Gate("syscalls", 4.2), Gate("allocations", 0.01))),
    Scenario("h1-policy", "HTTP/1.1 keep-alive, 128 connections, 1 KiB answers: a route with CORS, headers, an allow list "
             "and two limits", _load(connections=128), peers=("headgate", "headgate-policy"),
             gates=(Gate("cpu_us", 1.0, "headgate", peer="headgate-policy", more=True),)),
    Scenario("h1-c32", "HTTP/1.1 keep-alive, 32 connections, 1 KiB answers", _load(connections=32)),
    Scenario("h1-c512", "HTTP/1.1 keep-alive, 512 connections, 1 KiB answers", _load(connections=512),
             gates=(Gate("cpu_us", 0.72, "nginx"),)),
    Scenario("h1-64b", "HTTP/1.1 keep-alive, 128 connections, 64 B answers", _load(connections=128, body=64)),
    Scenario("h1-16k", "HTTP/1.1 keep-alive, 128 connections, 16 KiB answers",
             _load(connections=128, body=16384), peers=BODIES, gates=(Gate("cpu_us", 0.70, "nginx"),)),
    Scenario("h1-1m-down", "1 MiB answers, 8 connections", _load(connections=8, body=MIB), peers=BODIES,
             gates=(Gate("cpu_us", 0.70, "nginx"),)),
    Scenario("h1-1m-up", "1 MiB uploads, 8 connections", _load(connections=8, upload=MIB), peers=BODIES,
             gates=(Gate("cpu_us", 0.70, "nginx"),)),
    Scenario("h1-reconnect", "A connection for each request, 64 at a time, 1 KiB answers",
             _load(connections=64, reconnect=True, sources=200), gates=(Gate("cpu_us", 1.0, "nginx"),)),
    Scenario("h1-idle", "Memory of an idle keep-alive connection (after one request)", (),
             peers=("headgate", "nginx", "haproxy"), idle=2500, gates=(Gate("idle_bytes", 1024),)),
    Scenario("tls-keepalive", "TLS 1.3 keep-alive, 64 connections, 1 KiB answers", _load(connections=64), peers=TLS,
             tls=True, gates=(Gate("cpu_us", 0.70, "nginx"),)),
    Scenario("tls-handshake", "A full TLS 1.3 handshake, one request and close, 8 clients",
             _load(connections=8, reconnect=True, sources=200), peers=TLS, tls=True, braked=True, resumed=False,
             gates=(Gate("cpu_us", 0.85, "nginx"),)),
    Scenario("tls-resumed", "A resumed TLS 1.3 session, one request and close, 8 clients",
             _load(connections=8, reconnect=True, resume=True, sources=200), peers=TLS, tls=True, braked=True, resumed=True,
             gates=(Gate("cpu_us", 0.95, "nginx"),)),
    Scenario("h2-10x16", "HTTP/2 over TLS, 10 connections with 16 streams each, 1 KiB answers",
             _load(connections=10, streams=16), peers=TLS, tls=True,
             gates=(Gate("cpu_us", 0.80, "haproxy"), Gate("cpu_us", 0.55, "nginx"))),
    Scenario("tls-idle", "Memory of an idle TLS connection (after one request)", (), peers=TLS, tls=True, idle=4000,
             gates=(Gate("idle_bytes", 15 * 1024),)),
)
