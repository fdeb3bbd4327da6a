"""Articles and passages as the models read them."""

from __future__ import annotations

import regex

from assistant.reading.injection import is_order
from assistant.types import Article, Source

_LEANS = regex.compile(
    r"(?i:^[\W_]*(?:but|and|however|also|he|she|it|they|his|her|their|its|this|that|these|those"
    r"|the (?:ministry|company|report|statement|man|woman|two|group|government|decision|move))\b)"
    r"|^[\"“'‘]|^.\P{Lu}*\b(?:he|she|they)\b"  # before anybody is named
)


def heading(article: Article | Source) -> str:
    """What the models read before a passage: headline and date; no headline that gives orders."""
    title = "" if is_order(article.title) else article.title
    return f"{title} ({article.published})" if article.published else title


def encoder_text(heading: str, passage: str) -> str:
    """A passage as the encoder and the reranker read it."""
    return f"{heading}\n{passage}"


def leans(sentence: str) -> bool:
    """Whether a sentence seems to need the one before it to be understood."""
    return _LEANS.search(sentence) is not None


def in_context(heading: str, sentence: str, before: str) -> str:
    """A sentence as the reader reads it, and as it is trained (``evals/training/pairs.py``).

    Where it leans on the one before, that goes first; a bar tells it from what is judged.

    Args:
        heading: headline and date of its article.
        sentence: the sentence.
        before: the one before it; "" where it is the first.
    """
    leaning = before and leans(sentence)
    return encoder_text(heading, f"{before} | {sentence}" if leaning else sentence)
