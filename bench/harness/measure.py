"""One measurement after another: interleaved rounds of the peers, then the runs that count things."""

import json
import os
import re
import subprocess
import tempfile
import time
from contextlib import contextmanager, nullcontext

from .cell import free_port

SATURATED = 0.9  # below this the proxy slept, and what a wake-up costs hides what a request costs
IDLE = 0.2  # below this it is not the proxy that was measured


class RunFailed(Exception):
    """A run with an error in it; nothing measured in it counts."""


class Bench:
    """Owner of the settings every run shares."""

    def __init__(self, cell, build, seconds, warmup, rounds, say):
        self.cell, self.seconds, self.warmup, self.rounds, self.say = cell, seconds, warmup, rounds, say
        self.load_program = os.path.join(build, "bench", "load")
        self.brake_program = os.path.join(build, "bench", "brake")
        self.alloc_count = os.path.join(build, "bench", "alloc_count.so")

    def measure(self, scenario, peers):
        """A dict per peer: lists of per-round values, and counts where the scenario wants them."""
        if scenario.idle:
            return {peer.name: {"idle_bytes": [self._idle(scenario, peer)]} for peer in peers}
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

    def _load(self, scenario, proxy, backend_port, *extra):
        return self.cell.on_load_cpu([self.load_program, "--target", f"127.0.0.1:{proxy.port}", "--backend-port",
                                      str(backend_port), *scenario.load, *extra])

    def _run(self, scenario, peer, *extra, preload=None, braked=False):
        backend_port = free_port()
        with peer.start(self.cell, backend_port, preload) as proxy, self._brake() if braked else nullcontext():
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
            return run

    @contextmanager
    def _brake(self):
        """Half of the proxy's CPU is taken, so that it is always behind: each wait brings a full batch of events.
        (The load is hardly faster than the best proxies; running free, those find a few events each time.)
        """
        process = subprocess.Popen(self.cell.above_proxy([self.brake_program]))
        try:
            yield
        finally:
            process.kill()
            process.wait()

    def _timed(self, scenario, peer):
        run = self._run(scenario, peer)
        ticks = run["user_ticks"] + run["system_ticks"]
        return {"cpu_us": run["cpu_ns"] / run["requests"] / 1000, "util": run["cpu_ns"] / run["seconds"] / 1e9,
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
        with peer.start(self.cell, backend_port) as proxy, tempfile.NamedTemporaryFile("r") as out:
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

    def _idle(self, scenario, peer):
        """Growth of resident memory for each connection, after the proxy has been warmed up by 64 busy ones."""
        backend_port = free_port()
        with peer.start(self.cell, backend_port) as proxy:
            warm = subprocess.run(self._load(scenario, proxy, backend_port, "--connections", "64", "--warmup", "0",
                                             "--requests", "20000"), capture_output=True, text=True)
            if warm.returncode != 0:
                raise RunFailed(f"{scenario.name}, {peer.name}, warming up: {warm.stdout} {warm.stderr}")
            time.sleep(0.3)
            before = proxy.resident_bytes()
            holder = subprocess.Popen(self._load(scenario, proxy, backend_port, "--hold"), stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            held = json.loads(holder.stdout.readline() or "{}")
            time.sleep(0.3)
            after = proxy.resident_bytes()
            _, said = holder.communicate("")
            if holder.returncode != 0 or held.get("held") != scenario.idle:
                raise RunFailed(f"{scenario.name}, {peer.name}: {held} {said}")
            self.say(f"  {peer.name}: {(after - before) / scenario.idle:.0f} bytes a connection")
            return max(0.0, (after - before) / scenario.idle)
