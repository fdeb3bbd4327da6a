"""Converters, on small data sets of the three forms, written for these tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenAssistant
from typer.testing import CliRunner

from assistant import cli
from assistant.errors import SuiteBroken
from assistant.evaluation.gold import locate
from assistant.suites import read_suite
from assistant.suites.convert import Conversion, convert
from assistant.suites.questions import GoldQuote

BODY = "The bridge at Orm opened in May.\n\nMayor Ida Holt cut the ribbon.  It cost 9 million."


@pytest.fixture
def multihop(tmp_path: Path) -> Path:
    folder = tmp_path / "multihop"
    folder.mkdir()
    corpus = [
        {
            "title": "Bridge opens",
            "author": "A. Writer",
            "source": "The Orm News",
            "published_at": "2024-05-02T10:00:00+00:00",
            "category": "local",
            "url": "https://orm.example/bridge",
            "body": BODY,
        },
        {
            "title": "Ferry stops",
            "author": None,
            "source": "The Orm Post",
            "published_at": "2024-05-09T10:00:00+00:00",
            "category": "local",
            "url": "https://post.example/ferry",
            "body": "The ferry stopped the week after.",
        },
    ]
    evidence = [
        {
            "title": "Bridge opens",
            "url": corpus[0]["url"],
            "fact": "Mayor Ida Holt cut the ribbon.",
        },
        {"title": "Ferry stops", "url": corpus[1]["url"], "fact": "The ferry never stopped."},
    ]
    queries = [
        {
            "query": "Who cut the ribbon before the ferry stopped?",
            "answer": "Ida Holt",
            "question_type": "inference_query",
            "evidence_list": evidence,
        },
        {
            "query": "Did both outlets report on Orm?",
            "answer": "Yes",
            "question_type": "comparison_query",
            "evidence_list": evidence[:1],
        },
        {
            "query": "Who is the king of Orm?",
            "answer": "Insufficient information.",
            "question_type": "null_query",
            "evidence_list": [],
        },
    ]
    (folder / "corpus.json").write_text(json.dumps(corpus))
    (folder / "MultiHopRAG.json").write_text(json.dumps(queries))
    return folder


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    documents = [
        {"_id": "d1", "title": "Bridge", "text": BODY},
        {"_id": "d2", "title": "", "text": "The ferry stopped the week after."},
    ]
    queries = [{"_id": "1", "text": "bridge at Orm"}, {"_id": "2", "text": "king of Orm"}]
    for name, lines in (("corpus", documents), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    qrels = "query-id\tcorpus-id\tscore\n1\td1\t2\n1\td2\t0\n"
    (folder / "qrels" / "test.tsv").write_text(qrels)
    return folder


def sound(out: Path, open_assistant: OpenAssistant) -> Any:
    suite = read_suite(out / "out.toml")
    assistant = open_assistant()
    assistant.add(list(suite.corpus))
    return locate(suite, assistant.archive)


def test_multihop_rag(multihop: Path, tmp_path: Path, open_assistant: OpenAssistant) -> None:
    report = convert("multihop-rag", multihop, tmp_path / "out")
    assert (report.questions, report.articles) == (3, 2)
    (left_out,) = report.left_out
    assert "query 1: no article holds 'The ferry never stopped.'" in left_out
    first, second, third = (gold.question for gold in sound(tmp_path / "out", open_assistant))
    assert first.articles == ("mh-0001", "mh-0002")
    assert first.evidence == (GoldQuote("mh-0001", "Mayor Ida Holt cut the ribbon."),)
    assert first.must_include == ("Ida Holt",)
    assert first.kind == "inference_query"
    assert second.must_include == ()  # no article says "yes"
    assert not third.answerable
    article = json.loads((tmp_path / "out" / "articles.jsonl").read_text().splitlines()[0])
    assert article["date"] == "2024-05-02"
    assert article["source"] == "The Orm News"


def test_a_query_without_any_article_of_the_corpus_is_left_out(
    multihop: Path, tmp_path: Path
) -> None:
    (multihop / "corpus.json").write_text("[]")
    report = convert("multihop-rag", multihop, tmp_path / "out")
    assert report.questions == 1  # the one that has no answer
    assert sum("the corpus has none of its articles" in item for item in report.left_out) == 2


def test_evidence_without_an_address_is_named(multihop: Path, tmp_path: Path) -> None:
    query = {"query": "Who?", "answer": "Ida", "evidence_list": [{"fact": "Ida cut it."}]}
    (multihop / "MultiHopRAG.json").write_text(json.dumps([query]))
    with pytest.raises(SuiteBroken, match=r"MultiHopRAG\.json: item 1 has no url"):
        convert("multihop-rag", multihop, tmp_path / "out")


def test_beir(beir: Path, tmp_path: Path, open_assistant: OpenAssistant) -> None:
    report = convert("beir", beir, tmp_path / "out")
    assert (report.questions, report.articles) == (1, 2)
    assert report.left_out == (
        f"{beir}/queries.jsonl: query 2 has no judgement of an article there is",
    )
    (gold,) = sound(tmp_path / "out", open_assistant)
    assert gold.question.articles == ("d1",)


TABLE = """id;question;articles;quotes;must_include;answerable;desk
b-1;Who cut the ribbon?;d1;"Mayor Ida Holt cut the ribbon.
It cost 9 million.";Ida Holt|the mayor; ;local
;Who is king?;;;;no;foreign
"""


def test_csv(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("\ufeff" + TABLE, encoding="utf-8")
    report = convert("csv", tmp_path / "table.csv", tmp_path / "out")
    assert report == Conversion(f"{tmp_path}/out/out.toml", 2, 0, ())
    first, second = read_suite(report.suite).questions
    assert first.evidence == (
        GoldQuote("d1", "Mayor Ida Holt cut the ribbon."),
        GoldQuote("d1", "It cost 9 million."),
    )
    assert first.must_include == (("Ida Holt", "the mayor"),)
    assert first.extra == {"desk": "local"}
    assert second.id == "row-2"
    assert not second.answerable


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("question,articles\n,d1\n", "row 1: no question"),
        ("question,answerable\nWho?,perhaps\n", "row 1: answerable is 'perhaps'"),
        ("question,articles\nWho?,\n", "row 1: answerable is ''"),
        ('question,articles,quotes\nWho?,"d1; d2",It cost 9.\n', "which article holds the quote"),
        ("question\n", "holds no question"),
        ("question,answerable,must_include\nWho?,no,a;|\n", "an entry without words"),
        ("question,answerable\nWho?,no,more\n", "row 1: more cells than the header has"),
        ("id,question,answerable\na,Who?,no\na,Why?,no\n", "the id 'a' stands on line 1, too"),
        ("question,answerable,article\nWho?,no,d1\n", "did you mean 'articles'?"),
    ],
)
def test_a_broken_table_is_named(tmp_path: Path, table: str, fault: str) -> None:
    (tmp_path / "table.csv").write_text(table)
    with pytest.raises(SuiteBroken) as caught:
        convert("csv", tmp_path / "table.csv", tmp_path / "out")
    assert fault in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", ["multihop-rag", "beir", "csv"])
def test_what_is_not_of_that_form_is_named(tmp_path: Path, form: str) -> None:
    with pytest.raises(SuiteBroken, match="cannot be read"):
        convert(form, tmp_path / "nowhere", tmp_path / "out")


def test_judgements_without_a_header_and_of_unknown_documents(beir: Path, tmp_path: Path) -> None:
    (beir / "qrels" / "test.tsv").write_text("1\td1\t1\n2\tnowhere\t1\n")
    report = convert("beir", beir, tmp_path / "out")
    assert report.questions == 1
    assert report.left_out == (
        f"{beir}/queries.jsonl: query 2 has no judgement of an article there is",
    )


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("corpus.jsonl", '{"_id": "d1", "text": 5}', "item 1: text is no text"),
        ("corpus.jsonl", '{"_id": "d", "text": "x"}\n{"_id": "d", "text": "y"}', "stands twice"),
        ("qrels/test.tsv", "1\td1\n", "test.tsv:1: no query, document and score"),
    ],
)
def test_a_broken_beir_is_named(
    beir: Path, tmp_path: Path, file: str, text: str, fault: str
) -> None:
    (beir / file).write_text(text)
    with pytest.raises(SuiteBroken) as caught:
        convert("beir", beir, tmp_path / "out")
    assert fault in str(caught.value)


def test_broken_lines_of_beir_are_named(beir: Path, tmp_path: Path) -> None:
    (beir / "queries.jsonl").write_text('{"_id": "1", "text": "x"}\n{"text": "no id"}')
    with pytest.raises(SuiteBroken, match=r"queries\.jsonl: item 2 has no _id"):
        convert("beir", beir, tmp_path / "out")


def test_what_is_there_is_not_overwritten(beir: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(SuiteBroken, match="holds something already"):
        convert("beir", beir, tmp_path / "out")


def test_the_command_converts(beir: Path, tmp_path: Path) -> None:
    given = ["eval", "convert", "beir", str(beir), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli.app, given)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"1 questions, 2 articles: {tmp_path}/out/out.toml")
    assert "left out" in done.stdout
    assert CliRunner().invoke(cli.app, ["eval", "convert", "tar", "x", "--out", "y"]).exit_code == 2
