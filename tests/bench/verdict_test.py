"""Ratios are taken within rounds, and a goal is reached only by a number."""

import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench"))

from harness import report, scenarios, verdict  # noqa: E402


def scenario(*gates):
    return scenarios.Scenario("s", "a scenario", (), gates=gates)


class VerdictTest(unittest.TestCase):
    def test_ratio_is_the_median_of_the_rounds_not_the_ratio_of_the_medians(self):
        results = {"headgate": {"cpu_us": [1, 10, 3]}, "nginx": {"cpu_us": [2, 10, 12]}}
        self.assertEqual(verdict.ratio(results, "cpu_us", "headgate", "nginx"), (0.5, 0.5))

    def test_goal_is_reached_at_its_limit_and_missed_above(self):
        gate = scenarios.Gate("cpu_us", 0.72, "nginx")
        for own, word in ((72, "PASS"), (73, "MISS")):
            results = {"headgate": {"cpu_us": [own]}, "nginx": {"cpu_us": [100]}}
            self.assertEqual([v.word() for v in verdict.judge(scenario(gate), results)], [word])

    def test_goal_of_so_much_more_is_held_against_the_difference(self):
        gate = scenarios.Gate("cpu_us", 1.0, "headgate", peer="headgate-policy", more=True)
        for own, word in ((15.9, "PASS"), (16.1, "MISS")):
            results = {"headgate": {"cpu_us": [15, 14]}, "headgate-policy": {"cpu_us": [own, own - 1]}}
            self.assertEqual([v.word() for v in verdict.judge(scenario(gate), results)], [word])

    def test_goal_without_numbers_is_not_reached(self):
        gates = (scenarios.Gate("cpu_us", 1, "nginx"), scenarios.Gate("syscalls", 4.2))
        for results in ({}, {"headgate": {"cpu_us": [1]}}):
            judged = verdict.judge(scenario(*gates), results)
            self.assertEqual([v.word() for v in judged], ["not measured"] * 2)

    def test_sleeping_proxy_is_named(self):
        results = {"floor": {"cpu_us": [1], "util": [0.5]}, "nginx": {"cpu_us": [1], "util": [0.99]}}
        self.assertEqual(verdict.unsaturated(results), ["floor"])
        self.assertIn("Kernel", report.notes(scenario(), results, {"floor": "Kernel", "nginx": "nginx"}))

    def test_every_scenario_names_known_peers(self):
        for each in scenarios.SCENARIOS:
            self.assertLessEqual({gate.against for gate in each.gates if gate.against}, set(each.peers), each.name)


if __name__ == "__main__":
    unittest.main()
