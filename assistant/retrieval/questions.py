"""Understanding a question: what to search for, and within what."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from assistant.errors import QuestionError
from assistant.text import is_blank, one_line, words
from assistant.types import Question

_STOP_WORDS = frozenset(
    """
    a about after again against all also am an and any are as at be because been before being
    below between both but by can could did do does doing down during each else ever few for from
    further get got had has have having he her here hers him his how i if in into is it its itself
    just let like make many may me might more most much must my no nor not now of off on once one
    only or other our out over own please s said same say says she should so some such t tell than
    that the their them then there these they this those through to told too under until up upon
    us very was we were what when where whether which while who whom whose why will with would you
    your
    """.split()
)

_LEANS = re.compile(
    r"^(?:and|but|so|or|then|why|how so|what about|how about)\b"
    r"|\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|this|that|these|those|there|then)\b",
    re.IGNORECASE,
)
_FEWEST_TERMS = 3


def understand(question: Question, max_characters: int) -> Question:
    """The question cleaned, with the text that is searched for.

    Raises:
        QuestionError: it is empty, longer than ``max_characters``, or limited to a speaker.
    """
    text = one_line(question.text)
    if is_blank(text):
        raise QuestionError("The question is empty.", "Ask what the articles say about something.")
    if len(text) > max_characters:
        raise QuestionError(
            f"The question has {len(text):,} characters; the limit is {max_characters:,}.",
            "Ask it shorter, or raise the setting answer.max_question.",
        )
    if question.filters.speakers:
        raise QuestionError(
            "Answers cannot be limited to a speaker yet.", "Name the speaker in the question."
        )
    return replace(
        question, text=text, standalone=question.standalone or _standalone(question, text)
    )


def _standalone(question: Question, text: str) -> str:
    """The question with the one before it in front, where it leans on that one."""
    leans = _LEANS.search(text) is not None or len(terms(text)) < _FEWEST_TERMS
    return (
        f"{one_line(question.history[-1].question)} {text}" if question.history and leans else text
    )


def terms(text: str) -> list[str]:
    """The words that carry the question, in order, each once; all its words where none does."""
    every = list(dict.fromkeys(word.removesuffix("'s") for word in words(text)))
    return [word for word in every if word not in _STOP_WORDS] or every


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word's stem, by Porter's second English algorithm."""
    return str(_stemmer().stemWord(word.removesuffix("'s")))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("english")
