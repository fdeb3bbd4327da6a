"""Hits become an answer: evidence, a writer's draft, and the gate."""

from assistant.answering.evidence import Draft, DraftClaim, Quote, Writer, pack
from assistant.answering.grounding import described, ground
from assistant.answering.quoting import QuotingWriter

__all__ = [
    "Draft",
    "DraftClaim",
    "Quote",
    "QuotingWriter",
    "Writer",
    "described",
    "ground",
    "pack",
]
