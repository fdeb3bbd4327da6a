"""Names as the archive has them: outlets, authors, and words that are misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.archive.catalog import Catalog
from assistant.archive.spelling import authors_in, may_be_misspelt, outlets_in, same, spelled
from assistant.text import one_line
from assistant.types import Question

_LOOKED_UP = 5  # passages, for how a name is spelt


class Names:
    """What an archive knows of names."""

    _catalog: Catalog

    def outlets(self) -> list[str]:
        """The outlets of its articles."""
        return self._catalog.outlets()

    def resolved(self, question: Question) -> Question:
        """The question with the outlets of its filters as the archive names them.

        They are the same but for capitals, accents and "the"; one that it does not have stays.
        """
        filters = question.filters
        if not filters.outlets:
            return question
        known = self.outlets()
        named = tuple(same(one, known) or one for one in filters.outlets)
        changed = [
            (typed, name)
            for typed, name in zip(filters.outlets, named, strict=True)
            if one_line(typed).casefold() != name.casefold()
        ]
        return replace(
            question,
            filters=replace(filters, outlets=named),
            read_as=(*question.read_as, *changed),
        )

    def spelled(self, word: str) -> str | None:
        """The name in the archive that a word is nearly; None where it holds the word."""
        if not may_be_misspelt(word) or self._catalog.shares([word.lower()])[word.lower()]:
            return None
        return spelled(
            word, self._catalog.vocabulary, lambda terms: self._catalog.search(terms, _LOOKED_UP)
        )

    def headlined(self, words: Sequence[str]) -> bool:
        """Whether a headline has any of some words, letters and digits only."""
        return self._catalog.headlined(words)

    def written_by(self, question: str) -> dict[str, tuple[str, ...]]:
        """The authors whose articles a question asks for, and the ids of those."""
        return authors_in(question, self._catalog.bylines(), self.outlets())

    def printed_by(self, question: str) -> tuple[str, ...]:
        """The outlets whose articles a question asks for."""
        return outlets_in(question, self.outlets())
