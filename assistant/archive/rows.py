"""What the catalog's tables hold, and their rows as the words of the project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from assistant.text import folded, one_line, words
from assistant.types import Article, Filters, Passage, Source, Statement, from_dict, to_dict

SCHEMA_VERSION = 4
_STATEMENT = """
CREATE TABLE statement (
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    speaker TEXT NOT NULL,
    fields TEXT NOT NULL,
    PRIMARY KEY (article, ordinal)
)
"""
_KEPT = """
CREATE INDEX article_history ON article (id, state, day, version);
CREATE TABLE embargoed (
    id TEXT NOT NULL, hash TEXT NOT NULL, until TEXT NOT NULL, article TEXT NOT NULL,
    delivered TEXT NOT NULL,
    PRIMARY KEY (id, hash)
);
CREATE TABLE erased (
    article TEXT NOT NULL, versions INTEGER NOT NULL, erased TEXT NOT NULL,
    by TEXT NOT NULL, why TEXT NOT NULL, readmitted INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE followed (
    place TEXT PRIMARY KEY, looked TEXT NOT NULL, fault TEXT NOT NULL, report TEXT NOT NULL,
    fresh TEXT NOT NULL
);
CREATE TABLE followed_file (
    place TEXT NOT NULL REFERENCES followed (place) ON DELETE CASCADE,
    path TEXT NOT NULL,
    stamp TEXT NOT NULL,
    articles TEXT NOT NULL,
    faults TEXT NOT NULL,
    PRIMARY KEY (place, path)
) WITHOUT ROWID"""
# Until when a superseded version stood: a later one's day; of two of one day the last stands.
UNTIL = """
UPDATE article AS s SET until = max(s.day, ' ', coalesce((
    SELECT min(n.day) FROM article n WHERE n.id = s.id AND (n.state = 'current'
    OR n.state = 'superseded' AND (n.day, n.version) > (s.day, s.version))), ' '))
WHERE s.state = 'superseded'"""
SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE article (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'current', 'superseded')),
    hash TEXT NOT NULL,
    outlet TEXT,
    published TEXT,
    fields TEXT NOT NULL,
    text TEXT NOT NULL,
    signature BLOB NOT NULL,
    statements_found INTEGER NOT NULL DEFAULT 0,
    added TEXT NOT NULL DEFAULT '',
    day TEXT NOT NULL DEFAULT '',
    until TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT '',
    UNIQUE (id, version)
);
CREATE INDEX article_state ON article (state, published, id);
CREATE INDEX article_outlet ON article (state, outlet, published, id);
CREATE INDEX article_unread ON article (key) WHERE NOT statements_found;
CREATE TABLE passage (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    vector BLOB NOT NULL
);
CREATE INDEX passage_article ON passage (article);
CREATE TABLE unindex (key INTEGER PRIMARY KEY);
{_STATEMENT};
CREATE INDEX statement_speaker ON statement (speaker, article);
CREATE VIRTUAL TABLE keyword USING fts5(
    title, text, tokenize = 'porter unicode61 remove_diacritics 2'
);
{_KEPT.strip()};
"""
# From each format to the next.
MIGRATIONS = {
    1: f"""
ALTER TABLE article ADD COLUMN statements_found INTEGER NOT NULL DEFAULT 0;
{_STATEMENT}""",
    2: """
DROP INDEX article_state;
CREATE INDEX article_state ON article (state, published, id);
CREATE INDEX article_outlet ON article (state, outlet, published, id);
CREATE INDEX article_unread ON article (key) WHERE NOT statements_found;
CREATE INDEX statement_speaker ON statement (speaker, article)""",
    3: f"""
ALTER TABLE article ADD COLUMN added TEXT NOT NULL DEFAULT '';
ALTER TABLE article ADD COLUMN day TEXT NOT NULL DEFAULT '';
ALTER TABLE article ADD COLUMN until TEXT NOT NULL DEFAULT '';
ALTER TABLE article ADD COLUMN said TEXT NOT NULL DEFAULT '';
UPDATE article SET day = coalesce(json_extract(fields, '$.updated'), published, '');
{_KEPT.strip()};
{UNTIL.strip()}""",
}
PASSAGE = """
SELECT p.key, p.ordinal, p.start, p.end, substr(a.text, p.start + 1, p.end - p.start), a.fields
FROM passage p JOIN article a ON a.key = p.article
"""


State = Literal["pending", "superseded"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalog holds under an id."""

    version: int
    hash: str
    state: str
    stated: str | None
    """Day of its last change or publication, where it states one; ISO."""
    added: str = ""
    """When it was added; ISO, UTC; "" where nobody knows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article on its way into the catalog."""

    article: Article
    hash: str
    signature: bytes
    heading: str
    passages: Sequence[Passage]
    statements: Sequence[Statement] | None = None
    """None where they were not looked for."""
    state: State = "pending"
    """Whether it is to become current, or is superseded already."""
    added: str | None = None
    """When it was added; ISO, UTC; "" where nobody knows, None for now."""
    day: str | None = None
    """From which day on it stands; ISO; None for what it states, else when it is added."""


def where(filters: Filters, by_key: bool = False) -> tuple[str, tuple[Any, ...]]:
    """The clause and its parameters for visible articles, as ``a``, within the filters.

    Args:
        filters: the limits.
        by_key: articles or passages are chosen by their keys: without the plus SQLite walks all
            that are current instead.
    """
    clauses, parameters = standing(filters.as_of, by_key)
    for clause, day in (("a.published >= ?", filters.since), ("a.published <= ?", filters.until)):
        if day is not None:
            clauses.append(clause)
            parameters.append(day.isoformat())
    lists = (
        ("a.outlet IN", [one_line(outlet).casefold() for outlet in filters.outlets]),
        ("a.id IN", [one_line(article) for article in filters.articles]),
        ("a.id NOT IN", [one_line(article) for article in filters.exclude]),
    )
    for clause, values in lists:
        if values:
            clauses.append(f"{clause} (SELECT value FROM json_each(?))")
            parameters.append(json.dumps(values))
    if filters.speakers:
        spoken = "FROM statement s, json_each(?) n WHERE"
        named = "(instr(s.speaker, n.value) OR instr(n.value, s.speaker))"
        clauses.append(f"a.key IN (SELECT s.article {spoken} {named})")
        parameters.append(json.dumps([speaker_key(name) for name in filters.speakers]))
    return " AND ".join(clauses), tuple(parameters)


def standing(as_of: date | None, by_key: bool = False) -> tuple[list[str], list[Any]]:
    """The clause and its parameters for versions ``a`` that are current, or were on a day."""
    if as_of is None:
        return ["+a.state = 'current'" if by_key else "a.state = 'current'"], []
    then = as_of.isoformat()
    clause = "+a.state != 'pending'" if by_key else "a.state != 'pending'"
    return [clause, "a.day <= ?", "(a.until = '' OR a.until > ?)"], [then, then]


def speaker_key(name: str) -> str:
    """A speaker's name for comparison, padded with spaces so that substrings are whole words."""
    return f" {' '.join(words(folded(name)))} "


def quoted(term: str) -> str:
    """A term as FTS5 takes it, whatever characters it holds, as the index has its letters."""
    return '"' + folded(term).replace('"', '""').replace("\0", "") + '"'


def digest_of(article: Article) -> str:
    """What an article is known by: a hash of all that was given of it."""
    fields = to_dict(article)
    fields.pop("version")
    fields.pop("embargo")  # which says nothing of what it tells
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def digest_of_statements(rows: Sequence[Sequence[Any]]) -> str:
    """What an article's statements are known by: a hash of their rows, in order."""
    return hashlib.sha256(json.dumps([list(row) for row in rows]).encode()).hexdigest()


def article_of(fields: str, text: str) -> Article:
    """An article's stored fields and text as an article."""
    return from_dict(Article, {**json.loads(fields), "text": text})


def source_of(fields: str) -> Source:
    """What a citation keeps of an article's stored fields."""
    values = json.loads(fields)
    names = Source.__dataclass_fields__
    return from_dict(Source, {name: values[name] for name in names if name in values})


def passage_of(row: Sequence[Any]) -> Passage:
    """A row of ``PASSAGE`` as a passage."""
    key, ordinal, start, end, text, fields = row
    return Passage(source_of(fields), ordinal, start, end, text, key)
