"""What the gate lets through: the figures that are promised, as ``make eval-gate`` has them."""

from __future__ import annotations

import json

import pytest
from conftest import ROOT
from gate import counts, judge_all, report
from gate_cases import cases

from assistant import Assistant
from assistant.language import SpacyParser
from assistant.models.verifier import load_verifier
from assistant.settings import load
from assistant.verification import Checker

FILES = ("planted.jsonl", "paraphrases.jsonl")


@pytest.mark.slow
def test_the_gate_keeps_its_figures(sample: Assistant, capsys: pytest.CaptureFixture[str]) -> None:
    texts = [(ROOT / "tests" / "data" / name).read_text(encoding="utf-8") for name in FILES]
    rows = [json.loads(line) for text in texts for line in text.splitlines()]
    models = load().models
    checker = Checker(SpacyParser(models), sample.archive.encode, load_verifier(models))
    every = list(cases(rows, sample))[::3]  # all of them take five minutes: make eval-gate
    results = judge_all(every, sample, checker)
    report(results)
    told = capsys.readouterr().out
    assert "Quotes that are not verbatim, shown: 0" in told
    shown, faithful, caught, wrong = counts(results)
    assert (faithful, wrong) == (94, 158)
    assert shown >= 0.70 * faithful, told  # 68 of these on 1 December 2026
    assert caught >= 0.85 * wrong, told  # 137
