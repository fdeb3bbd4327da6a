"""What the catalog holds, for those who keep files in step with it or look for damage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from assistant.archive.keywords import Keywords
from assistant.archive.rows import article_of, digest_of, digest_of_statements, source_of
from assistant.errors import ArchiveError
from assistant.models.embedding import Vectors
from assistant.types import Source

_PART = 4096  # passages
_VECTORS = "SELECT p.key, p.vector, a.fields FROM passage p JOIN article a ON a.key = p.article"


class Holdings(Keywords):
    """The catalog's counts, vectors and faults."""

    def pending(self) -> int:
        """How many articles wait to be indexed."""
        return int(self.row("SELECT count(*) FROM article WHERE state = 'pending'")[0])

    def first_pending(self) -> int | None:
        """The least passage key of articles that wait to be indexed; None where none waits."""
        (first,) = self.row(
            "SELECT min(p.key) FROM article a JOIN passage p ON p.article = a.key"
            " WHERE a.state = 'pending'"
        )
        return None if first is None else int(first)

    def reaches(self) -> tuple[int, int | None]:
        """The greatest key that any passage ever had, and how far the map must reach by now."""
        last, mapped = self.row(
            "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'passage'),"
            " (SELECT value FROM meta WHERE name = 'mapped')"
        )
        return int(last or 0), None if mapped is None else int(mapped)

    def unindex(self) -> list[int]:
        """Keys of passages that are gone but may still be in the index."""
        return [key for (key,) in self.rows("SELECT key FROM unindex")]

    def article_count(self) -> int:
        """How many article versions it holds, in whatever state."""
        return int(self.row("SELECT count(*) FROM article")[0])

    def fault(self) -> str:
        """What SQLite finds wrong with the file; "" where it is sound."""
        rows = [row for (row,) in self.rows("PRAGMA quick_check(3)")]
        return "" if rows == ["ok"] else "; ".join(" ".join(row.split()) for row in rows)

    def altered(self) -> list[str]:
        """The ids of articles whose text or statements are not those that were stored."""
        every = self.rows("SELECT key, CAST(id AS BLOB) FROM article ORDER BY key")
        return [str(one, errors="replace") for key, one in every if not self._is_whole(key)]

    def _is_whole(self, key: int) -> bool:
        """Whether an article and its statements can be read and are those that were stored."""
        try:
            digest, fields, text, said = self.row(
                "SELECT hash, fields, text, said FROM article WHERE key = ?", (key,)
            )
            statements = self.rows(
                "SELECT ordinal, speaker, fields FROM statement WHERE article = ? ORDER BY ordinal",
                (key,),
            )
            if digest_of(article_of(fields, text)) != digest:
                return False
        except (ValueError, RecursionError, ArchiveError):
            return False
        return not said or digest_of_statements(statements) == said

    def passage_count(self, state: str) -> int:
        """How many passages belong to articles in this state."""
        joined = "passage p JOIN article a ON a.key = p.article"
        return int(self.row(f"SELECT count(*) FROM {joined} WHERE a.state = ?", (state,))[0])

    def vectors(self, after: int = 0) -> Iterator[tuple[int, Vectors, Source]]:
        """Key, vector and article of all passages with greater keys, by key.

        Those of pending articles, too, not those of superseded ones; read in parts, so that an
        archive may be larger than memory.
        """
        wanted = f"{_VECTORS} WHERE p.key > ? AND a.state != 'superseded' ORDER BY p.key LIMIT ?"
        while rows := self.rows(wanted, (after, _PART)):
            for key, vector, fields in rows:
                yield key, np.frombuffer(vector, np.float32), source_of(fields)
            after = rows[-1][0]

    def dimension(self) -> int:
        """How many numbers a vector of its has; 0 where it holds none."""
        row = self.row("SELECT length(vector) FROM passage LIMIT 1")
        return int(row[0]) // 4 if row else 0

    def some_vectors(self, limit: int) -> list[Vectors]:
        """Vectors of some current passages, by chance."""
        chosen = (
            "SELECT p.key FROM passage p JOIN article a ON a.key = p.article"
            " WHERE a.state = 'current' ORDER BY random() LIMIT ?"
        )
        rows = self.rows(f"{_VECTORS} WHERE p.key IN ({chosen})", (limit,))
        return [np.frombuffer(vector, np.float32) for _, vector, _ in rows]
