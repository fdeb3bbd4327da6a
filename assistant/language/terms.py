"""The words of a question that are searched for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from assistant.text import words

_STOP_WORDS = frozenset(
    """
    a about after again against all also am an and any are as at be because been before being
    below between both but by can could did do does doing down during each else ever few for from
    further get got had has have having he her here hers him his how i if in into is it its itself
    just let like make many may me might more most much must my no nor not now of off on once one
    only or other our out over own please s said same say says she should so some such t tell than
    that the their them then there these they this those through to told too under until up upon
    us very was we were what when where whether which while who whom whose why will with would you
    your
    """.split()
)


def terms(text: str) -> list[str]:
    """The words that carry the question, in order, each once; all its words where none does."""
    every = list(dict.fromkeys(word.removesuffix("'s") for word in words(text)))
    return [word for word in every if word not in _STOP_WORDS] or every


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word's stem, by Porter's second English algorithm."""
    return str(_stemmer().stemWord(word.removesuffix("'s")))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("english")
