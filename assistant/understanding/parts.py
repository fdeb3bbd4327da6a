"""The parts of a question: the things that it asks, each to be searched for by itself."""

from __future__ import annotations

import re

from assistant.language.names import mentions
from assistant.language.terms import terms
from assistant.text import sentences
from assistant.types import Part
from assistant.understanding.exchanged import Matter
from assistant.understanding.followups import with_matter

_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_AUX = r"(?:did|does|do|was|were|is|are|had|has|have|can|could|will|would|should)"
_ANOTHER = re.compile(
    rf"[,;]?\s+(?:and|but|or)\s+(?:then\s+)?"
    rf"(?=(?:(?:in|at|on|to|for|by|from|with|of|under|about)\s+)?{_WH}\b)"
    rf"|[,;]?\s+(?:and|but)\s+(?:then\s+)?"
    rf"(?={_AUX}\s+(?!\w+(?:ed|en)\b|not\b|never\b|also\b)\w)"
    r"|[,;]?\s+and\s+then\s+",
    re.IGNORECASE,
)
_BARE_FIRST = re.compile(rf"{_WH}(?: else)? (?:and|or) {_WH}\b", re.IGNORECASE)
_PREFACE = re.compile(r"^([^:?]{8,90}):\s+(?=\w)")
_LEANS = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|there|this|that|these|those|each"
    r"|one|both|the (?:two|same|other))\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")

_WHO = re.compile(r"\b(?:who|whom|whose|which)\b", re.IGNORECASE)
_PERSONAL = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_ASKS = re.compile(rf"\b(?:{_WH}|{_AUX})\b", re.IGNORECASE)
_BARE = re.compile(r"(?:why|how|when|where|who)(?: (?:so|come|not|else|then))?\W*", re.IGNORECASE)
_FEWEST_TERMS = 3
_MOST_PARTS = 4  # each is searched for and judged by itself


def parts(question: str, matter: Matter | None = None) -> list[Part]:
    """The parts of a question, in order; at least one.

    A preface ("I'm writing about the strike.") is put before each part's query, and the names of
    earlier parts before one that refers to them, so that each can be searched for by itself.

    Args:
        question: in one line.
        matter: tells what "it" means after a question; without it the word stays.
    """
    preface, asked = _split(question)
    return [
        Part(part, _query(part, asked[:place], preface, matter)) for place, part in enumerate(asked)
    ]


def _split(question: str) -> tuple[list[str], list[str]]:
    """What only leads up to the question, and the things asked."""
    preface: list[str] = []
    asked: list[str] = []
    spans = sentences(question)
    for span in spans:
        sentence = question[span.start : span.end]
        if sentence.endswith("?") or (not asked and span == spans[-1]):
            if opening := _PREFACE.match(sentence):
                preface.append(opening[1])
                sentence = sentence[opening.end() :]
            asked += _pieces(sentence)
        else:
            preface.append(sentence)
    return preface, asked[:_MOST_PARTS] or [question]


def _pieces(sentence: str) -> list[str]:
    """The questions of a sentence; "when and where …?" begins one."""
    bare = _BARE_FIRST.match(sentence)
    begun = bare[0] if bare else ""
    first, *others = _ANOTHER.split(sentence[len(begun) :])
    return [one.strip() for one in (begun + first, *others) if one.strip(" ?.,")]


def _query(part: str, before: list[str], preface: list[str], matter: Matter | None) -> str:
    told = with_matter(part, before[-1], matter) if before else part
    sought = before and _WHO.search(before[-1]) and _PERSONAL.search(part)
    if before and (_BARE.fullmatch(part) or sought):  # "Who …, and what was his reason?"
        return " ".join([*preface, *before, part])
    leans = _LEANS.search(told) or not _names(part) or not _ASKS.search(part)
    carried = [name for one in before for name in _names(one) if name not in part] if leans else []
    if (
        told == part
        and all(map(str.isdigit, carried))
        and not preface
        and len(terms(part)) < _FEWEST_TERMS
    ):
        return " ".join([*before, part])
    opening = f"{', '.join(dict.fromkeys(carried))}: " if carried else ""
    return " ".join([*preface, opening + told])


def _names(text: str) -> list[str]:
    """Names and years of a question, but for the word that begins it."""
    named = [mention.name for mention in mentions(text) if mention.start > 0 or " " in mention.name]
    return [*named, *_YEARS.findall(text)]
