"""What made a run: enough to say whether two runs are of the same, and what differs."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, FiniteFloat

from assistant.assistant import Assistant
from assistant.evaluation.judging import PROMPTS
from assistant.prompts import load_prompt
from assistant.suites.suite import Suite

_PACKAGES = (
    "onrecord chromadb ir-measures langchain-core numpy onnxruntime sentence-transformers"
    " sentencex tiktoken tokenizers torch transformers"
).split()


class Manifest(BaseModel):
    """Two runs with equal manifests have equal results."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    """Of the run's files."""
    suite: str
    """The suite's name."""
    questions: str
    """Fingerprint of what is asked and what is right about it."""
    asked: int
    """How many questions, without their twins."""
    twins: bool
    """Whether twins are asked."""
    archive: str
    """Fingerprint of the articles."""
    articles: int
    """How many there are."""
    settings: dict[str, Any]
    """The assistant's settings, but for the archive's place."""
    settings_fingerprint: str
    """The same as twelve hex digits."""
    models: dict[str, str]
    """The assistant's models, by role."""
    code: str
    """Hash of the package's source."""
    versions: dict[str, str]
    """Of Python and of the packages that a figure can depend on."""
    seed: int
    """Of every resampling."""
    cutoffs: tuple[int, ...]
    """Ranks at which recall and hit rate are read."""
    slices: tuple[str, ...]
    """What figures are broken down by."""
    metrics: tuple[str, ...]
    """The figures that comparisons test; none means the usual ones."""
    thresholds: dict[str, FiniteFloat]
    """The worst that the gate lets pass."""
    prices: tuple[float, float]
    """Of a million tokens that the answering chat model reads, and writes."""
    judge: dict[str, Any] | None
    """The judging chat model and its limits."""
    prompts: dict[str, str]
    """Fingerprints of the judge's prompts."""

    def answers_differ(self, other: Manifest) -> list[str]:
        """What can make the other's answers differ; scoring alone does not."""
        deciding = ("suite", "questions", "twins", "archive", *_HOW)
        return [name for name in deciding if getattr(self, name) != getattr(other, name)]

    def differences(self, other: Manifest) -> list[str]:
        """What else than the questions makes two runs differ, in words."""
        named = ("archive", *_HOW, "prompts", "judge", "seed")
        return [
            name.replace("_", " ") for name in named if getattr(self, name) != getattr(other, name)
        ]


_HOW = ("settings_fingerprint", "models", "code", "versions")


def manifest_of(suite: Suite, assistant: Assistant) -> Manifest:
    """What makes a run of a suite."""
    settings = assistant.settings
    return Manifest(
        suite=suite.name,
        questions=suite.fingerprint,
        asked=len(suite.questions),
        twins=suite.twins,
        archive=assistant.archive.fingerprint(),
        articles=assistant.archive.coverage().articles,
        settings=settings.model_dump(mode="json", exclude={"archive"}),
        settings_fingerprint=settings.fingerprint,
        models=assistant.models,
        code=_code(),
        versions={"python": platform.python_version()}
        | {package: version(package) for package in _PACKAGES},
        seed=suite.seed,
        cutoffs=suite.cutoffs,
        slices=suite.slices,
        metrics=suite.metrics,
        thresholds=suite.thresholds,
        prices=(suite.price_input, suite.price_output),
        judge=suite.judge.model_dump(exclude={"cache"}) if suite.judge else None,
        prompts={name: load_prompt(name).fingerprint for name in PROMPTS} if suite.judge else {},
    )


def _code() -> str:
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
