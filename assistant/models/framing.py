"""Articles and passages as the models read them."""

from __future__ import annotations

from assistant.reading.injection import is_order
from assistant.types import Article, Source


def heading(article: Article | Source) -> str:
    """What the models read before a passage: headline and date; no headline that gives orders."""
    title = "" if is_order(article.title) else article.title
    return f"{title} ({article.published})" if article.published else title


def encoder_text(heading: str, passage: str) -> str:
    """A passage as the encoder and the reranker read it."""
    return f"{heading}\n{passage}"
