"""A question finds its hits. The LangChain retriever is in ``retriever``, imported when needed."""

from assistant.retrieval.asked import Past, asked
from assistant.retrieval.questions import understand
from assistant.retrieval.search import event_day, rerank, retrieve, settle_period
from assistant.retrieval.terms import stem, terms

__all__ = [
    "Past",
    "asked",
    "event_day",
    "rerank",
    "retrieve",
    "settle_period",
    "stem",
    "terms",
    "understand",
]
