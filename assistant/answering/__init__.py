"""Hits become an answer: evidence, a writer's draft, and the gate."""

from assistant.answering.candidates import widen
from assistant.answering.chat import ChatModel, chat_model
from assistant.answering.chatting import ChatTurns, last
from assistant.answering.confidence import Confidence, fitted
from assistant.answering.evidence import Draft, DraftClaim, Quote, Writer, pack
from assistant.answering.grounding import Gate, Judged, Numbering, ground
from assistant.answering.quoting import QuotingWriter, quoting_writer
from assistant.answering.refusing import described
from assistant.answering.scoring import Scorer
from assistant.answering.sides import spoken
from assistant.answering.turn import Stage, Turn, finished, message, timed

__all__ = [
    "ChatModel",
    "ChatTurns",
    "Confidence",
    "Draft",
    "DraftClaim",
    "Gate",
    "Judged",
    "Numbering",
    "Quote",
    "QuotingWriter",
    "Scorer",
    "Stage",
    "Turn",
    "Writer",
    "chat_model",
    "described",
    "finished",
    "fitted",
    "ground",
    "last",
    "message",
    "pack",
    "quoting_writer",
    "spoken",
    "timed",
    "widen",
]
