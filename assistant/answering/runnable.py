"""The assistant as a LangChain runnable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from langchain_core.messages import BaseMessage
from langchain_core.output_parsers import BaseOutputParser
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables import Runnable, RunnableLambda, RunnableSequence
from langchain_core.runnables.base import coerce_to_runnable

from assistant.answering.turn import Stage, Turn, finished
from assistant.errors import QuestionError
from assistant.types import EVERYTHING, Answer, Filters, PastTurn, Question, from_dict
from assistant.understanding import asked

Asked = str | dict[str, Any] | list[BaseMessage]
"""What the chain takes, beside a ``Question``: a text; a dict of ``question``, and ``history`` and
``filters`` if wanted; or messages, the last of which asks."""


class AnswerChain(RunnableSequence[Any, Answer]):
    """The stages from a question to its Answer; before an output parser, to the answer's text."""

    def __or__(self, other: Any) -> Any:
        """The chain with another step behind it."""
        behind: Runnable[Any, Any] = coerce_to_runnable(other)
        if isinstance(behind, BaseOutputParser):
            return RunnableSequence(*self.steps, RunnableLambda(_text), behind)
        return super().__or__(behind)

    def pipe(self, *others: Any, name: str | None = None) -> Any:
        """The chain with other steps behind it."""
        whole: Any = self
        for other in others:
            whole = whole | other
        return whole.with_config(run_name=name) if name else whole


def chain(stages: Sequence[tuple[str, Stage]]) -> AnswerChain:
    """The chain of these named stages."""
    first = RunnableLambda(_begun).with_types(input_type=cast(type[Any], Asked))
    middle: list[Runnable[Any, Any]] = [RunnableLambda(stage, name=name) for name, stage in stages]
    return AnswerChain(first=first, middle=middle, last=RunnableLambda(finished))


def _text(answer: Answer) -> str:
    return answer.text


def _begun(given: Any) -> Turn:
    return Turn(_question(given))


def _question(given: Any) -> Question:
    """The question of what a chain was given.

    Raises:
        QuestionError: there is none in it.
    """
    if isinstance(given, PromptValue):
        given = given.to_messages()
    if isinstance(given, BaseMessage):
        given = [given]
    if isinstance(given, Mapping):
        text = given.get("question", given.get("input"))
        if isinstance(text, str):
            filters = given.get("filters") or EVERYTHING
            limits = filters if isinstance(filters, Filters) else from_dict(Filters, filters)
            return asked(text, given.get("history") or (), limits)
    elif isinstance(given, str | Question):
        return asked(given, (), EVERYTHING)
    elif _asks(given):
        return _of_messages(given)
    raise QuestionError(
        "The chain was given no question.",
        'Give a text, a Question, a dict like {"question": "…"}, or messages.',
    )


def _asks(given: Any) -> bool:
    """Whether something is messages, the last of which is a person's."""
    messages = isinstance(given, Sequence) and all(isinstance(m, BaseMessage) for m in given)
    return bool(messages and given and given[-1].type == "human")


def _of_messages(messages: Sequence[BaseMessage]) -> Question:
    """The last message as the question, and each question with its reply before it as a turn."""
    before, last = messages[:-1], messages[-1]
    history = [
        PastTurn(str(one.text), str(reply.text))
        for one, reply in pairwise(before)
        if one.type == "human" and reply.type == "ai"
    ]
    return asked(str(last.text), history, EVERYTHING)
