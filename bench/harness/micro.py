"""Runs the micro benches, on the CPU the load has otherwise."""

import json
import os
import subprocess

NAMES = ("parse", "route", "translate")
UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def measure(cell, build):
    """CPU nanoseconds by step; a program that is not built or fails is an error."""
    steps = {}
    for name in NAMES:
        command = [os.path.join(build, "bench", f"micro_{name}"), "--benchmark_min_time=0.2",
                   "--benchmark_format=json"]
        if not os.path.exists(command[0]):
            raise SystemExit(f"bench: {command[0]} is not built (HEADGATE_BENCH=ON)")
        done = subprocess.run(cell.on_load_cpu(command), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: {command[0]}: {done.stderr.strip()[-1000:]}")
        for bench in json.loads(done.stdout)["benchmarks"]:
            steps[f"{name}: {bench['name']}"] = bench["cpu_time"] * UNITS[bench["time_unit"]]
    return steps
