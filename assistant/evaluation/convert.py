"""Data sets on disk become suites: MultiHop-RAG, BEIR, and tables of questions in CSV.

The formats as their authors describe them: Y. Tang and Y. Yang, “MultiHop-RAG”, 2024 (queries with
lists of evidence, and a corpus, both JSON); N. Thakur et al., “BEIR”, 2021 (corpus.jsonl,
queries.jsonl, qrels/SPLIT.tsv).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.errors import SuiteBroken
from assistant.evaluation.suite import read_questions, refuse
from assistant.text import clean, find, is_blank

Line = dict[str, Any]
_NOTHING_TO_FIND = {"yes", "no", "insufficient information."}
_YES, _NO = {"yes", "true", "1", "y"}, {"no", "false", "0", "n"}
_TABLE = ("id", "question", "kind", "answerable", "answer", "articles", "quotes", "must_include")


def convert(form: str, source: Path, out: Path) -> Line:
    """Write a suite: questions.jsonl, suite.toml, and articles.jsonl where the data set has any.

    Args:
        form: one of ``FORMATS``.
        source: a folder, or a file for CSV.
        out: a new or empty folder.

    Returns:
        ``questions`` and ``articles`` count what was written; ``left_out`` names what was not.

    Raises:
        SuiteBroken: the source is not of that form, or ``out`` holds something.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SuiteBroken(f"{out} holds something already.", "Name a new folder.")
    articles, questions, left_out = FORMATS[form](source)
    if not questions:
        raise SuiteBroken(f"{source} holds no question.", "Look whether it is of that form.")
    out.mkdir(parents=True, exist_ok=True)
    settings = ['questions = "questions.jsonl"']
    if articles:
        _write(out / "articles.jsonl", articles)
        settings.append('corpus = ["articles.jsonl"]')
    _write(out / "questions.jsonl", questions)
    (out / "suite.toml").write_text("\n".join(settings) + "\n", encoding="utf-8")
    read_questions(out / "questions.jsonl")
    return {"questions": len(questions), "articles": len(articles), "left_out": left_out}


def _multihop(folder: Path) -> tuple[list[Line], list[Line], list[str]]:
    """MultiHop-RAG: corpus.json and MultiHopRAG.json; a fact that its article lacks is left out."""
    left_out: list[str] = []
    articles, by_url = [], {}
    for number, item in enumerate(_list(folder / "corpus.json"), 1):
        _demand(folder / "corpus.json", number, item, "url", "body")
        fields = {"url": "url", "title": "title", "source": "source", "byline": "author"}
        article = {ours: item[theirs] for ours, theirs in fields.items() if item.get(theirs)}
        article |= {"id": f"mh-{number:04}", "text": clean(item["body"])}
        article |= {"date": str(item["published_at"])[:10]} if item.get("published_at") else {}
        articles.append(article)
        by_url[item["url"]] = article
    questions = []
    path = folder / "MultiHopRAG.json"
    for number, item in enumerate(_list(path), 1):
        _demand(path, number, item, "query", "answer", "evidence_list")
        evidence = []
        for fact in item["evidence_list"]:
            held = by_url.get(fact.get("url"))
            if held is None or find(str(fact.get("fact", "")), held["text"]) is None:
                left_out.append(f"{path}: query {number}: no article holds {fact.get('fact')!r}")
            else:
                evidence.append({"article": held["id"], "quote": fact["fact"]})
        named = [
            by_url[fact["url"]]["id"] for fact in item["evidence_list"] if fact["url"] in by_url
        ]
        wanted = item["answer"].casefold() not in _NOTHING_TO_FIND
        questions.append(
            {
                "id": f"mh-{number:04}",
                "question": item["query"],
                "kind": item.get("question_type", ""),
                "answerable": bool(item["evidence_list"]),
                "articles": list(dict.fromkeys(named)),
                "evidence": evidence,
                "answer": item["answer"],
                "must_include": [item["answer"]] if wanted and item["evidence_list"] else [],
            }
        )
    return articles, questions, left_out


