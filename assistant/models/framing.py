"""Articles and passages as the models read them."""

from __future__ import annotations

from assistant.reading.injection import is_order
from assistant.types import Article, Source


def heading(article: Article | Source) -> str:
    """What the models read before a passage: headline and date; no headline that gives orders."""
    title = "" if is_order(article.title) else article.title
    return f"{title} ({article.published})" if article.published else title


def encoder_text(heading: str, passage: str, before: str = "") -> str:
    """A passage as the encoder and the reranker read it.

    Args:
        heading: headline and date.
        passage: a passage, or sentences of it.
        before: the sentence before, where the passage cannot be understood without it. The bar
            between them tells the reader, which was trained so, what is judged and what is context.
    """
    return f"{heading}\n{before} | {passage}" if before else f"{heading}\n{passage}"
