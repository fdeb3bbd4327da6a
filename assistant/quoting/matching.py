"""Does a sentence hold what a part of a question asks for: kind of answer, names, speaker?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from assistant.attribution.speakers import PARTIES
from assistant.language import Entity, named, same_name, stem
from assistant.language.language import any_of, english
from assistant.language.names import is_body, mentions
from assistant.quoting.candidates import Candidate
from assistant.text import words
from assistant.types import AnswerKind, Part

_EN = english()
_SPELT = rf"(?:{'|'.join([*_EN.small_numbers[1:], *_EN.tens, *_EN.scales, 'dozen'])})s?"
_TIME = any_of(_EN.units_of_time)
_CURRENCY = any_of(_EN.currencies)

_A_MONTH = rf"\b(?!may\b)(?:{_EN.month_pattern})\b|\bmay,? \d|\d(?:st|nd|rd|th)?(?: of)? may\b"

_HOLDS: dict[AnswerKind, re.Pattern[str]] = {
    "number": re.compile(rf"\d[\d.,–-]*|\b{_SPELT}\b|\b(?:half|third|quarter)\b", re.IGNORECASE),
    "money": re.compile(
        rf"[$£€¥₹]\s?\d[\d.,]*|\b(?:\d[\d.,]*\s?|{_SPELT}\s)(?:\w+\s)?{_CURRENCY}\b"
        r"|\b\d[\d.,]*\s(?:thousand|million|billion)\b",  # of a currency that is not listed
        re.IGNORECASE,
    ),
    "duration": re.compile(
        rf"\b(?:\d[\d.,]*|{_SPELT}|an?|several|few)[\s-](?:\w+[\s-])?{_TIME}\b"
        r"|\b(?:life|indefinite(?:ly)?)\b",
        re.IGNORECASE,
    ),
    "date": re.compile(
        rf"{_A_MONTH}|\b(?:{'|'.join(_EN.weekdays)})\b|\b(?:19|20)\d\d\b"
        r"|\b(?:today|tomorrow|yesterday|tonight)\b|\b(?:next|last|this)\s(?:week|month|year)\b"
        r"|\d\s?[ap]\.?m\b",
        re.IGNORECASE,
    ),
    "reason": re.compile(
        r"\b(?:because|due|owing|since|after|so that|so as|in order|to \w+|for \w+ing|caus\w+"
        r"|reasons?|wanted|as|amid|therefore|led|results?|blam\w+|citing)\b",
        re.IGNORECASE,
    ),
}

_ENTITIES: dict[AnswerKind, frozenset[str]] = {
    "person": frozenset({"PERSON", "ORG", "NORP"}),
    "place": frozenset({"GPE", "LOC", "FAC", "ORG"}),
}

BY_ENTITY: frozenset[AnswerKind] = frozenset(_ENTITIES)
"""The kinds of answer that need named-entity recognition."""

_QUOTED = re.compile(r"[\"“”]")

_OWNER = re.compile(r"^.*['’]s? ")  # drops the owner: "the National Museum's" director

_ALIKE = 80.0  # of 100: one letter in five may differ

_SHORTEST_NAME = 4

_SAME_PARTY = {"lawyer": "attorney", "envoy": "ambassador", "boss": "chief", "premier": "minister"}


def holds(kind: AnswerKind, text: str, known: set[str], entities: Sequence[Entity]) -> bool:
    """True where a sentence holds an answer of this kind that the question does not give itself.

    Args:
        kind: what is wanted.
        text: the sentence.
        known: the words of the question.
        entities: the names in the sentence.
    """
    if kind in _ENTITIES:
        named = (one.text for one in entities if one.kind in _ENTITIES[kind])
        return any(set(words(name)) - known for name in named)
    found = (match.group() for match in _HOLDS[kind].finditer(text))
    return any(kind == "reason" or set(words(one)) - known for one in found)


def person_of(speaker: str) -> str | None:
    """The person that a question names as speaker, by first and last name; None for others."""
    full = [name for name in named(_OWNER.sub("", speaker)) if len(name.split()) > 1]
    if not full or PARTIES.search(full[0]) or is_body(full[0]):
        return None
    return full[0]


def said_only(part: Part) -> bool:
    """True where a part asks for words and for no detail besides."""
    return part.kinds == ("statement",)


def says(name: str, candidate: Candidate) -> bool:
    """True where a sentence holds a statement by a person, whose name may be short or misspelt."""
    spoken = [statement.speaker for statement in candidate.statements]
    if _QUOTED.search(candidate.text):  # a quotation whose speaker was not made out
        spoken.append(candidate.text)
    last = words(name)[-1].removesuffix("'s")
    return any(fuzz.ratio(last, one) >= _ALIKE for text in spoken for one in words(text))


def names_role(role: str, query: str, candidate: Candidate) -> bool:
    """True where a sentence mentions a role, and somebody by a name that the question lacks."""
    known = set(words(query))
    fresh = (set(words(one.name)) - known for one in mentions(candidate.text) if " " in one.name)
    return stem(role) in map(stem, words(candidate.text)) and any(len(name) > 1 for name in fresh)


def speaks(part: Part, candidate: Candidate) -> bool:
    """True where a sentence holds a statement by somebody whose words are asked for."""
    asked = [name for speaker in part.speakers for name in named(speaker)]
    return any(_is_one_of(statement.speaker, asked) for statement in candidate.statements)


def _is_one_of(speaker: str, asked: Sequence[str]) -> bool:
    last = words(speaker)[-1:] or [""]
    spoken = set(map(stem, words(speaker)))
    return any(
        same_name(name, speaker)
        or set(map(stem, words(name))) <= spoken  # the Iranians: "Iranian officials"
        or (
            len(last[0]) >= _SHORTEST_NAME
            and fuzz.ratio((words(name)[-1:] or [""])[0].removesuffix("'s"), last[0]) >= _ALIKE
        )
        for name in asked
    )


def plays(part: Part, candidate: Candidate) -> bool:
    """True if a sentence with a statement mentions the role of a speaker asked for ("lawyer")."""
    spoken = " ".join([candidate.text, *(one.speaker for one in candidate.statements)])
    return bool(candidate.statements) and bool(_parties(" ".join(part.speakers)) & _parties(spoken))


def _parties(text: str) -> set[str]:
    return {_party(match.group()) for match in PARTIES.finditer(text)}


def _party(word: str) -> str:
    bare = word.lower().removesuffix("s")
    return _SAME_PARTY.get(bare, bare)
