"""The door: an archive, its models and a writer, wired to answer questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from assistant.answering import (
    Draft,
    Stage,
    Turn,
    Writer,
    finished,
    ground,
    message,
    pack,
    quoting_writer,
    timed,
    widen,
)
from assistant.archive import Archive
from assistant.errors import QuestionError, SettingsError
from assistant.language import Parser, SpacyParser
from assistant.models import (
    Embedder,
    Reranker,
    SentenceEmbedder,
    count_tokens,
    load_reranker,
)
from assistant.reading import read
from assistant.retrieval import event_day, rerank, retrieve, settle_period, understand
from assistant.settings import Settings, load
from assistant.text import clean
from assistant.types import (
    EVERYTHING,
    Answer,
    AnswerEvent,
    Article,
    Event,
    Filters,
    Hit,
    IngestReport,
    PastTurn,
    Question,
    Skipped,
    StageEvent,
    Trace,
)

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from assistant.retrieval.retriever import PassageRetriever

Addable = str | Path | Article
Past = Answer | PastTurn | Mapping[str, str]


class Assistant:
    """Answers questions over an archive. Safe to use from several threads.

    >>> with Assistant.open("archive/") as assistant:
    ...     assistant.add("corpus/")
    ...     answer = assistant.ask("what did the MEA say about Naqvi's claims")
    """

    def __init__(
        self,
        archive: Archive,
        reranker: Reranker | None,
        parser: Parser,
        writer: Writer,
        settings: Settings,
    ) -> None:
        """Wire parts together; ``open`` is the usual way."""
        self.archive = archive
        self.settings = settings
        self._reranker = reranker
        self._parser = parser
        self.writer = writer

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
    ) -> Assistant:
        """Open an archive, making it where it is missing. Models load when first needed.

        Args:
            path: the archive's folder; else the setting ``archive.path``.
            settings: else those of the environment and assistant.toml.
            embedder: else the one that the settings name.

        Raises:
            SettingsError: a setting is unknown or wrong.
            ArchiveError: the folder is no archive, or of a newer version.
        """
        settings = settings or load()
        if settings.answer.model != "quoting":
            raise SettingsError(
                f"There is no writer {settings.answer.model!r}.", 'Set answer.model to "quoting".'
            )
        parser = SpacyParser(settings.models)
        archive = Archive(
            Path(path or settings.archive.path),
            embedder or SentenceEmbedder(settings.models),
            settings,
            parser if settings.archive.statements else None,
        )
        reranker = load_reranker(settings.models)
        writer = quoting_writer(archive, reranker, parser, settings.answer)
        return cls(archive, reranker, parser, writer, settings)

    def __enter__(self) -> Assistant:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the archive's files."""
        self.archive.close()

    @property
    def models(self) -> dict[str, str]:
        """Names of the models in use, by role."""
        reranker = self._reranker.name if self._reranker else "off"
        return {"embedder": self.archive.embedder, "reranker": reranker}

    # The archive

    def add(
        self,
        source: Addable | Iterable[Addable],
        progress: Callable[[int], None] | None = None,
    ) -> IngestReport:
        """Read and keep articles.

        Args:
            source: a file, a folder or an Article, or several of them.
            progress: called with the number of articles dealt with so far.

        Raises:
            ArchiveBusy: another process is writing to the archive.
        """
        sources = [source] if isinstance(source, (str, Path, Article)) else source
        return self.archive.add(self._items(sources), progress)

    def _items(self, sources: Iterable[Addable]) -> Iterator[Article | Skipped]:
        for source in sources:
            if isinstance(source, Article):
                yield source
            else:
                yield from read(Path(source), self.settings.reading)

    def remove(self, ids: str | Sequence[str]) -> int:
        """Remove articles from everything; returns how many there were."""
        return self.archive.remove([ids] if isinstance(ids, str) else ids)

    # Questions

    def search(self, question: str | Question, filters: Filters = EVERYTHING) -> list[Hit]:
        """The hits for a question, best first, without an answer."""
        turn = Turn(_question(question, (), filters))
        for stage in (self._understand, self._retrieve, self._rerank):
            turn = stage(turn)
        return list(turn.hits)

    def ask(
        self,
        question: str | Question,
        history: Sequence[Past] = (),
        filters: Filters = EVERYTHING,
    ) -> Answer:
        """Answer a question, or refuse.

        Args:
            question: the question; a ``Question`` brings its own history and filters.
            history: the turns before it: Answers, or dicts of ``question`` and ``answer``.
            filters: what to limit the search to.

        Raises:
            QuestionError: it is empty or too long.
            ModelError: a model cannot be loaded.
        """
        *_, last = self.stream(question, history, filters)
        return cast(AnswerEvent, last).answer

    def stream(
        self,
        question: str | Question,
        history: Sequence[Past] = (),
        filters: Filters = EVERYTHING,
    ) -> Iterator[Event]:
        """Answer as ``ask`` does, with an event for each stage; the last holds the answer."""
        for name, turn in self.turns(_question(question, history, filters)):
            yield StageEvent(name, message(name, turn), turn.seconds[name])
        yield AnswerEvent(finished(turn))

    def turns(self, question: Question) -> Iterator[tuple[str, Turn]]:
        """Each stage's name and the turn as it left it: what was found, read, drafted, kept."""
        turn = Turn(question)
        for name, stage in self._stages():
            turn = stage(turn)
            yield name, turn

    async def aask(
        self,
        question: str | Question,
        history: Sequence[Past] = (),
        filters: Filters = EVERYTHING,
    ) -> Answer:
        """``ask``, in a worker thread."""
        return await asyncio.to_thread(self.ask, question, history, filters)

    async def astream(
        self,
        question: str | Question,
        history: Sequence[Past] = (),
        filters: Filters = EVERYTHING,
    ) -> AsyncIterator[Event]:
        """``stream``, its stages in worker threads."""
        events = self.stream(question, history, filters)
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event

    # LangChain

    def as_runnable(self) -> Runnable[str | Question, Answer]:
        """The same stages as a LangChain chain, from a question to its Answer."""
        from langchain_core.runnables import RunnableLambda

        def start(question: str | Question) -> Turn:
            return Turn(_question(question, (), EVERYTHING))

        chain: Any = RunnableLambda(start)
        for name, stage in self._stages():
            chain = chain | RunnableLambda(stage, name=name)
        result: Runnable[str | Question, Answer] = chain | RunnableLambda(finished)
        return result

    def as_retriever(self, filters: Filters = EVERYTHING) -> PassageRetriever:
        """The search as a LangChain retriever, limited to ``filters``."""
        from assistant.retrieval.retriever import PassageRetriever

        return PassageRetriever(search=self.search, filters=filters)

    # Stages

    def _stages(self) -> list[tuple[str, Stage]]:
        stages = {
            "understand": self._understand,
            "retrieve": self._retrieve,
            "rerank": self._rerank,
            "write": self._write,
            "ground": self._ground,
        }
        return [(name, timed(name, stage)) for name, stage in stages.items()]

    def _understand(self, turn: Turn) -> Turn:
        def day(event: str) -> date | None:
            return event_day(event, self.archive, self._reranker, turn.question.filters)

        question = understand(turn.question, self.settings.answer.max_question, self._parser, day)
        return replace(turn, question=question, coverage=self.archive.coverage(question.filters))

    def _retrieve(self, turn: Turn) -> Turn:
        hits = retrieve(turn.question, self.archive, self.settings.retrieval)
        return replace(turn, hits=tuple(hits))

    def _rerank(self, turn: Turn) -> Turn:
        hits = rerank(turn.question, turn.hits, self._reranker, self.settings.retrieval)
        question, hits = settle_period(turn.question, hits)
        return replace(turn, question=question, hits=tuple(hits))

    def _write(self, turn: Turn) -> Turn:
        hits = widen(turn.hits, self.archive.passages)
        evidence = pack(hits, self.settings.answer.budget, count_tokens)
        return replace(turn, evidence=evidence, draft=self.writer.write(turn.question, evidence))

    def _ground(self, turn: Turn) -> Turn:
        answer = ground(turn.question, cast(Draft, turn.draft), turn.evidence, self.archive)
        trace = Trace(
            writer=self.settings.answer.model,
            models=self.models,
            settings=self.settings.fingerprint,
        )
        return replace(turn, answer=replace(answer, trace=trace))


def _question(question: str | Question, history: Sequence[Past], filters: Filters) -> Question:
    if isinstance(question, Question):
        if history or filters != EVERYTHING:
            raise QuestionError("A Question brings its own history and filters.")
        return question
    return Question(question, tuple(map(_past_turn, history)), filters)


def _past_turn(past: Past) -> PastTurn:
    if isinstance(past, PastTurn):
        return past
    if isinstance(past, Answer):
        return PastTurn(past.question, past.text)
    given: Any = past  # it may come from a file
    fields = given if isinstance(given, Mapping) else {}
    question, answer = fields.get("question"), fields.get("answer")
    if isinstance(question, str) and isinstance(answer, str):
        return PastTurn(clean(question), clean(answer))
    raise QuestionError(
        "An earlier turn needs a question and an answer.",
        'Pass Answers, or dicts like {"question": "…", "answer": "…"}.',
    )
