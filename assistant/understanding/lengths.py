"""How long an answer is wanted: "in three sentences", "shorter please", "more details"."""

from __future__ import annotations

import re
from typing import Literal

from assistant.language.language import english
from assistant.text import words

_NUMBERS = english().small_numbers
_COUNT = rf"({'|'.join(_NUMBERS[1:11])}|[1-9]|10)"
_SENTENCES = (
    rf"\b(?:just |only |at most |max(?:imum)? )?{_COUNT}(?:(?: or | to |-){_COUNT})?"
    r" (?:short |brief )?(?:sentences?|lines?)\b(?! of\b)(?: (?:max(?:imum)?|at most))?"
)
_SIZED = re.compile(_SENTENCES, re.IGNORECASE)
_REQUEST = re.compile(r"\b(?:can|could|would|please)\b", re.IGNORECASE)
_SHORTER = 2  # sentences
_IN_SO_MANY = re.compile(rf"\bin {_SENTENCES}", re.IGNORECASE)


def sentences_in(text: str) -> int | None:
    """The sentences that a question asks for ("in three sentences"); of "2 or 3" the latter."""
    return _number(_IN_SO_MANY.search(text))


def without_length(text: str) -> str:
    """A question without the words by which ``sentences_in`` knows."""
    return _IN_SO_MANY.sub("", text)


def wanted_length(text: str) -> Literal["shorter", "longer"] | None:
    """Which length is asked for of the last answer, where nothing else is: "shorter please"."""
    if "?" in text and not _REQUEST.search(text):
        return None
    sized = _SIZED.search(text)
    said = {word for word in words(_SIZED.sub(" ", text)) if any(map(str.isalpha, word))}
    said -= english().length_fillers
    if (said or sized) and said <= english().shorter_words:
        return "shorter"
    return "longer" if said and said <= english().longer_words else None


def shorter(text: str, before: str) -> int:
    """The sentences of an answer for which ``wanted_length`` is "shorter".

    Where nobody says, two, or one less than the question before has asked for.
    """
    asked = sentences_in(before)
    less = max(1, min(_SHORTER, asked - 1)) if asked else _SHORTER
    return _number(_SIZED.search(text)) or less


def _number(found: re.Match[str] | None) -> int | None:
    if found is None:
        return None
    told = (found[2] or found[1]).lower()
    return int(told) if told.isdigit() else _NUMBERS.index(told)
