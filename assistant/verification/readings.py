"""A claim and the sentences it cites, read once for every rule: words, grammar, statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.attribution import find_statements
from assistant.language import Names, Parse, Parser, stem, terms
from assistant.language.facts import Facts, facts
from assistant.models.embedding import Vectors
from assistant.quotations import quotations
from assistant.reading.injection import is_order
from assistant.text import folded, sentences
from assistant.types import Article, Span, Statement
from assistant.verification.given import Given

_CONTENT = ("NN", "VB", "JJ", "RB", "CD")
Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors, a row each."""
_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")
_OF_SOURCES = frozenset("source sources answer question article passage text".split())


@dataclass(frozen=True)
class Reading:
    """A sentence with its grammar."""

    text: str
    parse: Parse
    statements: tuple[Statement, ...] = ()
    """Who says what in it."""
    start: int = 0
    """Where it stands in its article; 0 for a claim."""
    before: str = ""
    """The sentence before it in its article; "" for the first, and for a claim."""

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stem of every token."""
        return tuple(stem(folded(token.text).replace("’", "'")) for token in self.parse.tokens)

    @cached_property
    def facts(self) -> Facts:
        """Its numbers, days and names."""
        return facts(self.text)

    @cached_property
    def content(self) -> frozenset[str]:
        """The stems of its content words."""
        tokens = self.parse.tokens
        return frozenset(
            self.stems[place]
            for place, token in enumerate(tokens)
            if token.tag.startswith(_CONTENT) and is_term(token.text)
        )

    def content_in(self, spans: Iterable[Span]) -> frozenset[str]:
        """The stems of its content words within spans of its article."""
        held = list(spans)
        inside = (
            self.stems[place]
            for place, token in enumerate(self.parse.tokens)
            if any(s.start <= self.start + token.start < s.end for s in held)
        )
        return self.content & frozenset(inside)

    @property
    def end(self) -> int:
        """One past its last character in its article."""
        return self.start + len(self.text)


def is_term(word: str) -> bool:
    """True for a content word: neither punctuation nor a stop word."""
    return any(c.isalnum() for c in word) and terms(f"{word} x") != ["x"]


@dataclass(frozen=True)
class Source:
    """A cited passage, read in the light of its article."""

    number: int
    """The number that claims cite it by."""
    article: Article
    """Its article, as the archive holds it."""
    sentences: tuple[Reading, ...]
    """The sentences of the passage."""
    vectors: Vectors
    """One row of unit length a sentence."""
    names: Names
    """The names of the whole article."""

    @cached_property
    def given(self) -> Given:
        """What the whole article gives."""
        return Given(self.article)


def read_source(
    number: int,
    article: Article,
    span: Span,
    statements: Sequence[Statement],
    parser: Parser,
    encode: Encode,
) -> Source:
    """Parse a passage of an article, without sentences that look like prompt injection.

    Args:
        number: the number that claims cite it by.
        article: the article as the archive holds it.
        span: the passage in its text.
        statements: who says what in the article.
        parser: reads its grammar.
        encode: makes the vectors of its sentences.
    """
    every = sentences(article.text)
    inside = [n for n, s in enumerate(every) if span.start <= s.start and s.end <= span.end]
    places = [n for n in inside if not is_order(article.text[every[n].start : every[n].end])]
    texts = [article.text[every[n].start : every[n].end] for n in places]
    readings = []
    for n, text, parse in zip(places, texts, parser.parse(texts), strict=True):
        before = article.text[every[n - 1].start : every[n - 1].end] if n else ""
        before = "" if is_order(before) else before
        said = _said_in(statements, every[n])
        readings.append(Reading(text, parse, said, every[n].start, before))
    names = Names(f"{article.title}\n{article.text}")
    return Source(number, article, tuple(readings), encode(texts), names)


def _said_in(statements: Sequence[Statement], span: Span) -> tuple[Statement, ...]:
    return tuple(
        one
        for one in statements
        if not one.in_title
        and any(
            s.start < span.end and span.start < s.end for s in (one.cue_span, *one.content_spans)
        )
    )


def read_claim(text: str, parser: Parser) -> Reading:
    """Parse a claim and, where it has quotations, find its statements."""
    quotes = bool(list(quotations(text)))
    said = find_statements(Article("claim", text), parser) if quotes else ()
    return Reading(text, parser.parse([text])[0], tuple(said))


def states(claim: Reading) -> bool:
    """True for a sentence with a subject and a verb that speaks of anything but the sources."""
    tokens = claim.parse.tokens
    if claim.text.rstrip().endswith((":", ",")):
        return False
    subjects = [n for n, token in enumerate(tokens) if token.dep in _SUBJECTS]
    main = [n for n in subjects if tokens[tokens[n].head].dep == "ROOT"]
    if any(tokens[n].text.casefold() in _OF_SOURCES for n in main):
        return False
    return bool(subjects) and any(token.is_verb or token.tag == "MD" for token in tokens)
