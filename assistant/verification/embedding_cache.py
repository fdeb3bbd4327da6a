"""Vectors of words and sentences, each encoded once: the same words come back claim after claim."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import numpy as np

from assistant.models.embedding import Vectors

Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, a row each."""

_KEPT = 20_000  # vectors; 30 MB at 384 dimensions


class EmbeddingCache:
    """An ``Encode`` that keeps the vectors it used last. Safe to use from several threads."""

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = Lock()

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """The vectors of the texts; those not known are encoded together."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new:
            found.update(zip(new, self._encode(new), strict=True))
        with self._lock:
            for text, vector in found.items():
                self._known[text] = vector
                self._known.move_to_end(text)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return np.stack([found[text] for text in texts]) if texts else self._encode(texts)
