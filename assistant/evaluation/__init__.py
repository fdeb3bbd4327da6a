"""Evaluation: questions become figures, and figures a decision.

A suite says what is asked and what is right; a run is what came of it, on disk; two runs are
compared, and one is held against thresholds and a baseline.
"""

from assistant.evaluation.compare import Comparison, Finding, Verdict, compare, differences, gate
from assistant.evaluation.running import run_suite
from assistant.evaluation.runs import Run
from assistant.evaluation.storing import read_run
from assistant.suites.suite import Suite, read_suite

__all__ = [
    "Comparison",
    "Finding",
    "Run",
    "Suite",
    "Verdict",
    "compare",
    "differences",
    "gate",
    "read_run",
    "read_suite",
    "run_suite",
]
