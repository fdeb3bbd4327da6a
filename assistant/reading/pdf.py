"""PDF with text: columns in their order, paragraphs whole, running heads and hyphens left out.

pypdf gives the pieces of a page with their places; pdfminer.six, which finds columns itself, tears
justified lines apart (tried on pages that Chromium printed).
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from statistics import median
from typing import Any

from assistant.language.language import english
from assistant.reading.articles import Unreadable, day
from assistant.reading.embargo import embargo_in

Fields = dict[str, Any]

_MOST_PAGES = 300
_MOST_BYTES = 4_000_000  # of what draws one page: pypdf reads about a million a second
_MOST_IN_ALL = 20_000_000
_WIDE = 0.6  # of the width of all text: a line that is wider belongs to no column
_LEAST = 3  # lines of a column
_GUTTER = 6.0  # points between two columns
_LOOSE = 1.35  # times the usual distance of two lines: a paragraph ends
_INDENT = 5.0  # points
_LARGE = 1.2  # times the size of the text: a headline
_EDGE = 0.12  # of the height of a page: where running heads stand
_REPEATED = 0.5  # of the pages
_SHIFT = 3.0  # points by which a running head may be displaced
_HEAD = 12  # lines in which byline and day are looked for
_LONGEST_LINE = 70  # characters of a byline or a day
_LONGEST_WORD = 60  # characters
_LIGATURES = {ord(one): unicodedata.normalize("NFKC", one) for one in "ﬀﬁﬂﬃﬄﬅﬆ"}
_HYPHENS = "-\u00ad\u2010"
_BROKEN = re.compile("(?<=\\w) ?[\u00ad\u2010]$")  # which stands nowhere else
_DRAWS = re.compile(rb"/([^\s/<>()\[\]]+)\s+Do\b")
_NUMBER = re.compile(r"\s*(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*", re.IGNORECASE)
_BY = re.compile(r"\s*(?:by|von|par|por|di|door|av)\s+(?P<name>[^\W\d_].+)", re.IGNORECASE)
_BETWEEN = frozenset(  # small words between names and in them
    "and und et e y i og och en de la del di da van der den von zu zur bin al el ap du".split()
)
_MONTHS = "|".join(english().months)
_DATE = re.compile(
    rf"\b(?:\d{{1,2}} (?:{_MONTHS}) \d{{4}}|(?:{_MONTHS}) \d{{1,2}}, \d{{4}}|\d{{4}}-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    r"\b\d{1,2}\.?(?: de)? [^\W\d_]{3,}\.?(?: de)? (?:19|20)\d\d\b"
)  # 15. Mai 2026
_ENDS = re.compile(r"[.!?:;][\"”’')\]]*$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page; places in points from its lower left corner."""

    text: str
    left: float
    right: float
    base: float
    size: float
    page: int
    edge: bool
    """Whether it stands where running heads do."""


def read_pdf(data: bytes) -> Fields:
    """The fields of an article that was printed as PDF.

    Raises:
        Unreadable: it is none, encrypted, too much, or holds pictures of text only.
    """
    import pypdf

    try:
        document = pypdf.PdfReader(io.BytesIO(data))
        if document.is_encrypted:
            raise Unreadable("encrypted")
        lines = list(_lines(document))
        told: dict[str, Any] = document.metadata or {}
        title, author = str(told.get("/Title") or ""), str(told.get("/Author") or "")
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - pypdf raises whatever a damaged file leads it to
        raise Unreadable(f"a PDF that cannot be read: {type(error).__name__}") from None
    if not lines:
        raise Unreadable("no text: its pages are pictures")
    body, heads = _without_heads(lines)
    return _fields(body, heads, title, author)


def _lines(document: Any) -> Iterator[_Line]:
    if len(document.pages) > _MOST_PAGES:
        raise Unreadable(f"{len(document.pages)} pages are no article")
    drawn = 0
    for number, page in enumerate(document.pages):
        size = _drawn(page, page.get("/Resources"), {})
        drawn += size
        if size > _MOST_BYTES or drawn > _MOST_IN_ALL:
            raise Unreadable("its pages are drawings, or too many")
        yield from _in_order(_lines_of(page, number))


def _drawn(drawing: Any, resources: Any, known: dict[int, int]) -> int:
    """Bytes that are read to draw a page or a form, those of the forms that it draws each time.

    A few forms that draw each other twice would take hours.
    """
    data = _data(drawing)
    sizes: dict[str, int] = {}
    held = (resources.get_object() if resources else {}).get("/XObject")
    for name, form in (held.get_object() if held else {}).items():
        form = form.get_object()
        if str(_resolved(form, "/Subtype")) != "/Form":
            continue
        if id(form) not in known:
            known[id(form)] = _MOST_BYTES + 1  # one that draws itself
            known[id(form)] = _drawn(form, form.get("/Resources") or resources, known)
        sizes[name] = known[id(form)]
    size, most = len(data), max(sizes.values(), default=0)
    for name, times in Counter(_DRAWS.findall(data)).items():
        size += times * sizes.get("/" + name.decode("latin-1"), most)  # names have many spellings
    return min(size, 2 * _MOST_IN_ALL)


