"""The networks of the packaged reader: what they say of texts.

Each has a file of its own: onnxruntime computes all that a graph holds, whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Literal

from assistant.models.pair_model import Encoder, PairModel

_REMEMBERED = 20_000  # questions

Part = Literal["sentences", "claims", "forms"]
"""One of the reader's networks."""

Pieces = list[tuple[int, int, float]]
"""Word pieces: first character, one past the last, and a logit."""


class ReaderModel:
    """The reader's networks, each loaded when it is first asked; what they say is cached."""

    def __init__(self, files: Callable[[Part], tuple[Path, Path]]) -> None:
        """Make a model.

        Args:
            files: a network (ONNX) and its tokenizer (JSON); may raise a ModelError.
        """
        self.sentences = PairModel(lambda: files("sentences"))
        """Judges whether a sentence answers a question."""
        # A claim is read whole: what is not read would count as supported.
        self.claims = PairModel(lambda: files("claims"), place=-1, whole=True)
        """Judges whether sources say what a claim says."""
        self._forms = Encoder(lambda: files("forms"))
        self.forms = lru_cache(_REMEMBERED)(self._form)

    def marks(self, question: str, sentence: str) -> Pieces:
        """The word pieces of a sentence.

        Raises:
            ModelError: the model cannot be loaded.
        """
        pair = self.sentences.encoder.asked(question, sentence)
        logits = self.sentences.encoder.run("marks", pair)
        return [
            (start, end, float(logit))
            for (start, end), of, logit in zip(pair.offsets, pair.type_ids, logits, strict=True)
            if of == 1 and end > start
        ]

    def _form(self, text: str) -> tuple[float, ...]:
        """The logits of a text by itself, for each form of answer that it may want.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return tuple(map(float, self._forms.run("forms", self._forms.asked(text, ""))))
