"""A chat model at work on a turn: it reads the question, writes, and is checked as it writes."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from assistant.answering.evidence import Draft, DraftClaim, Fallback
from assistant.answering.gate import Gate, JudgedClaim, Neighbour, neighbour
from assistant.answering.grounding import CitationNumbers
from assistant.answering.turn import Turn
from assistant.answering.verdicts import reason
from assistant.archive import Archive
from assistant.chat_writer.writer import ChatWriter, declines
from assistant.errors import ModelError, OnRecordError, SettingsError
from assistant.language import Parser
from assistant.models.chat_model import ChatModel, Reply, first_word
from assistant.models.verifier import Verifier
from assistant.prompts import load_prompt
from assistant.settings import Settings
from assistant.text import one_line, words
from assistant.types import ClaimEvent, Question, StageEvent, TokenEvent
from assistant.verification import Checker

_OBJECT = re.compile(r"\{.*\}", re.DOTALL)
_LONGER = 3  # a rewritten question may be this many times as long as the original, plus _ROOM
_ROOM = 200  # characters
_TURNS = 6  # of the conversation, that a question may lean on

Work = Generator[StageEvent | TokenEvent | ClaimEvent, None, Turn]
"""Events, and then the turn with its draft and the verdicts."""


@dataclass
class _Written:
    """What a model wrote in one go, as the gate saw it."""

    claims: list[DraftClaim] = field(default_factory=list)
    judged: list[JudgedClaim] = field(default_factory=list)
    spent: float = 0.0
    reply: Reply | None = None

    @property
    def supported(self) -> int:
        """How many of its claims are."""
        return sum(one.support != "unsupported" for one in self.judged)


class ChatTurns:
    """Understands questions and writes answers by a chat model; rules and quotes are fallbacks."""

    def __init__(
        self,
        model: ChatModel,
        judge: ChatModel | None,
        quoting: Fallback,
        archive: Archive,
        parser: Parser,
        verifier: Verifier | None,
        settings: Settings,
    ) -> None:
        """Wire a model; nothing is sent yet.

        Args:
            model: reads and writes.
            judge: decides in the verifier's place, within the rules.
            quoting: says how likely the evidence answers, and writes where the model fails.
            archive: where the articles are.
            parser: reads sentences.
            verifier: turns away what the sentences do not say.
            settings: ``answer`` has what concerns the model.
        """
        self._model = model
        self._judge = judge
        self._quoting = quoting
        self._archive = archive
        self._settings = settings.answer
        self._writer = ChatWriter(model, archive.statements)
        self._checker = Checker(parser, archive.encode, verifier)
        self._understand = load_prompt("understand")
        self._support = load_prompt("judge_support")

    @property
    def name(self) -> str:
        """The model's name."""
        return self._model.name

    @property
    def models(self) -> dict[str, str]:
        """Names of the chat models, by role."""
        names = {"writer": self._model.name}
        return names | ({"judge": self._judge.name} if self._judge else {})

    @property
    def prompts(self) -> dict[str, str]:
        """Fingerprints of the prompts in use, by name."""
        own = [self._understand, *([self._support] if self._judge else [])]
        return self._writer.prompts | {prompt.name: prompt.fingerprint for prompt in own}

    # Understanding

    def understand(self, question: Question) -> Question:
        """The question with what the model makes of it: standalone text and filters.

        What it does not say, or says out of shape, is left to the rules. Where a question leans on
        nothing and nothing may be inferred, the model is not asked.
        """
        if not (question.infer or (question.history and not question.standalone)):
            return question
        try:
            found = _parsed(self._model.ask(self._asked(question)).text)
        except (ModelError, SettingsError):
            return question
        return self._limited(replace(question, standalone=_standalone(question, found)), found)

    def _asked(self, question: Question) -> str:
        turns = question.history[-_TURNS:]
        told = "\n".join(f"Question: {turn.question}\nAnswer: {turn.answer}" for turn in turns)
        return self._understand.render(
            history=told or "none",
            outlets="; ".join(self._archive.outlets()) or "none",
            question=question.standalone or question.text,
            today=str(question.asked or date.today()),
        )

    def _limited(self, question: Question, found: dict[str, Any]) -> Question:
        """The question with the days and outlets that it names, where the caller set none."""
        if not question.infer:
            return question
        filters = question.filters
        asked_for = found.get("outlets") or ()
        named = tuple(one for one in self._archive.outlets() if one in asked_for)
        dated = not (filters.since or filters.until)
        limits: dict[str, Any] = {
            "since": _day(found.get("since")) if dated else None,
            "until": _day(found.get("until")) if dated else None,
            "outlets": named if not filters.outlets else (),
        }
        limits = {name: value for name, value in limits.items() if value}
        if not limits or not self._archive.coverage(replace(filters, **limits)).articles:
            return question
        return replace(question, filters=replace(filters, **limits), inferred=tuple(limits))

    # Writing

    def write(self, turn: Turn) -> Work:
        """The draft of the model, or of the quoting writer where the model fails.

        The quoting writer drafts while the model thinks: its confidence is the answer's.

        Raises:
            ModelError: the model failed, and ``answer.fallback`` is off.
            SettingsError: the same, for a refused key or an unknown model.
        """
        start = time.perf_counter()
        gate_spent = 0.0
        with ThreadPoolExecutor(1, "quoting") as pool:
            quoted = pool.submit(self._quoting.write, turn.question, turn.evidence)
            if turn.evidence and self._is_related(turn, quoted):
                try:
                    turn, gate_spent = yield from self._written(turn, quoted)
                except (ModelError, SettingsError) as error:
                    if not self._settings.fallback:
                        raise
                    notice = f"{error.args[0]} These are the articles' own sentences instead."
                    yield StageEvent("write", notice, time.perf_counter() - start)
                    turn = replace(turn, draft=quoted.result(), notice=notice)
            else:
                turn = replace(turn, draft=quoted.result())
        seconds = {"write": time.perf_counter() - start - gate_spent, "ground": gate_spent}
        return replace(turn, seconds={**turn.seconds, **seconds})

    def _is_related(self, turn: Turn, quoted: Future[Draft]) -> bool:
        """Whether a model is to be asked; what the search cannot tell is waited for."""
        known = self._quoting.is_related(turn.evidence)
        return quoted.result().related if known is None else known

    def _written(
        self, turn: Turn, quoted: Future[Draft]
    ) -> Generator[TokenEvent | ClaimEvent, None, tuple[Turn, float]]:
        silent: list[str] = []
        judge = partial(self._supports, self._judge, silent) if self._judge else None
        gate = Gate(turn.evidence, self._archive, self._checker, judge, turn.question.filters.as_of)
        with gate.reading_ahead():
            goes = [(yield from self._draft(turn, gate, ()))]
            wrong = [one for one in goes[0].judged if one.rule]
            faults = [f"- {one.text} ({reason(one)})" for one in wrong]
            if faults and self._settings.unsupported == "retry":
                with suppress(ModelError, SettingsError):  # then the first reply is kept
                    goes.append((yield from self._draft(turn, gate, faults)))
        last_go = max(reversed(goes), key=lambda go: go.supported)  # of equals the later
        pairs = list(zip(last_go.claims, last_go.judged, strict=True))
        if self._settings.unsupported == "drop":
            pairs = [(claim, one) for claim, one in pairs if one.support != "unsupported"]
        draft = Draft(
            tuple(claim for claim, _ in pairs),
            _confidence(quoted),
            related=True,
            declined=not last_go.claims,
            tokens=_tokens([go.reply for go in goes if go.reply]),
        )
        judged = tuple(one for _, one in pairs)
        left = "What it did not judge rests on the rules and the verifier."
        notice = f"{silent[0]} {left}" if silent else turn.notice
        turn = replace(turn, draft=draft, judged=judged, notice=notice)
        return turn, sum(go.spent for go in goes)

    def _draft(
        self, turn: Turn, gate: Gate, faults: Sequence[str]
    ) -> Generator[TokenEvent | ClaimEvent, None, _Written]:
        """One reply of the model, its sentences judged as they become whole."""
        done, numbering = _Written(), CitationNumbers()
        before: Neighbour | None = None
        pieces = self._writer.write(turn.question, turn.evidence, faults)
        try:
            while True:
                piece = next(pieces)
                if not isinstance(piece, DraftClaim):
                    yield TokenEvent(*piece)
                    continue
                start = time.perf_counter()
                judged = gate.judge(piece, before)
                before = neighbour(before, piece, judged)
                done.spent += time.perf_counter() - start
                done.claims.append(piece)
                done.judged.append(judged)
                yield ClaimEvent(numbering.claim(judged), numbering.citations(judged))
        except StopIteration as end:
            done.reply = end.value
        finally:
            pieces.close()
        return done

    def _supports(
        self, judge: ChatModel, silent: list[str], claim: str, sources: Sequence[str]
    ) -> bool | None:
        """The judge model's verdict; None if it fails, or says nothing of support.

        It supports by that word alone; whatever else it says of support takes it away.
        """
        prompt = self._support.render(claim=claim, sources="\n\n".join(sources))
        try:
            reply = judge.ask(prompt).text
        except OnRecordError as error:
            silent.append(str(error.args[0]))
            return None
        first = first_word(reply)
        if first in ("supported", "yes"):
            return True
        return False if first == "no" or "support" in reply.casefold() else None


