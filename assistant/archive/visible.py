"""What is visible, asked of the catalog's tables: current articles and their passages."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from assistant.archive.database import Database
from assistant.archive.rows import PASSAGE, article_of, passage_of, standing, where
from assistant.attribution.speakers import name_of
from assistant.types import (
    EVERYTHING,
    Article,
    Coverage,
    Filters,
    Passage,
    Statement,
    from_dict,
)

_PATIENCE = 60.0  # seconds for which names may be those from before the last change
_MOST_SPEAKING = 20  # limits on speakers whose articles are remembered
_NOBODY = ("",)  # the id of no article

Made = TypeVar("Made")


class Visible(Database):
    """The catalog's read queries."""

    def __init__(self, path: Path, writable: bool = True) -> None:
        super().__init__(path, writable)
        self._memory: dict[str, tuple[int, float, Any]] = {}  # with its generation and its time

    def _remembered(self, name: str, make: Callable[[], Made], seconds: float = 0) -> Made:
        """What was made of the catalog as it is now, or so many seconds ago."""
        now, generation = time.monotonic(), self.generation()
        held = self._memory.get(name)
        if held is None or (held[0] != generation and now - held[1] >= seconds):
            held = self._memory[name] = (generation, now, make())
        made: Made = held[2]
        return made

    def article(
        self, article_id: str, version: int | None = None, as_of: date | None = None
    ) -> Article | None:
        """The current article of that id, one version of it, or the one that stood on a day."""
        wanted, parameters = _version(article_id, version, as_of)
        row = self.row(f"SELECT a.fields, a.text FROM article a WHERE {wanted}", parameters)
        return article_of(*row) if row else None

    def statements(self, article_id: str, version: int | None = None) -> list[Statement]:
        """The statements of the current article of that id, or of one version of it, in order."""
        wanted, parameters = _version(article_id, version)
        rows = self.rows(
            "SELECT a.version, s.fields FROM statement s JOIN article a ON a.key = s.article"
            f" WHERE {wanted} ORDER BY s.ordinal",
            parameters,
        )
        return [
            from_dict(Statement, {"article": article_id, "version": number, **json.loads(fields)})
            for number, fields in rows
        ]

    def ids(self, filters: Filters) -> list[str]:
        """The ids of the current articles within the filters."""
        clause, parameters = where(filters)
        return [i for (i,) in self.rows(f"SELECT a.id FROM article a WHERE {clause}", parameters)]

    def coverage(self, filters: Filters = EVERYTHING) -> Coverage:
        """How many articles the filters leave, and from when to when."""
        if filters == EVERYTHING:
            return self._remembered("coverage", lambda: self._coverage(filters))
        return self._coverage(filters)

    def _coverage(self, filters: Filters) -> Coverage:
        clause, parameters = where(filters)
        count, since, until = self.row(
            f"SELECT count(*), min(a.published), max(a.published) FROM article a WHERE {clause}",
            parameters,
        )
        return Coverage(
            count,
            date.fromisoformat(since) if since else None,
            date.fromisoformat(until) if until else None,
        )

    def outlets(self) -> list[str]:
        """The outlets of current articles, as their first article spells them."""

        def found() -> list[str]:
            rows = self.rows(
                "SELECT json_extract(a.fields, '$.outlet') FROM (SELECT outlet, min(key) AS first"
                " FROM article WHERE state = 'current' AND outlet != '' GROUP BY outlet) o"
                " JOIN article a ON a.key = o.first ORDER BY o.outlet"
            )
            return [outlet for (outlet,) in rows]

        return list(self._remembered("outlets", found))

    def bylines(self) -> dict[str, list[str]]:
        """Bylines of current articles, with the ids of those that carry them."""
        return self._remembered("bylines", self._bylines, _PATIENCE)

    def _bylines(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for byline, article_id in self.rows(
            "SELECT json_extract(fields, '$.byline') AS byline, id FROM article"
            " WHERE state = 'current' AND byline IS NOT NULL ORDER BY id"
        ):
            found.setdefault(byline, []).append(article_id)
        return found

    def unread(self, limit: int) -> list[Article]:
        """Some current articles whose statements were never looked for."""
        rows = self.rows(
            "SELECT fields, text FROM article WHERE +state = 'current' AND NOT statements_found"
            " ORDER BY key LIMIT ?",
            (limit,),
        )
        return [article_of(*row) for row in rows]

    def version_count(self) -> int:
        """How many article versions are kept."""
        return int(self.row("SELECT count(*) FROM article WHERE state != 'pending'")[0])

    def speakers(self, limit: int) -> list[str]:
        """Names of those who speak in most of the current articles, those in the most first."""
        return self._remembered("speakers", self._speakers, _PATIENCE)[:limit]

    def _speakers(self) -> list[str]:
        rows = self.rows(
            "SELECT json_extract(s.fields, '$.speaker'), count(DISTINCT s.article) AS articles"
            " FROM statement s JOIN article a ON a.key = s.article WHERE a.state = 'current'"
            " GROUP BY s.speaker ORDER BY articles DESC, s.speaker"
        )
        return list(dict.fromkeys(name for phrase, _ in rows if (name := name_of(phrase))))

    def languages(self) -> set[str]:
        """Languages of the current articles, as far as they are known."""
        query = (
            "SELECT DISTINCT json_extract(fields, '$.language') FROM article"
            " WHERE state = 'current'"
        )
        found = self._remembered("languages", lambda: self.rows(query), _PATIENCE)
        return {language for (language,) in found if language}

    def passages(self, keys: Sequence[int], filters: Filters = EVERYTHING) -> dict[int, Passage]:
        """The visible passages of these keys within the filters."""
        clause, parameters = where(filters, by_key=True)
        rows = self.rows(
            f"{PASSAGE} WHERE {clause} AND p.key IN (SELECT value FROM json_each(?))",
            (*parameters, json.dumps(list(keys))),
        )
        return {row[0]: passage_of(row) for row in rows}

    def passages_of(self, article_id: str, version: int | None = None) -> list[Passage]:
        """The passages of the current article of that id, or of one version of it, in order."""
        wanted, parameters = _version(article_id, version)
        rows = self.rows(f"{PASSAGE} WHERE {wanted} ORDER BY p.ordinal", parameters)
        return [passage_of(row) for row in rows]

    def fingerprint(self) -> str:
        """Sixteen hex digits that change with any current article."""
        rows = self.rows("SELECT id, version, hash FROM article WHERE state = 'current'")
        return hashlib.sha256(json.dumps(sorted(map(list, rows))).encode()).hexdigest()[:16]

    def signatures(self, ids: Iterable[str], as_of: date | None = None) -> dict[str, bytes]:
        """MinHash signatures of articles, as they are or as they were on a day."""
        clauses, parameters = standing(as_of, by_key=True)
        rows = self.rows(
            f"SELECT a.id, a.signature FROM article a WHERE {' AND '.join(clauses)}"
            " AND a.id IN (SELECT value FROM json_each(?))",
            (*parameters, json.dumps(list(ids))),
        )
        return dict(rows)

    def without_speakers(self, filters: Filters) -> Filters:
        """The same limits, with the articles in which the speakers say something in their place."""
        if not filters.speakers:
            return filters
        known = self._remembered("speaking", dict[Filters, tuple[str, ...]])
        speaking = known.get(filters) or tuple(self.ids(filters)) or _NOBODY
        if len(known) < _MOST_SPEAKING:
            known[filters] = speaking
        return replace(filters, speakers=(), articles=speaking)

    def newest(self) -> int:
        """A number that grows with each article and each version that is added."""
        greatest, pending = self.row(
            "SELECT max(key), (SELECT min(key) FROM article WHERE state = 'pending') FROM article"
        )
        return int(pending - 1 if pending else greatest or 0)


def _version(
    article_id: str, version: int | None, as_of: date | None = None
) -> tuple[str, tuple[Any, ...]]:
    """The clause and its parameters for the current article ``a`` of that id, or one version."""
    if version is None:
        clauses, parameters = standing(as_of, by_key=True)
        return f"a.id = ? AND {' AND '.join(clauses)}", (article_id, *parameters)
    return "a.id = ? AND a.state != 'pending' AND a.version = ?", (article_id, version)
