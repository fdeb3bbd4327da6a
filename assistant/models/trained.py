"""The packaged reader: two encoders that this project trained, with a head for each judgement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from assistant.models.embedding import packaged_pieces
from assistant.models.loading import checked_file
from assistant.models.pair_model import PairModel, workers
from assistant.settings import ModelSettings
from assistant.types import Form

_NETWORK = Path(__file__).with_name("packaged_reader") / "model.onnx"
_SHA256 = "1dc4b0a17cbca51eda3b2136afe942586088c52c751c5d0f02564985583f5744"
_SURE = 0.4  # of a form; below it a fact is wanted, as most questions do


class TrainedReader:
    """A reader and a verifier in one network; what it was made from is in its model card.

    Trained by ``evals/training``. Nothing of it needs torch.
    """

    name = "onrecord-reader-7"

    def __init__(self, settings: ModelSettings) -> None:
        self._workers = workers(settings.threads, "reader")

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        """A logit per sentence, in the order of the sentences.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return [answers for answers, _ in _model.logits(self._workers, question, sentences)]

    def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
        """A logit per source, in the order of the sources.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return _model.supports(self._workers, claim, sources)

    def form(self, question: str, /, least: float = _SURE) -> Form:
        """What an answer to a question has to be; a fact where none has the ``least`` probability.

        Raises:
            ModelError: the model cannot be loaded.
        """
        logits = _model.forms(question)
        forms: tuple[Form, ...] = get_args(Form)
        best = max(logits)
        likely = 1 / sum(math.exp(logit - best) for logit in logits)
        return forms[logits.index(best)] if likely >= least else "fact"

    def marked(self, question: str, sentence: str, begins: int, /) -> tuple[int, int] | None:
        """The characters of a sentence that answer, first and one past the last; None if unsure.

        Args:
            question: as it was asked.
            sentence: as the reader reads it, in its context.
            begins: where the sentence itself begins there.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return stretch([one for one in _model.marks(question, sentence) if one[0] >= begins])


def stretch(pieces: Sequence[tuple[int, int, float]]) -> tuple[int, int] | None:
    """Of all stretches of word pieces the one with the largest sum of logits (Kadane's algorithm).

    Args:
        pieces: first character, one past the last, and logit of each.

    Returns:
        First character, and one past the last; None where every logit is negative.
    """
    best, here = (0.0, 0, 0), (0.0, 0)
    for start, end, logit in pieces:
        here = (here[0] + logit, here[1]) if here[0] > 0 else (logit, start)
        best = max(best, (here[0], here[1], end), key=lambda one: one[0])
    return best[1:] if best[0] > 0 else None


def trained_files() -> tuple[Path, Path]:
    """The network and its tokenizer.

    Raises:
        ModelMissing: the tokenizer's package is not installed.
        ModelDamaged: one of them is not the file that was tested.
    """
    return checked_file(_NETWORK, _SHA256, "reader"), packaged_pieces()


_model = PairModel(trained_files)
