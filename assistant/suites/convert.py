"""Data sets on disk become suites: MultiHop-RAG, BEIR, and tables of questions in CSV.

The formats as their authors describe them: Y. Tang and Y. Yang, “MultiHop-RAG”, 2024 (queries with
lists of evidence, and a corpus, both JSON); N. Thakur et al., “BEIR”, 2021 (corpus.jsonl,
queries.jsonl, qrels/SPLIT.tsv).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.errors import SuiteBroken
from assistant.suites.questions import parse_questions, refuse
from assistant.text import clean, find, is_blank

Line = dict[str, Any]
_NOTHING_TO_FIND = {"yes", "no", "insufficient information."}
_YES, _NO = {"yes", "true", "1", "y"}, {"no", "false", "0", "n"}
_TABLE = ("id", "question", "kind", "answerable", "answer", "articles", "quotes", "must_include")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of a data set."""

    suite: str
    """The suite's TOML file."""
    questions: int
    """How many questions were written."""
    articles: int
    """How many articles were written."""
    left_out: tuple[str, ...]
    """What was not, and why."""


@dataclass(frozen=True, slots=True)
class _DataSet:
    """Questions and articles as the lines of files."""

    questions: list[Line]
    articles: list[Line] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def convert(form: str, source: Path, out: Path) -> Conversion:
    """Write a suite: questions.jsonl, articles.jsonl if there are any, a TOML of the folder's name.

    Args:
        form: one of ``FORMATS``.
        source: a folder, or a file for CSV.
        out: a new or empty folder.

    Raises:
        SuiteBroken: the source is not of that form, or ``out`` holds something.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SuiteBroken(f"{out} holds something already.", "Name a new folder.")
    data = FORMATS[form](source)
    lines = [json.dumps(line, ensure_ascii=False) for line in data.questions]
    parse_questions(lines, source)
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "questions.jsonl", lines)
    settings = ['questions = "questions.jsonl"']
    if data.articles:
        _write(out / "articles.jsonl", [json.dumps(a, ensure_ascii=False) for a in data.articles])
        settings.append('corpus = ["articles.jsonl"]')
    suite = out / f"{out.resolve().name}.toml"
    _write(suite, settings)
    return Conversion(str(suite), len(lines), len(data.articles), tuple(data.left_out))


def _multihop(folder: Path) -> _DataSet:
    """MultiHop-RAG: corpus.json and MultiHopRAG.json; a fact that its article lacks is left out."""
    by_url = _multihop_articles(folder / "corpus.json")
    path = folder / "MultiHopRAG.json"
    data = _DataSet([], list(by_url.values()))
    for number, item in enumerate(_list(path), 1):
        _demand(path, number, item, "query", "answer", "evidence_list")
        facts, held = item["evidence_list"], []
        for fact in facts:
            _demand(path, number, fact, "url", "fact")
            article = by_url.get(fact["url"])
            if article and find(str(fact["fact"]), article["text"]):
                held.append({"article": article["id"], "quote": fact["fact"]})
            else:
                data.left_out.append(f"{path}: query {number}: no article holds {fact['fact']!r}")
        named = [by_url[fact["url"]]["id"] for fact in facts if fact["url"] in by_url]
        if facts and not named:
            data.left_out.append(f"{path}: query {number}: the corpus has none of its articles")
        else:
            data.questions.append(_multihop_question(number, item, named, held))
    return data


def _multihop_articles(path: Path) -> dict[str, Line]:
    fields = {"url": "url", "title": "title", "source": "source", "byline": "author"}
    by_url: dict[str, Line] = {}
    for number, item in enumerate(_list(path), 1):
        _demand(path, number, item, "url", "body")
        article = {ours: item[theirs] for ours, theirs in fields.items() if item.get(theirs)}
        article |= {"id": f"mh-{number:04}", "text": clean(str(item["body"]))}
        article |= {"date": str(item["published_at"])[:10]} if item.get("published_at") else {}
        if item["url"] in by_url:
            raise SuiteBroken(f"{path}: item {number}: its url stands twice.")
        by_url[item["url"]] = article
    return by_url


def _multihop_question(number: int, item: Line, named: list[str], held: list[Line]) -> Line:
    says = named and str(item["answer"]).casefold() not in _NOTHING_TO_FIND
    return {
        "id": f"mh-{number:04}",
        "question": item["query"],
        "kind": item.get("question_type", ""),
        "answerable": bool(named),
        "articles": list(dict.fromkeys(named)),
        "evidence": held,
        "answer": item["answer"],
        "must_include": [item["answer"]] if says else [],
    }


def _beir(folder: Path) -> _DataSet:
    """BEIR: every judgement above 0 is gold; queries that no judgement names are left out."""
    corpus, queries = folder / "corpus.jsonl", folder / "queries.jsonl"
    articles = [
        {"id": str(item["_id"]), "title": item.get("title") or "", "text": item["text"]}
        for item in _lines(corpus, "_id", "text")
        if not is_blank(item["text"])
    ]
    known = {article["id"] for article in articles}
    if len(known) < len(articles):
        raise SuiteBroken(f"{corpus}: an _id stands twice.")
    judged, data = _judgements(folder / "qrels"), _DataSet([], articles)
    for item in _lines(queries, "_id", "text"):
        name = str(item["_id"])
        own = [document for document in dict.fromkeys(judged.get(name, ())) if document in known]
        if own:
            data.questions.append({"id": name, "question": item["text"], "articles": own})
        else:
            data.left_out.append(f"{queries}: query {name} has no judgement of an article there is")
    return data


def _judgements(folder: Path) -> dict[str, list[str]]:
    """The documents judged above 0, by query; a first row of names is no judgement."""
    judged: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(_text(path).split("\n"), 1):
            cells = line.rstrip("\r").split("\t")
            if is_blank(line) or (number == 1 and cells[-1] == "score"):
                continue
            try:
                query, document, score = cells
                if float(score) > 0:
                    judged.setdefault(query, []).append(document)
            except ValueError:
                raise SuiteBroken(f"{path}:{number}: no query, document and score.") from None
    return judged


def _table(path: Path) -> _DataSet:
    """CSV: a row a question; lists by semicolon, alternatives by bar, each quote on its line."""
    mark = max(",;\t", key=_text(path).split("\n", 1)[0].count)
    faults: list[str] = []
    questions: list[Line] = []
    for number, row in enumerate(_rows(path, mark), 1):
        try:
            if None in row:
                raise ValueError("more cells than the header has")
            questions.append(_row(number, {k: (v or "").strip() for k, v in row.items()}))
        except ValueError as error:
            faults.append(f"{path}: row {number}: {error}")
    refuse(faults)
    return _DataSet(questions)


def _row(number: int, row: Mapping[str, str]) -> Line:
    if not row.get("question"):
        raise ValueError("no question")
    own = _split(row.get("articles", ""), ";")
    said = row.get("answerable", "").casefold() or ("yes" if own else "")
    if said not in _YES | _NO:
        raise ValueError(f"answerable is {said!r}, not yes or no")
    must = [_split(entry, "|") for entry in _split(row.get("must_include", ""), ";")]
    if not all(must):
        raise ValueError("must_include has an entry without words")
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


FORMATS: dict[str, Callable[[Path], _DataSet]] = {
    "multihop-rag": _multihop,
    "beir": _beir,
    "csv": _table,
}
"""The forms that can be converted."""


def _split(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def _list(path: Path) -> list[Line]:
    try:
        items = json.loads(_text(path))
    except ValueError as error:
        raise SuiteBroken(f"{path} is not JSON: {error}.") from None
    if not isinstance(items, list):
        raise SuiteBroken(f"{path} is no JSON list.")
    return items


def _lines(path: Path, *needed: str) -> Iterator[Line]:
    for number, line in enumerate(_text(path).split("\n"), 1):
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


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SuiteBroken(f"{path} cannot be read: {error}.") from None


def _demand(path: Path, number: int, item: Any, *needed: str) -> None:
    for name in needed:
        value = item.get(name) if isinstance(item, dict) else None
        if value is None:
            raise SuiteBroken(f"{path}: item {number} has no {name}.")
        wanted = list if name == "evidence_list" else (int, str) if name == "_id" else str
        if not isinstance(value, wanted):
            raise SuiteBroken(f"{path}: item {number}: {name} is no text or list as it should be.")


def _write(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
