"""Training items: read from the written files (BRIEF.md) and from items with spans.

An item is a dict as in ``items.jsonl``: ``article`` (id) and either ``question``, ``kind``,
``answers`` (spans, the best first), ``also`` (spans of context) and, for a follow-up, ``history``
and ``asked``; or ``claim``, ``support`` (spans), ``faithful`` and ``error``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

KINDS = frozenset(
    "fact person place date duration number money reason who_said yes_no two_part event".split()
)
ERRORS = frozenset(
    "certainty number role_swap exaggeration speaker place time_order negation date wrong_person"
    " quantifier name added cause".split()
)
_FIELDS = frozenset("title outlet byline date genre".split())
_HEAD = re.compile(r"(Q|W) (\w+): (.+)|(U|T|F|A|B|S): (.+)")

Item = dict[str, Any]
Split = Literal["training", "calibration", "sealed"]


class Malformed(Exception):
    """A written file does not keep to the brief."""


@dataclass(frozen=True, slots=True)
class Written:
    """An invented article with its items."""

    id: str
    text: str
    fields: dict[str, str]
    items: list[Item] = field(default_factory=list)


def read_article(file: Path) -> Written:
    """The article of a file and its items, with spans in characters of its text.

    Raises:
        Malformed: the file does not keep to the brief; the message says where.
    """
    parts = re.split(r"^===\s*$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if len(parts) != 3:
        raise Malformed(f"{len(parts)} parts between === lines, not 3")
    fields = dict(_fields(parts[0]))
    text = "\n".join(line.strip() for line in parts[1].strip().splitlines() if line.strip())
    article = Written(file.stem, text, fields)
    for line in filter(None, (line.strip() for line in parts[2].splitlines())):
        _take_in(article, line)
    for item in article.items:
        _hold_to_brief(item)
    return article


def _fields(head: str) -> list[tuple[str, str]]:
    found = []
    for line in filter(None, (line.strip() for line in head.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or name not in _FIELDS:
            raise Malformed(f"no field: {line}")
        found.append((name, value.strip()))
    if not {"title", "genre"} <= dict(found).keys():
        raise Malformed("title and genre are needed")
    return found


def _take_in(article: Written, line: str) -> None:
    match = _HEAD.fullmatch(line)
    if match is None:
        raise Malformed(f"no item: {line}")
    mark, sort, words = match[1] or match[4], match[2], match[3] or match[5]
    base: Item = {"article": article.id}
    if mark == "Q":
        article.items.append(base | _question(words, sort))
    elif mark == "U":
        article.items.append(base | _question(words, "unanswerable"))
    elif mark == "F":
        earlier, asked, alone = _three(words)
        turns = {"history": [earlier], "asked": asked}
        article.items.append(base | _question(alone, "follow_up") | turns)
    elif mark in ("T", "W"):
        said = {"claim": words, "support": [], "faithful": mark == "T", "error": sort or ""}
        article.items.append(base | said)
    else:
        _add_span(article, {"A": "answers", "B": "also", "S": "support"}[mark], words)


def _question(text: str, kind: str) -> Item:
    return {"question": text, "kind": kind, "answers": [], "also": []}


def _three(words: str) -> list[str]:
    parts = [part.strip() for part in words.split("|")]
    if len(parts) != 3 or not all(parts):
        raise Malformed(f"a follow-up needs three parts: {words}")
    return parts


def _add_span(article: Written, name: str, quote: str) -> None:
    if not article.items or name not in article.items[-1]:
        raise Malformed(f"nothing that this belongs to: {quote}")
    start = article.text.find(quote)
    if start < 0:
        raise Malformed(f"not in the text: {quote}")
    article.items[-1][name].append([start, start + len(quote)])


def _hold_to_brief(item: Item) -> None:
    what = item.get("question") or item.get("claim")
    if "claim" in item:
        if not item["support"]:
            raise Malformed(f"a claim without S: {what}")
        if not item["faithful"] and item["error"] not in ERRORS:
            raise Malformed(f"unknown error {item['error']}: {what}")
    elif item["kind"] == "unanswerable":
        if item["answers"]:
            raise Malformed(f"an unanswerable question with A: {what}")
    elif not item["answers"]:
        raise Malformed(f"a question without A: {what}")
    elif item["kind"] not in KINDS | {"follow_up"}:
        raise Malformed(f"unknown kind {item['kind']}: {what}")


def read_written(folder: Path) -> list[Written]:
    """The invented articles of a folder, by id.

    Raises:
        Malformed: a file does not keep to the brief.
    """
    return [read_article(file) for file in sorted(folder.glob("*.txt"))]


def split_of(article: str) -> Split:
    """What an article and its items are for, decided by the hash of its id.

    A third is sealed: no training, threshold or rule may look at it. A sixth of the rest is for
    calibration: thresholds are fitted and rules left out there, on what no training has seen.
    """
    number = int.from_bytes(hashlib.sha256(article.encode()).digest()[:8])
    if number % 3 == 0:
        return "sealed"
    return "calibration" if number // 3 % 6 == 0 else "training"
