"""Embedder, reranker, chat model and token counter; their libraries load when first needed."""

from assistant.models.embedding import Embedder, SentenceEmbedder, Vectors
from assistant.models.reranking import Reranker, load_reranker
from assistant.models.tokens import count_tokens

__all__ = [
    "Embedder",
    "Reranker",
    "SentenceEmbedder",
    "Vectors",
    "count_tokens",
    "load_reranker",
]
