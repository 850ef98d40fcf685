"""What is measured, and what Headgate must reach."""

from dataclasses import dataclass, field
from typing import Tuple

SMALL = ("floor", "headgate", "nginx", "haproxy")
BODIES = SMALL + ("nginx-big", "haproxy-big")


@dataclass(frozen=True)
class Gate:
    """Headgate's `metric` must be at most `limit`; `against` a peer: times that peer's value in the same round."""
    metric: str
    limit: float
    against: str = ""


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    load: Tuple[str, ...]  # arguments of the load program
    peers: Tuple[str, ...] = SMALL
    gates: Tuple[Gate, ...] = field(default=())
    count: bool = False  # also count system calls and allocations
    idle: int = 0  # measure the memory of so many idle connections instead


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
    Scenario("h1-idle", "Memory of an idle keep-alive connection (5,000 after one request each)",
             _load(connections=5000), peers=("headgate", "nginx", "haproxy"), idle=5000,
             gates=(Gate("idle_bytes", 1024),)),
)
