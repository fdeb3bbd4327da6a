"""A question finds its hits. The LangChain retriever is in ``retriever``, imported when needed."""

from assistant.retrieval.search import cited_before, limit_to_period, rerank, retrieve

__all__ = ["cited_before", "limit_to_period", "rerank", "retrieve"]
