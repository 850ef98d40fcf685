"""What the figures were measured on."""

import os
import platform
import re
import subprocess
import time


def _output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        return (done.stdout + done.stderr).strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _first(pattern, text, default="unknown"):
    match = re.search(pattern, text, re.MULTILINE)
    return match.group(1) if match else default


def _file(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def describe(cell, headgate):
    cpu = _first(r"^model name\s*:\s*(.+)$", _file("/proc/cpuinfo"))
    virtual = ", virtual machine" if "hypervisor" in _file("/proc/cpuinfo") else ""
    system = _first(r'^PRETTY_NAME="?([^"\n]+)', _file("/etc/os-release"))
    facts = {
        "Date": time.strftime("%d %b %Y", time.gmtime()),
        "Machine": f"{os.cpu_count()} × {cpu}{virtual}",
        "System": f"{system}, kernel {platform.release()}",
        "Peers": f"nginx {_first(r'nginx/([0-9.]+)', _output('nginx', '-v'))}, "
                 f"HAProxy {_first(r'version ([0-9.]+)', _output('haproxy', '-v'))}",
        "Headgate": (_output(headgate, "--version").splitlines() or ["not built"])[0],
        "Network": ("loopback in a network namespace of its own" if cell.own_network else "loopback") +
                   f", congestion control {cell.congestion}",
        "Scheduling": "SCHED_FIFO" if cell.realtime else "SCHED_OTHER",
    }
    if cell.caveats:
        facts["Caveats"] = "; ".join(cell.caveats)
    return facts
