"""What an archive tells of its articles, from its catalog alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from assistant.archive.keywords import EVERY, Part
from assistant.archive.known_names import Names
from assistant.errors import ArticleUnknown
from assistant.text import one_line
from assistant.types import (
    EVERYTHING,
    Article,
    Coverage,
    Erased,
    Filters,
    Passage,
    Source,
    Statement,
    Version,
)

_MOST_VERSIONS = 2**31


class Lookups(Names):
    """The archive's questions to its catalog that need no index and no model."""

    def article(self, article_id: str, version: int | None = None) -> Article:
        """The current article of that id, or one version of it.

        Raises:
            ArticleUnknown: the archive holds no such article.
        """
        article_id = one_line(article_id)
        possible = version is None or 0 < version <= _MOST_VERSIONS
        found = self._catalog.article(article_id, version) if possible else None
        if found is None:
            which = article_id if version is None else f"{article_id}, version {version}"
            raise ArticleUnknown(f"The archive holds no article {which}.")
        return found

    def versions(self, article_id: str) -> list[int]:
        """Numbers of every version kept under an id, the current one last; none where unknown."""
        kept = [one for one in self.history(article_id) if one.state in ("current", "superseded")]
        return [one.source.version for one in kept]

    def articles(self, filters: Filters = EVERYTHING, part: Part = EVERY) -> list[Source]:
        """The current articles within the filters, by date, undated ones last."""
        within = self._catalog.without_speakers(filters)
        return self._catalog.matching((), (), within, part=part)

    def digests(self) -> set[str]:
        """What the articles that it holds are known by, earlier versions too."""
        return self._catalog.digests()

    def ids(self) -> list[str]:
        """The ids of the current articles."""
        return self._catalog.ids(EVERYTHING)

    def coverage(self, filters: Filters = EVERYTHING) -> Coverage:
        """How many articles the filters leave, and from when to when."""
        return self._catalog.coverage(self._catalog.without_speakers(filters))

    def statements(self, article_id: str, version: int | None = None) -> list[Statement]:
        """Who says what in the current article, or in one version of it, in order.

        Empty where there is no such article: it may have been removed since it was found.
        """
        return self._catalog.statements(one_line(article_id), version)

    def history(self, article_id: str) -> list[Version]:
        """Every version of an article, the first to be added first; none where it is unknown."""
        return self._catalog.history(one_line(article_id))

    def erased(self) -> list[Erased]:
        """The records of what was erased, the last first."""
        return self._catalog.erased()

    def holds(self, article_id: str) -> bool:
        """Whether there is anything of an article, be it under embargo."""
        return bool(self.history(article_id))

    def readmit(self, article_id: str) -> bool:
        """Let an article that was erased be added again; whether it ever was."""
        return self._catalog.readmit(one_line(article_id))

    def passages(self, article_id: str, version: int | None = None) -> list[Passage]:
        """The passages of a current article or a version, in order; none where it is unknown."""
        return self._catalog.passages_of(one_line(article_id), version)

    def fingerprint(self) -> str:
        """Sixteen hex digits that change with any current article, its version or its text."""
        return self._catalog.fingerprint()

    @property
    def generation(self) -> int:
        """A number that grows with every change of what is visible."""
        return self._catalog.generation()

    def speakers(self, limit: int) -> list[str]:
        """Names of those who speak in most of its articles, those in the most first."""
        return self._catalog.speakers(limit)

    def languages(self) -> set[str]:
        """ISO 639-1 codes of the languages of its articles, as far as they are known."""
        return self._catalog.languages()

    def is_current(
        self, source: Source, start: int, end: int, quote: str, as_of: date | None = None
    ) -> bool:
        """True where this version is the current one and holds exactly this quote there.

        Or was the current one as of a day.
        """
        article = self._catalog.article(source.id, as_of=as_of)
        return (
            article is not None
            and article.version == source.version
            and article.text[start:end] == quote
        )

    def matching(
        self,
        wanted: Sequence[str],
        unwanted: Sequence[str] = (),
        filters: Filters = EVERYTHING,
        after: int = 0,
        part: Part = EVERY,
    ) -> list[Source]:
        """The current articles that hold all of some words and phrases and none of others.

        Only what was added or changed after ``newest`` was ``after``.
        """
        return self._catalog.matching(wanted, unwanted, filters, after, part)

    def months(
        self,
        wanted: Sequence[str],
        unwanted: Sequence[str] = (),
        filters: Filters = EVERYTHING,
        after: int = 0,
    ) -> dict[str, int]:
        """How many such articles were published in each month, "2026-03"; "" for undated ones."""
        return self._catalog.months(wanted, unwanted, filters, after)

    def newest(self) -> int:
        """A number that grows with each article and each version that is added."""
        return self._catalog.newest()

    def term_shares(self, terms: Sequence[str]) -> dict[str, float]:
        """Share of all passages that hold each term, from 0 to 1."""
        return self._catalog.shares(terms)

    def signatures(self, ids: Iterable[str], as_of: date | None = None) -> dict[str, bytes]:
        """MinHash signatures of articles, as they are or as they were on a day, by id."""
        return self._catalog.signatures(ids, as_of)
