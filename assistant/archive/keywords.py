"""Words and phrases, looked for in the catalog by FTS5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.archive.rows import quoted, source_of, where
from assistant.archive.vector_map import Keys
from assistant.archive.visible import Visible
from assistant.types import EVERYTHING, Filters, Passage, Source

_COMMON = 0.05  # a term in more passages than this says little where rarer ones exist
_MOST_TERMS = 40
_MOST_MATCHES = 50_000  # of all terms together; FTS5 ranks a million in half a second
_MOST_SHARES = 50_000  # terms
_FARTHEST = 2**62  # rows: SQLite knows no greater number
_RANKED = 2  # times as many as are wanted, of those that rank highest


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a long list of articles."""

    limit: int = -1
    """How many; -1 for all."""
    offset: int = 0
    """How many are left out at the beginning."""
    newest: bool = False
    """Whether the newest come first; else the oldest do. Undated ones are the last."""


EVERY = Part()
"""All of it, oldest first."""


class Keywords(Visible):
    """The catalog's queries by words."""

    def headlined(self, words: Sequence[str]) -> bool:
        """Whether a headline has any of some words."""
        wanted = " OR ".join(map(quoted, words))
        found = "SELECT 1 FROM keyword WHERE keyword MATCH ? LIMIT 1"
        return bool(words and self.rows(found, (f"title : ({wanted})",)))

    def search(
        self,
        terms: Sequence[str],
        limit: int,
        filters: Filters = EVERYTHING,
        within: Callable[[], Keys | None] = lambda: None,
    ) -> list[Passage]:
        """Visible passages that hold any of the terms, best first by BM25.

        Args:
            terms: single words.
            limit: how many at most.
            filters: the limits.
            within: tells the keys of passages within the filters, where somebody knows them;
                asked where few of those that rank highest are.
        """
        rare = self._rare(list(dict.fromkeys(terms))[:_MOST_TERMS])
        if not rare:
            return []
        # Ranks first, and joins only what ranks high: a join for each match costs four times more.
        asked, most = " OR ".join(map(quoted, rare)), limit * _RANKED
        ranked = self._ranked(asked, most)
        found = self._within(ranked, filters)
        if len(found) < limit and len(ranked) == most:
            ranked, allowed = self._ranked(asked, -1), within()
            if allowed is not None:
                ranked = _of(allowed, ranked)
            found = self._first(limit, ranked, most, filters)
        return found[:limit]

    def _first(self, limit: int, keys: Sequence[int], size: int, filters: Filters) -> list[Passage]:
        """The first of some passages that are visible; they are looked up so many at a time."""
        found: list[Passage] = []
        for start in range(0, len(keys), size):
            found += self._within(keys[start : start + size], filters)
            if len(found) >= limit:
                break
        return found

    def _ranked(self, asked: str, most: int) -> list[int]:
        """Keys of passages that match, best first; so many at most, or all."""
        rows = self.rows(
            "SELECT rowid FROM keyword WHERE keyword MATCH ?"
            " ORDER BY bm25(keyword, 2.0, 1.0), rowid LIMIT ?",
            (asked, most),
        )
        return [key for (key,) in rows]

    def _within(self, keys: Sequence[int], filters: Filters) -> list[Passage]:
        """Those of some passages that are visible within the filters, in their order."""
        held = self.passages(keys, filters)
        return [held[key] for key in keys if key in held]

    def matching(
        self,
        wanted: Sequence[str],
        unwanted: Sequence[str],
        filters: Filters = EVERYTHING,
        after: int = 0,
        part: Part = EVERY,
    ) -> list[Source]:
        """The current articles that hold all of some words and phrases and none of others.

        By date, undated ones last; only what was added or changed after ``newest`` was ``after``.
        """
        clause, parameters = _holding(wanted, unwanted, filters, after)
        order = (
            "a.published DESC, a.key DESC"
            if part.newest
            else "a.published IS NULL, a.published, a.key"
        )
        rows = self.rows(
            f"SELECT a.fields FROM article a WHERE {clause} ORDER BY {order} LIMIT ? OFFSET ?",
            (*parameters, part.limit, min(part.offset, _FARTHEST)),
        )
        return [source_of(fields) for (fields,) in rows]

    def months(
        self,
        wanted: Sequence[str],
        unwanted: Sequence[str],
        filters: Filters = EVERYTHING,
        after: int = 0,
    ) -> dict[str, int]:
        """How many such articles were published in each month, "2026-03"; "" for undated ones."""
        clause, parameters = _holding(wanted, unwanted, filters, after)
        rows = self.rows(
            f"SELECT coalesce(substr(a.published, 1, 7), ''), count(*) FROM article a"
            f" WHERE {clause} GROUP BY 1 ORDER BY 1",
            parameters,
        )
        return dict(rows)

    def vocabulary(self, letter: str) -> list[tuple[str, int]]:
        """Stems that begin with a letter, and how many passages have each."""
        made = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.word USING fts5vocab(main, keyword, row)"
        with self._lock:
            self.rows(made)
            return self.rows(
                "SELECT term, doc FROM temp.word WHERE term >= ? AND term < ?",
                (letter, letter + "\U0010ffff"),
            )

    def shares(self, terms: Sequence[str]) -> dict[str, float]:
        """Share of all passages that hold each term, from 0 to 1."""
        known = self._remembered("shares", self._no_shares)
        total = max(1.0, known[""])
        found = {term: known.get(term) for term in terms}
        counting = "SELECT count(*) FROM keyword WHERE keyword MATCH ?"
        shares = {
            term: self.row(counting, (quoted(term),))[0] / total if share is None else share
            for term, share in found.items()
        }
        if len(known) < _MOST_SHARES:
            known.update(shares)
        return shares

    def _no_shares(self) -> dict[str, float]:
        """Shares of terms that nobody has asked for yet; under "" the number of passages."""
        return {"": float(self.row("SELECT count(*) FROM passage")[0])}

    def _rare(self, terms: Sequence[str]) -> list[str]:
        """The terms that tell passages apart, or all where none does.

        Of a large archive the rarest, as many as a question has time for: an "or" of words costs
        what all of them have in passages.
        """
        held = {term: share for term, share in self.shares(terms).items() if share > 0}
        rare = [term for term, share in held.items() if share <= _COMMON] or list(held)
        total = self._remembered("shares", self._no_shares)[""]
        kept: list[str] = []
        counted = 0.0
        for term in sorted(rare, key=lambda one: held[one]):
            counted += held[term] * total
            kept += [term] if counted <= _MOST_MATCHES or not kept else []
        return kept


def _of(allowed: Keys, keys: Sequence[int]) -> list[int]:
    """Those of some keys that are allowed, in their order."""
    every = np.asarray(keys, np.int64)
    left: list[int] = every[np.isin(every, allowed)].tolist()
    return left


def _holding(
    wanted: Sequence[str], unwanted: Sequence[str], filters: Filters, after: int = 0
) -> tuple[str, tuple[Any, ...]]:
    """The clause and its parameters for articles ``a`` that hold some words and not others."""
    holding = "(SELECT p.article FROM keyword k JOIN passage p ON p.key = k.rowid"
    clause, parameters = where(filters)
    terms = [("IN", term) for term in wanted] + [("NOT IN", term) for term in unwanted]
    held = "".join(f" AND a.key {how} {holding} WHERE keyword MATCH ?)" for how, _ in terms)
    later = " AND a.key > ?" if after else ""
    given = (*parameters, *(quoted(term) for _, term in terms), *([after] if after else []))
    return f"{clause}{held}{later}", given
