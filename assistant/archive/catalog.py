"""The catalog: articles, versions, passages, keywords and vectors in SQLite, the only truth.

An article version is ``pending`` until its vectors are in the index, then ``current``, and
``superseded`` once a newer version of its id is current. Only current versions are visible. One
transaction turns a version current and the one before it superseded, so that no reader ever sees
both, or neither.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from assistant.archive.rows import (
    PASSAGE,
    SCHEMA,
    SCHEMA_VERSION,
    Entry,
    Known,
    passage_of,
    quoted,
    source_of,
    where,
)
from assistant.errors import ArchiveMismatch
from assistant.models import Vectors
from assistant.types import (
    EVERYTHING,
    Article,
    Coverage,
    Filters,
    Passage,
    Source,
    from_dict,
    to_dict,
)

_COMMON = 0.05  # a term in more passages than this says little where rarer ones exist
_MOST_TERMS = 40


class Catalog:
    """The archive's SQLite file. Safe to use from several threads and processes."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute("PRAGMA secure_delete=ON")  # what is removed is overwritten
        self._create()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def generation(self) -> int:
        """Counts the changes of what is visible."""
        return int(self.meta("generation") or 0)

    def meta(self, name: str) -> str | None:
        """A remembered value."""
        row = self._one("SELECT value FROM meta WHERE name = ?", (name,))
        return row[0] if row else None

    def switch_index(self, number: int) -> None:
        """Name the index that readers use from now on."""
        with self._transaction() as run:
            run("INSERT OR REPLACE INTO meta VALUES ('index', ?)", (str(number),))
            self._count_generation(run)

    def set_meta(self, name: str, value: str) -> None:
        """Remember a value."""
        with self._transaction() as run:
            run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    # Writing

    def known(self, article_id: str) -> list[Known]:
        """Every version under an id, oldest first."""
        rows = self._all(
            "SELECT version, hash, state FROM article WHERE id = ? ORDER BY version", (article_id,)
        )
        return [Known(*row) for row in rows]

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Store articles as pending, with passages, keyword rows and vectors, in one transaction.

        Args:
            entries: the articles; their versions are set here.
            vectors: one row per passage of all entries, in order.
        """
        rows = iter(np.ascontiguousarray(vectors, dtype=np.float32))
        with self._transaction() as run:
            for entry in entries:
                key = self._put_article(run, entry)
                for passage in entry.passages:
                    cursor = run(
                        "INSERT INTO passage (article, ordinal, start, end, vector)"
                        " VALUES (?, ?, ?, ?, ?)",
                        (key, passage.ordinal, passage.start, passage.end, next(rows).tobytes()),
                    )
                    run(
                        "INSERT INTO keyword (rowid, title, text) VALUES (?, ?, ?)",
                        (cursor.lastrowid, entry.heading, passage.text),
                    )

    def _put_article(self, run: Any, entry: Entry) -> int:
        article = entry.article
        (last,) = run("SELECT max(version) FROM article WHERE id = ?", (article.id,)).fetchone()
        fields = to_dict(article)
        fields.pop("text")
        fields["version"] = (last or 0) + 1
        cursor = run(
            "INSERT INTO article (id, version, state, hash, outlet, published, fields, text,"
            " signature) VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                fields["version"],
                entry.hash,
                (article.outlet or "").casefold(),
                fields["published"],
                json.dumps(fields),
                article.text,
                entry.signature,
            ),
        )
        return int(cursor.lastrowid)

    def activate(self) -> None:
        """Make every pending version current, and the ones before it superseded."""
        with self._transaction() as run:
            run(
                "UPDATE article SET state = 'superseded' WHERE EXISTS (SELECT 1 FROM article n"
                " WHERE n.id = article.id AND n.version > article.version)"
            )
            run("UPDATE article SET state = 'current' WHERE state = 'pending'")
            self._drop_passages(run, "SELECT key FROM article WHERE state = 'superseded'", ())
            self._count_generation(run)

    def remove(self, ids: Sequence[str]) -> int:
        """Delete every version of these articles; returns how many articles there were."""
        removed = 0
        with self._transaction() as run:
            for article_id in ids:
                self._drop_passages(run, "SELECT key FROM article WHERE id = ?", (article_id,))
                removed += run("DELETE FROM article WHERE id = ?", (article_id,)).rowcount > 0
            self._count_generation(run)
        return removed

    def wipe(self) -> None:
        """Take the words of removed articles out of the files, too."""
        with self._lock:
            self._connection.execute("INSERT INTO keyword(keyword) VALUES ('optimize')")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def compact(self) -> None:
        """Give the space of what was removed back to the disk."""
        with self._lock:
            self._connection.execute("VACUUM")
        self.wipe()

    @staticmethod
    def _drop_passages(run: Any, articles: str, parameters: tuple[Any, ...]) -> None:
        chosen = f"SELECT key FROM passage WHERE article IN ({articles})"
        run(f"INSERT OR IGNORE INTO unindex {chosen}", parameters)
        run(f"DELETE FROM keyword WHERE rowid IN ({chosen})", parameters)
        run(f"DELETE FROM passage WHERE article IN ({articles})", parameters)

    @staticmethod
    def _count_generation(run: Any) -> None:
        run(
            "INSERT INTO meta VALUES ('generation', '1')"
            " ON CONFLICT (name) DO UPDATE SET value = value + 1"
        )

    # What the index must hold

    def pending(self) -> int:
        """How many articles wait to be indexed."""
        return int(self._one("SELECT count(*) FROM article WHERE state = 'pending'")[0])

    def unindex(self) -> list[int]:
        """Keys of passages that are gone but may still be in the index."""
        return [key for (key,) in self._all("SELECT key FROM unindex")]

    def unindexed(self, keys: Iterable[int]) -> None:
        """These keys have left the index."""
        with self._transaction() as run:
            for key in keys:
                run("DELETE FROM unindex WHERE key = ?", (key,))
            self._count_generation(run)  # so that readers let go of them, too

    def version_count(self) -> int:
        """How many article versions are kept."""
        return int(self._one("SELECT count(*) FROM article WHERE state != 'pending'")[0])

    def passage_count(self, state: str) -> int:
        """How many passages belong to articles in this state."""
        joined = "passage p JOIN article a ON a.key = p.article"
        return int(self._one(f"SELECT count(*) FROM {joined} WHERE a.state = ?", (state,))[0])

    def vectors(self, state: str, limit: int = -1) -> Iterator[tuple[int, Vectors, Source]]:
        """Key, vector and article of passages in this state; a sample where limited."""
        order = "random()" if limit >= 0 else "p.key"
        chosen = (
            "SELECT p.key FROM passage p JOIN article a ON a.key = p.article WHERE a.state = ?"
            f" ORDER BY {order} LIMIT ?"
        )
        rows = self._all(
            "SELECT p.key, p.vector, a.fields FROM passage p JOIN article a ON a.key = p.article"
            f" WHERE p.key IN ({chosen}) ORDER BY p.key",
            (state, limit),
        )
        for key, vector, fields in rows:
            yield key, np.frombuffer(vector, np.float32), source_of(fields)

    # Reading what is visible

    def article(self, article_id: str, version: int | None = None) -> Article | None:
        """The current article of that id, or one version of it."""
        wanted = "state = 'current'" if version is None else "state != 'pending' AND version = ?"
        row = self._one(
            f"SELECT fields, text FROM article WHERE id = ? AND {wanted}",
            (article_id,) if version is None else (article_id, version),
        )
        return from_dict(Article, {**json.loads(row[0]), "text": row[1]}) if row else None

    def sources(self, filters: Filters = EVERYTHING) -> list[Source]:
        """The current articles within the filters, by date, undated ones last."""
        clause, parameters = where(filters)
        rows = self._all(
            f"SELECT a.fields FROM article a WHERE {clause} ORDER BY a.published IS NULL,"
            " a.published, a.key",
            parameters,
        )
        return [source_of(fields) for (fields,) in rows]

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

    def _create(self) -> None:
        found = int(self._one("PRAGMA user_version")[0])
        if found > SCHEMA_VERSION:
            raise ArchiveMismatch(
                f"The archive has format {found}; this version of onrecord reads {SCHEMA_VERSION}.",
                "Update onrecord.",
            )
        if found == 0:
            with self._transaction() as run:
                if run("PRAGMA user_version").fetchone()[0] == 0:  # none was faster
                    for statement in SCHEMA.split(";\n"):
                        run(statement)
                    run(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _all(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, parameters).fetchall()

    def _one(self, statement: str, parameters: Sequence[Any] = ()) -> Any:
        with self._lock:
            return self._connection.execute(statement, parameters).fetchone()
