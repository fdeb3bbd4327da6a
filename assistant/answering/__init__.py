"""Hits become an answer: evidence, a writer's draft, and the gate."""

from assistant.answering.candidates import widen
from assistant.answering.confidence import Confidence, fitted
from assistant.answering.evidence import Draft, DraftClaim, Quote, Writer, pack
from assistant.answering.grounding import described, ground
from assistant.answering.quoting import QuotingWriter, quoting_writer
from assistant.answering.scoring import Scorer
from assistant.answering.turn import Stage, Turn, finished, message, timed

__all__ = [
    "Confidence",
    "Draft",
    "DraftClaim",
    "Quote",
    "QuotingWriter",
    "Scorer",
    "Stage",
    "Turn",
    "Writer",
    "described",
    "finished",
    "fitted",
    "ground",
    "message",
    "pack",
    "quoting_writer",
    "timed",
    "widen",
]
