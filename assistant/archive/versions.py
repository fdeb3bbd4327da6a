"""The catalog's versions: what stood on which day, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np

from assistant.archive.holdings import Holdings
from assistant.archive.rows import article_of, source_of, where
from assistant.models.embedding import Vectors
from assistant.types import Article, Erased, Filters, Version


class Versions(Holdings):
    """The catalog's queries of versions that are superseded."""

    def history(self, article_id: str) -> list[Version]:
        """Every version of an article, the first to be added first."""
        rows = self._all(
            "SELECT fields, state, added, day, embargo FROM article WHERE id = ? ORDER BY version",
            (article_id,),
        )
        return [
            Version(
                source_of(fields),
                state,
                _moment(added),
                date.fromisoformat(day) if day else None,
                _moment(embargo),
            )
            for fields, state, added, day, embargo in rows
        ]

    def erased(self) -> list[Erased]:
        """What was erased, the last first."""
        rows = self._all("SELECT * FROM erased ORDER BY rowid DESC")
        return [
            Erased(article, versions, datetime.fromisoformat(when), by, why)
            for article, versions, when, by, why in rows
        ]

    def without_passages(self, limit: int) -> list[Article]:
        """Some superseded versions that were stored without passages, by an earlier format."""
        rows = self._all(
            "SELECT fields, text FROM article a WHERE state = 'superseded' AND NOT EXISTS"
            " (SELECT 1 FROM passage p WHERE p.article = a.key) ORDER BY key LIMIT ?",
            (limit,),
        )
        return [article_of(*row) for row in rows]

    def nearest_of_the_past(self, vector: Vectors, limit: int, filters: Filters) -> list[int]:
        """Keys of passages of versions that stood on a day and are superseded, nearest first.

        They are read one by one: few articles of an archive were changed since a day.
        """
        clause, parameters = where(filters, by_key=True)
        rows = self._all(
            "SELECT p.key, p.vector FROM article a JOIN passage p ON p.article = a.key"
            f" WHERE a.state = 'superseded' AND {clause}",
            parameters,
        )
        return _nearest(rows, vector, limit)

    def by_nearness(self, vector: Vectors, keys: Sequence[int]) -> list[int]:
        """Keys of passages, nearest first; without those that are gone."""
        chosen = ",".join("?" * len(keys))
        rows = self._all(f"SELECT key, vector FROM passage WHERE key IN ({chosen})", keys)
        return _nearest(rows, vector, len(keys))


def _nearest(rows: Sequence[tuple[int, bytes]], vector: Vectors, limit: int) -> list[int]:
    if not rows:
        return []
    table = np.frombuffer(b"".join(held for _, held in rows), np.float32)
    scores = table.reshape(len(rows), -1) @ vector
    order = np.argsort(-scores, kind="stable")[:limit]
    return [rows[place][0] for place in order]


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored).astimezone(UTC) if stored else None
