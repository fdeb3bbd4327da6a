"""A question finds its hits. The LangChain retriever is in ``retriever``, imported when needed."""

from assistant.retrieval.search import rerank, retrieve, settle_period

__all__ = ["rerank", "retrieve", "settle_period"]
