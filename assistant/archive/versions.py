"""The catalog's versions: what stood on which day, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from assistant.archive.holdings import Holdings
from assistant.archive.rows import article_of, source_of, where
from assistant.models.embedding import Vectors
from assistant.types import Article, Erased, Filters, Source, Version, from_dict


class Versions(Holdings):
    """The catalog's queries of versions that are superseded."""

    def history(self, article_id: str) -> list[Version]:
        """Every version of an article by the day from which it stands, the current one last.

        Of one that is under embargo only until when.
        """
        rows = self.rows(
            "SELECT fields, state, added, day FROM article WHERE id = ?"
            " ORDER BY state = 'current', day, version",
            (article_id,),
        )
        kept = [
            Version(source_of(fields), state, _moment(added), _day(day))
            for fields, state, added, day in rows
        ]
        held = self.rows("SELECT until FROM embargoed WHERE id = ? ORDER BY until", (article_id,))
        waits = Version(Source(article_id), "embargoed", None, None)
        return [*kept, *(replace(waits, embargo=_moment(until)) for (until,) in held)]

    def embargoed(self) -> dict[tuple[str, str], str]:
        """When articles that are under embargo were delivered, by their ids and hashes."""
        rows = self.rows("SELECT id, hash, delivered FROM embargoed")
        return {(article_id, digest): delivered for article_id, digest, delivered in rows}

    def due(self) -> list[Article]:
        """Articles whose embargo is over, those that were delivered first first."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        rows = self.rows(
            "SELECT article FROM embargoed WHERE until <= ? ORDER BY delivered, rowid", (now,)
        )
        return [from_dict(Article, json.loads(article)) for (article,) in rows]

    def erased(self) -> list[Erased]:
        """What was erased, the last first."""
        rows = self.rows(
            "SELECT article, versions, erased, by, why FROM erased ORDER BY rowid DESC"
        )
        return [
            Erased(article, versions, datetime.fromisoformat(when), by, why)
            for article, versions, when, by, why in rows
        ]

    def digests(self) -> set[str]:
        """The hashes of all versions."""
        return {one for (one,) in self.rows("SELECT hash FROM article")}

    def barred(self) -> set[str]:
        """The ids of articles that were erased, and are not to come in again."""
        return {one for (one,) in self.rows("SELECT article FROM erased WHERE NOT readmitted")}

    def without_passages(self, limit: int) -> list[Article]:
        """Some superseded versions that were stored without passages, by an earlier format.

        They are looked for until there was none: to look takes a while where there are many.
        """
        if self.meta(_PASSAGES):
            return []
        rows = self.rows(
            "SELECT fields, text FROM article a WHERE state = 'superseded' AND NOT EXISTS"
            " (SELECT 1 FROM passage p WHERE p.article = a.key) ORDER BY key LIMIT ?",
            (limit,),
        )
        return [article_of(*row) for row in rows]

    def note_passages(self, are_all: bool = True) -> None:
        """Keep whether every version has passages."""
        if bool(self.meta(_PASSAGES)) != are_all:
            self.set_meta(_PASSAGES, "yes" if are_all else "")

    def nearest_of_the_past(self, vector: Vectors, limit: int, filters: Filters) -> list[int]:
        """Keys of passages of versions that stood on a day and are superseded, nearest first.

        The index does not have them: their vectors are read from the tables.
        """
        clause, parameters = where(filters, by_key=True)
        rows = self.rows(
            "SELECT p.key, p.vector FROM article a JOIN passage p ON p.article = a.key"
            f" WHERE a.state = 'superseded' AND {clause}",
            parameters,
        )
        return _nearest(rows, vector, limit)

    def by_nearness(self, vector: Vectors, keys: Sequence[int]) -> list[int]:
        """Keys of passages, nearest first; without those that are gone."""
        chosen = ",".join("?" * len(keys))
        rows = self.rows(f"SELECT key, vector FROM passage WHERE key IN ({chosen})", keys)
        return _nearest(rows, vector, len(keys))


_PASSAGES = "all passages"  # what says that no version is without


def _nearest(rows: Sequence[tuple[int, bytes]], vector: Vectors, limit: int) -> list[int]:
    if not rows:
        return []
    table = np.frombuffer(b"".join(held for _, held in rows), np.float32)
    scores = table.reshape(len(rows), -1) @ vector
    order = np.argsort(-scores, kind="stable")[:limit]
    return [rows[place][0] for place in order]


def _moment(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored).astimezone(UTC) if stored else None


def _day(stored: str) -> date | None:
    return date.fromisoformat(stored) if stored else None
