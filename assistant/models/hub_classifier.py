"""Cross-encoders of the model hub: sequence classification, their labels read by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from assistant.errors import ModelUnsuited
from assistant.models.loading import Lazy, from_hub, limit_threads

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_INDEPENDENT = {"answers", "supports"}  # our own heads, which do not exclude each other


class HubClassifier:
    """A model that judges pairs of texts by one of its labels; loads at its first use.

    A model with a single label is judged by that, whatever its name.
    """

    def __init__(self, name: str, wanted: tuple[str, ...], threads: int) -> None:
        """Make a classifier.

        Args:
            name: the model's on the hub, or a folder's.
            wanted: names that the label may have, in lower case.
            threads: processor threads it may use; 0 for all.
        """
        self.name = name
        self._wanted = wanted
        self._threads = threads
        self._loaded = Lazy(self._load)

    @property
    def labels(self) -> list[str]:
        """The names of its labels in lower case, in the order of its logits.

        Raises:
            ModelError: the model cannot be loaded.
        """
        named = self._loaded().config.id2label
        return [named[place].lower() for place in sorted(named)]

    def logits(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The label's logit for each pair: where labels exclude each other, against the others.

        Raises:
            ModelError: the model cannot be loaded, or none of its labels is the one wanted.
        """
        labels, place = self.labels, self._place()
        if not pairs:
            return []
        from torch.nn import Identity

        found = self._loaded().predict(
            list(pairs), activation_fn=Identity(), show_progress_bar=False
        )
        rows = np.asarray(found, np.float64).reshape(len(pairs), len(labels))
        if len(labels) > 1 and set(labels) != _INDEPENDENT:
            others = np.delete(rows, place, axis=1)
            return list(rows[:, place] - np.logaddexp.reduce(others, axis=1))
        return list(rows[:, place])

    def _place(self) -> int:
        labels = self.labels
        if len(labels) == 1:
            return 0
        found = [place for place, label in enumerate(labels) if label in self._wanted]
        if len(found) != 1:
            called = f", or with one called {' or '.join(self._wanted)}" if self._wanted else ""
            raise ModelUnsuited(
                f"The labels of {self.name!r} are {', '.join(labels)}.",
                f"Name a model with a single label{called}.",
            )
        return found[0]

    def _load(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        limit_threads(self._threads)
        return from_hub(lambda: CrossEncoder(self.name, device="cpu"), self.name)
