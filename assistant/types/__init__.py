"""The words of On Record: frozen, slotted dataclasses, shared by every room.

Offsets are positions in Python characters (code points) of the cleaned text that the archive
stores, so that ``article.text[start:end]`` is always the quote itself. Dict forms come from
pydantic's ``TypeAdapter`` (``to_dict`` and ``from_dict``): dates become ISO strings, tuples lists.
"""

from assistant.types.answer import (
    Answer,
    Citation,
    Claim,
    Coverage,
    Evidence,
    Hit,
    Refusal,
    RefusalReason,
    Rule,
    SearchMethod,
    Side,
    Support,
    Trace,
)
from assistant.types.article import (
    Article,
    Erased,
    Followed,
    IngestReport,
    Passage,
    Skipped,
    Source,
    Span,
    Statement,
    SyncReport,
    Version,
)
from assistant.types.dicts import from_dict, to_dict
from assistant.types.event import AnswerEvent, ClaimEvent, Event, StageEvent, TokenEvent
from assistant.types.question import (
    EVERYTHING,
    Filters,
    Form,
    Order,
    Part,
    PastTurn,
    Question,
)

__all__ = [
    "EVERYTHING",
    "Answer",
    "AnswerEvent",
    "Article",
    "Citation",
    "Claim",
    "ClaimEvent",
    "Coverage",
    "Erased",
    "Event",
    "Evidence",
    "Filters",
    "Followed",
    "Form",
    "Hit",
    "IngestReport",
    "Order",
    "Part",
    "Passage",
    "PastTurn",
    "Question",
    "Refusal",
    "RefusalReason",
    "Rule",
    "SearchMethod",
    "Side",
    "Skipped",
    "Source",
    "Span",
    "StageEvent",
    "Statement",
    "Support",
    "SyncReport",
    "TokenEvent",
    "Trace",
    "Version",
    "from_dict",
    "to_dict",
]
