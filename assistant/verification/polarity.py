"""Affirmed or denied: a claim and the part of its source that it rests on must agree."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language.language import english
from assistant.text import words
from assistant.verification.alignment import Alignment
from assistant.verification.lexicon import AFFIRMING, DENYING_PHRASES
from assistant.verification.negation_scope import markers, rules, tokens_in
from assistant.verification.readings import Reading

_EXCEPT = re.compile(r"\b(?:only|except|apart from|aside from|but for|alone)\b", re.IGNORECASE)
_FALLS = frozenset({"decline", "declines"})  # as nouns they only go down
_SUPERLATIVES = ("JJS", "RBS")  # "the heaviest rain" is "no rain was as heavy"


def wrong_polarity(claim: Reading, ground: Sequence[Alignment]) -> str | None:
    """Whether a claim affirms what its source denies, or the reverse."""
    strong, every = _strong(claim), _denials(claim)
    given = frozenset[int]().union(*(one.given for one in ground))
    odd = len(every) % 2 == 1 and any(_denied(claim, place) in given for place in strong)
    for one in ground:
        held = _denials(one.sentence)
        ruled = sum(rules(marker, one.taken) for marker in markers(one.sentence, held)) % 2 == 1
        opposed = _opposed(claim, one.sentence)
        if opposed and ruled == bool(every):
            return f"the source says the opposite ({opposed})"
        if ruled and not every and not opposed:
            return "the claim affirms what the source denies"
        odd = odd and not held and not opposed and not _superlative(one.sentence)
        odd = odd and not _EXCEPT.search(one.sentence.text)
    return "the claim denies what the source affirms" if odd else None


def _strong(reading: Reading) -> list[int]:
    exempt = tokens_in(reading, [match.span() for match in AFFIRMING.finditer(reading.text)])
    return [
        n
        for n, token in enumerate(reading.parse.tokens)
        if n not in exempt and token.text.casefold() in english().negators
    ]


def _denied(reading: Reading, place: int) -> int:
    """What a negator denies: the word that it hangs on, or the content word above that."""
    tokens = reading.parse.tokens
    while place not in reading.content and tokens[place].head != place:
        place = tokens[place].head
    return place


def _denials(reading: Reading) -> list[int]:
    tokens = reading.parse.tokens
    weak = [
        n
        for n, token in enumerate(tokens)
        if token.text.casefold() in english().denying
        and not (token.tag.startswith("NN") and token.text.casefold() in _FALLS)
    ]
    spans = [match.span() for match in DENYING_PHRASES.finditer(reading.text)]
    phrases = [tokens_in(reading, [span])[:1] for span in spans]
    taken = set(tokens_in(reading, spans))
    alone = [n for n in (*_strong(reading), *weak) if n not in taken]
    return sorted({*alone, *(n for first in phrases for n in first)})


def _opposed(claim: Reading, sentence: Reading) -> str | None:
    """A pair of antonyms, one in the claim and one in the source, where neither text has both.

    A word that denies by itself is counted as a denial, not here.
    """
    mine = set(words(claim.text)) - english().denying
    theirs = set(words(sentence.text)) - english().denying
    for left, right, weak in english().opposites:
        for here, there in ((left, right), (right, left)):
            clash = mine & here and not mine & there and theirs & there and not theirs & here
            if clash and (not weak or _beside(claim, here) & _beside(sentence, there)):
                return f"{min(mine & here)}, {min(theirs & there)}"
    return None


def _beside(reading: Reading, these: frozenset[str]) -> set[str]:
    """Stems of what stands around these words in the grammar."""
    parse = reading.parse
    found: set[str] = set()
    for place, token in enumerate(parse.tokens):
        if token.text.casefold() in these:
            near = {token.head, parse.tokens[token.head].head, *parse.children(place)}
            near |= set(parse.children(token.head))
            found |= {reading.stems[n] for n in near - {place} if n in reading.content}
    return found


def _superlative(sentence: Reading) -> bool:
    tokens = sentence.parse.tokens
    return any(token.tag in _SUPERLATIVES or token.text == "than" for token in tokens)
