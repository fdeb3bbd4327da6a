"""How well found spans cover the annotated ones, character by character.

Source of the measure: R. Johansson and A. Moschitti, "Syntactic and semantic structure for opinion
expression detection" (2010): a span counts by the share of it that its best match covers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Spans = frozenset[int]
"""The characters of one item: a speaker, or all parts of a content."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Precision and recall of spans by their overlap, each from 0 to 1."""

    precision: float
    """Mean share of a found item that an annotated one covers."""
    recall: float
    """Mean share of an annotated item that a found one covers."""

    @property
    def f1(self) -> float:
        """Their harmonic mean; 0 where both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def overlap(articles: Sequence[tuple[Sequence[Spans], Sequence[Spans]]]) -> Overlap:
    """The overlap over all articles.

    Args:
        articles: for each article the items found and the items annotated.
    """
    found = [_covered(item, wanted) for items, wanted in articles for item in items]
    wanted = [_covered(item, items) for items, annotated in articles for item in annotated]
    return Overlap(_mean(found), _mean(wanted))


def characters(pairs: Sequence[tuple[int, int]]) -> Spans:
    """The characters between starts and ends."""
    return frozenset(place for start, end in pairs for place in range(start, end))


def _covered(item: Spans, others: Sequence[Spans]) -> float:
    return max((len(item & other) / len(item) for other in others), default=0.0)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
