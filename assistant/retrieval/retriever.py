"""The retriever as LangChain knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.types import Filters, Hit, to_dict


class PassageRetriever(BaseRetriever):
    """Hits as LangChain documents: the passage's text, and where it stands.

    ``metadata`` holds ``article`` (a dict: id, version, title, outlet, published, …), ``start``
    and ``end`` (characters of the article's text), ``score``, ``found`` and ``copies``.
    """

    search: Callable[[str, Filters], list[Hit]]
    """Question and filters to hits."""
    filters: Filters = Filters()
    """What every search is limited to."""

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [_document(hit) for hit in self.search(query, self.filters)]


def _document(hit: Hit) -> Document:
    fields: dict[str, Any] = to_dict(hit)
    passage = fields.pop("passage")
    source = hit.passage.article
    return Document(
        id=f"{source.id}:{source.version}:{hit.passage.start}-{hit.passage.end}",
        page_content=passage.pop("text"),
        metadata={**passage, **fields},
    )
