"""Conversations, ticks, feedback and saved searches, kept in a SQLite file beside the catalog.

Every row belongs to an owner: the name that somebody signed in with, or "" where nobody does. To
anybody else it does not exist, but for the answers that the owner has shared.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from assistant.errors import ArchiveError
from assistant.resources import make_private

Fault = Literal[
    "right", "wrong quote", "wrong article", "outdated", "should have answered",
    "should have refused", "other",
]  # fmt: skip
"""What a reader says of an answer or a claim."""

FAULTS: tuple[str, ...] = get_args(Fault)
MOST_TEXT = 2000
"""Characters that a title, a note or a remark may have."""

FILE = "conversations.sqlite3"
"""Its name in an archive's folder."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, changed TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS conversation_owner ON conversation (owner, changed);
CREATE TABLE IF NOT EXISTS turn (
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, asked TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (conversation, number)
);
CREATE TABLE IF NOT EXISTS tick (
    conversation TEXT NOT NULL, turn INTEGER NOT NULL, claim INTEGER NOT NULL,
    ticked INTEGER NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (conversation, turn, claim),
    FOREIGN KEY (conversation, turn) REFERENCES turn (conversation, number) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS feedback (
    conversation TEXT NOT NULL, turn INTEGER NOT NULL, claim INTEGER NOT NULL,
    fault TEXT NOT NULL, remark TEXT NOT NULL, given TEXT NOT NULL,
    PRIMARY KEY (conversation, turn, claim),
    FOREIGN KEY (conversation, turn) REFERENCES turn (conversation, number) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS shared (
    conversation TEXT NOT NULL, turn INTEGER NOT NULL,
    PRIMARY KEY (conversation, turn),
    FOREIGN KEY (conversation, turn) REFERENCES turn (conversation, number) ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS search (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, query TEXT NOT NULL, seen INTEGER NOT NULL,
    UNIQUE (owner, query)
)
"""
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of one owner."""

    id: str
    title: str
    changed: str
    """When it was last changed; ISO, UTC."""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One turn as it is kept: an answer without the words of any article."""

    number: int
    """Its place in the conversation, from 1."""
    asked: str
    """When it was asked; ISO, UTC."""
    answer: dict[str, Any]
    """What ``stored_answers.to_stored`` made of the answer."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Whether a claim was verified by its reader, and the note on it."""

    ticked: bool
    note: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader said of an answer (claim 0) or of a claim."""

    conversation: str
    turn: int
    claim: int
    fault: str
    remark: str


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search of the library that somebody comes back to."""

    id: int
    query: str
    """As the library's address has it: "q=strike&outlet=Harbour+Wire"."""
    seen: int
    """What ``Archive.newest`` was when its owner looked last."""


class Conversations:
    """The file. Safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, making it where it is missing; without one nothing outlives the process.

        Raises:
            ArchiveError: it cannot be opened.
        """
        self._lock = threading.RLock()
        if path:
            make_private(path)
        try:
            self._connection = sqlite3.connect(
                path or ":memory:", timeout=30, isolation_level=None, check_same_thread=False
            )
            for pragma in ("journal_mode=WAL", "foreign_keys=ON", "secure_delete=ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            for statement in _SCHEMA.split(";\n"):
                self._connection.execute(statement)
        except sqlite3.Error as error:
            raise ArchiveError(
                f"{path} cannot be opened: {error}.", "Restore it from a copy, or move it away."
            ) from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def compact(self) -> None:
        """Leave nothing on the disk of what was deleted."""
        self._run("VACUUM")
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    # Conversations

    def start(self, owner: str, title: str) -> Conversation:
        """A new conversation, under an id that nobody guesses."""
        made = Conversation(secrets.token_urlsafe(_ID_BYTES), _short(title), _now())
        self._run(
            "INSERT INTO conversation VALUES (?, ?, ?, ?)",
            (made.id, owner, made.title, made.changed),
        )
        return made

    def of(self, owner: str) -> list[Conversation]:
        """All of an owner's, the last changed first."""
        rows = self._run(
            "SELECT id, title, changed FROM conversation WHERE owner = ?"
            " ORDER BY changed DESC, rowid DESC",
            (owner,),
        )
        return [Conversation(*row) for row in rows]

    def find(self, owner: str, conversation: str) -> Conversation | None:
        """One of an owner's."""
        rows = self._run(
            "SELECT id, title, changed FROM conversation WHERE id = ? AND owner = ?",
            (conversation, owner),
        )
        return Conversation(*rows[0]) if rows else None

    def rename(self, owner: str, conversation: str, title: str) -> None:
        """Give one of an owner's another title."""
        self._run(
            "UPDATE conversation SET title = ? WHERE id = ? AND owner = ?",
            (_short(title), conversation, owner),
        )

    def delete(self, owner: str, conversation: str) -> None:
        """Delete one of an owner's, with its turns, ticks and feedback."""
        self._run("DELETE FROM conversation WHERE id = ? AND owner = ?", (conversation, owner))
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    # Turns

    def turns(self, owner: str, conversation: str) -> list[StoredTurn]:
        """The turns of one of an owner's, in order."""
        rows = self._run(
            "SELECT t.number, t.asked, t.answer FROM turn t JOIN conversation c"
            " ON c.id = t.conversation WHERE c.id = ? AND c.owner = ? ORDER BY t.number",
            (conversation, owner),
        )
        return [StoredTurn(number, asked, json.loads(answer)) for number, asked, answer in rows]

    def add(self, owner: str, conversation: str, answer: dict[str, Any], after: int) -> int:
        """Keep a turn after turn ``after``, in the place of all that followed; returns its number.

        Returns 0 where the owner has no such conversation any more.
        """
        with self._transaction():
            if self.find(owner, conversation) is None:
                return 0
            self._run(
                "DELETE FROM turn WHERE conversation = ? AND number > ?", (conversation, after)
            )
            self._run(
                "INSERT INTO turn VALUES (?, ?, ?, ?)",
                (conversation, after + 1, _now(), json.dumps(answer)),
            )
            self._run("UPDATE conversation SET changed = ? WHERE id = ?", (_now(), conversation))
        return after + 1

    def asked(self, conversation: str, number: int) -> str:
        """When a turn was asked; "" where there is none."""
        rows = self._run(
            "SELECT asked FROM turn WHERE conversation = ? AND number = ?", (conversation, number)
        )
        return str(rows[0][0]) if rows else ""

    def every(self) -> Iterator[tuple[str, StoredTurn]]:
        """All turns of all owners, each with its conversation's id."""
        rows = self._run("SELECT conversation, number, asked, answer FROM turn")
        for conversation, number, asked, answer in rows:
            yield conversation, StoredTurn(number, asked, json.loads(answer))

    def replace(self, conversation: str, turn: StoredTurn, answer: dict[str, Any]) -> None:
        """Replace a turn's stored answer, unless it has changed since ``turn`` was read."""
        self._run(
            "UPDATE turn SET answer = ? WHERE conversation = ? AND number = ? AND answer = ?",
            (json.dumps(answer), conversation, turn.number, json.dumps(turn.answer)),
        )

    # Answers that others may read

    def share(self, conversation: str, turn: int, asked: str) -> None:
        """Let everybody read a turn who has its address; not one that was asked at another time."""
        self._run(
            "INSERT OR IGNORE INTO shared SELECT conversation, number FROM turn"
            " WHERE conversation = ? AND number = ? AND asked = ?",
            (conversation, turn, asked),
        )

    def unshare(self, conversation: str, turn: int) -> None:
        """Let nobody but its owner read a turn."""
        self._run("DELETE FROM shared WHERE conversation = ? AND turn = ?", (conversation, turn))

    def shared(self, conversation: str, turn: int) -> StoredTurn | None:
        """A turn that its owner has shared."""
        rows = self._run(
            "SELECT t.number, t.asked, t.answer FROM turn t JOIN shared s"
            " ON s.conversation = t.conversation AND s.turn = t.number"
            " WHERE t.conversation = ? AND t.number = ?",
            (conversation, turn),
        )
        return StoredTurn(rows[0][0], rows[0][1], json.loads(rows[0][2])) if rows else None

    # Ticks and feedback

    def tick(self, conversation: str, turn: int, ticks: Sequence[tuple[int, Tick]]) -> None:
        """Keep the ticks of a turn's claims, each with the claim's number."""
        with self._transaction():
            for claim, tick in ticks:
                self._run(
                    "INSERT OR REPLACE INTO tick VALUES (?, ?, ?, ?, ?)",
                    (conversation, turn, claim, tick.ticked, _short(tick.note)),
                )

    def ticks(self, conversation: str, turn: int) -> dict[int, Tick]:
        """The ticks of a turn's claims, by the claim's number."""
        rows = self._run(
            "SELECT claim, ticked, note FROM tick WHERE conversation = ? AND turn = ?",
            (conversation, turn),
        )
        return {claim: Tick(bool(ticked), note) for claim, ticked, note in rows}

    def say(self, said: Feedback) -> None:
        """Keep what a reader says; the last word on the same claim counts."""
        self._run(
            "INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?, ?, ?)",
            (said.conversation, said.turn, said.claim, said.fault, _short(said.remark), _now()),
        )

    def said(self, owner: str) -> list[Feedback]:
        """What an owner said, oldest first."""
        rows = self._run(
            "SELECT f.conversation, f.turn, f.claim, f.fault, f.remark FROM feedback f"
            " JOIN conversation c ON c.id = f.conversation WHERE c.owner = ? ORDER BY f.given",
            (owner,),
        )
        return [Feedback(*row) for row in rows]

    # Saved searches

    def save_search(self, owner: str, query: str, seen: int) -> None:
        """Keep a search, unless it is kept already."""
        self._run(
            "INSERT OR IGNORE INTO search (owner, query, seen) VALUES (?, ?, ?)",
            (owner, query, seen),
        )

    def look_at_search(self, owner: str, search: int, seen: int) -> None:
        """An owner has looked at what one of their searches finds."""
        self._run("UPDATE search SET seen = ? WHERE id = ? AND owner = ?", (seen, search, owner))

    def searches(self, owner: str) -> list[SavedSearch]:
        """An owner's searches, in the order in which they were saved."""
        rows = self._run("SELECT id, query, seen FROM search WHERE owner = ? ORDER BY id", (owner,))
        return [SavedSearch(*row) for row in rows]

    def delete_search(self, owner: str, search: int) -> None:
        """Forget one of an owner's searches."""
        self._run("DELETE FROM search WHERE id = ? AND owner = ?", (search, owner))

    def _run(self, statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, parameters).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _short(text: str) -> str:
    return " ".join(text.split())[:MOST_TEXT]
