"""Cross-encoders as ONNX files: a few logits for each pair of texts, and for its word pieces."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.models.loading import Lazy
from assistant.models.sessions import Network, load_network

if TYPE_CHECKING:
    from tokenizers import Encoding

_PIECES = 512  # that BERT reads of a pair
_OF_LEFT = 170  # of them, of a question
_REMEMBERED = 20_000  # pairs, of some hundred bytes each
_INPUTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}


class PairModel:
    """A cross-encoder, loaded when it is first asked; safe to use from several threads.

    Pairs are not batched: an int8 model scales by the largest value of a batch, so a text's logits
    would depend on the others in it. One pair per thread is also faster than all threads on one
    pair. Logits are cached, since suggested and repeated questions are asked again.
    """

    def __init__(self, files: Callable[[], tuple[Path, Path]]) -> None:
        """Make a model.

        Args:
            files: the network (ONNX) and its tokenizer (JSON); may raise a ModelError.
        """
        self._loaded = Lazy(lambda: _load(*files()))
        self._of_pair = lru_cache(_REMEMBERED)(self._judge)
        self._of_claim = lru_cache(_REMEMBERED)(self._support)
        self._of_text = lru_cache(_REMEMBERED)(self._form)

    def logits(
        self, workers: ThreadPoolExecutor, left: str, rights: Sequence[str]
    ) -> list[tuple[float, ...]]:
        """The logits of a text paired with each of others, in their order.

        Raises:
            ModelError: the model cannot be loaded.
        """
        self._loaded()  # in this thread, so that its failure is told here
        return list(workers.map(partial(self._of_pair, left), rights))

    def supports(
        self, workers: ThreadPoolExecutor, claim: str, sources: Sequence[str]
    ) -> list[float]:
        """The logit of a claim with each of some sources, by the encoder that judges claims.

        Raises:
            ModelError: the model cannot be loaded.
        """
        self._loaded()
        return list(workers.map(partial(self._of_claim, claim), sources))

    def marks(self, left: str, right: str) -> list[tuple[int, int, float]]:
        """The word pieces of the right text: first character, one past the last, and a logit.

        Raises:
            ModelError: the model cannot be loaded.
        """
        pair, (logits,) = self._run(self._cut(left), right, "marks")
        return [
            (start, end, float(logit))
            for (start, end), of, logit in zip(pair.offsets, pair.type_ids, logits, strict=True)
            if of == 1 and end > start
        ]

    def forms(self, text: str) -> tuple[float, ...]:
        """The logits of a text by itself, for each form of answer that it may want.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return self._of_text(text)

    def _form(self, text: str) -> tuple[float, ...]:
        _, (logits,) = self._run(self._cut(text), "", "forms")
        return tuple(map(float, logits))

    def _judge(self, left: str, right: str) -> tuple[float, ...]:
        _, (logits,) = self._run(self._cut(left), right, "logits")
        return tuple(map(float, logits))

    def _support(self, claim: str, source: str) -> float:
        """By the second encoder where the file has one; else the second logit of the first."""
        own = "supports" in self._loaded().outputs
        _, (logits,) = self._run(claim, source, "supports" if own else "logits")
        return float(logits[-1])

    def _cut(self, question: str) -> str:
        """A question as far as it is read: two thirds of what the network sees are the sentence's.

        2,000 brackets would leave that no room, and cost four times the time of a question. A claim
        is read whole: what is not read would count as supported.
        """
        tokenizer = self._loaded().tokenizer
        offsets = tokenizer.encode(question, add_special_tokens=False).offsets
        return question if len(offsets) <= _OF_LEFT else question[: offsets[_OF_LEFT - 1][1]]

    def _run(self, left: str, right: str, output: str) -> tuple[Encoding, np.ndarray]:
        network = self._loaded()
        pair = network.tokenizer.encode(left, right)
        inputs = {name: np.array([getattr(pair, of)], np.int64) for name, of in _INPUTS.items()}
        return pair, network.run(output, inputs)


def _load(network: Path, pieces: Path) -> Network:
    return load_network(network, pieces, _PIECES)


def workers(threads: int, role: str) -> ThreadPoolExecutor:
    """Threads that judge pairs; 0 for as many as there are processors."""
    return ThreadPoolExecutor(threads or os.cpu_count() or 1, role)
