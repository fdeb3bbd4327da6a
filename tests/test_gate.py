"""What the gate lets through, by the figures that are promised, as ``make eval-gate`` has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

DATA = ROOT / "tests" / "data"


@pytest.mark.slow
def test_the_gate_keeps_its_figures(tmp_path: Path) -> None:
    files = [str(DATA / "planted.jsonl"), str(DATA / "paraphrases.jsonl")]
    command = [sys.executable, str(ROOT / "evals" / "gate.py"), str(tmp_path / "archive"), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Quotes that are not verbatim, shown: 0" in done.stdout
