"""The vector index: Chroma in a folder, built from the catalog and disposable.

It holds no text: ids are the catalog's passage keys, and outlets and article ids are hashed, so
that nothing readable stays behind in Chroma's files when an article is removed.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.models.embedding import Vectors
from assistant.text import one_line
from assistant.types import EVERYTHING, Filters, Source

_COLLECTION = "passages"
_BATCH = 4096  # the client's own limit is 5,461
_MOST_NAMES = 500  # "too many SQL variables" comes at some tens of thousands
_OPENING = threading.Lock()  # guards Chroma's own table of systems, which belongs to the process


class VectorIndex:
    """Passage vectors, searched by cosine. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._collection = self._open()

    def reopen(self) -> None:
        """See what other processes wrote since."""
        with self._lock:
            self._system.stop()  # else files and threads stay until garbage collection
            self._collection = self._open()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._system.stop()

    def _open(self) -> Any:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
        from chromadb.config import Settings

        with _OPENING:
            # Chroma keeps one system a folder in this process and would hand out the stale one.
            SharedSystemClient.clear_system_cache()
            client = chromadb.PersistentClient(
                str(self.folder), settings=Settings(anonymized_telemetry=False)
            )
            self._system = client._system
        # A stored configuration can name an embedding function of its choosing: give none.
        collection = client.get_or_create_collection(
            _COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
        )
        collection.count()  # the first call writes files, which the archive's marker must see
        return collection

    def count(self) -> int:
        """How many vectors it holds."""
        with self._lock:
            return int(self._collection.count())

    def upsert(self, keys: Sequence[int], vectors: Vectors, articles: Sequence[Source]) -> None:
        """Write vectors; a known key is overwritten.

        Args:
            keys: the catalog's passage keys.
            vectors: float32, shape (keys, dimension).
            articles: the article of each passage.
        """
        for start in range(0, len(keys), _BATCH):
            part = slice(start, start + _BATCH)
            with self._lock:
                self._collection.upsert(
                    ids=[str(key) for key in keys[part]],
                    embeddings=vectors[part],
                    metadatas=[_metadata(article) for article in articles[part]],
                )

    def fill(self, rows: Iterable[tuple[int, Vectors, Source]]) -> None:
        """Write vectors, in parts: there may be more than memory holds.

        Args:
            rows: key, vector and article of each passage.
        """
        every = iter(rows)
        while held := list(itertools.islice(every, _BATCH)):
            keys, vectors, articles = zip(*held, strict=True)
            self.upsert(keys, np.stack(vectors), articles)

    def delete(self, keys: Sequence[int]) -> None:
        """Take vectors out; unknown keys are passed over."""
        for start in range(0, len(keys), _BATCH):
            with self._lock:
                self._collection.delete(ids=[str(key) for key in keys[start : start + _BATCH]])

    def vectors(self, keys: Sequence[int]) -> dict[int, Vectors]:
        """The vectors it holds for these keys."""
        with self._lock:
            found = self._collection.get(ids=[str(key) for key in keys], include=["embeddings"])
        return {
            int(key): np.asarray(vector, np.float32)
            for key, vector in zip(found["ids"], found["embeddings"], strict=True)
        }

    def search(self, vector: Vectors, limit: int, filters: Filters = EVERYTHING) -> list[int]:
        """Keys of the nearest vectors, nearest first.

        Args:
            vector: float32, shape (dimension,).
            limit: how many at most.
            filters: what to search; the catalog has the last word on what is visible.
        """
        with self._lock:
            size = int(self._collection.count())
            if not size:
                return []
            found = self._collection.query(
                query_embeddings=[vector],
                n_results=min(limit + _unasked(filters), size),
                where=_where(filters),
                include=[],
            )
        return [int(key) for key in found["ids"][0]]


def _metadata(article: Source) -> Mapping[str, Any]:
    metadata: dict[str, Any] = {"article": _hashed(article.id)}
    if article.outlet:
        metadata["outlet"] = _hashed(article.outlet.casefold())
    if article.published:
        metadata["published"] = article.published.toordinal()
    return metadata


def _where(filters: Filters) -> Any:
    clauses: list[dict[str, Any]] = []
    if filters.since:
        clauses.append({"published": {"$gte": filters.since.toordinal()}})
    if filters.until:
        clauses.append({"published": {"$lte": filters.until.toordinal()}})
    lists = (
        ("outlet", "$in", [outlet.casefold() for outlet in filters.outlets]),
        ("article", "$in", filters.articles),
        ("article", "$nin", filters.exclude),
    )
    for field, operator, names in lists:
        if 0 < len(names) <= _MOST_NAMES:
            clauses.append({field: {operator: [_hashed(name) for name in names]}})
    if len(clauses) > 1:
        return {"$and": clauses}
    return clauses[0] if clauses else None


def _unasked(filters: Filters) -> int:
    """How many more vectors to ask for, where a list is too long for Chroma to filter by."""
    longest = max(len(filters.outlets), len(filters.articles), len(filters.exclude))
    return _BATCH if longest > _MOST_NAMES else 0


def _hashed(name: str) -> str:
    return hashlib.blake2s(one_line(name).encode(), digest_size=8).hexdigest()
