"""Whether the sentences of a source say what a claim says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.models.hub_classifier import HubClassifier
from assistant.models.trained import TrainedReader
from assistant.settings import ModelSettings

_ENTAILMENT = "entailment"


class Verifier(Protocol):
    """Judges whether sources support a claim."""

    @property
    def name(self) -> str:
        """Identifies the model."""

    def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
        """One logit per source of one to three sentences; higher means better support."""


class HubVerifier:
    """A model of the hub with a label "supports" or, of natural language inference, "entailment".

    The latter take the premise first, so the source.
    """

    def __init__(self, settings: ModelSettings) -> None:
        self.name = settings.verifier
        wanted = ("supports", _ENTAILMENT)
        self._model = HubClassifier(settings.verifier, wanted, settings.threads)

    def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
        """A logit per source, in the order of the sources.

        Raises:
            ModelError: the model cannot be loaded, or its labels say nothing of support.
        """
        premise_first = _ENTAILMENT in self._model.labels
        pairs = [(source, claim) if premise_first else (claim, source) for source in sources]
        return self._model.logits(pairs)


def load_verifier(settings: ModelSettings) -> Verifier | None:
    """The verifier that the settings name, or None where it is off. Loads at its first use."""
    if settings.verifier == "off":
        return None
    return TrainedReader(settings) if settings.verifier == "packaged" else HubVerifier(settings)
