"""From evidence and a writer's draft to an answer: what every writer is handed, and the gate."""

from assistant.answering.evidence import Draft, DraftClaim, Quote, Writer, pack
from assistant.answering.grounding import CitationNumbers, Gate, JudgedClaim, ground
from assistant.answering.refusing import described
from assistant.answering.talk import talk
from assistant.answering.turn import Stage, Turn, finished, message, timed

__all__ = [
    "CitationNumbers",
    "Draft",
    "DraftClaim",
    "Gate",
    "JudgedClaim",
    "Quote",
    "Stage",
    "Turn",
    "Writer",
    "described",
    "finished",
    "ground",
    "message",
    "pack",
    "talk",
    "timed",
]
