"""The networks of the packaged reader: what they say of texts.

Each has a file of its own: onnxruntime computes all that a graph holds, whatever is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal

from assistant.models.pair_model import REMEMBERED, Encoder

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
        self._sentences = Encoder(lambda: files("sentences"))
        self._claims = Encoder(lambda: files("claims"))
        self._forms = Encoder(lambda: files("forms"))
        self._of_sentence = lru_cache(REMEMBERED)(self._answers)
        self._of_claim = lru_cache(REMEMBERED)(self._support)
        self.forms = lru_cache(REMEMBERED)(self._form)

    def answers(
        self, workers: ThreadPoolExecutor, question: str, sentences: Sequence[str]
    ) -> list[float]:
        """The logit of a question with each of some sentences, in their order.

        Raises:
            ModelError: the model cannot be loaded.
        """
        self._sentences.load()
        return list(workers.map(partial(self._of_sentence, question), sentences))

    def supports(
        self, workers: ThreadPoolExecutor, claim: str, sources: Sequence[str]
    ) -> list[float]:
        """The logit of a claim with each of some sources.

        Raises:
            ModelError: the model cannot be loaded.
        """
        self._claims.load()
        return list(workers.map(partial(self._of_claim, claim), sources))

    def marks(self, question: str, sentence: str) -> Pieces:
        """The word pieces of a sentence.

        Raises:
            ModelError: the model cannot be loaded.
        """
        pair = self._sentences.asked(question, sentence)
        logits = self._sentences.run("marks", pair)
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

    def _answers(self, question: str, sentence: str) -> float:
        return float(self._sentences.run("logits", self._sentences.asked(question, sentence))[0])

    def _support(self, claim: str, source: str) -> float:
        """A claim is read whole: what is not read would count as supported."""
        return float(self._claims.run("logits", self._claims.pieces(claim, source))[-1])