def _beir(folder: Path) -> tuple[list[Line], list[Line], list[str]]:
    """BEIR: every judgement above 0 is gold; queries that no judgement names are left out."""
    corpus, queries = folder / "corpus.jsonl", folder / "queries.jsonl"
    articles = [
        {"id": str(item["_id"]), "title": item.get("title") or "", "text": item["text"]}
        for item in _lines(corpus, "_id", "text")
    ]
    judged: dict[str, list[str]] = {}
    for path in sorted((folder / "qrels").glob("*.tsv")):
        for number, row in enumerate(_rows(path, "\t"), 2):
            try:
                query, document, score = list(row.values())[:3]
                if float(score) > 0:
                    judged.setdefault(query, []).append(document)
            except (ValueError, TypeError):
                raise SuiteBroken(f"{path}:{number}: no query, document and score.") from None
    questions, left_out = [], []
    for item in _lines(queries, "_id", "text"):
        name = str(item["_id"])
        if name in judged:
            own = list(dict.fromkeys(judged[name]))
            questions.append({"id": name, "question": item["text"], "articles": own})
        else:
            left_out.append(f"{queries}: query {name} has no judgement")
    return [a for a in articles if not is_blank(a["text"])], questions, left_out


def _table(path: Path) -> tuple[list[Line], list[Line], list[str]]:
    """CSV: a row a question; lists by semicolon, alternatives by bar, each quote on its line."""
    try:
        header = path.read_text(encoding="utf-8-sig").split("\n", 1)[0]
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteBroken(f"{path} cannot be read: {error}.") from None
    mark = max(",;\t", key=header.count)
    faults: list[str] = []
    questions: list[Line] = []
    for number, row in enumerate(_rows(path, mark), 1):
        try:
            questions.append(_row(number, {k: (v or "").strip() for k, v in row.items() if k}))
        except ValueError as error:
            faults.append(f"{path}: row {number}: {error}")
    refuse(faults)
    return [], questions, []


def _row(number: int, row: Mapping[str, str]) -> Line:
    if not row.get("question"):
        raise ValueError("no question")
    own = _split(row.get("articles", ""), ";")
    said = row.get("answerable", "").casefold() or ("yes" if own else "")
    if said not in _YES | _NO:
        raise ValueError(f"answerable is {said!r}, not yes or no")
    must = [_split(entry, "|") for entry in _split(row.get("must_include", ""), ";")]
    return {
        "id": row.get("id") or f"row-{number}",
        "question": row["question"],
        "kind": row.get("kind", ""),
        "answerable": said in _YES,
        "articles": own,
        "evidence": [_quote(line, own) for line in _split(row.get("quotes", ""), "\n")],
        "answer": row.get("answer", ""),
        "must_include": [entry if len(entry) > 1 else entry[0] for entry in must],
        **{name: value for name, value in row.items() if name not in _TABLE},
    }


def _quote(line: str, articles: list[str]) -> Line:
    """A quote of the row's only article, or of the one that it names: ``ID: quote``."""
    for name in articles:
        if line.startswith(f"{name}: "):
            return {"article": name, "quote": line.removeprefix(f"{name}: ").strip()}
    if len(articles) != 1:
        raise ValueError(f"which article holds the quote {line[:60]!r}? Write ID: quote")
    return {"article": articles[0], "quote": line}


FORMATS: dict[str, Callable[[Path], tuple[list[Line], list[Line], list[str]]]] = {
    "multihop-rag": _multihop,
    "beir": _beir,
    "csv": _table,
}
"""The forms that can be converted; each reader gives articles, questions and what it left out."""


def _split(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def _list(path: Path) -> list[Line]:
    try:
        items = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise SuiteBroken(f"{path} cannot be read: {error}.") from None
    if not isinstance(items, list):
        raise SuiteBroken(f"{path} is no JSON list.")
    return items


def _lines(path: Path, *needed: str) -> Iterator[Line]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteBroken(f"{path} cannot be read: {error}.") from None
    for number, line in enumerate(lines, 1):
        if not is_blank(line):
            try:
                item = json.loads(line)
            except ValueError as error:
                raise SuiteBroken(f"{path}:{number}: not JSON: {error}.") from None
            _demand(path, number, item, *needed)
            yield item


def _rows(path: Path, mark: str) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.DictReader(file, delimiter=mark, strict=True)
    except (OSError, ValueError, csv.Error) as error:
        raise SuiteBroken(f"{path} cannot be read: {error}.") from None


def _demand(path: Path, number: int, item: Any, *needed: str) -> None:
    missing = [name for name in needed if not isinstance(item, dict) or item.get(name) is None]
    if missing:
        raise SuiteBroken(f"{path}: item {number} has no {missing[0]}.")


def _write(path: Path, lines: Iterable[Line]) -> None:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
