"""One measurement after another: interleaved rounds of the peers, then the runs that count things."""

import json
import os
import re
import subprocess
import tempfile
import time
from contextlib import nullcontext

from .cell import free_port

SATURATED = 0.9  # below this the proxy slept, and what a wake-up costs hides what a request costs
RESUMED = 0.999  # share of the handshakes that must have resumed a session where that is measured
IDLE = 0.2  # below this it is not the proxy that was measured


class RunFailed(Exception):
    """A run with an error in it; nothing measured in it counts."""


class Brake:
    """A running brake program; a context manager that ends it."""

    def __init__(self, command):
        self._began = time.monotonic()
        self._process = subprocess.Popen(command)

    def share(self):
        """Of its CPU, that it has taken so far."""
        with open(f"/proc/{self._process.pid}/schedstat") as file:
            return int(file.read().split()[0]) / 1e9 / (time.monotonic() - self._began)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()


class Bench:
    """Owner of the settings every run shares."""

    def __init__(self, cell, build, certificate, seconds, warmup, rounds, say):
        self.certificate = certificate
        self.cell, self.seconds, self.warmup, self.rounds, self.say = cell, seconds, warmup, rounds, say
        self.load_program = os.path.join(build, "bench", "load")
        self.brake_program = os.path.join(build, "bench", "brake")
        self.alloc_count = os.path.join(build, "bench", "alloc_count.so")

    def measure(self, scenario, peers):
        """A dict per peer: lists of per-round values, and counts where the scenario wants them."""
        if scenario.idle:
            return self._idle_rounds(scenario, peers)
        results = {peer.name: {} for peer in peers}
        for round_ in range(self.rounds):
            # Each round begins with another peer, so that none always follows the same neighbour.
            turn = round_ % len(peers)
            for peer in peers[turn:] + peers[:turn]:
                for metric, value in self._timed(scenario, peer).items():
                    results[peer.name].setdefault(metric, []).append(value)
            self.say(f"  round {round_ + 1}/{self.rounds}: " + "  ".join(
                f"{peer.name} {results[peer.name]['cpu_us'][-1]:.2f}" for peer in peers) + " us/request")
        if scenario.count:
            for peer in peers:
                results[peer.name].update(self._counted(scenario, peer))
        return results

    def _start(self, scenario, peer, backend_port, preload=None):
        return peer.start(self.cell, backend_port, self.certificate if scenario.tls else None, preload)

    def _load(self, scenario, proxy, backend_port, *extra):
        tls = ["--tls", self.certificate.chain] if scenario.tls else []
        return self.cell.on_load_cpu([self.load_program, "--target", f"127.0.0.1:{proxy.port}", "--backend-port",
                                      str(backend_port), *tls, *scenario.load, *extra])

    def _run(self, scenario, peer, *extra, preload=None, braked=False):
        backend_port = free_port()
        with self._start(scenario, peer, backend_port, preload) as proxy, self._brake() if braked else nullcontext() as brake:
            watch = [word for pid in proxy.pids for word in ("--watch", str(pid))]
            command = self._load(scenario, proxy, backend_port, "--warmup", str(self.warmup), "--seconds",
                                 str(self.seconds), *watch, *extra)
            done = subprocess.run(command, capture_output=True, text=True, timeout=120 + self.seconds)
            if done.returncode != 0 or not proxy.alive():
                raise RunFailed(f"{scenario.name}, {peer.name}: {done.stdout.strip()} {done.stderr.strip()} "
                                f"(the proxy said: {proxy.output()[-1000:].strip() or 'nothing'})")
            run = json.loads(done.stdout)
            if run["cpu_ns"] < IDLE * run["seconds"] * 1e9:
                raise RunFailed(f"{scenario.name}, {peer.name}: its processes {proxy.pids} did next to nothing: {run}")
            run["available"] = 1 - brake.share() if brake else 1
            if scenario.resumed is not None:
                self._check_resumption(scenario, peer, run)
            return run

    @staticmethod
    def _check_resumption(scenario, peer, run):
        """A handshake of the other kind costs twice or half as much."""
        share = run["resumptions"] / run["handshakes"] if run["handshakes"] else -1
        if not (share >= RESUMED if scenario.resumed else share == 0):
            raise RunFailed(f"{scenario.name}, {peer.name}: {run['resumptions']:.0f} of {run['handshakes']:.0f} "
                            "handshakes resumed a session")

    def _brake(self):
        """Half of the proxy's CPU is taken, so that it is always behind: each wait brings a full batch of events.
        (The load is hardly faster than the best proxies; running free, those find a few events each time.)
        """
        return Brake(self.cell.above_proxy([self.brake_program]))

    def _timed(self, scenario, peer):
        run = self._run(scenario, peer, braked=scenario.braked and self.cell.realtime)
        ticks = run["user_ticks"] + run["system_ticks"]
        return {"cpu_us": run["cpu_ns"] / run["requests"] / 1000, "util": run["cpu_ns"] / run["seconds"] / run["available"] / 1e9,
                "user_share": run["user_ticks"] / ticks if ticks else 0, "rps": run["rps"], "p50_us": run["p50_us"],
                "p99_us": run["p99_us"]}

    def _counted(self, scenario, peer):
        counts = {}
        if self.cell.traces and self.cell.realtime:
            run = self._run(scenario, peer, "--count-syscalls")
            counts["syscalls_free"] = [run["syscalls"] / run["requests"]]
            run = self._run(scenario, peer, "--count-syscalls", braked=True)
            counts["syscalls"] = [run["syscalls"] / run["requests"]]
        else:
            counts["syscalls"] = [self._strace(scenario, peer)]
        with tempfile.NamedTemporaryFile(prefix="headgate-bench-") as file:
            file.write(bytes(4096))
            file.flush()
            run = self._run(scenario, peer, "--allocation-counters", file.name,
                            preload=(self.alloc_count, file.name))
        counts["allocations"] = [run["allocations"] / run["requests"]]
        counts["allocated_bytes"] = [run["allocated_bytes"] / run["requests"]]
        return counts

    def _strace(self, scenario, peer):
        """Where no tracepoint can be had. Tracing is a brake of its own; the calls of the first requests are
        counted too, but there are enough others.
        """
        backend_port, requests = free_port(), 40_000
        with self._start(scenario, peer, backend_port) as proxy, tempfile.NamedTemporaryFile("r") as out:
            pids = [word for pid in proxy.pids for word in ("-p", str(pid))]
            tracer = subprocess.Popen(["strace", "-c", "-f", "-o", out.name, *pids], stderr=subprocess.DEVNULL)
            time.sleep(0.5)
            done = subprocess.run(self._load(scenario, proxy, backend_port, "--warmup", "0", "--requests",
                                             str(requests)), capture_output=True, text=True)
            tracer.terminate()
            tracer.wait()
            if done.returncode != 0:
                raise RunFailed(f"{scenario.name}, {peer.name} under strace: {done.stdout} {done.stderr}")
            total = re.search(r"^\s*100\.00\s+\S+\s+(?:\d+\s+)?(\d+)(?:\s+\d+)?\s+total$", out.read(), re.MULTILINE)
            return int(total.group(1)) / requests

    def _idle_rounds(self, scenario, peers):
        results = {peer.name: {"idle_bytes": []} for peer in peers}
        for round_ in range(self.rounds):
            for peer in peers:
                results[peer.name]["idle_bytes"].append(self._idle(scenario, peer))
            self.say(f"  round {round_ + 1}/{self.rounds}: " + "  ".join(
                f"{peer.name} {results[peer.name]['idle_bytes'][-1]:.0f}" for peer in peers) + " bytes/connection")
        return results

    def _idle(self, scenario, peer):
        """The slope of resident memory from N to 2 N connections, in a process that has done nothing else: what it
        needs once is in both numbers, and memory freed by earlier work cannot be used again unseen.
        """
        backend_port = free_port()
        with self._start(scenario, peer, backend_port) as proxy:
            holder = subprocess.Popen(self._load(scenario, proxy, backend_port, "--connections", str(scenario.idle),
                                                 "--hold"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
            resident = []
            for count in (scenario.idle, 2 * scenario.idle):
                held = json.loads(holder.stdout.readline() or "{}")
                if held.get("held") != count:
                    _, said = holder.communicate("")
                    raise RunFailed(f"{scenario.name}, {peer.name}: {held} {said}")
                time.sleep(0.3)
                resident.append(proxy.resident_bytes())
                if count == scenario.idle:
                    holder.stdin.write("+")
                    holder.stdin.flush()
            _, said = holder.communicate("")
            if holder.returncode != 0:
                raise RunFailed(f"{scenario.name}, {peer.name}: {said}")
            return max(0.0, (resident[1] - resident[0]) / scenario.idle)
