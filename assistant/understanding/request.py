"""A question as a caller hands it over: text or Question, and turns in any of their forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.errors import QuestionError
from assistant.text import clean
from assistant.types import EVERYTHING, Answer, Filters, PastTurn, Question

Past = Answer | PastTurn | Mapping[str, str]
"""An earlier turn."""


def asked(question: str | Question, history: Sequence[Past], filters: Filters) -> Question:
    """The question with the turns before it and its filters.

    Raises:
        QuestionError: a turn lacks question or answer, or a ``Question`` comes with filters or
            history beside its own.
    """
    if isinstance(question, Question):
        if history or filters != EVERYTHING:
            raise QuestionError("A Question brings its own history and filters.")
        return question
    return Question(question, tuple(map(_past_turn, history)), filters)


def _past_turn(past: Past) -> PastTurn:
    if isinstance(past, PastTurn):
        return past
    if isinstance(past, Answer):
        return PastTurn(past.question, past.text, past.cites)
    given: Any = past  # it may come from a file
    fields = given if isinstance(given, Mapping) else {}
    question, answer = fields.get("question"), fields.get("answer")
    cited = fields.get("articles", ())
    articles = (
        tuple(one for one in cited if isinstance(one, str)) if isinstance(cited, list) else ()
    )
    if isinstance(question, str) and isinstance(answer, str):
        return PastTurn(clean(question), clean(answer), articles)
    raise QuestionError(
        "An earlier turn needs a question and an answer.",
        'Pass Answers, or dicts like {"question": "…", "answer": "…"}.',
    )
