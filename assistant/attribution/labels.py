"""Interviews and transcripts: lines that begin with who speaks ("Feld: …", "NF: …", "A. …").

And interviews without labels, whose questions stand as paragraphs between the answers.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from assistant.attribution.persons import Persons
from assistant.language.given_names import pronoun_of
from assistant.language.language import english
from assistant.language.names import Names, is_body, mentions
from assistant.text import words
from assistant.types import Article, Span

_LINE = regex.compile(
    r"^[^\S\n]*(\p{Lu}[\p{L}\p{M}.'’ -]{0,45}?)(?: \([^)\n]{1,40}\))?:[^\S\n]+(\S[^\n]*)$"
)
_ASKED = regex.compile(r"^[^\S\n]*(Q|A|Question|Answer)(?:[.:]|\s[–—-])[^\S\n]+(\S[^\n]*)$")
_MARKS = regex.compile(r"^[QA][.:](?= )", regex.MULTILINE)
_QUESTION = regex.compile(r"\?[\s”\"’'»)\]]*$")
_ENDS = regex.compile(r"[.!?…][\s”\"’'»)\]]*$")
_YOU = regex.compile(r"\byou(?:r|rs|rself)?\b", regex.IGNORECASE)
_I = regex.compile(r"\b(?:I|[Mm]y|[Mm]e)\b")
_QUOTED = regex.compile(r"^\s*[“\"‘«„]")
_INTERVIEW = regex.compile(r"\binterview", regex.IGNORECASE)
_QUESTIONS = 4  # paragraphs that ask "you", at least, of an interview without labels
_REPEATED = 2  # lines that one label begins, at least; fewer may be captions
_FEWER = 2  # where it is called one
_LONG = 40  # words of a paragraph that goes on with an answer
_OWN = 0.5  # least share of their answers that say "I"
_CAPITALS = 3  # letters of a name in capitals, at least; fewer are initials


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody says until somebody else speaks."""

    name: str
    """The fullest name."""
    label: Span
    """Where it stands: the label, or the name in what introduces an interview."""
    cue: Span
    """The colon behind a label; empty, and where the answer begins, where there is none."""
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

    Where nothing is labelled, those of an interview without labels.

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
    told = (_people(part, names, persons) for part in (article.title, text[:first]))
    interviewee = next((next(iter(own)) for own in told if len(own) == 1), None)
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
        colon = Span(one.label.end, one.label.end + 1)
        found.append(Turn(name, one.label, colon, (one.words, *rest)))
    often = Counter(text[one.label.start : one.label.end] for _, one in marked)
    labelled = found or max(often.values(), default=0) >= _REPEATED
    return found if labelled else _unlabelled(article, lines, names, persons)


def _unlabelled(
    article: Article, lines: Sequence[Span], names: Names, persons: Persons
) -> list[Turn]:
    """The answers of an interview whose questions are paragraphs that ask "you".

    They are of the only person whom the headline names, else the one whom the article names most
    often before its first question.
    """
    text = article.text
    told = [text[line.start : line.end] for line in lines]
    asks = [n for n, one in enumerate(told) if _QUESTION.search(one) and not _QUOTED.match(one)]
    before = text[: lines[asks[0]].start] if asks else ""
    least = _FEWER if _INTERVIEW.search(f"{article.title}\n{before}") else _QUESTIONS
    answers = [(n, own) for n, own in zip(asks, _answers(told, asks), strict=True) if own]
    first_persons = sum(bool(_I.search(told[own[0]])) for _, own in answers)
    if len(answers) < least or first_persons < _OWN * len(answers):
        return []
    who = _interviewee(article.title, before, names, persons)
    at = before.find(who) if who else -1
    if not who or at < 0 or _has_company(who, f"{article.title}\n{before}"):
        return []
    label = Span(at, at + len(who))
    starts = [lines[own[0]].start for _, own in answers]
    return [
        Turn(who, label, Span(start, start), tuple(lines[n] for n in own))
        for start, (_, own) in zip(starts, answers, strict=True)
    ]


def _answers(told: Sequence[str], asks: Sequence[int]) -> Iterator[list[int]]:
    """The places of the paragraphs that answer each question.

    The one behind it, and long ones that follow, to one that is short or has "you": what who asks
    remarks, without a question's mark. None where neither the question has "you" nor what follows
    "I", or where a heading or a caption follows. Of what is behind the last answer nobody knows
    whose it is.
    """
    for n, following in itertools.pairwise([*asks, (asks[-1] + 2) if asks else 0]):
        first = n + 1
        ends = first < min(following, len(told)) and _ENDS.search(told[first])
        ends = ends and not _QUOTED.match(told[first])
        if not ends or not (_YOU.search(told[n]) or _I.search(told[first])):
            yield []
        else:
            others = itertools.takewhile(
                lambda place: _goes_on(told[place]), range(first + 1, min(following, len(told)))
            )
            yield [first, *others]


def _goes_on(paragraph: str) -> bool:
    """Whether a paragraph behind an answer belongs to it, as far as its length tells."""
    return len(words(paragraph)) >= _LONG and not _YOU.search(paragraph)


def _interviewee(title: str, before: str, names: Names, persons: Persons) -> str | None:
    """The only person of a headline, else whom the introduction names most often.

    Surely a person: by a given name, or by the parser.
    """

    def surely(name: str) -> bool:
        return persons.is_known(name) or pronoun_of(name.split()[0]) is not None

    if headed := _people(title, names, persons):
        only = next(iter(headed)) if len(headed) == 1 else None
        return only if only and surely(only) else None
    named = _people(before, names, persons)
    introduced = Counter({name: n for name, n in named.items() if surely(name)})
    (name, most), (_, next_most) = (*introduced.most_common(2), ("", 0), ("", 0))[:2]
    return name if most > next_most else None


def _has_company(who: str, text: str) -> bool:
    """Whether a text names somebody together with another: "Ada Brandt and Nils Tov"."""
    name = regex.escape(who)
    return (
        regex.search(rf"{name},? (?:and|&) \p{{Lu}}|\p{{Lu}}\w* (?:and|&) {name}", text) is not None
    )


def _people(text: str, names: Names, persons: Persons) -> Counter[str]:
    """How often a text names each person by more than one word."""
    full = (_bare(names.fullest(one.name)) for one in mentions(text))
    return Counter(name for name in full if " " in name and persons.has(name))


def _bare(name: str) -> str:
    """A name alone: of "Biologist Ada Brandt" and "Ada Brandt Wednesday, 3 June" the middle."""
    own = name.split()
    if own[-1].lower() in english().weekdays:
        own.pop()
    if len(own) > 2 and not pronoun_of(own[0]) and pronoun_of(own[1]):
        own.pop(0)
    return " ".join(own)


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


def _cased(label: str) -> str:
    """A label in capitals as a name is written; initials stay."""
    return label.title() if label.isupper() and len(label) > _CAPITALS else label
