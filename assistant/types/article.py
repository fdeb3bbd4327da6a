"""Articles and what is cut and found in them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Source:
    """What a citation keeps of an article: enough to name it and to find it again."""

    id: str
    """The article's id; its versions share it."""
    version: int = 1
    """Counts the texts kept under this id, from 1."""
    title: str = ""
    """Headline, or the opening words where the article has none."""
    outlet: str | None = None
    """Who published it."""
    byline: str | None = None
    """Who wrote it, as printed."""
    published: date | None = None
    """Day of publication."""
    updated: date | None = None
    """Day of the last change, where the outlet states one."""
    url: str | None = None
    """The publisher's page."""
    license: str | None = None
    """Terms under which the text may be shown."""
    correction: str | None = None
    """The outlet's own note on what it corrected."""


@dataclass(frozen=True, slots=True)
class Article:
    """One version of a published text."""

    id: str
    """Given, else the canonical url, else a hash of outlet, title and date, else of the text."""
    text: str
    """The cleaned text; every offset refers to it."""
    version: int = 1
    """Counts the texts kept under this id, from 1; set by the archive."""
    title: str = ""
    """Headline, or the opening words where the article has none."""
    outlet: str | None = None
    """Who published it."""
    byline: str | None = None
    """Who wrote it, as printed."""
    published: date | None = None
    """Day of publication."""
    updated: date | None = None
    """Day of the last change, where the outlet states one."""
    correction: str | None = None
    """The outlet's own note on what it corrected."""
    url: str | None = None
    """The publisher's page."""
    license: str | None = None
    """Terms under which the text may be shown."""
    embargo: datetime | None = None
    """Until when it must not be used; with its zone."""
    language: str | None = None
    """ISO 639-1 code; detected on reading where it is not given."""
    fictional: bool = False
    """True for invented sample articles."""
    extra: dict[str, str] = field(default_factory=dict)
    """What else the file said, as text."""

    @property
    def source(self) -> Source:
        """The part of the article that a citation keeps."""
        return Source(**{f.name: getattr(self, f.name) for f in fields(Source)})


@dataclass(frozen=True, slots=True)
class Version:
    """A version of an article, as its history lists it."""

    source: Source
    """Number, headline, days and note on corrections."""
    state: Literal["pending", "current", "superseded", "embargoed"]
    """Whether it answers; it is pending until it is indexed."""
    added: datetime | None
    """When the archive got it; None where that was not written down."""
    day: date | None
    """From which day on it stands: of its last change or publication, else when it was added."""
    embargo: datetime | None = None
    """Until when it must not be used."""


@dataclass(frozen=True, slots=True)
class Erased:
    """The record of an article that was erased: nothing that it said."""

    article: str
    """Its id."""
    versions: int
    """How many versions of it there were."""
    when: datetime
    """When."""
    by: str
    """By whom, as they said."""
    why: str
    """Why, as they said."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one, that was not read."""

    path: str
    """Which file; ``file.jsonl:17`` for a line."""
    reason: str
    """What is wrong with it, in words a journalist understands."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of everything handed to ``add``."""

    added: int = 0
    """Articles new to the archive."""
    updated: int = 0
    """Articles that became a new version of a known id."""
    unchanged: int = 0
    """Articles that the archive held already."""
    embargoed: int = 0
    """Articles that are kept until their embargo is over."""
    skipped: tuple[Skipped, ...] = ()
    """What could not be read, and why."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What became of a folder or feed that is followed, since it was last looked at."""

    read: IngestReport = IngestReport()
    """What became of the files or entries that were new or had changed."""
    unchanged: int = 0
    """Files or entries that had not changed, and were not read again."""
    vanished: tuple[str, ...] = ()
    """Ids of articles that no file of the folder holds any more."""
    removed: int = 0
    """How many of them were removed from the archive."""
    waiting: tuple[str, ...] = ()
    """Files that were still being written: they are read the next time."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A folder or feed that is followed."""

    place: str
    """Its path or address."""
    looked: datetime
    """When it was last looked at."""
    fault: str
    """Why that failed; "" where it did not."""
    report: SyncReport
    """What became of it then."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an article's text."""

    start: int
    """First character."""
    end: int
    """One past the last character."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous span of one article version, cut at sentence ends."""

    article: Source
    """The article version it is cut from."""
    ordinal: int
    """Its place in the article, from 0."""
    start: int
    """First character in the article's text."""
    end: int
    """One past its last character."""
    text: str
    """``article.text[start:end]``."""
    key: int = 0
    """The catalog's number for it; 0 before it is stored."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's words or claim in an article."""

    article: str
    """The article's id."""
    version: int
    """The article's version."""
    speaker: str
    """Fullest name of the speaker in the article."""
    cue: str
    """The word that reports: said, denied, according to."""
    content: str
    """What was said; the parts of a split quote joined by a space."""
    direct: bool
    """True for words in quotation marks."""
    speaker_span: Span
    """Where the speaker is named."""
    cue_span: Span
    """Where the cue stands."""
    content_spans: tuple[Span, ...]
    """Where the words stand; more than one for a split quote."""
    in_title: bool = False
    """True where the spans are of the headline instead of the text."""
