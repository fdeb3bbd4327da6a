"""A question asked again with another person, place or thing in it: "and Zuma?"."""

from __future__ import annotations

import re
from collections.abc import Callable

from assistant.language.names import is_body, is_role, mentions
from assistant.text import words

Matter = Callable[[str], str | None]
"""What "it" means after a question; None where that is open."""

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


def exchanged(text: str, before: str, matter: Matter | None, corrects: bool = False) -> str | None:
    """The question before with something else in it; None where nothing takes a place there.

    A name after a preposition takes the place of the name after the same one ("and from Chad?"),
    another that of the subject, if both are names or have the same head ("the Forge coach").

    Args:
        text: what is asked now.
        before: the question that it may go on from, as it reads by itself.
        matter: tells what a question is about; a parser, so that it is asked last.
        corrects: whether it is known that something else was meant, whatever it is.
    """
    bare = _BEHIND.sub("", _ASKING.sub("", text).rstrip("?!. "))
    if not words(bare) or len(words(bare)) > _MOST_WORDS or _CLAUSE.search(bare):
        return None
    if _whole(bare).search(before):
        return None
    led = _LED.fullmatch(bare)
    if led:
        other = led[2].removeprefix("the ")
        places = (one for one in mentions(before) if _leads(led[1], before[: one.start]))
        place = next(places, None) if _is_name(other) else None
        if place is None:
            return None
        return f"{before[: place.start]}{other}{before[place.start + len(place.name) :]}"
    subject = matter(before) if matter else None
    if (
        subject
        and _whole(subject).search(before)
        and (_alike(bare, subject) or (corrects and _is_somebody(subject) and _is_somebody(bare)))
    ):
        return _whole(subject).sub(lambda _: bare, before, count=1)
    return None


def put_right(before: str, wrong: str, right: str) -> str | None:
    """The question before with one phrase in the place of another; None where it has not that."""
    bare = wrong.removeprefix("the ")
    found = _whole(bare).search(before) if bare else None
    if found is None:
        return None
    start = found.start() - (4 if before[: found.start()].casefold().endswith("the ") else 0)
    return f"{before[:start]}{right}{before[found.end() :]}"


def _whole(phrase: str) -> re.Pattern[str]:
    """Where a phrase stands, and not as a part of a longer word."""
    return re.compile(rf"(?<!\w){re.escape(phrase)}(?!\w)", re.IGNORECASE)


def _leads(preposition: str, text: str) -> bool:
    return text.casefold().removesuffix("the ").endswith(f" {preposition.casefold()} ")


def _is_somebody(subject: str) -> bool:
    """Whether a subject may be a person or a body: a name, a role, or one word."""
    bare = subject.lower().removeprefix("the ")
    return bool(mentions(subject)) or is_role(bare) or len(words(bare)) == 1


def _alike(one: str, other: str) -> bool:
    """Whether two phrases are both a name, of persons or of bodies, or have the same head."""
    named = [mention.name for mention in mentions(other)]
    if len(named) > 1 or not words(other):
        return False  # more than a subject
    if words(one)[-1] == words(other)[-1]:
        return True
    return bool(named) and _is_name(one) and is_body(one) == is_body(other)


def _is_name(phrase: str) -> bool:
    """Whether a phrase is a name and nothing else."""
    bare = phrase.removeprefix("the ")
    return [one.name for one in mentions(bare)] == [bare]
