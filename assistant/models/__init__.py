"""Embedder, reranker and token counter; reader, verifier and chat model have files of their own."""

from assistant.models.embedding import Embedder, SentenceEmbedder, Vectors, load_embedder
from assistant.models.reranking import Reranker, load_reranker
from assistant.models.tokens import count_tokens

__all__ = [
    "Embedder",
    "Reranker",
    "SentenceEmbedder",
    "Vectors",
    "count_tokens",
    "load_embedder",
    "load_reranker",
]
