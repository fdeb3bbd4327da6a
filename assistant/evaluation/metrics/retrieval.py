"""Was the evidence found? Ranking figures by ir-measures, over articles and over passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import mean

from assistant.evaluation.asking import Found
from assistant.evaluation.metrics.scores import Case, Metric, Score, unscored

Relevance = Mapping[str, Iterable[str]]
"""Question to the names of what is relevant to it."""
Rankings = Mapping[str, Mapping[str, float]]
"""Question to names with scores; higher is better, ties are ir-measures' to break."""

_SOURCE = "ir-measures (S. MacAvaney, C. Macdonald and I. Ounis, 2022)"
_DEEP = 40
_UNITS = ("article", "passage")


def metrics(cutoffs: Sequence[int]) -> list[Metric]:
    """The metrics of retrieval; recall and hit rate at the cut-offs."""
    found = []
    for unit in _UNITS:
        ranking = f"over {unit}s in the order that the writer gets them; {_SOURCE}"
        for k in cutoffs:
            found += [
                Metric(f"{unit}_recall@{k}", "retrieval", f"R@{k}: share of the gold {ranking}"),
                Metric(f"{unit}_hit@{k}", "retrieval", f"Success@{k}: any gold {ranking}"),
            ]
        found += [
            Metric(f"{unit}_ndcg@10", "retrieval", f"nDCG@10 {ranking}"),
            Metric(f"{unit}_mrr", "retrieval", f"RR: 1 / rank of the first gold {ranking}"),
            Metric(
                f"{unit}_candidate_recall@{_DEEP}",
                "retrieval",
                f"R@{_DEEP}: share of the gold over {unit}s before reranking; {_SOURCE}",
            ),
        ]
    return found


def score(cases: Sequence[Case], cutoffs: Sequence[int]) -> list[dict[str, Score]]:
    """The scores of questions that are no twins, in their order."""
    after = {"ndcg@10": "nDCG@10", "mrr": "RR"}
    after |= {f"recall@{k}": f"R@{k}" for k in cutoffs}
    after |= {f"hit@{k}": f"Success@{k}" for k in cutoffs}
    before = {f"candidate_recall@{_DEEP}": f"R@{_DEEP}"}
    scores: list[dict[str, Score]] = [{} for _ in cases]
    for unit in _UNITS:
        for stage, measures in (("read", after), ("candidates", before)):
            figures = _figures(cases, unit, stage, list(measures.values()))
            for place, case in enumerate(cases):
                found = figures.get(str(place))
                for name, measure in measures.items():
                    scores[place][f"{unit}_{name}"] = (
                        Score(found[measure]) if found else unscored(_why_not(case, unit))
                    )
    return scores


def _figures(
    cases: Sequence[Case], unit: str, stage: str, measures: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Figures by the place of a case, as text, and by measure; none for cases without gold."""
    gold = {str(n): found for n, case in enumerate(cases) if (found := _relevant(case, unit))}
    runs = {str(n): _ranked(getattr(case.record, stage), unit) for n, case in enumerate(cases)}
    return ranking_figures(gold, runs, measures)


def recall_at(cases: Sequence[Case], unit: str, stage: str, ranks: Sequence[int]) -> list[float]:
    """Mean recall of a stage's ranking at each rank; none where no case has gold.

    Args:
        cases: what was asked and found.
        unit: ``article`` or ``passage``.
        stage: the ranking of ``Record`` that is looked at: ``candidates`` or ``read``.
        ranks: the cut-offs.
    """
    figures = _figures(cases, unit, stage, [f"R@{rank}" for rank in ranks])
    return [mean(one[f"R@{rank}"] for one in figures.values()) for rank in ranks] if figures else []


def ranking_figures(
    gold: Relevance, rankings: Rankings, measures: Sequence[str]
) -> dict[str, dict[str, float]]:
    """ir-measures' figures, by question and measure.

    Every question of ``gold`` is scored: one that the rankings lack, or leave empty, scores 0,
    since nothing was found. A question without gold is not scored.
    """
    from ir_measures import Qrel, ScoredDoc, iter_calc, parse_measure

    qrels = [Qrel(question, name, 1) for question, names in gold.items() for name in names]
    run = [
        ScoredDoc(question, name, float(score))
        for question, names in rankings.items()
        for name, score in names.items()
    ]
    figures: dict[str, dict[str, float]] = {}
    if qrels:
        for figure in iter_calc([parse_measure(name) for name in measures], qrels, run):
            figures.setdefault(figure.query_id, {})[str(figure.measure)] = float(figure.value)
    return figures


def _relevant(case: Case, unit: str) -> set[str]:
    if case.record.twin or not case.gold.question.answerable:
        return set()
    if unit == "article":
        return set(case.gold.stories)
    return {relevant.name for relevant in case.gold.relevant}


def _ranked(found: Sequence[Found], unit: str) -> dict[str, float]:
    """Names with scores that fall with the rank; an article stands where its best passage does."""
    names = dict.fromkeys(item.story if unit == "article" else item.passage for item in found)
    return {name: -float(rank) for rank, name in enumerate(names)}


def _why_not(case: Case, unit: str) -> str:
    if not case.gold.question.answerable:
        return "no article answers the question"
    return f"the question names no gold {'article' if unit == 'article' else 'quote'}"
