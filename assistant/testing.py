"""Fakes at our own seams, for tests and for trying things out without models."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator, Sequence
from datetime import date, timedelta

import numpy as np

from assistant.language import Entity, Parse, Token
from assistant.language.names import mentions
from assistant.models.chat_model import Reply
from assistant.models.embedding import Vectors
from assistant.text import words
from assistant.types import Article, Form

_DIMENSION = 64
_PIECE = 3
_TOKEN = re.compile(r"\w+|[^\w\s]")


class HashEmbeddings:
    """An embedder without a model: texts that share words have vectors that are near.

    Each word has a fixed random direction, seeded by its hash; a text is the sum of its words.
    """

    name = "hash-embeddings"
    max_pieces = 256

    def count_pieces(self, texts: Sequence[str]) -> list[int]:
        """Words of each text."""
        return [len(words(text)) for text in texts]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length per text: float32, shape (texts, 64)."""
        rows = [np.sum([_direction("")] + [_direction(w) for w in words(t)], axis=0) for t in texts]
        vectors = np.asarray(rows, np.float32).reshape(len(texts), _DIMENSION)
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    encode_passages = encode


class WordOverlap:
    """A reranker, reader and verifier without a model: it counts the words that two texts share.

    A logit is 10 where a text has all words of the question or claim, -10 where it has none.
    """

    name = "word-overlap"

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit per text, by the share of the question's words that it has."""
        wanted = set(words(question))
        shares = [len(wanted & set(words(text))) / max(1, len(wanted)) for text in texts]
        return [20 * share - 10 for share in shares]

    answers = score

    def supports(self, claim: str, sources: Sequence[str]) -> list[float]:
        """A logit per source, by the share of the claim's words that it has."""
        return self.score(claim, sources)


class OneForm:
    """A form reader without a model: every question has the same form."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def form(self, _question: str, /, least: float = 0) -> Form:
        """That form, which is sure."""
        return self._form if least <= 1 else "fact"


class OneMark:
    """A marker without a model: some words are the answer wherever they stand."""

    def __init__(self, words: str) -> None:
        self._words = words

    def marked(self, _question: str, sentence: str, begins: int, /) -> tuple[int, int] | None:
        """Those words; None where the sentence has them not."""
        start = sentence.find(self._words, begins)
        return (start, start + len(self._words)) if start >= 0 else None


class FlatParser:
    """A parser without a model: words and marks side by side, and capitalised words as names."""

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """Tokens without grammar: each depends on the first."""
        return [
            Parse(
                tuple(
                    Token(one.group(), one.start(), "XX", "dep" if n else "ROOT", 0)
                    for n, one in enumerate(_TOKEN.finditer(text))
                )
            )
            for text in texts
        ]

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Each name, as a person."""
        return [[Entity(one.name, one.start, "PERSON") for one in mentions(text)] for text in texts]


class ScriptedChatModel:
    """A chat model that gives the replies it was handed, in order, and remembers the prompts.

    A reply that is an error is raised. Asked once more than there are replies, it fails.
    """

    name = "scripted"

    def __init__(self, *replies: str | BaseException) -> None:
        self._replies = list(replies)
        self.prompts: list[str] = []

    def ask(self, prompt: str) -> Reply:
        """The next reply; a token a word."""
        self.prompts.append(prompt)
        reply = self._replies.pop(0)
        if isinstance(reply, BaseException):
            raise reply
        return Reply(reply, len(prompt.split()), len(reply.split()))

    def stream(self, prompt: str) -> Generator[str, None, Reply]:
        """The next reply, in pieces of three characters."""
        reply = self.ask(prompt)
        for start in range(0, len(reply.text), _PIECE):
            yield reply.text[start : start + _PIECE]
        return reply


def _direction(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2s(word.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(_DIMENSION).astype(np.float32)


def sample_articles(count: int, edition: int = 1) -> list[Article]:
    """Articles that each have their own id, date and words; the text differs by edition.

    Article ``n`` of edition ``e`` is the only one to hold the words ``harbour{n}`` and
    ``edition{e}of{n}``.
    """
    return [
        Article(
            id=f"sample-{number}",
            title=f"Harbour {number} reopens",
            outlet="The Sample Gazette" if number % 2 else "The Sample Post",
            published=date(2025, 1, 1) + timedelta(days=number),
            text=(
                f"The harbour harbour{number} reopened on Monday after repairs.\n\n"
                f"“We are glad,” said the harbour master of place{number}. "
                f"This is edition{edition}of{number} of the report.\n\n"
                f"The ferry number{number} sails again at {number % 12 + 1} p.m. daily."
            ),
            language="en",
        )
        for number in range(count)
    ]
