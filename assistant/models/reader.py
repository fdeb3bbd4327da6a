"""Whether a sentence answers a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.models.hub_classifier import HubClassifier
from assistant.models.trained import TrainedReader
from assistant.settings import ModelSettings
from assistant.types import Form


class Reader(Protocol):
    """Judges whether sentences answer a question."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """A logit per sentence, each given in its context: the higher, the better it answers."""


class HubReader:
    """A model of the hub with a single label, or with one called "answers"."""

    def __init__(self, settings: ModelSettings) -> None:
        self.name = settings.reader
        self._model = HubClassifier(settings.reader, ("answers",), settings.threads)

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """A logit per sentence, in the order of the sentences.

        Raises:
            ModelError: the model cannot be loaded, or its labels say nothing of answers.
        """
        return self._model.logits([(question, sentence) for sentence in sentences])


class FormReader(Protocol):
    """Tells what an answer to a question has to be."""

    def form(self, question: str, /, least: float = ...) -> Form:
        """The form; a fact where none has the ``least`` probability."""


class Marker(Protocol):
    """Tells which words of a sentence answer."""

    def marked(self, question: str, sentence: str, begins: int, /) -> tuple[int, int] | None:
        """The characters that answer, first and one past the last; None where that is not sure.

        Args:
            question: as it was asked.
            sentence: in its context.
            begins: where the sentence itself begins there.
        """


def load_trained(settings: ModelSettings) -> TrainedReader | None:
    """The packaged reader, which tells forms and marks words too; None where readers are off."""
    return None if settings.reader == "off" else TrainedReader(settings)


def load_reader(settings: ModelSettings) -> Reader | None:
    """The reader that the settings name, or None where it is off. Loads at its first use."""
    if settings.reader == "off":
        return None
    return TrainedReader(settings) if settings.reader == "packaged" else HubReader(settings)
