"""Names of the archive that a question has misspelt."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

import regex
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.language.language import english
from assistant.language.names import is_body, is_role
from assistant.language.terms import stem
from assistant.text import folded, words
from assistant.types import Passage

_LETTERS = 5  # for each edit that a misspelt name may be away; shorter ones are left
_LOWER = 6  # letters of one without a capital: shorter ones are too often other words
_TRIED = 6  # words that are looked up, nearest first
_STEMMED = 1  # edits more that the stem of a name may be away
_LIKE = 60  # of 100; likeness from which one name may be meant by another
_AUTHORS = re.compile(r"^by:?\s+|\s*(?:,|;|&|\band\b)\s*", re.IGNORECASE)  # in a byline
_SURER = 2  # times as many passages as another name that is as near
_BY_NAME = regex.compile(
    r"\b(?i:did|has|have|had) (?P<did>(?!(?i:the|an?|any|this|that|these|those|his|her|their)\b)"
    r"[\p{L}.’'-]+(?: [\p{L}.’'-]+){1,3}?) (?i:ever )?(?i:write|written)\b"
    r"|\b(?i:articles?|pieces?|stories|reports?|columns?|written|signed) by"
    r" (?P<by>\p{Lu}[\w.’'-]*(?: (?:\p{Ll}{1,4} ){0,2}\p{Lu}[\w.’'-]*){1,3})[?.!]?$"
)  # "which articles did Tam Vell write", "stories by Tam Vell"
_NAME = regex.compile(r"(?<=[\w,;:] |\w-)(?:\p{Lu}\w*|\w*[^\x00-\x7f]\w*)")  # begins no sentence


def may_be_misspelt(word: str) -> bool:
    """Whether a word is long enough for a misspelt name, and none that every text has."""
    least = _LOWER if word.islower() else _LETTERS
    return len(word) >= least and word.lower() not in _ordinary()


def spelled(
    word: str,
    vocabulary: Callable[[str], Iterable[tuple[str, int]]],
    search: Callable[[Sequence[str]], Sequence[Passage]],
) -> str | None:
    """The name that a word is nearly: at most an edit for each five letters away.

    None where two are as near, unless one stands in twice as many passages.

    Args:
        word: a word that the archive does not have, and that may be misspelt.
        vocabulary: stems that begin with a letter, and in how many passages they are.
        search: visible passages with any of some words.
    """
    typed = folded(word)
    edits = len(typed) // _LETTERS
    near = [
        (distance, -count, term)
        for term, count in vocabulary(typed[0])
        if (distance := OSA.distance(stem(typed), term)) <= edits + _STEMMED
    ]
    held = {term: -less for _, less, term in near}
    fitting: dict[str, tuple[int, int, str]] = {}
    for _, _, term in sorted(near)[:_TRIED]:
        for name in {name for passage in search([term]) for name in _names(_read(passage))}:
            distance, bare = OSA.distance(typed, folded(name)), folded(name)
            if distance <= edits and not (bare in fitting and name.isupper()):
                fitting[bare] = (distance, -held.get(stem(bare), 0), name)
    if not fitting:
        return None
    best, *others = sorted(fitting.values())
    rivals = [-less for distance, less, _ in others if distance == best[0]]
    return None if rivals and -best[1] < _SURER * max(rivals) else best[2]


def authors_in(
    question: str, bylines: Mapping[str, Sequence[str]], outlets: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The authors whose articles a question asks for, named in full, and the ids of those.

    "Which articles mention Tam Vell?" asks for none of them. Somebody asked for who has written
    nothing has no ids: what others wrote is no answer.

    Args:
        question: as it was asked.
        bylines: ids of articles by their bylines, which may name several authors.
        outlets: which are no authors, where a byline names one beside them.
    """
    asked = " ".join(words(question))
    others = {tuple(words(outlet)) for outlet in outlets}
    found: dict[str, tuple[str, ...]] = {}
    names: dict[tuple[str, ...], str] = {}
    for byline, ids in bylines.items():
        for name in _AUTHORS.split(byline):
            typed = tuple(words(name))
            if len(typed) > 1 and typed not in others and _writes(" ".join(typed), asked):
                known = names.setdefault(typed, name)
                found[known] = (*found.get(known, ()), *ids)
    unknown = (name for name in _asked_for(question) if same(name, outlets) is None)
    return found or dict.fromkeys(unknown, ())


def _asked_for(question: str) -> Iterator[str]:
    """Who is asked for as an author, whether there are any articles of theirs or not."""
    for match in _BY_NAME.finditer(question):
        name = match["did"] or match["by"]
        if not is_body(name) and not is_role(name):
            yield name


def outlets_in(question: str, outlets: Iterable[str]) -> tuple[str, ...]:
    """The outlets whose articles a question asks for: "pieces from the Sond Echo".

    One of a single word ("Nature") has to stand as it is written.
    """
    return tuple(
        one
        for one in outlets
        if _prints(_folded(one), _folded(question))
        and (" " in _bare(one) or _bare(one) in question)
    )


def _bare(outlet: str) -> str:
    return outlet.removeprefix("The ").strip()


def _prints(name: str, asked: str) -> bool:
    """Whether the words of a question ask for what an outlet has printed."""
    who = re.escape(name)
    printed = r"articles?|pieces?|stories|reports?|coverage|reporting"
    return (
        bool(name)
        and re.search(rf"\b(?:from|in|by) (?:the )?{who}\b|\b{who}(?:'s)? (?:{printed})\b", asked)
        is not None
    )


def _writes(name: str, asked: str) -> bool:
    """Whether the words of a question ask for what somebody wrote."""
    who = re.escape(name)
    return (
        re.search(rf"\bby {who}\b|\b{who} (?:wr(?:ites?|ote|itten)|ha(?:s|ve|d) written)\b", asked)
        is not None
    )


@cache
def _ordinary() -> frozenset[str]:
    """Words that are no misspelt names."""
    known = english()
    calendar = {*known.months, *known.weekdays, *known.seasons}
    return known.stop_words | known.request_words | calendar


def same(name: str, names: Iterable[str]) -> str | None:
    """The one of some names that another is, but for capitals, accents and "the" before it."""
    return next((one for one in names if _folded(one) == _folded(name)), None)


def near(name: str, names: Iterable[str]) -> list[str]:
    """Up to three names that look like another, the nearest first."""
    found = process.extract(name, names, processor=_folded, score_cutoff=_LIKE, limit=3)
    return [one for one, *_ in found]


def _folded(name: str) -> str:
    return " ".join(words(folded(name).removeprefix("the ")))


def _read(passage: Passage) -> str:
    return f": {passage.article.title}. {passage.text}"


def _names(text: str) -> Iterator[str]:
    return (match[0] for match in _NAME.finditer(text) if words(match[0]))
