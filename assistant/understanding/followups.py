"""A follow-up as it reads without the turns before it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language import Parser
from assistant.language.names import mentions
from assistant.language.terms import terms
from assistant.text import one_line, words
from assistant.types import PastTurn

_OPENING = re.compile(r"^(?:and|but|so|or|then|also|ok|okay)\b[,\s]*(?=\S)", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how) about\s+", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|theirs|it|its|this|that|these|those|there|then"
    r"|the (?:same|other|others|latter|former|rest))\b",
    re.IGNORECASE,
)
# "Is it true …", "Is there …", "say that …" point to nothing said before.
_POINTLESS = re.compile(
    r"\b(?:is|was|are|were|has|have|will|would) (?:it (?=\w+ that\b|true\b)|there\b)"
    r"|\b(?:sa(?:y|id)|claim(?:ed)?|den(?:y|ied)|report(?:ed)?|announced?|confirm(?:ed)?|think"
    r"|believed?|true) that\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:he|him|his|she|her|hers|they|them|their)\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\b(?:who|whom|whose|which|name)\b", re.IGNORECASE)
_FEWEST_TERMS = 3
_MOST_NAMES = 2
_TURNS = 6  # that a question may lean on


def standalone(text: str, history: Sequence[PastTurn], parser: Parser) -> str:
    """The follow-up as a standalone question, with the subject, names and time of earlier turns.

    A question that does not refer to them is returned unchanged, since it starts a new subject.
    """
    bare = _ABOUT.sub("", _OPENING.sub("", text))
    if not history or not (bare != text or _leans(bare, history[-1])):
        return text
    before = standalone(one_line(history[-1].question), history[-_TURNS:-1], parser)
    if _ABOUT.match(_OPENING.sub("", text)) or len(terms(bare)) == 0 or not _has_verb(bare, parser):
        return f"{before.rstrip('?. ')}, and {bare[:1].lower()}{bare[1:]}"
    carried = _subjects(before, parser)
    if _PERSONAL.search(bare) and _ASKS_WHO.search(history[-1].question):
        carried = [*_persons(history[-1].answer, parser)[:_MOST_NAMES], *carried]
    fresh = [one for one in dict.fromkeys(carried) if not set(words(one)) <= set(words(bare))]
    return f"{', '.join(fresh)}: {bare}" if fresh else bare


def _leans(text: str, before: PastTurn) -> bool:
    """True where a pronoun has no antecedent in the question, or it is short without a new name."""
    pronoun = _PRONOUN.search(_POINTLESS.sub(" ", text))
    inside = pronoun and any(0 < m.start < pronoun.start() for m in mentions(text))
    if pronoun and not inside:
        return True
    known = set(words(f"{before.question} {before.answer}"))
    names = [set(words(one.name)) for one in mentions(text) if one.start > 0 or " " in one.name]
    return len(terms(text)) < _FEWEST_TERMS and all(name & known for name in names)


def _has_verb(text: str, parser: Parser) -> bool:
    return any(token.is_verb for token in parser.parse([text])[0].tokens)


def _subjects(question: str, parser: Parser) -> list[str]:
    """What a question is about: its nouns with what stands before them, and its dates."""
    found: list[str] = []
    run: list[str] = []
    for token in parser.parse([question])[0].tokens:
        if token.tag.startswith(("NN", "JJ", "CD")):
            run.append(token.text)
        elif token.tag == "POS" and run:
            continue
        elif run:
            found.append(" ".join(run))
            run = []
    return [*found, *([" ".join(run)] if run else [])]


def _persons(text: str, parser: Parser) -> list[str]:
    return [one.text for one in parser.entities([text])[0] if one.kind == "PERSON"]
