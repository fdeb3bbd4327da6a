"""A question finds its hits. The LangChain retriever is in ``retriever``, imported when needed."""

from assistant.retrieval.questions import stem, terms, understand
from assistant.retrieval.search import rerank, retrieve

__all__ = ["rerank", "retrieve", "stem", "terms", "understand"]
