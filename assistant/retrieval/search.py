"""Question to hits: dense and keyword search, fused, copies folded, reranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.archive import Archive
from assistant.archive.copies import similarity
from assistant.archive.passages import encoder_text, heading
from assistant.models import Reranker
from assistant.retrieval.questions import terms
from assistant.settings import RetrievalSettings
from assistant.types import Hit, Passage, Question, SearchMethod, Source

_RANK_CONSTANT = 60


def retrieve(question: Question, archive: Archive, settings: RetrievalSettings) -> list[Hit]:
    """Candidates for a question, best first, every story once.

    The dense and the keyword ranking are fused by reciprocal rank (G. Cormack, C. Clarke and
    S. Büttcher, "Reciprocal rank fusion outperforms Condorcet", 2009): a passage scores the sum of
    1 / (60 + rank) over the rankings that hold it.
    """
    text, filters = question.standalone or question.text, question.filters
    rankings: dict[SearchMethod, list[Passage]] = {
        "dense": archive.search_dense(text, settings.candidates, filters),
        "keyword": archive.search_keywords(terms(text), settings.candidates, filters),
    }
    return _fold_copies(_fuse(rankings), archive, settings.copy_similarity)


def rerank(
    question: Question, hits: Sequence[Hit], reranker: Reranker | None, settings: RetrievalSettings
) -> list[Hit]:
    """The best hits in the reranker's order, or in the fused order where there is none."""
    if reranker is None:
        return list(hits[: settings.hits])
    chosen = hits[: settings.rerank]
    texts = [encoder_text(heading(hit.passage.article), hit.passage.text) for hit in chosen]
    scores = reranker.score(question.standalone or question.text, texts)
    scored = [replace(hit, score=score) for hit, score in zip(chosen, scores, strict=True)]
    return sorted(scored, key=lambda hit: -hit.score)[: settings.hits]


def _fuse(rankings: dict[SearchMethod, list[Passage]]) -> list[Hit]:
    hits: dict[int, Hit] = {}
    for method, passages in rankings.items():
        for rank, passage in enumerate(passages, 1):
            hit = hits.get(passage.key) or Hit(passage, 0.0)
            hits[passage.key] = replace(
                hit, score=hit.score + 1 / (_RANK_CONSTANT + rank), found=(*hit.found, method)
            )
    return sorted(hits.values(), key=lambda hit: (-hit.score, hit.passage.key))


def _fold_copies(hits: Sequence[Hit], archive: Archive, least: float) -> list[Hit]:
    """The hits without those in copies of a better hit's article, which lists them instead."""
    articles = list(dict.fromkeys(hit.passage.article for hit in hits))
    signatures = archive.signatures(article.id for article in articles)
    copies: dict[Source, list[Source]] = {}
    for article in articles:
        first = next(
            (
                kept
                for kept in copies
                if similarity(signatures[kept.id], signatures[article.id]) >= least
            ),
            None,
        )
        if first is None:
            copies[article] = []
        else:
            copies[first].append(article)
    return [
        replace(hit, copies=tuple(copies[hit.passage.article]))
        for hit in hits
        if hit.passage.article in copies
    ]
