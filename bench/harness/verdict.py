"""What the numbers say: ratios between peers, and whether a gate is reached."""

from dataclasses import dataclass
from statistics import median

from .measure import SATURATED


def ratio(results, metric, peer, against):
    """(median of the per-round ratios, ratio of the lowest values), or None where one of the two is missing."""
    return _compared(results, metric, peer, against, lambda a, b: a / b)


def difference(results, metric, peer, against):
    """As ratio(), but how much more."""
    return _compared(results, metric, peer, against, lambda a, b: a - b)


def _compared(results, metric, peer, against, compare):
    a, b = results.get(peer, {}).get(metric), results.get(against, {}).get(metric)
    if not a or not b:
        return None
    return median(compare(x, y) for x, y in zip(a, b)), compare(min(a), min(b))


def unsaturated(results):
    """Peers that slept: their CPU per request is too high, whoever is compared with them."""
    return sorted(peer for peer, metrics in results.items() if "util" in metrics and
                  median(metrics["util"]) < SATURATED)


@dataclass
class Verdict:
    """A gate, the value that was held against it and the answer; reached is None where nothing was measured."""
    gate: object
    value: object = None
    low: object = None
    reached: object = None

    def word(self):
        return {True: "PASS", False: "MISS", None: "not measured"}[self.reached]


def judge(scenario, results):
    verdicts = []
    for gate in scenario.gates:
        if gate.against:
            compare = difference if gate.more else ratio
            value, low = compare(results, gate.metric, gate.peer, gate.against) or (None, None)
        else:
            values = results.get(gate.peer, {}).get(gate.metric)
            value, low = (median(values), min(values)) if values else (None, None)
        verdicts.append(Verdict(gate, value, low, None if value is None else value <= gate.limit))
    return verdicts
