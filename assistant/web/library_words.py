"""Words as a reader of archives types them: all of them, "phrases", and -without."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from assistant.language import stem
from assistant.text import folded
from assistant.types import Passage
from assistant.web.article_pages import Piece

_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_WORD = re.compile(r"\w+")
_LETTER = re.compile(r"[^\W_]")
_MOST = 40  # words and phrases
_SHOWN = 300  # characters of a passage
_BEFORE = 80  # characters of it that stand before the first hit


@dataclass(frozen=True, slots=True)
class Words:
    """What an article has to hold, and what not."""

    wanted: tuple[str, ...] = ()
    """Words and phrases."""
    unwanted: tuple[str, ...] = ()
    """The same."""

    @classmethod
    def read(cls, typed: str) -> Self:
        """What was typed; a dash before a word or a phrase leaves articles with it out."""
        every = [(dash, phrase or word) for dash, phrase, word in _TERM.findall(typed)]
        found = [one for one in dict.fromkeys(every) if _LETTER.search(one[1])][:_MOST]
        wanted, unwanted = ([term for dash, term in found if bool(dash) == no] for no in (0, 1))
        return cls(tuple(wanted), tuple(unwanted))

    def passage(self, passages: Sequence[Passage]) -> list[Piece]:
        """The beginning of the passage that holds most of the words, with these marked."""
        hits = {_stem(word) for term in self.wanted for word in _WORD.findall(term)}
        if not passages or not hits:
            return []
        best = max(passages, key=lambda one: len(hits & set(map(_stem, _WORD.findall(one.text)))))
        return list(_marked(" ".join(best.text.split()), hits))


def _marked(text: str, hits: Collection[str]) -> Iterator[Piece]:
    found = [one for one in _WORD.finditer(text) if _stem(one[0]) in hits]
    first = found[0].start() if found else 0
    begin = text.rfind(" ", 0, first - _BEFORE) + 1 if first > _BEFORE else 0
    end = min(len(text), begin + _SHOWN)
    if end < len(text) and (space := text.rfind(" ", begin + 1, end)) > 0:
        end = space
    yield Piece("… " if begin else "")
    at = begin
    for one in found:
        if one.end() <= end:
            yield Piece(text[at : one.start()])
            yield Piece(one[0], "hit")
            at = one.end()
    yield Piece(text[at:end] + (" …" if end < len(text) else ""))


def _stem(word: str) -> str:
    return stem(folded(word))
