"""Which words of a claim stand in a sentence, as themselves or by a word of like meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.language import stem
from assistant.text import words
from assistant.verification.embedding_cache import Encode
from assistant.verification.readings import Reading, Source

_ALIKE = 0.5  # cosine of the encoder's vectors of two words
_RELATED = 0.45  # the same, where a word need only be at home in the source
_FEWEST = 0.25  # share of a claim's plain words that its source must know
_AT_HOME = 0.6  # share of a phrase's words that must be in or near the source
_SURE = 3  # fewest content words outside a phrase for it to be judged an addition
_KEPT = 0.6  # share of the words around an addition that are the source's own
_PARTS = ("prep", "agent", "acl", "relcl", "advcl", "conj", "ccomp", "pcomp", "npadvmod", "xcomp")


@dataclass(frozen=True, slots=True)
class Alignment:
    """A sentence that a claim may rest on, and what the claim takes from it."""

    source: Source
    """Where it stands."""
    sentence: Reading
    """The sentence."""
    taken: frozenset[int]
    """Indices of its tokens that match the claim, without speaker and cue if others match."""
    given: frozenset[int]
    """Indices of the claim's tokens that match a word of the sentence."""


def know(sentences: Sequence[Reading], encode: Encode) -> None:
    """Encode a source's content words in one batch, to fill the cache before claims need them."""
    _vectors(sentences, encode)


def align(
    claim: Reading, pairs: Sequence[tuple[Source, Reading]], encode: Encode
) -> list[Alignment]:
    """What a claim takes from each sentence."""
    mine = [claim.stems[n] for n in claim.content]
    vectors = _vectors([claim, *(sentence for _, sentence in pairs)], encode)
    found = []
    for source, sentence in pairs:
        theirs = [sentence.stems[m] for m in sentence.content]
        same = np.array([[a == b for b in theirs] for a in mine], bool).reshape(
            len(mine), len(theirs)
        )
        near = _rows(claim, vectors) @ _rows(sentence, vectors).T >= _ALIKE
        near[_figures(claim)] = False  # no number means another
        alike = same | near
        taken = {m for m, hit in zip(sentence.content, alike.any(axis=0), strict=True) if hit}
        given = {n for n, hit in zip(claim.content, alike.any(axis=1), strict=True) if hit}
        said = taken - sentence.frame
        found.append(Alignment(source, sentence, frozenset(said or taken), frozenset(given)))
    return found


def unsaid(claim: Reading, ground: Sequence[Alignment], encode: Encode) -> str | None:
    """Why a claim says more than its source; None where enough of its words are in or near it."""
    known = {stem(w) for one in ground for w in words(f"{one.sentence.before} {one.sentence.text}")}
    vectors = _vectors([claim, *(one.sentence for one in ground)], encode)
    theirs = np.vstack([_rows(one.sentence, vectors) for one in ground])
    near = (_rows(claim, vectors) @ theirs.T).max(axis=1, initial=0) >= _RELATED
    own = {n for n in claim.content if claim.stems[n] in known}
    home = own | {n for n, hit in zip(claim.content, near, strict=True) if hit}
    tokens = claim.parse.tokens
    plain = [n for n in claim.content if n not in claim.frame and tokens[n].tag[:3] != "NNP"]
    if len(home.intersection(plain)) < _FEWEST * len(plain):
        return "most of the claim is not in the source"
    for part in _parts(claim):
        rest = [n for n in plain if n not in part]
        kept = rest and len(own.intersection(rest)) >= _KEPT * len(rest)
        inside = [n for n in claim.content if n in part and n not in claim.frame]
        kept = kept and len(rest) >= _SURE
        if kept and len(inside) > 1 and len(home.intersection(inside)) < _AT_HOME * len(inside):
            added = " ".join(tokens[n].text for n in sorted(part))
            return f"the source does not say: {added}"
    return None


def _parts(claim: Reading) -> list[set[int]]:
    """The phrases and clauses of a claim, and its main clause without its subject."""
    parse = claim.parse
    found = []
    for place, token in enumerate(parse.tokens):
        if token.dep in _PARTS:
            found.append(set(parse.subtree(place)))
        elif token.dep == "ROOT":
            apart = parse.children(place, "nsubj", "nsubjpass", "advcl", "conj")
            found.append(set(parse.subtree(place, without=apart)))
    return found


def _vectors(readings: Sequence[Reading], encode: Encode) -> dict[str, np.ndarray]:
    every = sorted({_word(one, n) for one in readings for n in one.content})
    return dict(zip(every, encode(every), strict=True)) if every else {}


def _rows(reading: Reading, vectors: dict[str, np.ndarray]) -> np.ndarray:
    size = len(next(iter(vectors.values()), ()))
    rows = [vectors[_word(reading, n)] for n in reading.content]
    return np.asarray(rows, np.float32).reshape(len(rows), size)


def _figures(claim: Reading) -> list[int]:
    return [n for n, place in enumerate(claim.content) if claim.parse.tokens[place].tag == "CD"]


def _word(reading: Reading, place: int) -> str:
    return reading.parse.tokens[place].text.casefold()
