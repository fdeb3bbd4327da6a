"""On Record: answers over an archive of news articles, cited to the exact characters."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.errors import (
        ArchiveBusy,
        ArchiveError,
        ArchiveMismatch,
        ArticleUnknown,
        ClusterError,
        EvaluationError,
        HubUnreachable,
        IndexUnreachable,
        ModelDamaged,
        ModelError,
        ModelFailed,
        ModelMissing,
        ModelUnsuited,
        OnRecordError,
        QuestionError,
        RunsDiffer,
        SettingsError,
        SuiteBroken,
    )
    from assistant.settings import Settings
    from assistant.types import (
        Answer,
        AnswerEvent,
        Article,
        Citation,
        Claim,
        ClaimEvent,
        Coverage,
        Evidence,
        Filters,
        Hit,
        IngestReport,
        Passage,
        PastTurn,
        Question,
        Refusal,
        Side,
        Skipped,
        Source,
        Span,
        StageEvent,
        Statement,
        TokenEvent,
        Trace,
    )

_HOMES = ("assistant.types", "assistant.errors", "assistant.settings", "assistant.assistant")

__all__ = [
    "Answer",
    "AnswerEvent",
    "ArchiveBusy",
    "ArchiveError",
    "ArchiveMismatch",
    "Article",
    "ArticleUnknown",
    "Assistant",
    "Citation",
    "Claim",
    "ClaimEvent",
    "ClusterError",
    "Coverage",
    "EvaluationError",
    "Evidence",
    "Filters",
    "Hit",
    "HubUnreachable",
    "IndexUnreachable",
    "IngestReport",
    "ModelDamaged",
    "ModelError",
    "ModelFailed",
    "ModelMissing",
    "ModelUnsuited",
    "OnRecordError",
    "Passage",
    "PastTurn",
    "Question",
    "QuestionError",
    "Refusal",
    "RunsDiffer",
    "Settings",
    "SettingsError",
    "Side",
    "Skipped",
    "Source",
    "Span",
    "StageEvent",
    "Statement",
    "SuiteBroken",
    "TokenEvent",
    "Trace",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the lightest modules are looked at first."""
    if name in __all__:
        for home in _HOMES:
            module = import_module(home)
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
