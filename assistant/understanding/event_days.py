"""The day of an event that a question names, from the archive."""

from __future__ import annotations

from datetime import date

from assistant.archive import Archive
from assistant.models.framing import encoder_text, heading
from assistant.models.reranking import Reranker
from assistant.types import Filters

_EVENT_CANDIDATES = 5


def event_day(
    event: str, archive: Archive, reranker: Reranker | None, filters: Filters
) -> date | None:
    """The day of publication of the article that tells of an event; None where none does."""
    found = archive.search_dense(event, _EVENT_CANDIDATES, filters)
    if not found or reranker is None:
        return None
    texts = [encoder_text(heading(passage.article), passage.text) for passage in found]
    best, passage = max(
        zip(reranker.score(event, texts), found, strict=True), key=lambda pair: pair[0]
    )
    return passage.article.published if best >= 0 else None
