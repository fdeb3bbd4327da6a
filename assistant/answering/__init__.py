"""From evidence and a writer's draft to an answer: what every writer is handed, and the gate."""

from assistant.answering.evidence import Draft, DraftClaim, Fallback, Quote, Writer, pack
from assistant.answering.gate import Gate, JudgedClaim, Neighbour, neighbour
from assistant.answering.grounding import CitationNumbers, ground
from assistant.answering.refusing import as_they_stood, described
from assistant.answering.talk import talk
from assistant.answering.turn import Stage, Turn, finished, message, timed

__all__ = [
    "CitationNumbers",
    "Draft",
    "DraftClaim",
    "Fallback",
    "Gate",
    "JudgedClaim",
    "Neighbour",
    "Quote",
    "Stage",
    "Turn",
    "Writer",
    "as_they_stood",
    "described",
    "finished",
    "ground",
    "message",
    "neighbour",
    "pack",
    "talk",
    "timed",
]
