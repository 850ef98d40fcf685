"""The results as text: a page for docs/ and a table for the terminal."""

from statistics import median

from .verdict import judge, ratio, unsaturated

METRIC_NAMES = {"cpu_us": "CPU per request", "syscalls": "system calls per request",
                "allocations": "allocations per request", "idle_bytes": "bytes per idle connection"}


def _pair(values):
    return "–" if values is None else f"{values[0]:.2f} ({values[1]:.2f})"


def _number(values, digits, scale=1.0):
    return "–" if not values else f"{median(values) * scale:.{digits}f}"


def _table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join(["---"] + ["---:"] * (len(header) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def scenario_table(scenario, results, labels):
    if scenario.idle:
        return _table(["proxy", "bytes per connection"],
                      [[labels[peer], _number(values["idle_bytes"], 0)] for peer, values in results.items()])
    header = ["proxy", "µs CPU/request (min)", "vs nginx", "vs HAProxy", "vs floor", "requests/s", "p50 µs", "p99 µs",
              "user %", "core used"]
    if scenario.count:
        header += ["syscalls", "(free)", "allocations"]
    rows = []
    for peer, values in results.items():
        row = [labels[peer], f"{median(values['cpu_us']):.2f} ({min(values['cpu_us']):.2f})"]
        row += [_pair(ratio(results, "cpu_us", peer, other)) for other in ("nginx", "haproxy", "floor")]
        row += [_number(values["rps"], 0), _number(values["p50_us"], 0), _number(values["p99_us"], 0),
                _number(values["user_share"], 0, 100), _number(values["util"], 2)]
        if scenario.count:
            row += [_number(values.get("syscalls"), 2), _number(values.get("syscalls_free"), 2), _number(values.get("allocations"), 3)]
        rows.append(row)
    return _table(header, rows)


def _gate_row(scenario, verdict, labels):
    gate = verdict.gate
    goal = f"≤ {gate.limit:g}"
    if gate.against:
        goal += f" µs more than {labels[gate.against]}" if gate.more else f" × {labels[gate.against]}"
    value = "–" if verdict.value is None else f"{verdict.value:.3g}"
    low = "–" if verdict.low is None or not gate.against else f"{verdict.low:.3g}"
    return [scenario.name, METRIC_NAMES[gate.metric], goal, value, low, verdict.word()]


def gates_table(runs, labels):
    rows = [_gate_row(scenario, verdict, labels) for scenario, results in runs for verdict in judge(scenario, results)]
    return _table(["scenario", "what", "goal", "measured", "by the minima", "verdict"], rows) if rows else ""


def notes(scenario, results, labels):
    slept = [labels[peer] for peer in unsaturated(results)]
    if not slept:
        return ""
    return ("Not saturated (core used < 0.90): " + ", ".join(slept) +
            ". A proxy that sleeps pays for waking up, so its figure and the ratios to it are not to be trusted.\n")


def micro_table(steps):
    return _table(["step", "time"], [[name, _duration(ns)] for name, ns in steps.items()])


def _duration(ns):
    for limit, unit in ((1e3, "ns"), (1e6, "µs"), (1e9, "ms")):
        if ns < limit:
            return f"{ns * 1e3 / limit:.3g} {unit}"
    return f"{ns / 1e9:.3g} s"


METHOD = """\
- One proxy at a time, with one worker, pinned to one CPU; the load program on another. It is load generator and
  backend in one busy-polling thread (`bench/load`), so the proxy's sends never wake a sleeping peer and the proxy
  is charged with its own work only. It checks every answer (status, framing, length; the bytes of each small body
  and of the first large one on each connection) and one wrong answer fails the run.
- CPU per request is the difference of `/proc/PID/task/*/schedstat` over all threads of the proxy's processes,
  divided by the answers in the same window. It is taken at saturation: closed loop, core used > 0.9.
- Rounds are interleaved and every run starts the proxy afresh. A ratio is the *median of the per-round ratios*; in
  brackets the ratio of the *lowest* values. Where the two differ by more than 10 %, call it noise. Ratios travel to
  other machines; microseconds do not.
- The request is a browser's GET of 697 bytes with 14 fields (uploads: a POST with Content-Length) over 100 hosts ×
  3 path prefixes; the answer has a head of 253 bytes. All proxies route by host and prefix to three pools of
  upstream connections and set the same forwarding fields. The configurations are in `bench/config/`.
- Headgate runs as users run it: access log in the default format, metrics and time-outs on. The log is a file in
  memory (tmpfs), for nginx + access log too; plain nginx and HAProxy write none.
  *nginx, fewer fields* sets Host and X-Forwarded-For only, so it does less than the others.
- *Kernel floor* (`bench/floor`) relays bytes without looking at them: two reads and two writes for each request.
  Nothing that uses sockets can be cheaper.
- TLS is TLS 1.3 with TLS_AES_128_GCM_SHA256, X25519 and one ECDSA P-256 certificate for all hosts; sessions are kept
  in the proxy's cache, without tickets; all proxies add HSTS. The load program accepts no other certificate and no
  other protocol. A TLS or HTTP/2 connection stays with one host, as a browser's does. A client's half of a handshake
  costs as much as the proxy's, so handshakes are timed while a second program takes half of the proxy's CPU (core
  used: of what is left); a run in which not every (or any) handshake resumed a session, as the scenario says, fails.
- Memory of idle connections is the slope between N and 2 N of them, each after one request, in a fresh process.
- System calls are counted by the kernel's `raw_syscalls` tracepoint while a second program takes half of the proxy's
  CPU, so that the proxy is always behind and each wait brings a full batch of events; (free) is the count without
  that, which depends on how near the load program is to its own limit. Allocations are counted by a preloaded
  library. These are runs of their own which are not timed. User % comes from clock ticks and is coarse.
"""


def page(machine, settings, runs, labels, steps):
    lines = ["# Performance", "", "Printed by `make bench`; do not edit by hand.", ""]
    lines += [f"- {name}: {value}" for name, value in machine.items()]
    lines += [f"- Settings: {settings}", "", "## Goals", "", gates_table(runs, labels), "", "## How it is measured",
              "", METHOD]
    for scenario, results in runs:
        lines += [f"## {scenario.title}", "", f"`bench/run --scenario {scenario.name}`", "",
                  scenario_table(scenario, results, labels), "", notes(scenario, results, labels)]
    if steps:
        lines += ["## Single steps", "", "CPU time of one step in a loop (google-benchmark, `bench/micro/`); the number behind "
                  "a slash is that of hosts or Ingresses.", "", micro_table(steps)]
    return "\n".join(lines).rstrip() + "\n"