def _resolved(form: Any, name: str) -> Any:
    value = form.get(name)
    return value.get_object() if value is not None else None


def _data(drawing: Any) -> bytes:
    contents = drawing.get_contents() if hasattr(drawing, "get_contents") else drawing
    data: bytes = contents.get_data() if contents is not None else b""
    return data


def _lines_of(page: Any, number: int) -> list[_Line]:
    """The lines of a page, as they are drawn."""
    pieces: list[tuple[str, float, float, float]] = []

    def seen(text: str, outer: Sequence[float], inner: Sequence[float], _f: Any, size: Any) -> None:
        left = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        base = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        pieces.append((text, left, base, abs(size * (inner[3] or 1) * (outer[3] or 1))))

    page.extract_text(visitor_text=seen)
    height, bottom = float(page.mediabox.height), float(page.mediabox.bottom)
    lines: list[_Line] = []
    for place, (text, left, base, size) in enumerate(pieces):
        for row in filter(str.strip, text.split("\n")):
            after = pieces[place + 1] if place + 1 < len(pieces) else None
            known = after is not None and abs(after[2] - base) < 1 and after[1] > left
            right = after[1] if after and known else left + _width(row, size)
            edge = not bottom + _EDGE * height < base < bottom + (1 - _EDGE) * height
            line = _Line(row.translate(_LIGATURES), left, right, base, size, number, edge)
            if lines and _goes_on(lines[-1], line):
                line = _joined(lines.pop(), line)
            lines.append(line)
    return [replace(line, text=" ".join(line.text.split())) for line in lines]


def _width(text: str, size: float) -> float:
    return 0.5 * size * len(text)


def _goes_on(last: _Line, line: _Line) -> bool:
    """Whether a piece continues the line before it."""
    near = -1.0 <= line.left - last.right <= max(last.size, _GUTTER)
    return abs(last.base - line.base) < 1 and near


def _joined(last: _Line, line: _Line) -> _Line:
    """A line with its next piece; pypdf has put a space between them where there is one."""
    return replace(last, text=last.text + line.text, right=line.right)


def _in_order(lines: list[_Line]) -> list[_Line]:
    """Lines as they are read: column by column between what stands across them."""
    gap = _gutter(lines)
    if gap is None:
        return lines
    ordered: list[_Line] = []
    left: list[_Line] = []
    right: list[_Line] = []
    for line in sorted(lines, key=lambda one: -one.base):
        if line.left < gap < line.right:
            ordered += [*_in_order(left), *_in_order(right), line]
            left, right = [], []
        else:
            (left if line.right <= gap else right).append(line)
    return [*ordered, *_in_order(left), *_in_order(right)]


def _gutter(lines: Sequence[_Line]) -> float | None:
    """Where nothing stands between two columns; None where there is one column."""
    if len(lines) < 2 * _LEAST:
        return None
    width = max(one.right for one in lines) - min(one.left for one in lines)
    narrow = sorted(
        (one for one in lines if one.right - one.left < _WIDE * width), key=lambda one: one.left
    )
    reach = narrow[0].right if narrow else 0.0
    for place, line in enumerate(narrow):
        enough = _LEAST <= place <= len(narrow) - _LEAST
        if (
            enough
            and line.left - reach >= _GUTTER
            and _side_by_side(narrow[:place], narrow[place:])
        ):
            return (reach + line.left) / 2
        reach = max(reach, line.right)
    return None


def _side_by_side(left: Sequence[_Line], right: Sequence[_Line]) -> bool:
    """Whether two groups of lines stand beside each other."""
    lowest = max(min(one.base for one in group) for group in (left, right))
    highest = min(max(one.base for one in group) for group in (left, right))
    return highest - lowest > _LEAST * left[0].size


def _without_heads(lines: Sequence[_Line]) -> tuple[list[_Line], list[_Line]]:
    """The lines of the text, and those that stand at the edge of many pages."""
    pages = {line.page for line in lines}
    seen = Counter(text for _, text in {(line.page, _same(line)) for line in lines if line.edge})
    least = max(2, _REPEATED * len(pages))

    def is_head(line: _Line) -> bool:
        return line.edge and (seen[_same(line)] >= least or bool(_NUMBER.fullmatch(line.text)))

    return [one for one in lines if not is_head(one)], [one for one in lines if is_head(one)]


