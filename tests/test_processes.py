"""One process serves while another ingests and removes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import OpenAssistant

from assistant.testing import sample_articles

WRITER = """
import sys
from pathlib import Path
from assistant.archive import Archive
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles

archive = Archive(Path(sys.argv[1]), HashEmbeddings(), load(models={"reranker": "off"}))
for line in sys.stdin:
    operation, number, edition = line.split()
    if operation == "add":
        archive.add([sample_articles(int(number) + 1, int(edition))[int(number)]])
    elif operation == "remove":
        archive.remove([f"sample-{number}"])
    else:
        archive.rebuild()
    print("done", flush=True)
archive.close()
"""


@pytest.mark.slow
def test_answers_show_what_the_catalog_holds_now(
    tmp_path: Path, open_assistant: OpenAssistant
) -> None:
    reader = open_assistant()
    reader.add(sample_articles(3))
    command = [sys.executable, "-c", WRITER, str(tmp_path / "archive")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=tmp_path, **pipes) as writer:

        def write(operation: str, number: int = 0, edition: int = 1) -> None:
            writer.stdin.write(f"{operation} {number} {edition}\n")
            writer.stdin.flush()
            assert writer.stdout.readline() == "done\n"

        def cited(question: str) -> set[tuple[str, int]]:
            answer = reader.ask(question)
            for citation in answer.citations:
                text = reader.archive.article(citation.article.id).text
                assert text[citation.start : citation.end] == citation.quote
            return {(c.article.id, c.article.version) for c in answer.citations}

        assert cited("harbour2 reopened number2") == {("sample-2", 1)}
        write("add", 7)
        assert cited("harbour7 reopened number7") == {("sample-7", 1)}
        write("remove", 2)
        assert cited("harbour2 reopened number2") == set()
        write("add", 7, edition=2)
        assert cited("harbour7 edition2of7") == {("sample-7", 2)}
        assert reader.ask("edition1of7").refusal is not None
        write("rebuild")
        write("add", 9)
        assert cited("harbour9 number9") == {("sample-9", 1)}
        assert reader.ask("harbour9").coverage.articles == 4
        writer.stdin.close()
        assert writer.wait(20) == 0


@pytest.mark.parametrize("stage", ["retrieve", "write"])
def test_an_article_removed_while_it_is_being_quoted_is_not_shown(
    stage: str, open_assistant: OpenAssistant
) -> None:
    assistant = open_assistant()
    assistant.add(sample_articles(2))
    events = assistant.stream("harbour1 number1")
    for event in events:
        if event.stage == stage:
            assistant.remove("sample-1")
            break
    *_, last = events
    assert all(c.article.id != "sample-1" for c in last.answer.citations)
    assert all(c.article.id != "sample-1" for c in last.answer.nearest)
    assert "harbour1 " not in last.answer.text
