"""A question finds its hits. The LangChain retriever is in ``retriever``, imported when needed."""

from assistant.retrieval.search import limit_to_period, rerank, retrieve, spoken_of

__all__ = ["limit_to_period", "rerank", "retrieve", "spoken_of"]
