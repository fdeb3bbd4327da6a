from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import Assistant, cli
from assistant.settings import load
from assistant.testing import HashEmbeddings


@pytest.fixture(autouse=True)
def _hash_embeddings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MODELS__RERANKER", "off")
    open_real = Assistant.open

    def open_hashed(path: Path | None = None) -> Assistant:
        return open_real(path, settings=load(), embedder=HashEmbeddings())

    monkeypatch.setattr(Assistant, "open", open_hashed)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    lines = [
        {"id": "a", "title": "Harbour opens", "date": "2026-01-02", "source": "Post"},
        {"id": "b", "title": "Dam closes", "date": "2026-02-03", "source": "Gazette"},
    ]
    texts = ["The harbour opened on Monday.", "The dam closed on Friday, said the minister."]
    path = tmp_path / "articles.jsonl"
    rows = [{**line, "text": text} for line, text in zip(lines, texts, strict=True)]
    path.write_text("\n".join(map(json.dumps, [*rows, {"id": "c"}])))
    return path


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result.stdout


def test_the_way_of_an_article(articles: Path) -> None:
    report = run("ingest", str(articles))
    assert "2 added, 0 updated, 0 unchanged, 1 skipped" in report
    assert "articles.jsonl:3: no text" in report
    assert json.loads(run("ingest", "--json", str(articles)))["unchanged"] == 2
    assert "Dam closes · Gazette · 2026-02-03" in run("articles", "list")
    assert [
        a["id"] for a in json.loads(run("articles", "list", "--json", "--since", "2026-02-01"))
    ] == ["b"]
    assert "The dam closed" in run("articles", "show", "b")
    assert json.loads(run("articles", "show", "b", "--json"))["version"] == 1
    assert json.loads(run("archive", "info", "--json"))["articles"] == 2
    assert run("archive", "check") == "The index is sound.\n"
    assert json.loads(run("archive", "rebuild", "--json")) == {"rebuilt": True}
    hits = json.loads(run("search", "dam closed", "--json"))
    assert hits[0]["passage"]["article"]["id"] == "b"
    assert "dense+keyword" in run("search", "dam closed")
    assert run("articles", "remove", "b") == "Removed 1.\n"
    assert "Dam closes" not in run("articles", "list")


def test_ask_prints_the_answer_or_its_dict(articles: Path, tmp_path: Path) -> None:
    run("ingest", str(articles))
    text = run("ask", "what did the minister say about the dam")
    assert "The dam closed on Friday [30 January 2026], said the minister. [1]" in text
    answer = json.loads(run("ask", "dam closed", "--json", "--outlet", "gazette"))
    assert answer["citations"][0]["article"]["id"] == "b"
    assert answer["filters"]["outlets"] == ["Gazette"]
    history = tmp_path / "history.json"
    history.write_text(json.dumps([answer, {"question": "q", "answer": "a"}]))
    follow = json.loads(run("ask", "and the harbour?", "--json", "--history", str(history)))
    assert [turn["question"] for turn in follow["history"]] == ["dam closed", "q"]
    refused = json.loads(
        run("ask", "dam closed", "--exclude", "b", "--since", "2027-01-01", "--json")
    )
    assert refused["refusal"]["reason"] == "no_evidence"


def test_usage_errors_exit_with_two(tmp_path: Path) -> None:
    run("ask", code=2)
    run("ask", "x", "--since", "soon", code=2)
    run("ask", "x", "--history", str(tmp_path / "none.json"), code=2)
    run("nothing", code=2)
    run("serve", "--port", "99999", code=2)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    run("ask", "x", "--history", str(tmp_path / "deep.json"), code=2)
    run("ingest", "x" * 300, code=2)
    assert "no such file or folder" in run("ingest", str(tmp_path / "missing"), code=2)


def test_some_missing_paths_do_not_stop_the_rest(articles: Path, tmp_path: Path) -> None:
    report = run("ingest", str(tmp_path / "missing"), str(articles))
    assert "2 added" in report
    assert "no such file or folder" in report


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["ask", " "], 2, "The question is empty."),
        (["ask", "x" * 100_000], 2, "100,000 characters"),
        (["articles", "show", "nobody"], 1, "no article nobody"),
        (["articles", "show", "\udcff"], 1, "no article"),
        (["articles", "remove", "nobody"], 1, "no article nobody"),
        (["serve", "--host", "0.0.0.0"], 2, "not a loopback address"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str],
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["assistant", *arguments])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == code
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.count("\n") == 1
    assert "Traceback" not in shown


def test_a_damaged_index_fails_the_check(articles: Path) -> None:
    from assistant.archive.vectors import VectorIndex

    run("ingest", str(articles))
    VectorIndex(Path("archive/index-1")).delete([1])
    assert "damaged" in run("archive", "check", code=1)


def test_terminals_get_no_control_characters(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("The harbour \x1b[2J\u202eopened\u202c.".encode())
    run("ingest", str(tmp_path / "a.txt"))
    for command in (["ask", "harbour opened"], ["search", "harbour"], ["articles", "list"]):
        assert not set(run(*command)) & {"\x1b", "\u202e"}


def test_every_command_takes_archive_and_json() -> None:
    for command in (
        *(["ingest"], ["ask"], ["search"], ["articles", "list"], ["articles", "show"]),
        *(
            ["articles", "remove"],
            ["archive", "info"],
            ["archive", "check"],
            ["archive", "rebuild"],
        ),
    ):
        shown = run(*command, "--help")
        assert "--archive" in shown, command
        assert "--json" in shown, command


@pytest.mark.slow
def test_a_progress_bar_is_for_eyes_only() -> None:
    code = (
        "import sys; sys.stderr.isatty = lambda: True\n"
        "from assistant.cli.shared import bar\n"
        "with bar('Reading', 'articles', quiet=False) as advance: advance(2, 3)\n"
        "with bar('Asking', 'questions', quiet=True) as advance: advance(1, 3)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Asking" not in done.stderr
    assert "2 of 3 articles" in done.stderr
