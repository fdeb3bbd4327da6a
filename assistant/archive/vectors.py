"""The vector index: Chroma in a folder or on a server, built from the catalog and disposable.

It holds no text and knows no filters: ids are the catalog's passage keys. So nothing readable stays
behind in Chroma's files when an article is removed, and a search walks the graph, whatever it is
limited to.
"""

from __future__ import annotations

import itertools
import threading
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from assistant.errors import IndexUnreachable
from assistant.models.embedding import Vectors
from assistant.types import Source

_COLLECTION = "passages"
_PATIENCE = 30.0  # seconds for an answer of a server
_OPENING = threading.Lock()  # guards Chroma's own table of systems, which belongs to the process


class VectorIndex:
    """Passage vectors in a folder, searched by cosine. Safe to use from several threads."""

    batch = 4096  # vectors a call; the client's own limit is 5,461

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

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        """The collection, for one call of it."""
        with self._lock:
            yield self._collection

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
        collection = _collection(client, _COLLECTION)
        collection.count()  # the first call writes files, which the archive's marker must see
        return collection

    def count(self) -> int:
        """How many vectors it holds."""
        with self._asking() as collection:
            return int(collection.count())

    def upsert(self, keys: Sequence[int], vectors: Vectors) -> None:
        """Write vectors; a known key is overwritten.

        Args:
            keys: the catalog's passage keys.
            vectors: float32, shape (keys, dimension).
        """
        for start in range(0, len(keys), self.batch):
            part = slice(start, start + self.batch)
            with self._asking() as collection:
                collection.upsert(ids=[str(key) for key in keys[part]], embeddings=vectors[part])

    def fill(self, rows: Iterable[tuple[int, Vectors, Source]]) -> None:
        """Write vectors, in parts: there may be more than memory holds.

        Args:
            rows: key and vector of each passage, and its article, which is not kept.
        """
        every = iter(rows)
        while held := list(itertools.islice(every, self.batch)):
            keys, vectors, _ = zip(*held, strict=True)
            self.upsert(keys, np.stack(vectors))

    def delete(self, keys: Sequence[int]) -> None:
        """Take vectors out; unknown keys are passed over."""
        for start in range(0, len(keys), self.batch):
            with self._asking() as collection:
                collection.delete(ids=[str(key) for key in keys[start : start + self.batch]])

    def vectors(self, keys: Sequence[int]) -> dict[int, Vectors]:
        """The vectors it holds for these keys."""
        with self._asking() as collection:
            found = collection.get(ids=[str(key) for key in keys], include=["embeddings"])
        return {
            int(key): np.asarray(vector, np.float32)
            for key, vector in zip(found["ids"], found["embeddings"], strict=True)
        }

    def search(self, vector: Vectors, limit: int) -> list[int]:
        """Keys of the nearest vectors, nearest first.

        Args:
            vector: float32, shape (dimension,).
            limit: how many at most.
        """
        with self._asking() as collection:
            size = int(collection.count())
            if not size:
                return []
            found = collection.query(
                query_embeddings=[vector], n_results=min(limit, size), include=[]
            )
        return [int(key) for key in found["ids"][0]]


class ServedIndex(VectorIndex):
    """The same in a collection of a Chroma server, which any number of processes write and read."""

    batch = 1024  # a server takes 40 MB a call; a vector is written in 20 bytes a number

    def __init__(self, url: str, name: str) -> None:
        """Open a collection, making it where it is missing.

        Raises:
            IndexUnreachable: the server does not answer.
        """
        self._url = url
        self._name = name
        super().__init__(Path(name))

    def reopen(self) -> None:
        """Nothing: a server tells what it holds now."""

    def close(self) -> None:
        """Nothing: there are no files."""

    def remove(self) -> None:
        """Delete the collection."""
        with _reaching(self._url):
            _client(self._url).delete_collection(self._name)

    def keep_only(self, prefix: str) -> None:
        """Delete the other collections whose names begin so."""
        with _reaching(self._url):
            client = _client(self._url)
            for other in client.list_collections():
                if other.name.startswith(prefix) and other.name != self._name:
                    client.delete_collection(other.name)

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        with super()._asking() as collection, _reaching(self._url):
            yield collection

    def _open(self) -> Any:
        with _reaching(self._url):
            return _collection(_client(self._url), self._name)


def reach(url: str) -> None:
    """Ask a server whether it is there.

    Raises:
        IndexUnreachable: it does not answer.
    """
    with _reaching(url):
        _client(url).heartbeat()


@cache
def _client(url: str) -> Any:
    """One for a server: each keeps connections open."""
    import chromadb
    from chromadb.config import Settings

    # Chroma's own first request has no limit of time.
    asked = f"{url.rstrip('/')}/api/v2/heartbeat"
    urllib.request.urlopen(asked, timeout=_PATIENCE).close()  # noqa: S310 - a setting, http(s) only
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    with _OPENING:
        client = chromadb.HttpClient(
            parts.hostname or "",
            parts.port or (443 if secure else 80),
            ssl=secure,
            settings=Settings(anonymized_telemetry=False),
        )
    client._server._session.timeout = _PATIENCE  # else an answer is waited for without end
    return client


def _collection(client: Any, name: str) -> Any:
    """A collection, made where it is missing.

    A stored configuration can name an embedding function of its choosing: none is given.
    """
    return client.get_or_create_collection(
        name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )


@contextmanager
def _reaching(url: str) -> Iterator[None]:
    """What goes wrong on the way to a server, or in it, in words; but for a collection's loss."""
    from chromadb.errors import NotFoundError

    try:
        yield
    except NotFoundError:
        raise
    except Exception as error:  # of Chroma and of its HTTP client, of any kind
        raise IndexUnreachable(
            f"The Chroma server {url} does not answer.", "Start it, or look into its log."
        ) from error
