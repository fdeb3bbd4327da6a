"""Question to hits: dense and keyword search, fused, copies folded, reranked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.archive import Archive
from assistant.archive.copies import contained, similarity
from assistant.archive.passages import encoder_text, heading
from assistant.errors import ArticleUnknown
from assistant.models import Reranker
from assistant.retrieval.questions import terms
from assistant.settings import RetrievalSettings
from assistant.types import Hit, Passage, Question, SearchMethod, Source

_RANK_CONSTANT = 60
_SAME_PASSAGE = 0.8  # share of a passage's three-word runs that the other article has, too


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
    """The hits without those that a copy of a better hit's article prints, too.

    A copy's article is listed with the better hit. What it alone holds stays a hit of its own.
    """
    hits = _of_one_version(hits)
    signatures = archive.signatures({hit.passage.article.id for hit in hits})
    firsts: dict[Source, list[Source]] = {}
    kept: list[Hit] = []
    for hit in hits:
        article = hit.passage.article
        mine = signatures.get(article.id)
        if mine is None:
            continue  # removed since it was found
        first = next((f for f in firsts if similarity(signatures[f.id], mine) >= least), article)
        copies = firsts.setdefault(first, [])
        if article not in (first, *copies):
            copies.append(article)
        if first == article or not _prints(archive, first, hit.passage):
            kept.append(hit)
    return [replace(hit, copies=_others(hit.passage.article, firsts)) for hit in kept]


def _others(article: Source, firsts: dict[Source, list[Source]]) -> tuple[Source, ...]:
    """The articles of the same story, but for this one."""
    story = next(
        [first, *copies] for first, copies in firsts.items() if article in (first, *copies)
    )
    return tuple(other for other in story if other != article)


def _prints(archive: Archive, article: Source, passage: Passage) -> bool:
    """True where the article's text holds the passage, or nearly so."""
    try:
        text = archive.article(article.id).text
    except ArticleUnknown:  # removed since it was found
        return False
    return contained(passage.text, text) >= _SAME_PASSAGE


def _of_one_version(hits: Sequence[Hit]) -> list[Hit]:
    """The hits of each article's newest version: one may have come in between two searches."""
    newest: dict[str, int] = {}
    for hit in hits:
        article = hit.passage.article
        newest[article.id] = max(article.version, newest.get(article.id, 0))
    return [h for h in hits if h.passage.article.version == newest[h.passage.article.id]]
