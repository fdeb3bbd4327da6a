"""What is visible, asked of the catalog's tables: current articles and their passages."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from assistant.archive.rows import PASSAGE, article_of, passage_of, quoted, source_of, where
from assistant.attribution.speakers import name_of
from assistant.types import (
    EVERYTHING,
    Article,
    Coverage,
    Filters,
    Passage,
    Source,
    Statement,
    from_dict,
)

_COMMON = 0.05  # a term in more passages than this says little where rarer ones exist
_MOST_TERMS = 40


class Visible(ABC):
    """The catalog's read queries; the subclass executes the SQL."""

    @abstractmethod
    def _all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """The rows of a statement."""

    def _one(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        return next(iter(self._all(statement, parameters)), None)

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """The current article of that id, or one version of it."""
        wanted, parameters = _version(article_id, version)
        row = self._one(f"SELECT a.fields, a.text FROM article a WHERE {wanted}", parameters)
        return article_of(*row) if row else None

    def statements(self, article_id: str, version: int | None = None) -> list[Statement]:
        """The statements of the current article of that id, or of one version of it, in order."""
        wanted, parameters = _version(article_id, version)
        rows = self._all(
            "SELECT a.version, s.fields FROM statement s JOIN article a ON a.key = s.article"
            f" WHERE {wanted} ORDER BY s.ordinal",
            parameters,
        )
        return [
            from_dict(Statement, {"article": article_id, "version": number, **json.loads(fields)})
            for number, fields in rows
        ]

    def sources(self, filters: Filters = EVERYTHING) -> list[Source]:
        """The current articles within the filters, by date, undated ones last."""
        return self.matching((), (), filters)

    def coverage(self, filters: Filters = EVERYTHING) -> Coverage:
        """How many articles the filters leave, and from when to when."""
        clause, parameters = where(filters)
        count, since, until = self._one(
            f"SELECT count(*), min(a.published), max(a.published) FROM article a WHERE {clause}",
            parameters,
        )
        return Coverage(
            count,
            date.fromisoformat(since) if since else None,
            date.fromisoformat(until) if until else None,
        )

    def outlets(self) -> list[str]:
        """The outlets of current articles, as one of their articles spells them."""
        rows = self._all(
            "SELECT json_extract(min(fields), '$.outlet') FROM article"
            " WHERE state = 'current' AND outlet != '' GROUP BY outlet ORDER BY outlet"
        )
        return [outlet for (outlet,) in rows]

    def headlined(self, words: Sequence[str]) -> bool:
        """Whether a headline has any of some words."""
        wanted = " OR ".join(map(quoted, words))
        found = "SELECT 1 FROM keyword WHERE keyword MATCH ? LIMIT 1"
        return bool(words and self._all(found, (f"title : ({wanted})",)))

    def bylines(self) -> dict[str, list[str]]:
        """Bylines of current articles, with the ids of those that carry them."""
        found: dict[str, list[str]] = {}
        for byline, article_id in self._all(
            "SELECT json_extract(fields, '$.byline') AS byline, id FROM article"
            " WHERE state = 'current' AND byline IS NOT NULL ORDER BY id"
        ):
            found.setdefault(byline, []).append(article_id)
        return found

    def unread(self, limit: int) -> list[Article]:
        """Some current articles whose statements were never looked for."""
        rows = self._all(
            "SELECT fields, text FROM article WHERE state = 'current' AND NOT statements_found"
            " ORDER BY key LIMIT ?",
            (limit,),
        )
        return [article_of(*row) for row in rows]

    def version_count(self) -> int:
        """How many article versions are kept."""
        return int(self._one("SELECT count(*) FROM article WHERE state != 'pending'")[0])

    def speakers(self, limit: int) -> list[str]:
        """Names of those who speak in most of the current articles, those in the most first."""
        rows = self._all(
            "SELECT json_extract(s.fields, '$.speaker'), count(DISTINCT s.article) AS articles"
            " FROM statement s JOIN article a ON a.key = s.article WHERE a.state = 'current'"
            " GROUP BY s.speaker ORDER BY articles DESC, s.speaker"
        )
        named = dict.fromkeys(name for phrase, _ in rows if (name := name_of(phrase)))
        return list(named)[:limit]

    def languages(self) -> set[str]:
        """Languages of the current articles, as far as they are known."""
        rows = self._all(
            "SELECT DISTINCT json_extract(fields, '$.language') FROM article"
            " WHERE state = 'current'"
        )
        return {language for (language,) in rows if language}

    def passages(self, keys: Sequence[int], filters: Filters = EVERYTHING) -> dict[int, Passage]:
        """The visible passages of these keys within the filters."""
        clause, parameters = where(filters)
        rows = self._all(
            f"{PASSAGE} WHERE {clause} AND p.key IN (SELECT value FROM json_each(?))",
            (*parameters, json.dumps(list(keys))),
        )
        return {row[0]: passage_of(row) for row in rows}

    def passages_of(self, article_id: str) -> list[Passage]:
        """The visible passages of an article, in order."""
        rows = self._all(
            f"{PASSAGE} WHERE a.state = 'current' AND a.id = ? ORDER BY p.ordinal", (article_id,)
        )
        return [passage_of(row) for row in rows]

    def fingerprint(self) -> str:
        """Sixteen hex digits that change with any current article."""
        rows = self._all("SELECT id, version, hash FROM article WHERE state = 'current'")
        return hashlib.sha256(json.dumps(sorted(map(list, rows))).encode()).hexdigest()[:16]

    def signatures(self, ids: Iterable[str]) -> dict[str, bytes]:
        """MinHash signatures of current articles."""
        rows = self._all(
            "SELECT id, signature FROM article WHERE state = 'current'"
            " AND id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return dict(rows)

    def search(self, terms: Sequence[str], limit: int, filters: Filters) -> list[int]:
        """Keys of visible passages that hold any of the terms, best first by BM25."""
        rare = self._rare(list(dict.fromkeys(terms))[:_MOST_TERMS])
        if not rare:
            return []
        clause, parameters = where(filters)
        rows = self._all(
            "SELECT p.key FROM keyword k JOIN passage p ON p.key = k.rowid"
            f" JOIN article a ON a.key = p.article WHERE keyword MATCH ? AND {clause}"
            " ORDER BY bm25(keyword, 2.0, 1.0), p.key LIMIT ?",
            (" OR ".join(map(quoted, rare)), *parameters, limit),
        )
        return [key for (key,) in rows]

    def matching(
        self, wanted: Sequence[str], unwanted: Sequence[str], filters: Filters = EVERYTHING
    ) -> list[Source]:
        """The current articles that hold all of some words and phrases and none of others.

        By date, undated ones last.
        """
        holding = "(SELECT p.article FROM keyword k JOIN passage p ON p.key = k.rowid"
        clause, parameters = where(filters)
        terms = [("IN", term) for term in wanted] + [("NOT IN", term) for term in unwanted]
        held = "".join(f" AND a.key {how} {holding} WHERE keyword MATCH ?)" for how, _ in terms)
        rows = self._all(
            f"SELECT a.fields FROM article a WHERE {clause}{held}"
            " ORDER BY a.published IS NULL, a.published, a.key",
            (*parameters, *(quoted(term) for _, term in terms)),
        )
        return [source_of(fields) for (fields,) in rows]

    def shares(self, terms: Sequence[str]) -> dict[str, float]:
        """Share of all passages that hold each term, from 0 to 1."""
        total = max(1, int(self._one("SELECT count(*) FROM passage")[0]))
        return {
            term: self._one("SELECT count(*) FROM keyword WHERE keyword MATCH ?", (quoted(term),))[
                0
            ]
            / total
            for term in terms
        }

    def _rare(self, terms: Sequence[str]) -> list[str]:
        """The terms that tell passages apart, or all where none does."""
        held = {term: share for term, share in self.shares(terms).items() if share > 0}
        return [term for term, share in held.items() if share <= _COMMON] or list(held)


def _version(article_id: str, version: int | None) -> tuple[str, tuple[Any, ...]]:
    """The clause and its parameters for the current article ``a`` of that id, or one version."""
    if version is None:
        return "a.id = ? AND a.state = 'current'", (article_id,)
    return "a.id = ? AND a.state != 'pending' AND a.version = ?", (article_id, version)
