"""Question to hits: dense and keyword search, fused, copies folded, reranked."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from assistant.archive import Archive, Part
from assistant.archive.copies import contained, similarity
from assistant.errors import ArticleUnknown
from assistant.language.terms import terms
from assistant.models.framing import encoder_text, heading
from assistant.models.reranking import Reranker
from assistant.reading.injection import without_orders
from assistant.settings import RetrievalSettings
from assistant.types import Filters, Hit, Passage, Question, SearchMethod, Source

_RANK_CONSTANT = 60

_NEARLY = 2.0  # logits by which hits inside a period may score below those outside
_ON_THE_STORY = 8.0  # the same for a story, of which each article tells another part

_CITED_BEFORE = 2.0  # logits more for an article that the answer before cites
_MOST_CITED = 8  # articles, of what an answer cites
_MORE_PASSAGES = 4  # passages of such articles that are found beside all others

_MOST_ARTICLES = 16  # of a story or a list
_WHOLE_ARTICLES = {"rerank": 20, "hits": _MOST_ARTICLES}  # settings where articles are counted
_SAME_PASSAGE = 0.8  # share of a passage's three-word runs that the other article has, too


def retrieve(question: Question, archive: Archive, settings: RetrievalSettings) -> list[Hit]:
    """Candidates for a question, best first, every story once.

    The dense and the keyword ranking are fused by reciprocal rank (G. Cormack, C. Clarke and
    S. Büttcher, "Reciprocal rank fusion outperforms Condorcet", 2009): a passage scores the sum of
    1 / (60 + rank) over the rankings that hold it.
    """
    found: list[Hit] = []
    if queries(question) == [""]:
        newest = _published(archive, _of_the_days(question))
        return _fold_copies(newest, archive, settings.copy_similarity, question.filters.as_of)
    for place, query in enumerate(queries(question)):
        held = terms(query)
        for filters in _scopes(question, place):
            dense = archive.search_dense(query, settings.candidates, filters)
            keyword = archive.search_keywords(held, settings.candidates, filters)
            found += _fuse({"dense": dense, "keyword": keyword}, place)
            found += _in_articles(query, place, filters, archive, cited_before(question))
    return _fold_copies(_best(found), archive, settings.copy_similarity, question.filters.as_of)


def cited_before(question: Question) -> tuple[str, ...]:
    """Ids of the articles that the answer before cites, which a question may go on from."""
    before = question.history[-1].articles if question.history else ()
    only, but = question.filters.articles, question.filters.exclude
    cited = list(dict.fromkeys(before))[:_MOST_CITED]
    return tuple(one for one in cited if one not in but and (not only or one in only))


def _in_articles(
    query: str, place: int, filters: Filters, archive: Archive, cited: tuple[str, ...]
) -> list[Hit]:
    """What is nearest in the articles that were cited, behind all that is found everywhere."""
    if not cited:
        return []
    nearest = archive.search_dense(query, _MORE_PASSAGES, replace(filters, articles=cited))
    return [Hit(passage, 0.0, ("dense",), part=place) for passage in nearest]


def _published(archive: Archive, filters: Filters) -> list[Hit]:
    """The newest articles within the filters, for a question that names days and no matter."""
    newest = archive.articles(filters, Part(_MOST_ARTICLES, newest=True))
    dated = [source for source in reversed(newest) if source.published]
    firsts = [archive.passages(source.id, source.version)[:1] for source in dated]
    return [Hit(passage, 0.0) for passages in firsts for passage in passages]


def _of_the_days(question: Question) -> Filters:
    """The filters, narrowed to the days that the question's only part names."""
    filters, part = question.filters, question.parts[0]
    firsts = [day for day in (filters.since, part.since) if day]
    lasts = [day for day in (filters.until, part.until) if day]
    return replace(filters, since=max(firsts, default=None), until=min(lasts, default=None))


def queries(question: Question) -> list[str]:
    """What is searched for: each part of the question."""
    return [part.query for part in question.parts] or [question.standalone or question.text]


def without_inferred(question: Question) -> Question:
    """The question without the days that it names itself."""
    if not question.inferred_days:
        return question
    since, until = (
        None if name in question.inferred else getattr(question.filters, name)
        for name in ("since", "until")
    )
    kept = tuple(name for name in question.inferred if name not in ("since", "until"))
    filters = replace(question.filters, since=since, until=until)
    return replace(question, filters=filters, inferred=kept)


def _scopes(question: Question, place: int) -> list[Filters]:
    """The filters to search a part with: the caller's, and also with the days that it names."""
    given = without_inferred(question).filters
    if given.since or given.until or place >= len(question.parts):
        return [given]
    part = question.parts[place]
    dated = replace(given, since=part.since, until=part.until)
    return [given] if dated == given else [dated, given]


