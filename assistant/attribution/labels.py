"""Interviews and transcripts: lines that begin with who speaks ("Feld: …", "NF: …", "A. …")."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from assistant.attribution.persons import Persons
from assistant.language.names import Names, is_body, mentions
from assistant.text import words
from assistant.types import Article, Span

_LINE = regex.compile(
    r"^[^\S\n]*(\p{Lu}[\p{L}\p{M}.'’ -]{0,45}?)(?: \([^)\n]{1,40}\))?:[^\S\n]+(\S[^\n]*)$"
)
_ASKED = regex.compile(r"^[^\S\n]*(Q|A|Question|Answer)(?:[.:]|\s[–—-])[^\S\n]+(\S[^\n]*)$")
_MARKS = regex.compile(r"^[QA][.:](?= )", regex.MULTILINE)
_CAPITALS = 3  # letters of a name in capitals, at least; fewer are initials


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says until somebody else speaks."""

    name: str
    """The fullest name."""
    label: Span
    """The label that gives it."""
    contents: tuple[Span, ...]
    """The words of each paragraph."""


@dataclass(frozen=True, slots=True)
class _Labelled:
    name: str | None
    """None for who asks, or where it is nobody's name."""
    label: Span
    words: Span
    answers: bool = False
    """Whether it is "A."."""


def without_asking(text: str) -> str:
    """The text with blanks for "Q." and "A.", which are no initials of a name."""
    return str(_MARKS.sub("  ", text))


def labels(text: str) -> list[str]:
    """What may be labels: the words before a colon that a line begins with, once each."""
    found = (_LINE.match(line) for line in text.split("\n"))
    return list(dict.fromkeys(_cased(match[1]) for match in found if match))


def turns(article: Article, names: Names, persons: Persons) -> list[Turn]:
    """The turns of an article's labelled lines whose speaker is known, in order.

    A label is a person's name, or its initials (`_is_sure`).
    "A." answers "Q." as the only person whom the headline names, else the article before its first
    question. Lines between two labels belong to the first of them; the last one has its own only.

    Args:
        article: whose text is read.
        names: the names in its headline and text.
        persons: tells whose a name is.
    """
    text = article.text
    lines = [Span(*found.span()) for found in regex.finditer(r"[^\n]+", text)]
    held = [_labelled(text, line, names, persons) for line in lines]
    asked = (line.start for one, line in zip(held, lines, strict=True) if one and not one.name)
    first = next(asked, 0)
    told = (_only(part, names, persons) for part in (article.title, text[:first]))
    interviewee = next(filter(None, told), None)
    marked = [(place, one) for place, one in enumerate(held) if one]
    found: list[Turn] = []
    for n, (place, one) in enumerate(marked):
        following = marked[n + 1][0] if n + 1 < len(marked) else place + 1
        name = one.name or (interviewee if one.answers else None)
        if name is None or (one.name and not _is_sure(text, one, held, persons)):
            continue
        rest = lines[place + 1 : following]
        if rest and text[rest[-1].start : rest[-1].end].endswith("?"):
            rest = rest[:-1]  # what the next one answers
        found.append(Turn(name, one.label, (one.words, *rest)))
    return found


def _labelled(text: str, line: Span, names: Names, persons: Persons) -> _Labelled | None:
    whole = text[line.start : line.end]
    if found := _ASKED.match(whole):
        answers = found[1].startswith("A")
        return _Labelled(None, _at(line, found, 1), _at(line, found, 2), answers)
    found = _LINE.match(whole)
    if not found:
        return None
    name = _person(found[1], names, persons)
    return _Labelled(name, _at(line, found, 1), _at(line, found, 2))


def _at(line: Span, found: regex.Match[str], group: int) -> Span:
    return Span(line.start + found.start(group), line.start + found.end(group))


def _person(label: str, names: Names, persons: Persons) -> str | None:
    """The fullest name of the person whom a label names."""
    label = _cased(label)
    named = mentions(label)
    if len(named) != 1 or words(named[0].name) != words(label):
        return None
    name = names.fullest(label)
    return name if " " in name and persons.has(name) and not is_body(name) else None


def _is_sure(text: str, one: _Labelled, held: list[_Labelled | None], persons: Persons) -> bool:
    """Whether a label is surely who speaks.

    One that labels other lines, or is short for a full name, or that the parser takes for a
    person's; no first line's in capitals: "GEORGE TOWN: …".
    """
    label = text[one.label.start : one.label.end]
    if any(other and other is not one and other.name == one.name for other in held):
        return True
    if held[0] is one and label.isupper():
        return False
    return label != one.name or text.count(label) > 1 or persons.is_known(label)


def _only(text: str, names: Names, persons: Persons) -> str | None:
    """The only person whom a text names by more than one word."""
    found = {names.fullest(one.name) for one in mentions(text)}
    own = [name for name in found if " " in name and persons.has(name)]
    return own[0] if len(own) == 1 else None


def _cased(label: str) -> str:
    """A label in capitals as a name is written; initials stay."""
    return label.title() if label.isupper() and len(label) > _CAPITALS else label