def last(work: Work) -> Turn:
    """The turn that work ends with; its events are dropped."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            turn: Turn = end.value
            return turn


def _standalone(question: Question, found: dict[str, Any]) -> str:
    """What a model made of a question that leans on others, if it will do."""
    if not question.history or question.standalone:
        return question.standalone
    text = one_line(str(found.get("standalone") or "")).strip('"“” ')
    fits = len(text) <= _LONGER * len(question.text) + _ROOM
    return text if words(text) and fits and not declines(text) else ""


def _confidence(quoted: Future[Draft]) -> float:
    """The quoting writer's confidence; 0 where it failed, which is no fault of the chat model."""
    return 0.0 if quoted.exception() else quoted.result().confidence


def _parsed(text: str) -> dict[str, Any]:
    """The JSON object in a reply; an empty one where it holds none."""
    match = _OBJECT.search(text)
    try:
        found = json.loads(match[0]) if match else {}
    except (ValueError, RecursionError):
        return {}
    found = found if isinstance(found, dict) else {}
    if not isinstance(found.get("outlets"), list):
        found.pop("outlets", None)
    return found


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _tokens(replies: Sequence[Reply]) -> dict[str, int]:
    return {
        "input": sum(reply.input_tokens for reply in replies),
        "output": sum(reply.output_tokens for reply in replies),
    }