def rerank(
    question: Question, hits: Sequence[Hit], reranker: Reranker | None, settings: RetrievalSettings
) -> list[Hit]:
    """The best hits in the reranker's order, or in the fused order where there is none.

    Where a question has parts, each hit is scored against the part that it was found for. The best
    hits of all parts are kept, at least one for each part that has any.
    """
    if question.by_article:
        hits, settings = _of_articles(hits), settings.model_copy(update=_WHOLE_ARTICLES)
    asked = queries(question)
    if reranker is None or asked == [""]:
        return list(hits[: settings.hits])
    most = settings.rerank if len(asked) == 1 else settings.rerank // 2 + 2
    cited = cited_before(question)
    scored: list[Hit] = []
    for place, query in enumerate(asked):
        own = [hit for hit in hits if hit.part == place]
        more = [hit for hit in own[most:] if hit.passage.article.id in cited][:_MORE_PASSAGES]
        chosen = [*own[:most], *more]
        scores = reranker.score(query, [_as_read(hit.passage) for hit in chosen])
        for hit, score in zip(chosen, scores, strict=True):
            favour = _CITED_BEFORE * (hit.passage.article.id in cited)
            scored.append(replace(hit, score=score + favour))
    scored.sort(key=lambda hit: -hit.score)
    firsts = {hit.part: hit for hit in reversed(scored)}
    kept = [*firsts.values(), *(hit for hit in scored if hit not in firsts.values())]
    return sorted(kept[: settings.hits], key=lambda hit: -hit.score)


def _of_articles(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each article."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.article.id, hit)
    return list(best.values())


def _as_read(passage: Passage) -> str:
    """A passage as the reranker reads it: without prompt injections, which may score as answers."""
    reported = without_orders(passage.text) or passage.text
    return encoder_text(heading(passage.article), reported)


def limit_to_period(question: Question, hits: Sequence[Hit]) -> tuple[Question, list[Hit]]:
    """Decide by what was found whether the days that the question names limit the search.

    Returns:
        The question, without those days where they do not, and the hits that remain.

    "In 2000 he entered the Pentagon" may stand in an obituary of 2010. The days become a filter
    only where the best hit published in them scores nearly as high as any other; without a
    reranker all scores count as near, so they become one if any hit was published in them. Of a
    list they always do, and of what has no matter but its days.
    """
    if not question.inferred_days:
        return question, list(hits)
    inside = [hit for hit in hits if _within(hit, question.filters)]
    if question.form == "list" or queries(question) == [""]:
        return question, inside
    outside = max((hit.score for hit in hits if hit not in inside), default=-math.inf)
    behind = _ON_THE_STORY if question.form == "story" else _NEARLY
    if inside and inside[0].score >= outside - behind:
        return question, inside
    return without_inferred(question), list(hits)


def _within(hit: Hit, filters: Filters) -> bool:
    day = hit.passage.article.published
    return day is not None and (
        (filters.since is None or day >= filters.since)
        and (filters.until is None or day <= filters.until)
    )


def _fuse(rankings: Mapping[SearchMethod, Sequence[Passage]], part: int) -> list[Hit]:
    """Reciprocal rank fusion of what was found for a part of a question."""
    sums: dict[int, Hit] = {}
    for method, passages in rankings.items():
        for rank, passage in enumerate(passages, 1):
            hit = sums.get(passage.key) or Hit(passage, 0.0, part=part)
            score = hit.score + 1 / (_RANK_CONSTANT + rank)
            sums[passage.key] = replace(hit, score=score, found=(*hit.found, method))
    return list(sums.values())


def _best(found: Sequence[Hit]) -> list[Hit]:
    """Each passage once, in the part and within the days that it ranks best in; best first.

    The ranks of different days are not added up: what answers may be published on others.
    """
    hits: dict[int, Hit] = {}
    for hit in sorted(found, key=lambda hit: (-hit.score, hit.passage.key, hit.part)):
        hits.setdefault(hit.passage.key, hit)
    return list(hits.values())


def _fold_copies(
    hits: Sequence[Hit], archive: Archive, least: float, as_of: date | None
) -> list[Hit]:
    """The hits without passages that a better hit's near-duplicate article contains as well.

    Near-duplicates are listed with each hit of the story. What only one contains stays a hit.
    """
    hits = _of_one_version(hits)
    signatures = archive.signatures({hit.passage.article.id for hit in hits}, as_of)
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
        text = archive.article(article.id, article.version).text
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
