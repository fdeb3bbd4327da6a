"""What is asked, and what it is limited to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Order = Literal["use", "date", "newest", "latest"]
"""By use to the reader; by date, for a course of events; the newest first; or the newest alone."""

Form = Literal["fact", "words", "sides", "story", "list", "comparison", "talk", "items"]
"""What an answer has to be: a fact; somebody's words; the sides of a dispute; a story's course; a
list of articles; a comparison; talk, where nothing is asked of the archive; or items: a list of the
persons, places or things that articles name. In the order of the packaged reader's labels."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a question is limited to. Empty means no limit."""

    since: date | None = None
    """First day of publication, included; undated articles are left out."""
    until: date | None = None
    """Last day of publication, included; undated articles are left out."""
    outlets: tuple[str, ...] = ()
    """Outlets to keep; case does not count."""
    speakers: tuple[str, ...] = ()
    """Speakers to keep."""
    articles: tuple[str, ...] = ()
    """Article ids to keep."""
    exclude: tuple[str, ...] = ()
    """Article ids to leave out."""
    as_of: date | None = None
    """Answer from the articles as they stood on that day; None for as they stand now."""


EVERYTHING = Filters()
"""No limit."""


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier question of the conversation, and what was answered."""

    question: str
    """The question as asked."""
    answer: str
    """The text of the answer."""
    articles: tuple[str, ...] = ()
    """Ids of the articles that it cites."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a question asks."""

    text: str
    """As it stands in the question."""
    query: str
    """As it is searched for: with the names that it leans on."""
    since: date | None = None
    """First of the days that it names."""
    until: date | None = None
    """Last of the days that it names."""
    but: tuple[str, ...] = ()
    """Ids of articles that do not answer it, but another part."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, with what it leans on."""

    text: str
    """The question as asked."""
    history: tuple[PastTurn, ...] = ()
    """The turns before it, oldest first."""
    filters: Filters = EVERYTHING
    """What the search is limited to."""
    asked: date | None = None
    """The day it is asked, which "last week" is counted from; today where it is None."""
    standalone: str = ""
    """The question as it reads without its history; set by understanding."""
    parts: tuple[Part, ...] = ()
    """The things it asks; set by understanding."""
    infer: bool = True
    """Whether filters may be taken from its own words, where the caller sets none."""
    inferred: tuple[str, ...] = ()
    """The filters that understanding took from the question.

    ``since``, ``until``, ``outlets``, ``articles``.
    """
    order: Order = "use"
    """How the answer is ordered; set by understanding."""
    form: Form = "fact"
    """What the answer has to be; set by understanding."""
    read_as: tuple[tuple[str, str], ...] = ()
    """Words as they are typed and the names that they are read as; set by understanding."""
    most: int | None = None
    """Sentences that it asks for ("in three sentences"); set by understanding."""

    @property
    def inferred_days(self) -> bool:
        """Whether understanding took days from the question."""
        return bool({"since", "until"} & set(self.inferred))

    @property
    def by_article(self) -> bool:
        """Whether the answer has a line for each article on the matter."""
        return self.form in ("story", "list")
