"""What the documents say is true: blocks run, commands exist, settings match."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from typer.testing import CliRunner

from assistant import cli
from assistant.evaluation.lost import STAGES
from assistant.evaluation.metrics import metrics_of
from assistant.settings import Settings
from assistant.suites import Suite, read_suite

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.mark.slow
def test_the_python_block_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "corpus", tmp_path / "corpus")
    (code,) = blocks("python")
    scope: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), scope)
    shown = capsys.readouterr().out
    assert "usual tactics to deflect attention" in shown
    assert "AnswerEvent" in shown
    # The console block shows the same answer.
    first = scope["answer"].claims[0].text
    assert any(first in block for block in blocks("console"))
    citation = scope["answer"].citations[0]
    assert f"characters {citation.start}–{citation.end}" in README


def test_the_commands_exist() -> None:
    console = "\n".join(blocks("console"))
    targets = set(re.findall(r"(?:^\$? ?|`)make ([a-z-]+)", README, re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text()
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    commands = set(re.findall(r"\.venv/bin/assistant (\w+)", console))
    assert commands
    for command in commands | {"search", "articles", "archive"}:
        assert CliRunner().invoke(cli.app, [command, "--help"]).exit_code == 0


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| `([^`]+)` \|", text, re.MULTILINE))
    expected = {
        f"{section}.{name}": str(field.default)
        for section, info in Settings.model_fields.items()
        for name, field in info.annotation.model_fields.items()
    }
    assert rows == expected


def test_every_metric_is_documented_with_its_meaning() -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9_@]+)` \| (higher|lower) \| (.+) \|$", text, re.MULTILINE)
    metrics = metrics_of([5], twins=True).values()
    assert rows == [(metric.name, metric.better, metric.meaning) for metric in metrics]


def test_every_stage_that_loses_a_question_is_documented() -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    for stage, meaning in STAGES.items():
        assert f"\n| {stage} | {meaning} |" in text


def test_the_settings_of_a_suite_are_those_documented(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    (settings,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (question,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    (tmp_path / "bridge.toml").write_text(settings)
    (tmp_path / "bridge.jsonl").write_text(question)
    suite = read_suite(tmp_path / "bridge.toml")
    fields = set(type(suite.judge).model_fields) | set(Suite.__dataclass_fields__)
    unsaid = {name for name in fields if name not in settings}
    assert unsaid == {"name", "path"}  # the file's own name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_the_tree_of_contributing_is_the_house() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = text.split("```")[1]
    named = set(re.findall(r"\b(\w+\.py)\b", tree))
    held = {path.name for path in (ROOT / "assistant").rglob("*.py")}
    assert named == held - {"__init__.py", "__main__.py"}
