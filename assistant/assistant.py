"""The door: an archive, its models and a writer, wired to answer questions."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import (
    AsyncIterator,
    Callable,
    Generator,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import suppress
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from assistant import cluster
from assistant.answering import (
    Fallback,
    Turn,
    finished,
    message,
)
from assistant.archive import Archive
from assistant.chat_writer import ChatTurns
from assistant.errors import OnRecordError
from assistant.language import Parser, SpacyParser
from assistant.models.chat_model import ChatModel, chat_model
from assistant.models.embedding import Embedder, load_embedder
from assistant.models.reader import FormReader, load_reader, load_trained
from assistant.models.reranking import Reranker, load_reranker
from assistant.models.verifier import load_verifier
from assistant.quoting import quoting_writer
from assistant.reading import Addable, articles_of, expand
from assistant.settings import Settings, load
from assistant.stages import Stages
from assistant.tracing import span
from assistant.types import (
    EVERYTHING,
    Answer,
    AnswerEvent,
    Article,
    Event,
    Filters,
    Hit,
    IngestReport,
    Question,
    StageEvent,
    SyncReport,
)
from assistant.understanding import Past, asked

if TYPE_CHECKING:
    from assistant.answering.runnable import AnswerChain
    from assistant.retrieval.retriever import PassageRetriever


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
        writer: Fallback,
        settings: Settings,
        chat: ChatModel | None = None,
        judge: ChatModel | None = None,
        forms: FormReader | None = None,
    ) -> None:
        """Wire parts together; ``open`` is the usual way."""
        self.archive = archive
        self.settings = settings
        reader, verifier = load_reader(settings.models), load_verifier(settings.models)
        judges = {"reranker": reranker, "reader": reader, "verifier": verifier}
        names = {role: one.name if one else "off" for role, one in judges.items()}
        turns = None
        if chat:
            turns = ChatTurns(chat, judge, writer, archive, parser, verifier, settings)
        self.models = {"embedder": archive.embedder} | names | (turns.models if turns else {})
        """Names of the models in use, by role."""
        self.stages = Stages(
            archive, reranker, writer, settings, self.models,
            forms or load_trained(settings.models), turns,
        )  # fmt: skip

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        *,
        settings: Settings | None = None,
        embedder: Embedder | None = None,
        chat: ChatModel | None = None,
        judge: ChatModel | None = None,
    ) -> Assistant:
        """Open an archive, making it where it is missing. Models load when first needed.

        Args:
            path: the archive's folder; else the setting ``archive.path``.
            settings: else those of the environment and assistant.toml.
            embedder: else the one that the settings name.
            chat: the chat model that writes; else the one that ``answer.model`` names.
            judge: the chat model that tells what sources support; else that of ``answer.judge``.

        Raises:
            SettingsError: a setting is unknown or wrong, or there is no such chat model.
            ModelMissing: a chat model's package is not installed; the hint has the command.
            ArchiveError: the folder is no archive, or of a newer version.
        """
        settings = settings or load()
        if chat is None and settings.answer.model != "quoting":
            chat = chat_model(settings.answer.model, settings.answer)
        if judge is None and settings.answer.judge:
            judge = chat_model(settings.answer.judge, settings.answer)
        parser = SpacyParser(settings.models)
        archive = Archive(
            Path(path or settings.archive.path),
            embedder or load_embedder(settings.models),
            settings,
            parser if settings.archive.statements else None,
        )
        reranker, models = load_reranker(settings.models), settings.models
        reader, trained, reranked = load_reader(models), load_trained(models), reranker is not None
        writer = quoting_writer(archive, reader, reranked, settings.answer, trained)
        return cls(archive, reranker, parser, writer, settings, chat, judge, trained)

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the archive's files."""
        self.archive.close()

    @property
    def writer(self) -> Fallback:
        """What writes where no chat model does."""
        return self.stages.writer

    @property
    def quotes(self) -> bool:
        """Whether the quoting writer writes, so that no question leaves this machine."""
        return self.stages.chat is None

    # The archive

    def add(
        self,
        source: Addable | Iterable[Addable],
        progress: Callable[[int], None] | None = None,
        ray: str = "",
    ) -> IngestReport:
        """Read and keep articles.

        Args:
            source: a file, a folder, the address of a page or feed, or an Article, or several of
                them.
            progress: called with the number of articles dealt with so far.
            ray: the address of a Ray cluster whose workers read and encode, or "local" for one on
                this machine; without it this process does. Addresses of pages are read here.

        Raises:
            ArchiveBusy: another process is writing to the archive.
            ClusterError: there is no such cluster.
        """
        sources = [source] if isinstance(source, (str, Path, Article)) else source
        reading = self.settings.reading
        found = expand(sources, reading)
        if ray:
            made = cluster.prepare(found, ray, self.settings, self.archive)
            return self.archive.add(made, progress)
        return self.archive.add(articles_of(found, reading), progress)

    def sync(self, place: str | Path, delete: bool = False) -> SyncReport:
        """Read what is new or has changed in a folder or feed since it was last looked at.

        Args:
            place: the folder, or the address of the feed.
            delete: whether articles that no file of the folder holds any more are removed.

        Raises:
            ArchiveBusy: another process is writing to the archive.
            ArchiveError: there is no such folder or feed, or nothing is left in it.
        """
        from assistant.following import sync

        return sync(self.archive, place, self.settings.reading, delete)

    def remove(self, ids: str | Sequence[str]) -> int:
        """Remove articles from everything; returns how many there were."""
        return self.archive.remove([ids] if isinstance(ids, str) else ids)

    # Questions

    def warm_up(self) -> None:
        """Load the models, each in a thread of its own, before the first question needs them."""
        reader, text = load_reader(self.settings.models), ["warm up"]
        uses: list[Callable[[], object]] = [partial(self.archive.encode, text)]
        if self.stages.reranker:
            uses.append(partial(self.stages.reranker.score, text[0], text))
        if reader:
            uses.append(partial(reader.answers, text[0], text))

        def load(use: Callable[[], object]) -> None:
            with suppress(OnRecordError):  # the first question will say what is wrong
                use()

        for use in uses:
            threading.Thread(target=load, args=[use], daemon=True, name="warm up").start()

    def search(self, question: str | Question, filters: Filters = EVERYTHING) -> list[Hit]:
        """The hits for a question, best first, without an answer. No chat model is asked."""
        turn = Turn(replace(asked(question, (), filters), inferred=(), read_as=()))
        for stage in (self.stages.read, *self.stages.searching().values()):
            turn = stage(turn)
        return list(turn.hits)

    def without_chat(self) -> Assistant:
        """The same assistant, sharing everything, but for the chat model, which may cost money."""
        quoting = copy(self)
        quoting.stages = self.stages.without_chat()
        quoting.models = quoting.stages.models
        return quoting

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
        *_, event = self.stream(question, history, filters)
        return cast(AnswerEvent, event).answer

    def stream(
        self,
        question: str | Question,
        history: Sequence[Past] = (),
        filters: Filters = EVERYTHING,
    ) -> Generator[Event, None, None]:
        """Answer as ``ask`` does, with an event for each stage; the last holds the answer.

        Where a chat model writes, its words come as ``TokenEvent``, and each sentence once more as
        a ``ClaimEvent`` when the gate has seen it whole. Closing the stream ends the model's reply.
        """
        with span("question") as whole:
            turn = Turn(asked(question, history, filters), span=whole)
            chat = self.stages.chat
            if chat:  # which may think for a while about what is asked
                yield StageEvent("understand", "Reading the question", 0.0)
            for name, stage in self.stages.every():
                if name == "write" and chat and not turn.answer:
                    with span(name, whole):
                        turn = yield from chat.write(self.stages.with_evidence(turn))
                else:
                    turn = stage(turn)
                if told := message(name, turn):
                    yield StageEvent(name, told, turn.seconds[name])
            answer = finished(turn)
            if whole:
                whole.set_attributes({
                    "onrecord.form": answer.form,
                    "onrecord.outcome": answer.outcome,
                    "onrecord.claims": len(answer.claims),
                    "onrecord.citations": len(answer.citations),
                })  # fmt: skip
            yield AnswerEvent(answer)

    def turns(self, question: Question) -> Iterator[tuple[str, Turn]]:
        """Each stage's name and the turn as it left it: what was found, read, drafted, kept."""
        turn = Turn(question)
        for name, stage in self.stages.every():
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
        """``stream``, its stages in worker threads; closing it ends the model's reply."""
        events = self.stream(question, history, filters)
        step = None
        try:
            while True:
                step = asyncio.ensure_future(asyncio.to_thread(next, events, None))
                if (event := await asyncio.shield(step)) is None:
                    return
                yield event
        finally:
            if step is not None and not step.done():  # cancelled in the middle of a step
                await asyncio.wait([step])
            await asyncio.to_thread(events.close)

    # LangChain

    def as_runnable(self) -> AnswerChain:
        """The same stages as a LangChain chain, to an Answer.

        It takes a text, a ``Question``, a dict of ``question`` (``history``, ``filters``), or
        messages.
        """
        from assistant.answering.runnable import chain

        return chain(self.stages.every())

    def as_retriever(self, filters: Filters = EVERYTHING) -> PassageRetriever:
        """The search as a LangChain retriever, limited to ``filters``."""
        from assistant.retrieval.retriever import PassageRetriever

        return PassageRetriever(search=self.search, filters=filters)
