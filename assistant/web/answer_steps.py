"""A question of the conversation: from its place in the line to the answer that is kept."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.errors import OnRecordError
from assistant.rendering import Progress, clean, escaped
from assistant.text import opening
from assistant.types import Answer, AnswerEvent, Event, Filters, Question, StageEvent
from assistant.web.cancellation import CancellableStream
from assistant.web.filters import FieldFault, filters
from assistant.web.site import Site, history
from assistant.web.stored_answers import StoredAnswer, to_stored

_TITLE = 80  # characters of a first question that a conversation is called by
_BROKEN = "Something went wrong in On Record itself. What it was stands in the server's log."

_log = logging.getLogger(__name__)

Messages = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What the page knows of its conversation."""

    conversation: str = ""
    """Its id; "" before the first answer."""
    after: int | None = None
    """The turn after which the answer to an edited question is kept; None for the last one."""
    asked: str = ""
    """When the last turn that is shown was asked: whether it still is the last one."""
    unanswered: str = ""
    """The question shown last, where it was stopped or failed: no turn is kept of it."""
    retried_after: int | None = None
    """The turn that it follows when it is asked again."""
    infer: bool = True
    """Whether the last question's own words could limit the search."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What the page holds when something is asked."""

    question: str
    fields: dict[str, Any]
    """The filter fields, by name."""
    talk: ConversationState
    who: str
    """Who asks."""
    page: str
    """On which of the pages that are open."""

    @property
    def own(self) -> Filters:
        """The filters that the reader set."""
        return filters(**self.fields)

    @property
    def after(self) -> int | None:
        """The turn that the question follows: one that failed is tried again in its place."""
        talk = self.talk
        again = talk.unanswered and self.question.strip() == talk.unanswered.strip()
        return talk.retried_after if again else talk.after


@dataclass(frozen=True, slots=True)
class PendingQuestion:
    """A question on its way."""

    who: str
    talk: ConversationState
    question: str
    limits: Filters
    after: int | None
    """The turn that it follows where it takes the last one's place; None where it comes last."""
    infer: bool
    """Whether its own words may limit the search."""
    stream: CancellableStream[Event] = field(default_factory=CancellableStream, compare=False)
    """Where it can be stopped."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the page shows next."""

    messages: Messages
    talk: ConversationState
    answer: Answer | None = None
    over: bool = False


def answering(site: Site, asked: PendingQuestion) -> Iterator[Step]:
    """Yield each step until the answer is stored, an error is shown, or it is cancelled."""
    conversation = asked.talk.conversation or secrets.token_urlsafe()  # nobody else's
    try:
        with site.admission.alone(conversation, asked.stream.over):
            yield from _steps(site, asked)
    except OnRecordError as error:
        yield _unanswered(site, asked, str(error))
    except Exception:  # noqa: BLE001 - a fault of ours; without a last step the page would wait
        _log.exception("A question was not answered.")
        yield _unanswered(site, asked, _BROKEN)


def _steps(site: Site, asked: PendingQuestion) -> Iterator[Step]:
    past = site.shown(asked.who, asked.talk.conversation)
    if past and asked.after == past[-1].number - 1:  # it is still the last one that is replaced
        past.pop()
    before = [*_messages(site, past, asked.talk), said("user", asked.question)]
    for html, talk, answer in _progress(site, asked, past):
        shown = [*before, _message("assistant", html)]
        yield Step(shown, talk, answer, over=answer is not None)


def _unanswered(site: Site, asked: PendingQuestion, why: str) -> Step:
    """The conversation as it is kept, and a question that can be asked again in its place."""
    past = site.shown(asked.who, asked.talk.conversation)
    before = _messages(site, past, asked.talk)
    shown = [*before, said("user", asked.question), said("assistant", why)]
    talk = replace(
        asked.talk,
        after=None,
        asked=past[-1].asked if past else "",
        unanswered=asked.question,
        retried_after=asked.after,
        infer=asked.infer,
    )
    return Step(shown, talk, over=True)