def _same(line: _Line) -> tuple[str, int]:
    """What a running head has in common from page to page: its words and its place."""
    return re.sub(r"\d+", "#", line.text), round(line.base / _SHIFT)


def _fields(lines: list[_Line], heads: list[_Line], title: str, author: str) -> Fields:
    usual = Counter(round(one.size, 1) for one in lines for _ in one.text).most_common(1)[0][0]
    begin, end = _headline(lines, usual)
    headline, rest = lines[begin:end], [*lines[:begin], *lines[end:]]
    byline, published = "", None
    for line in [one for one in rest[:_HEAD] if len(one.text) < _LONGEST_LINE]:
        by, dated = _BY.fullmatch(line.text), _dated(line.text)
        if by and not byline and _is_of_names(by["name"]):
            byline, rest = by["name"], [one for one in rest if one is not line]
        elif dated and not published:
            published, stated = dated
            rest = [one for one in rest if one is not line or stated != line.text]
    in_heads = (dated for line in heads if (dated := _dated(line.text)))
    published = published or next(in_heads, (None, ""))[0]
    text = _paragraphs(rest)
    return {
        "title": " ".join(one.text for one in headline) or title,
        "byline": byline or (author if " " in author else ""),
        "published": published,
        "text": text,
        "embargo": embargo_in(
            [" ".join(one.text for one in headline), *(one.text for one in (*heads, *rest))]
        ),
    }


def _is_of_names(text: str) -> bool:
    """Whether every word of a line is a name's, or stands between names: "by the end" is none."""
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text)
    small = [word for word in words if not word[0].isupper()]
    return words[0][0].isupper() and not text.rstrip().endswith(".") and set(small) <= _BETWEEN


def _dated(line: str) -> tuple[date, str] | None:
    """The day that a line names, with its month as a word, and how."""
    if found := _DATE.search(line):
        told = day("published", found[0])
        return (told, found[0]) if told else None
    if found := _NAMED_DAY.search(line):
        import dateparser

        absolute = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"]}
        moment = dateparser.parse(found[0], settings=absolute)
        stated = [int(one) for one in re.findall(r"\d+", found[0])]
        right = moment is not None and [moment.day, moment.year] == stated
        return (moment.date(), found[0]) if right else None
    return None


def _headline(lines: Sequence[_Line], usual: float) -> tuple[int, int]:
    """Which lines have the largest letters of the first page, if larger than the text's."""
    first = [one for one in lines if one.page == lines[0].page]
    largest = max(one.size for one in first)
    large = [one.size > 0.98 * largest for one in first]
    if largest < _LARGE * usual:
        return 0, 0
    begin = large.index(True)
    end = next((n for n in range(begin, len(first)) if not large[n]), len(first))
    return begin, end


def _paragraphs(lines: Sequence[_Line]) -> str:
    """Lines put together, a blank line between paragraphs."""
    if not lines:
        return ""
    words = Counter(re.findall(r"[\w-]+", " ".join(one.text for one in lines)))
    steps = [a.base - b.base for a, b in pairwise(lines) if a.base > b.base]
    usual = median(steps) if steps else 0.0
    paragraphs = [[lines[0].text]]
    for last, line in pairwise(lines):
        if _begins(last, line, usual):
            paragraphs.append([line.text])
        else:
            paragraphs[-1] += _continued(paragraphs[-1].pop(), line.text, words)
    return "\n\n".join("".join(parts) for parts in paragraphs)


def _begins(last: _Line, line: _Line, usual: float) -> bool:
    """Whether a line begins a paragraph."""
    step = last.base - line.base
    if line.page != last.page or step < 0:  # the next page or column
        return bool(_ENDS.search(last.text)) and line.text[:1].isupper()
    indented = _INDENT < line.left - last.left < 10 * _INDENT and bool(_ENDS.search(last.text))
    return step > _LOOSE * usual or indented or abs(last.size - line.size) > 0.1 * last.size


def _continued(last: str, line: str, words: Counter[str]) -> list[str]:
    """A line and the next; a word that was broken between them is whole again."""
    last = _BROKEN.sub("\u2010", last)
    if last[-1:] not in _HYPHENS or not last[-2:-1].isalpha() or not line[:1].isalpha():
        return [f"{last} ", line]
    whole = re.match(r"[\w-]*", line)
    front = re.search(r"[\w-]*$", last[-_LONGEST_WORD:-1])
    parts = (front[0] if front else "", whole[0] if whole else "")
    compound = words["-".join(parts)] > words["".join(parts)] or line[:1].isupper()
    return [last if last[-1] == "-" and compound else last[:-1], line]
