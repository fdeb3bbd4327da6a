"""The catalog: articles, versions, passages, keywords and vectors in SQLite, the only truth.

An article version is ``pending`` until its vectors are in the index, then ``current``, and
``superseded`` once a newer version of its id is current. Only current versions are visible. One
transaction turns a version current and the one before it superseded, so that no reader ever sees
both, or neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from assistant.archive.rows import UNTIL, Entry, Known, digest_of_statements, speaker_key
from assistant.archive.versions import Versions
from assistant.models.embedding import Vectors
from assistant.text import folded
from assistant.types import Article, Erased, Statement, to_dict


class Catalog(Versions):
    """The archive's SQLite file. Safe to use from several threads and processes."""

    def switch_index(self, number: int, mapped: int) -> None:
        """Name the index and the map that readers use from now on, and the map's greatest key."""
        with self.transaction() as run:
            for name, value in (("index", number), ("mapped", mapped)):
                run("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, str(value)))
            self._count_generation(run)

    # Writing

    def known(self, article_id: str) -> list[Known]:
        """Every version of an article: superseded ones first, the current or pending one last."""
        rows = self.rows(
            "SELECT version, hash, state, coalesce(json_extract(fields, '$.updated'), published),"
            " added FROM article WHERE id = ? ORDER BY state = 'superseded' DESC, version",
            (article_id,),
        )
        return [Known(*row) for row in rows]

    def put(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Store articles with passages, keyword rows and vectors, in one transaction.

        Args:
            entries: the articles; their versions are set here.
            vectors: one row per passage of all entries, in order.
        """
        first = 0
        with self.transaction() as run:
            for entry in entries:
                last = first + len(entry.passages)
                key = self._put_article(run, entry)
                self._put_passages(run, key, entry, vectors[first:last])
                first = last
            late = [entry.article.id for entry in entries if entry.state == "superseded"]
            if late:
                self._set_until(run, late)
                self._count_generation(run)  # others wait to be activated

    @staticmethod
    def _put_passages(run: Any, key: int, entry: Entry, vectors: Vectors) -> None:
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        for passage, vector in zip(entry.passages, rows, strict=True):
            cursor = run(
                "INSERT INTO passage (article, ordinal, start, end, vector) VALUES (?, ?, ?, ?, ?)",
                (key, passage.ordinal, passage.start, passage.end, vector.tobytes()),
            )
            run(
                "INSERT INTO keyword (rowid, title, text) VALUES (?, ?, ?)",
                (cursor.lastrowid, folded(entry.heading), folded(passage.text)),
            )

    def _put_article(self, run: Any, entry: Entry) -> int:
        article = entry.article
        (last,) = run("SELECT max(version) FROM article WHERE id = ?", (article.id,)).fetchone()
        fields = to_dict(article)
        fields.pop("text")
        fields["version"] = (last or 0) + 1
        added = _stored(datetime.now(UTC)) if entry.added is None else entry.added
        first = not last or entry.state == "superseded"  # else only a change tells its day
        stated = fields["updated"] or (fields["published"] if first else None)
        day = max(stated or added[:10], _stored(article.embargo)[:10])  # nobody saw it before
        cursor = run(
            "INSERT INTO article (id, version, state, hash, outlet, published, fields, text,"
            " signature, added, day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id,
                fields["version"],
                entry.state,
                entry.hash,
                (article.outlet or "").casefold(),
                fields["published"],
                json.dumps(fields),
                article.text,
                entry.signature,
                added,
                day if entry.day is None else entry.day,
            ),
        )
        key = int(cursor.lastrowid)
        if entry.statements is not None:
            self._put_statements(run, key, entry.statements)
        return key

    @staticmethod
    def _put_statements(run: Any, key: int, statements: Sequence[Statement]) -> None:
        run("DELETE FROM statement WHERE article = ?", (key,))
        rows = []
        for ordinal, statement in enumerate(statements):
            fields = to_dict(statement)
            del fields["article"], fields["version"]  # the row says so
            rows.append((ordinal, speaker_key(statement.speaker), json.dumps(fields)))
            run("INSERT INTO statement VALUES (?, ?, ?, ?)", (key, *rows[-1]))
        said = digest_of_statements(rows)
        run("UPDATE article SET statements_found = 1, said = ? WHERE key = ?", (said, key))

    def put_statements(self, found: Sequence[tuple[Article, Sequence[Statement]]]) -> None:
        """Store the statements of articles that are kept already."""
        with self.transaction() as run:
            for article, statements in found:
                row = run(
                    "SELECT key FROM article WHERE id = ? AND version = ?",
                    (article.id, article.version),
                ).fetchone()
                if row:
                    self._put_statements(run, row[0], statements)
            self._count_generation(run)

    def activate(self, mapped: int) -> None:
        """Make every pending version current.

        The ones before it are superseded: they are kept for questions as of an earlier day, but
        leave the index.

        Args:
            mapped: the greatest passage key in the map of vectors, for its readers.
        """
        before = (
            "SELECT a.key FROM (SELECT id, max(version) AS version FROM article"
            " WHERE state = 'pending' GROUP BY id) n JOIN article a ON a.id = n.id"
            " WHERE a.version < n.version AND +a.state != 'superseded'"
        )
        with self.transaction() as run:
            waiting = "SELECT DISTINCT id FROM article WHERE state = 'pending'"
            changed = [one for (one,) in run(waiting).fetchall()]
            replaced = [key for (key,) in run(before).fetchall()]
            run(
                "UPDATE article SET state = 'superseded'"
                " WHERE key IN (SELECT value FROM json_each(?))",
                (json.dumps(replaced),),
            )
            run("UPDATE article SET state = 'current' WHERE state = 'pending'")
            self._set_until(run, changed)
            run(
                "INSERT OR IGNORE INTO unindex SELECT key FROM passage"
                " WHERE article IN (SELECT value FROM json_each(?))",
                (json.dumps(replaced),),
            )
            run("INSERT OR REPLACE INTO meta VALUES ('mapped', ?)", (str(mapped),))
            self._count_generation(run)

    def put_passages(self, entry: Entry, vectors: Vectors) -> None:
        """Store the passages of a version that is kept already, and superseded."""
        article = entry.article
        with self.transaction() as run:
            row = run(
                "SELECT key FROM article a WHERE id = ? AND version = ? AND NOT EXISTS"
                " (SELECT 1 FROM passage WHERE article = a.key)",
                (article.id, article.version),
            ).fetchone()
            if row:
                self._put_passages(run, row[0], entry, vectors)

    def hold(self, article: Article, digest: str, again: bool = True) -> str:
        """Keep an article under embargo, apart from all that is searched and shown.

        Returns:
            When it was delivered, as ``embargoed`` has it.

        Args:
            article: the article.
            digest: its hash.
            again: whether its embargo is changed where it is kept already.
        """
        now = _stored(datetime.now(UTC))
        row = (article.id, digest, _stored(article.embargo) or now, json.dumps(to_dict(article)))
        with self.transaction() as run:
            how = "REPLACE" if again else "IGNORE"
            run(f"INSERT OR {how} INTO embargoed VALUES (?, ?, ?, ?, ?)", (*row, now))
        return now

    def let_go(self, held: Sequence[tuple[str, str]]) -> None:
        """Forget articles under embargo, by id and hash: they are stored as others are."""
        with self.transaction() as run:
            for one in held:
                run("DELETE FROM embargoed WHERE id = ? AND hash = ?", one)

    @staticmethod
    def _set_until(run: Any, ids: Sequence[str]) -> None:
        run(f"{UNTIL} AND s.id IN (SELECT value FROM json_each(?))", (json.dumps(ids),))

    def remove(self, ids: Sequence[str], record: tuple[str, str] | None = None) -> int:
        """Delete every version of these articles; returns how many articles there were.

        Args:
            ids: the articles.
            record: by whom and why they are erased, where a record of that is to be kept.
        """
        removed = 0
        with self.transaction() as run:
            for article_id in ids:
                self._drop_passages(run, "SELECT key FROM article WHERE id = ?", (article_id,))
                versions = run("DELETE FROM article WHERE id = ?", (article_id,)).rowcount
                versions += run("DELETE FROM embargoed WHERE id = ?", (article_id,)).rowcount
                removed += versions > 0
                if record and versions:
                    when = _stored(datetime.now(UTC))
                    run(
                        "INSERT INTO erased VALUES (?, ?, ?, ?, ?, 0)",
                        (article_id, versions, when, *record),
                    )
                    run("INSERT OR REPLACE INTO meta VALUES ('unwiped', 'vacuum')")
            self._count_generation(run)
        return removed

    def put_erased(self, one: Erased, readmitted: bool) -> None:
        """Keep the record of another archive, unless it is kept or the article is held here."""
        row = (one.article, one.versions, _stored(one.when), one.by, one.why, readmitted)
        with self.transaction() as run:
            known = (
                "SELECT 1 FROM erased WHERE article = ?1 UNION SELECT 1 FROM article WHERE id = ?1"
                " UNION SELECT 1 FROM embargoed WHERE id = ?1"
            )
            if not run(known, (one.article,)).fetchone():
                run("INSERT INTO erased VALUES (?, ?, ?, ?, ?, ?)", row)

    def readmit(self, article_id: str) -> bool:
        """Let an article that was erased come in again; whether there is a record of it."""
        with self.transaction() as run:
            changed = run("UPDATE erased SET readmitted = 1 WHERE article = ?", (article_id,))
            return bool(changed.rowcount)

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

    def unindexed(self, keys: Iterable[int]) -> None:
        """These keys have left the index."""
        with self.transaction() as run:
            for key in keys:
                run("DELETE FROM unindex WHERE key = ?", (key,))
            self._count_generation(run)  # so that readers let go of them, too


def _stored(moment: datetime | None) -> str:
    """A moment as it is stored, so that the later is the greater; "" for none."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""