def _progress(
    site: Site, asked: PendingQuestion, past: Sequence[StoredAnswer]
) -> Iterator[tuple[str, ConversationState, Answer | None]]:
    """What is shown of the answer, step by step; the last comes with it."""
    progress, answer = Progress(), None
    question = Question(asked.question, tuple(history(past)), asked.limits, infer=asked.infer)
    for event in asked.stream.heard(_events(site, question)):
        if isinstance(event, AnswerEvent):
            answer = event.answer
            break  # from here on it cannot be stopped
        waits = isinstance(event, StageEvent) and event.stage == "wait"
        shown = Progress() if waits else progress  # the place in the line is shown alone
        yield shown.html(event), asked.talk, None
    if answer:
        talk, number = _keep(site, asked, answer, past)
        yield site.html(answer, talk.conversation, number), talk, answer


def _events(site: Site, question: Question) -> Generator[Event]:
    """What happens on the way to the answer: in the line, then to its answer."""
    with site.admission.ticket() as ticket:
        yield from ticket.waiting()
        yield from site.monitoring.heard(site.assistant.stream(question))


def messages(site: Site, who: str, talk: ConversationState) -> Messages:
    """What was said in a conversation, as the archive holds its words now."""
    return _messages(site, site.shown(who, talk.conversation), talk)


def last_turn(site: Site, who: str, talk: ConversationState) -> StoredAnswer | None:
    """The last turn of a conversation; None where there is none."""
    turns = site.shown(who, talk.conversation)
    return turns[-1] if turns else None


def shown_last(site: Site, who: str, talk: ConversationState) -> tuple[Any, int | None]:
    """The question that is shown last, None where there is none, and the turn before it.

    Raises:
        FieldFault: the conversation has gone on elsewhere, so that it is not the last one.
    """
    last = last_turn(site, who, talk)
    if (last.asked if last else "") != talk.asked:
        fault = "This conversation has gone on, or was deleted, elsewhere: load the page again."
        raise FieldFault("question", fault)
    if talk.unanswered:
        return talk.unanswered, talk.retried_after
    return (last.answer.question, last.number - 1) if last else (None, None)


def said(role: str, text: str) -> dict[str, Any]:
    """A message of plain text."""
    return _message(role, clean(f'<p dir="auto">{escaped(text)}</p>'))


def _keep(
    site: Site, asked: PendingQuestion, answer: Answer, past: Sequence[StoredAnswer]
) -> tuple[ConversationState, int]:
    """Keep an answer; returns its conversation, begun where there is none yet, and its number."""
    talk, store, stored = asked.talk, site.conversations, to_stored(answer)
    after = past[-1].number if past else 0
    number = store.add(asked.who, talk.conversation, stored, after) if talk.conversation else 0
    if not number:  # the first, or somebody has deleted the conversation meanwhile
        begun = store.start(asked.who, opening(answer.question, _TITLE))
        talk = replace(talk, conversation=begun.id)
        number = store.add(asked.who, begun.id, stored, 0)
    elif past and answer.form != "talk" and _is_called_by_talk(site, asked.who, talk, past):
        store.rename(asked.who, talk.conversation, opening(answer.question, _TITLE))
    kept = ConversationState(
        talk.conversation, asked=store.asked(talk.conversation, number), infer=asked.infer
    )
    return kept, number


def _is_called_by_talk(
    site: Site, who: str, talk: ConversationState, past: Sequence[StoredAnswer]
) -> bool:
    """Whether a conversation has only been greeted in, and is still called by its greeting."""
    found, first = site.conversations.find(who, talk.conversation), past[0].answer.question
    greeted = all(one.answer.form == "talk" for one in past)
    return greeted and found is not None and found.title == opening(first, _TITLE)


def _messages(site: Site, turns: Sequence[StoredAnswer], talk: ConversationState) -> Messages:
    found = []
    for turn in turns:
        html = site.html(turn.answer, talk.conversation, turn.number)
        found += [said("user", turn.answer.question), _message("assistant", _notes(turn) + html)]
    return found


def _notes(turn: StoredAnswer) -> str:
    return clean("".join(f'<p class="banner">{escaped(note)}</p>' for note in turn.notes))


def _message(role: str, html: str) -> dict[str, Any]:
    return {"role": role, "content": html}
