"""What is right about a question, located in the archive that is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.archive import Archive
from assistant.archive.copies import contained
from assistant.errors import ArticleUnknown, SuiteBroken
from assistant.suites.questions import GoldQuestion, refuse
from assistant.suites.suite import Suite
from assistant.text import find
from assistant.types import Article, Filters, Hit, Passage, Source, Span

_HELD = 0.5  # share of a quote that a passage must hold to be relevant


@dataclass(frozen=True, slots=True)
class Relevant:
    """A passage of the archive that holds a gold quote."""

    article: str
    """The article's id."""
    start: int
    """First character of the passage."""
    end: int
    """One past its last."""
    quotes: tuple[int, ...]
    """Positions in ``GoldQuestion.evidence`` of the quotes that it holds."""

    @property
    def name(self) -> str:
        """The passage's name in a ranking."""
        return _name(self.article, self.start, self.end)


@dataclass(frozen=True, slots=True)
class Gold:
    """A question with the places of the archive that answer it."""

    question: GoldQuestion
    """The question."""
    relevant: tuple[Relevant, ...]
    """The passages that hold its evidence."""
    copies: dict[str, tuple[str, ...]]
    """For each gold article: the ids of other articles that print the same story."""
    outlets: tuple[str, ...]
    """Who published the gold articles."""
    years: tuple[str, ...]
    """When they were published."""

    def story(self, article_id: str, copies: Sequence[Source] = ()) -> str:
        """The first gold article that an article is or copies, else its own id.

        Printings of one story are one source, so gold articles that copy each other are one.
        """
        own = {article_id, *(copy.id for copy in copies)}
        for gold in self.question.gold_articles:
            if gold in own or article_id in self.copies.get(gold, ()):
                return gold
        return article_id

    @property
    def has_twin(self) -> bool:
        """Whether leaving its articles out leaves it without an answer."""
        return self.question.answerable and bool(self.question.gold_articles)

    @property
    def stories(self) -> frozenset[str]:
        """The gold articles, every story once."""
        return frozenset(map(self.story, self.question.gold_articles))

    def passage(self, hit: Hit) -> Relevant | None:
        """The relevant passage that a hit is, or prints word for word in another outlet."""
        passage = hit.passage
        for relevant in self.relevant:
            if (relevant.article, relevant.start) == (passage.article.id, passage.start):
                return relevant
        story = self.story(passage.article.id, hit.copies)
        if story == passage.article.id:
            return None
        for relevant in self.relevant:
            quotes = [self.question.evidence[position].quote for position in relevant.quotes]
            if relevant.article == story and any(
                contained(quote, passage.text) >= _HELD for quote in quotes
            ):
                return relevant
        return None


def locate(suite: Suite, archive: Archive) -> list[Gold]:
    """Every question's gold, in order.

    Raises:
        SuiteBroken: the archive lacks an article that a question names, or an article lacks a
            quote; each is named with file and line.
    """
    named = {gold for question in suite.questions for gold in question.gold_articles}
    articles = {gold: article for gold in named if (article := _article(archive, gold)) is not None}
    if named and not articles:
        raise SuiteBroken(
            f"The archive {archive.folder} holds none of the {len(named)} articles that"
            f" {suite.path} names.",
            "Name the archive that the questions were written for.",
        )
    refuse([fault for question in suite.questions for fault in _faults(suite, question, articles)])
    copies = archive.copies(sorted(named))
    return [_gold(question, archive, articles, copies) for question in suite.questions]


def passage_name(passage: Passage) -> str:
    """A passage's name in a ranking."""
    return _name(passage.article.id, passage.start, passage.end)


def _name(article: str, start: int, end: int) -> str:
    return f"{article}:{start}-{end}"


def twin_filters(gold: Gold) -> Filters:
    """Leaves out a question's own articles, and every other printing of their stories."""
    printed = {copy for copies in gold.copies.values() for copy in copies}
    return Filters(exclude=tuple(sorted({*gold.question.gold_articles, *printed})))


def _article(archive: Archive, article_id: str) -> Article | None:
    try:
        return archive.article(article_id)
    except ArticleUnknown:
        return None


def _faults(suite: Suite, question: GoldQuestion, articles: dict[str, Article]) -> list[str]:
    where = f"{suite.path}:{question.line}"
    unknown = [
        f"{where}: the archive holds no article {gold!r}"
        for gold in question.gold_articles
        if gold not in articles
    ]
    misplaced = [
        f"{where}: the article {quote.article} does not hold the quote {_short(quote.quote)}"
        for quote in question.quotes
        if quote.article in articles and find(quote.quote, articles[quote.article].text) is None
    ]
    return unknown + misplaced


def _short(quote: str) -> str:
    return repr(quote if len(quote) <= 60 else quote[:60] + "…")


def _gold(
    question: GoldQuestion,
    archive: Archive,
    articles: dict[str, Article],
    copies: dict[str, set[str]],
) -> Gold:
    own = [articles[name] for name in question.gold_articles]
    gold = Gold(
        question=question,
        relevant=(),
        copies={name: tuple(sorted(copies.get(name, ()))) for name in question.gold_articles},
        outlets=tuple(sorted({article.outlet or "none" for article in own})),
        years=tuple(sorted({str(a.published.year) if a.published else "none" for a in own})),
    )
    return replace(gold, relevant=tuple(_relevant(gold, archive, articles)))


def _relevant(gold: Gold, archive: Archive, articles: dict[str, Article]) -> Iterator[Relevant]:
    places: dict[str, list[tuple[int, Span]]] = {}
    for position, quote in enumerate(gold.question.evidence):
        for name in (gold.story(quote.article), quote.article):
            span = find(quote.quote, articles[name].text)
            if span is not None:
                places.setdefault(name, []).append((position, span))
                break
    for name, spans in places.items():
        for passage in archive.passages(name):
            if held := tuple(position for position, span in spans if _holds(passage, span)):
                yield Relevant(name, passage.start, passage.end, held)


def _holds(passage: Passage, quote: Span) -> bool:
    """True where the passage has half of the quote, or is itself a part of it."""
    shared = min(passage.end, quote.end) - max(passage.start, quote.start)
    return shared >= _HELD * min(quote.end - quote.start, passage.end - passage.start)
