"""A question asked again with another person, place or thing in it: "and Zuma?"."""

from __future__ import annotations

import re

from assistant.language.names import is_body, mentions
from assistant.text import words

_ASKING = re.compile(
    r"^(?:(?:and|or|but|so) )?(?:(?:(?:what|how) about|(?:the )?same(?: question| thing)?"
    r" (?:for|about|of|with)) )?",
    re.IGNORECASE,
)
_BEHIND = re.compile(r",? (?:too|then|instead|as well|please)$", re.IGNORECASE)
_LED = re.compile(r"(at|by|for|from|in|of|to|with) (.+)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|who|what|when|where|why|how"
    r"|which|i|you|he|she|it|we|they|that|this)\b|,",
    re.IGNORECASE,
)
_MOST_WORDS = 6  # of who or what takes the place of another


def exchanged(text: str, before: str, subject: str | None) -> str | None:
    """The question before with something else in it; None where nothing takes a place there.

    A name after a preposition takes the place of the name after the same one ("and from Chad?"),
    another that of the subject, if both are names or have the same head ("the Forge coach").

    Args:
        text: what is asked now.
        before: the question that it may go on from, as it reads by itself.
        subject: what that question is about, as the parser tells it.
    """
    bare = _BEHIND.sub("", _ASKING.sub("", text).rstrip("?!. "))
    if not bare or len(words(bare)) > _MOST_WORDS or _CLAUSE.search(bare):
        return None
    if bare.casefold() in before.casefold():
        return None
    led = _LED.fullmatch(bare)
    if led:
        places = (one for one in mentions(before) if _leads(led[1], before[: one.start]))
        place = next(places, None) if _is_name(led[2]) else None
        if place is None:
            return None
        return f"{before[: place.start]}{led[2]}{before[place.start + len(place.name) :]}"
    if subject and subject in before and _alike(bare, subject):
        return before.replace(subject, bare, 1)
    return None


def _leads(preposition: str, text: str) -> bool:
    return text.casefold().removesuffix("the ").endswith(f" {preposition.casefold()} ")


def _alike(one: str, other: str) -> bool:
    """Whether two phrases are both names, of persons or of bodies, or have the same head."""
    if words(one)[-1] == words(other)[-1]:
        return True
    named = any(True for _ in mentions(other))
    return named and _is_name(one) and is_body(one) == is_body(other)


def _is_name(phrase: str) -> bool:
    """Whether a phrase is a name and nothing else."""
    bare = phrase.removeprefix("the ")
    return [one.name for one in mentions(bare)] == [bare]
