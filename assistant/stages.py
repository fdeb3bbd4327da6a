"""The stages of a question's way: understood, searched for, answered, checked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from assistant.answering import (
    Draft,
    Fallback,
    Stage,
    Turn,
    as_they_stood,
    ground,
    pack,
    talk,
    timed,
)
from assistant.archive import Archive
from assistant.chat_writer import ChatTurns, last
from assistant.language import stem, terms
from assistant.models.reader import FormReader
from assistant.models.reranking import Reranker
from assistant.models.tokens import count_tokens
from assistant.quoting import leads, widen
from assistant.retrieval import cited_before, limit_to_period, rerank, retrieve
from assistant.settings import Settings
from assistant.text import words
from assistant.types import Question, Trace
from assistant.understanding import understand


@dataclass
class Stages:
    """What is done to a turn, with the parts that do it. Safe to use from several threads."""

    archive: Archive
    reranker: Reranker | None
    writer: Fallback
    settings: Settings
    models: dict[str, str]
    """Names of the models in use, by role."""
    forms: FormReader | None = None
    chat: ChatTurns | None = None

    def without_chat(self) -> Stages:
        """The same without the chat model."""
        chatting = self.chat.models if self.chat else {}
        models = {role: name for role, name in self.models.items() if role not in chatting}
        return replace(self, chat=None, models=models)

    def every(self) -> list[tuple[str, Stage]]:
        """All of them, in order, each with its name; they write down how long they take."""
        stages: dict[str, Stage] = {
            "understand": self.understand,
            **self.searching(),
            "write": self.write,
            "ground": self.ground,
        }
        return [(name, timed(name, stage)) for name, stage in stages.items()]

    def searching(self) -> dict[str, Stage]:
        """The stages that search; what was guessed right is not searched again."""
        stages = {"retrieve": self._retrieve, "rerank": self._rerank, "period": self._period}
        return {name: partial(_or_guessed, name, stage) for name, stage in stages.items()}

    def understand(self, turn: Turn) -> Turn:
        """The question as it is understood; with a chat model also what is found for it.

        While the model reads it, the archive is searched for what the rules make of it, which is
        what the model makes of most questions, too.
        """
        question = self.archive.resolved(replace(turn.question, inferred=(), read_as=()))
        turn = replace(turn, question=question)
        if not self.chat or len(question.text) > self.settings.answer.max_question:
            return self.read(turn)
        with ThreadPoolExecutor(1, "understand") as pool:
            told = pool.submit(self.chat.understand, question)
            guess = self._guessed(turn)
        read = self.read(replace(turn, question=told.result()))
        same = read.question == guess["understand"].question
        return replace(read, guess=guess) if same else read

    def _guessed(self, turn: Turn) -> dict[str, Turn]:
        """What is found for a question as the rules understand it, by stage."""
        found = {"understand": self.read(turn)}
        turn = found["understand"]
        for name, stage in list(self.searching().items()) if not turn.answer else ():
            found[name] = turn = stage(turn)
        return found

    def read(self, turn: Turn) -> Turn:
        """The question as the rules understand it."""
        question = self._understood(self.archive.resolved(turn.question))
        coverage = self.archive.coverage(question.filters)
        answer = talk(question, self.archive) if question.form == "talk" else None
        return replace(turn, question=question, coverage=coverage, answer=answer)

    def _understood(self, question: Question, goes_on: bool = False) -> Question:
        limit, form_of = self.settings.answer.max_question, self.forms.form if self.forms else None
        return understand(question, limit, form_of, self.archive, goes_on)

    def _retrieve(self, turn: Turn) -> Turn:
        hits = retrieve(turn.question, self.archive, self.settings.retrieval)
        return replace(turn, hits=tuple(hits))

    def _rerank(self, turn: Turn) -> Turn:
        hits = rerank(turn.question, turn.hits, self.reranker, self.settings.retrieval)
        return replace(turn, hits=tuple(hits))

    def _period(self, turn: Turn) -> Turn:
        question, hits = limit_to_period(turn.question, turn.hits)
        return replace(turn, question=question, hits=tuple(hits))

    def with_evidence(self, turn: Turn) -> Turn:
        """The turn with what a writer is handed of its hits."""
        add, times = (leads, 3) if turn.question.by_article else (widen, 1)
        hits = add(turn.hits, self.archive.passages)
        budget = times * self.settings.answer.budget
        return replace(turn, evidence=pack(hits, budget, count_tokens))

    def write(self, turn: Turn) -> Turn:
        """The turn with its draft; where a chat model writes, also with the verdicts."""
        turn = self.with_evidence(turn)
        if self.chat:
            return last(self.chat.write(turn))
        turn = replace(turn, draft=self.writer.write(turn.question, turn.evidence))
        return self._as_follow_up(turn) or turn

    def _as_follow_up(self, turn: Turn) -> Turn | None:
        """The turn of the question as one that goes on, where it is answered better so.

        Only where it seemed to stand by itself, nothing surely answers it then, and the articles
        that the answer before cites have half of its words: "only where somebody was killed".
        """
        question, draft = turn.question, cast(Draft, turn.draft)
        sure = draft.claims and not draft.doubtful
        limited = question.inferred or question.standalone != question.text
        if sure or limited or not self._shares_words_with_cited(question):
            return None
        bare = replace(question, standalone="", parts=(), read_as=())
        asked = self._understood(self.archive.resolved(bare), goes_on=True)
        if asked.form == "talk":
            return None
        other = replace(turn, question=asked, hits=(), guess={})
        for stage in (self._retrieve, self._rerank, self._period, self.with_evidence):
            other = stage(other)
        told = self.writer.write(other.question, other.evidence)
        better = told.claims and (not draft.claims or told.confidence > draft.confidence)
        return replace(other, draft=told) if better else None

    def _shares_words_with_cited(self, question: Question) -> bool:
        """Whether the articles of the answer before have half of a question's words."""
        asked = {stem(term) for term in terms(question.text)}
        held: set[str] = set()
        for article in cited_before(question):
            for passage in self.archive.passages(article):
                held |= {stem(word) for word in words(passage.text)}
        return bool(asked) and 2 * len(asked & held) >= len(asked)

    def ground(self, turn: Turn) -> Turn:
        """The turn with the answer that its evidence supports."""
        draft = cast(Draft, turn.draft)
        answer = ground(turn.question, draft, turn.evidence, self.archive, turn.judged)
        trace = Trace(
            writer=self.chat.name if self.chat and turn.judged is not None else "quoting",
            models=self.models,
            prompts=self.chat.prompts if self.chat else {},
            settings=self.settings.fingerprint,
            tokens=dict(draft.tokens),
        )
        stood = as_they_stood(turn.question, "It is answered from the articles")
        notice = " ".join(filter(None, (stood and f"{stood}.", turn.notice))) or None
        return replace(turn, answer=replace(answer, trace=trace, notice=notice))


def _or_guessed(name: str, stage: Stage, turn: Turn) -> Turn:
    """What a stage finds, or what was found for the same question while it was being read."""
    if known := turn.guess.get(name):
        return replace(turn, question=known.question, hits=known.hits)
    return stage(turn)
