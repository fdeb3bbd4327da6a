"""The words of a question that are searched for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from assistant.language.language import english
from assistant.text import words


def terms(text: str) -> list[str]:
    """The content words of a text, in order, each once; all its words where there are none."""
    every = list(dict.fromkeys(word.removesuffix("'s") for word in words(text)))
    return [word for word in every if word not in english().stop_words] or every


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word's stem, by Porter's second English algorithm."""
    return str(_stemmer().stemWord(word.removesuffix("'s")))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("english")
