"""The packaged reader: networks that this project trained, with a head for each judgement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from assistant.models.embedding import packaged_pieces
from assistant.models.loading import checked_file
from assistant.models.pair_model import workers
from assistant.models.reader_model import Part, Pieces, ReaderModel
from assistant.settings import ModelSettings
from assistant.types import Form

_FOLDER = Path(__file__).with_name("packaged_reader")
_WEIGHTS = "weights.bin"  # of all networks
_SHA256 = {
    "weights.bin": "a6f21ab2985d3bb0c0938271e14130351bd7fb04c152054182a081548f469b35",
    "sentences.onnx": "6bf7a0b006750801e8574ddd86cba84186bb5e65ec04899c1b542c470de73b8a",
    "claims.onnx": "c541de0eb5daf1464e997e2a63c430ace8d6ca25c42f6e1de56ca93abdf6d7df",
    "forms.onnx": "d0c6e63f3f39a4ab3c7c319cb8febf1924507d3e4d31e3c91bd0b5ef10a0107f",
}
_SURE = 0.4  # of a form; below it a fact is wanted, as most questions do


class TrainedReader:
    """A reader and a verifier; what they were made from is in the model card.

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
        return _model.sentences.logits(self._workers, question, sentences)

    def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
        """A logit per source, in the order of the sources.

        Raises:
            ModelError: the model cannot be loaded.
        """
        return _model.claims.logits(self._workers, claim, sources)

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


def stretch(pieces: Pieces) -> tuple[int, int] | None:
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


def trained_files(part: Part) -> tuple[Path, Path]:
    """One of the networks, whose weights lie beside it, and its tokenizer.

    Raises:
        ModelMissing: the tokenizer's package is not installed.
        ModelDamaged: one of them is not the file that was tested.
    """
    for name in (f"{part}.onnx", _WEIGHTS):
        checked_file(_FOLDER / name, _SHA256[name], "reader")
    return _FOLDER / f"{part}.onnx", packaged_pieces()


_model = ReaderModel(trained_files)
