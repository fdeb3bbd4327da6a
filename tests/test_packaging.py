"""The wheel holds everything, and answers from another folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


LEFT = {"training", "panel", "topics", "choices", "sentences", "files", "__pycache__"} | {
    "gate_prompts.py"
}


def test_the_wheel_holds_what_travels(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "assistant/py.typed" in names
    assert "assistant/language/en/synonyms.txt" in names
    files = ("sentences.onnx", "claims.onnx", "forms.onnx", "weights.bin")
    assert {f"assistant/models/packaged_reader/{file}" for file in files} <= set(names)
    assert "assistant/models/packaged_reader/README.md" in names
    assert "assistant/web/pages/article.html" in names
    assert "assistant/evaluation/report.html" in names
    for folder in ("prompts", "corpus", "evals"):
        kept = {
            str(path.relative_to(ROOT))
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and not LEFT & set(path.parts)
        }
        inside = f"assistant/resources_data/{folder}/"
        held = {n.removeprefix("assistant/resources_data/") for n in names if n.startswith(inside)}
        assert held == kept
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_an_installed_wheel_answers_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    """The environment holds the wheel; its dependencies, 3 GB, are lent by this one.

    A path file lends them: path files inside a lent folder are not read, so that this checkout,
    which is installed there as editable, stays out.
    """
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "-q", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    (site,) = (home / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_paths()["purelib"])
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def run(*arguments: str) -> str:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        done = subprocess.run(
            [str(home / "bin" / "assistant"), *arguments],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    code = "import assistant.resources as r; print(r.folder('corpus')); r.folder('prompts')"
    corpus = subprocess.run(
        [str(python), "-c", code], cwd=elsewhere, check=True, capture_output=True, text=True
    ).stdout.strip()
    assert corpus.startswith(str(site))
    few = [str(path) for path in sorted(Path(corpus).glob("2026-02-0*.md"))]
    assert json.loads(run("ingest", "--json", *few))["added"] == len(few)
    answer = json.loads(run("ask", "--json", "what did the MEA say about Naqvi's claims"))
    assert answer["citations"][0]["article"]["id"] == "or-0001"


def test_the_version_is_that_of_the_changelog() -> None:
    from importlib.metadata import version

    assert f"## {version('onrecord')}" in (ROOT / "CHANGELOG.md").read_text()
