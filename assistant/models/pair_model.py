"""Networks that read two texts, as ONNX files; cross-encoders, which have a logit for the two."""

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

_REMEMBERED = 20_000  # pairs, of some hundred bytes each
_PIECES = 512  # that BERT reads of both
_OF_QUESTION = 170  # of them
_INPUTS = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}


class Encoder:
    """A network that reads two texts, loaded when it is first asked; safe to use from threads.

    Texts are not batched: an int8 model scales by the largest value of a batch, so what is said of
    a text would depend on the others in it. One per thread is also faster than all threads on one.
    """

    def __init__(self, files: Callable[[], tuple[Path, Path]]) -> None:
        """Make one.

        Args:
            files: the network (ONNX) and its tokenizer (JSON); may raise a ModelError.
        """
        self._network = Lazy(lambda: _load(*files()))

    def load(self) -> None:
        """Load it in this thread, so that its failure is told here.

        Raises:
            ModelError: it cannot be loaded.
        """
        self._network()

    def pieces(self, left: str, right: str) -> Encoding:
        """The word pieces of two texts."""
        return self._network().tokenizer.encode(left, right)

    def asked(self, question: str, text: str) -> Encoding:
        """The word pieces of a question and a text.

        Of the question only a third of what the network sees: 2,000 brackets would leave the text
        no room, and cost four times the time of a question.
        """
        tokenizer = self._network().tokenizer
        offsets = tokenizer.encode(question, add_special_tokens=False).offsets
        whole = len(offsets) <= _OF_QUESTION
        return tokenizer.encode(
            question if whole else question[: offsets[_OF_QUESTION - 1][1]], text
        )

    def run(self, output: str, pieces: Encoding) -> np.ndarray:
        """An output for the word pieces of two texts, without its first dimension."""
        inputs = {name: np.array([getattr(pieces, of)], np.int64) for name, of in _INPUTS.items()}
        (found,) = self._network().run(output, inputs)
        return np.asarray(found)


class PairModel:
    """A cross-encoder. Logits are cached, since what was asked once is often asked again."""

    def __init__(
        self, files: Callable[[], tuple[Path, Path]], place: int = 0, whole: bool = False
    ) -> None:
        """Make a model.

        Args:
            files: the network (ONNX) and its tokenizer (JSON); may raise a ModelError.
            place: which of the network's logits is meant.
            whole: whether the first text is read to its end, whatever room that leaves the other.
        """
        self.encoder = Encoder(files)
        """The network itself."""
        self._place = place
        self._pieces = self.encoder.pieces if whole else self.encoder.asked
        self._of_pair = lru_cache(_REMEMBERED)(self._judge)

    def logits(self, workers: ThreadPoolExecutor, left: str, rights: Sequence[str]) -> list[float]:
        """The logit of a text with each of others, in their order.

        Raises:
            ModelError: the model cannot be loaded.
        """
        self.encoder.load()
        return list(workers.map(partial(self._of_pair, left), rights))

    def _judge(self, left: str, right: str) -> float:
        return float(self.encoder.run("logits", self._pieces(left, right))[self._place])


def _load(network: Path, pieces: Path) -> Network:
    return load_network(network, pieces, _PIECES)


def workers(threads: int, role: str) -> ThreadPoolExecutor:
    """Threads that judge texts; 0 for as many as there are processors."""
    return ThreadPoolExecutor(threads or os.cpu_count() or 1, role)
