"""What a reader takes away: Markdown, DOCX, a CSV of the quotes, and CSL-JSON of the articles.

Words of articles are untrusted: they are escaped, so that no program that opens an export takes
them for markup or a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.answering.verdicts import reason
from assistant.errors import NoSuchPage
from assistant.rendering.terminal import (
    APART,
    attributed,
    described,
    opening,
    passage_url,
    understood,
    web_url,
    whence,
)
from assistant.text import without_direction
from assistant.types import Answer, Citation, Claim, Source

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&#$]|^[+\-=]|(?<=^\d)\.)")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_COLUMNS = "question number quote speaker cue outlet title published url article version start end"


@dataclass(frozen=True, slots=True)
class Check:
    """What a reader verified of a claim."""

    ticked: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A conversation, or one answer of it, as it is taken away."""

    title: str
    """Its heading."""
    answers: tuple[Answer, ...]
    """The answers, oldest first."""
    checks: tuple[tuple[Check, ...], ...]
    """For each answer the checks of its claims, in their order."""
    notes: tuple[Sequence[str], ...]
    """For each answer what must be known beside it: articles removed, or superseded."""

    def entries(self) -> Iterator[Entry]:
        """The answers, each as it is written."""
        for answer, checks, notes in zip(self.answers, self.checks, self.notes, strict=True):
            checked = [
                Row(claim, check, " · ".join(filter(None, [whence(answer, claim), claim.part])))
                for claim, check in zip(answer.claims, checks, strict=True)
            ]
            yield Entry(
                answer.question,
                [
                    *notes,
                    *opening(answer),
                    *understood(answer),
                    _talk(answer),
                    answer.notice or "",
                    answer.refusal.message if answer.refusal else "",
                ],
                [row for row in checked if row.claim.support != "unsupported"],
                [f"Not answered: {part}" for part in answer.missing],
                [row for row in checked if row.claim.support == "unsupported"],
                "Nearest passages (not an answer)" if answer.refusal else "Sources",
                answer.nearest if answer.refusal else answer.citations,
            )


@dataclass(frozen=True, slots=True)
class Row:
    """A claim as it is written."""

    claim: Claim
    check: Check
    whence: str
    """Who says it, in which outlet and on which day."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An answer as it is written, in this order; what is empty is left out."""

    question: str
    notes: Sequence[str]
    shown: Sequence[Row]
    missing: Sequence[str]
    apart: Sequence[Row]
    """What no source supports, with the reason."""
    heading: str
    """Of the citations."""
    cited: Sequence[Citation]


def _talk(answer: Answer) -> str:
    return answer.text if answer.form == "talk" else ""


def export(sheet: Sheet, form: str) -> tuple[bytes, str]:
    """The sheet in one of ``FORMATS``, and its media type.

    Raises:
        NoSuchPage: there is no such format.
    """
    if form not in FORMATS:
        raise NoSuchPage(f"There is no export called {form}.", f"Take {', '.join(FORMATS)}.")
    media, write = FORMATS[form]
    return write(sheet), media


def _markdown(sheet: Sheet) -> bytes:
    lines = [f"# {_plain(sheet.title)}"]
    for entry in sheet.entries():
        lines += ["", f"## {_plain(entry.question)}", ""]
        lines += [f"{_plain(note)}\n" for note in entry.notes if note]
        lines += [_checked(row) for row in entry.shown]
        lines += [f"\n{_plain(part)}" for part in entry.missing]
        lines += ["", f"{APART}:", ""] if entry.apart else []
        lines += [_checked(row) for row in entry.apart]
        lines += ["", f"{entry.heading}:", ""] if entry.cited else []
        lines += [f"{one.number}. {_source(one)}" for one in entry.cited]
    return ("\n".join(lines) + "\n").encode()


def _checked(row: Row) -> str:
    why = f" ({_plain(reason(row.claim))})" if row.claim.rule else ""
    note = f" — {_plain(row.check.note)}" if row.check.note else ""
    return f"- [{'x' if row.check.ticked else ' '}] {_claim(row)}{why}{note}"


def _claim(row: Row) -> str:
    facts = f" ({_plain(row.whence)})" if row.whence else ""
    marks = "".join(f" \\[{n}\\]" for n in row.claim.citations)
    return _plain(row.claim.text) + marks + facts


def _source(citation: Citation) -> str:
    url = passage_url(citation)
    return _plain(attributed(citation)) + (f" <{url}>" if url else "")


def _docx(sheet: Sheet) -> bytes:
    from docx import Document  # loads lxml and a template

    document = Document()
    document.add_heading(_printable(sheet.title), 0)
    for entry in sheet.entries():
        document.add_heading(_printable(entry.question), 1)
        lines = [*filter(None, entry.notes), *(_ticked(row) for row in entry.shown)]
        lines += [*entry.missing, *([f"{APART}:"] if entry.apart else [])]
        lines += [_ticked(row) for row in entry.apart]
        lines += [f"{entry.heading}:"] if entry.cited else []
        lines += [f"[{one.number}] {attributed(one)}" for one in entry.cited]
        for line in lines:
            document.add_paragraph(_printable(line))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _ticked(row: Row) -> str:
    facts = f" ({row.whence})" if row.whence else ""
    why = f" ({reason(row.claim)})" if row.claim.rule else ""
    note = f" — {row.check.note}" if row.check.note else ""
    return f"{'☑' if row.check.ticked else '☐'} {row.claim.marked}{facts}{why}{note}"


def _quotes(sheet: Sheet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS.split())
    for answer in sheet.answers:
        for citation in answer.citations:
            source = citation.article
            row = [answer.question, citation.number, citation.quote, citation.speaker,
                   citation.cue, source.outlet, source.title, source.published, source.url,
                   source.id, source.version, citation.start, citation.end]  # fmt: skip
            writer.writerow([_cell(value) for value in row])
    return ("\ufeff" + out.getvalue()).encode()


def _cell(value: object) -> object:
    """A value that a spreadsheet shows as it is: text is never taken for a formula."""
    if value is None or isinstance(value, int):
        return value
    text = without_direction(str(value))
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _csl(sheet: Sheet) -> bytes:
    sources: dict[str, Source] = {}
    for answer in sheet.answers:
        sources |= {citation.article.id: citation.article for citation in answer.citations}
    return json.dumps(list(map(_item, sources.values())), ensure_ascii=False, indent=2).encode()


def _item(source: Source) -> dict[str, Any]:
    day = source.published
    item = {
        "id": source.id,
        "type": "article-newspaper",
        "title": source.title or source.id,
        "container-title": source.outlet,
        "author": [{"literal": source.byline}] if source.byline else None,
        "issued": {"date-parts": [[day.year, day.month, day.day]]} if day else None,
        "URL": web_url(source.url),
        "note": described(source),
    }
    return {name: _safe(value) for name, value in item.items() if value}


def _safe(value: Any) -> Any:
    return without_direction(value) if isinstance(value, str) else value


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands, in one line."""
    return _MARKUP.sub(r"\\\1", " ".join(without_direction(text).split()))


def _printable(text: str) -> str:
    """Text without what XML cannot hold."""
    return _CONTROL.sub("", without_direction(" ".join(text.split())))


FORMATS: dict[str, tuple[str, Callable[[Sheet], bytes]]] = {
    "md": ("text/markdown; charset=utf-8", _markdown),
    "docx": (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _docx,
    ),
    "csv": ("text/csv; charset=utf-8", _quotes),
    "json": ("application/vnd.citationstyles.csl+json", _csl),
}
"""Media type and writer of each form, by its file name's ending."""
