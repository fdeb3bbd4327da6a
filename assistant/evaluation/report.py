"""The report: one HTML file that opens on what fell short, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from assistant.evaluation import plots
from assistant.evaluation.asking import CitationCheck, Found
from assistant.evaluation.lost import STAGES
from assistant.evaluation.metrics.answers import held
from assistant.evaluation.metrics.scores import Case, Score
from assistant.evaluation.runs import Result, Run
from assistant.evaluation.storing import write_whole
from assistant.rendering import described
from assistant.suites.suite import Suite
from assistant.text import without_direction
from assistant.types import Citation, Claim


@dataclass(frozen=True, slots=True)
class ReportedCitation:
    """A citation as the report shows it."""

    citation: Citation
    checked: CitationCheck
    source: str
    of_gold: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A question as the report shows it."""

    case: Case
    result: Result
    claims: tuple[Claim, ...]
    cited: tuple[ReportedCitation, ...]
    wanted: tuple[tuple[str, bool], ...]
    """The entries of must_include, and whether the answer holds each."""
    stages: tuple[tuple[str, str], ...]
    """What each stage did with the gold, in words."""
    values: tuple[tuple[str, str], ...]
    """Its scores, or why it has none."""


def write_report(
    path: Path,
    suite: Suite,
    run: Run,
    cases: Sequence[Case],
    times: dict[str, Any],
) -> None:
    """Write the report of a run."""
    summary = run.summary()
    page = _environment().get_template("report.html")
    entries = [_entry(case, result) for case, result in zip(cases, run.results, strict=True)]
    order = [*STAGES, None]
    entries.sort(key=lambda entry: order.index(entry.result.lost))
    text = page.render(
        suite=suite,
        run=run,
        summary=summary,
        times=times,
        stages=STAGES,
        entries=entries,
        weakest=_weakest(summary),
        groups=list(dict.fromkeys(metric.group for metric in run.metrics.values())),
        reliability=Markup(plots.reliability(run)),  # noqa: S704 - drawn from numbers alone
        recall=Markup(plots.recall_by_rank(cases)),  # noqa: S704
        seconds=Markup(plots.seconds([case.record for case in cases])),  # noqa: S704
    )
    write_whole(path, text)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("assistant.evaluation", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters["number"] = number
    return environment


def number(value: float | None) -> str:
    """A figure for a reader; a dash where there is none."""
    return "–" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")


def _harmless(value: Any) -> Any:
    plain = isinstance(value, str) and not isinstance(value, Markup)
    return without_direction(value) if plain else value


def _weakest(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """The slices that lost the largest share of their questions, worst first."""
    found = [
        {"slice": name, "value": value, "asked": part["asked"], "lost": part["lost"]}
        for name, values in summary["slices"].items()
        for value, part in values.items()
        if part["lost"] and value != "none"
    ]
    return sorted(found, key=lambda part: (-part["lost"] / part["asked"], -part["asked"]))[:8]


def _entry(case: Case, result: Result) -> Entry:
    record = case.record
    citations = record.answer.citations if case.answered else record.answer.nearest
    checks = record.cited if case.answered else record.nearest
    return Entry(
        case=case,
        result=result,
        claims=record.answer.claims,
        cited=tuple(
            ReportedCitation(one, check, described(one.article), check.story in case.gold.stories)
            for one, check in zip(citations, checks, strict=True)
        ),
        wanted=tuple(
            (" or ".join(alternatives), one)
            for alternatives, one in zip(case.gold.question.wanted, held(case), strict=True)
        ),
        stages=tuple(_stages(case)),
        values=tuple((name, _value(score)) for name, score in result.scores.items()),
    )


def _value(score: Score) -> str:
    if score.unscored:
        return f"unscored, because {score.unscored}"
    return number(score.value) if score.of == 1 else f"{number(score.value)} of {number(score.of)}"


def _stages(case: Case) -> list[tuple[str, str]]:
    record, gold = case.record, case.gold.question
    if not gold.evidence:
        return []
    drafted = any(draft.story in case.gold.stories for draft in record.drafted)
    return [
        ("found by the searches", _ranks(record.candidates, len(gold.evidence))),
        ("after reranking", _ranks(record.read, len(gold.evidence))),
        ("read by the writer", _ranks(record.evidence, len(gold.evidence))),
        ("quoted in the draft", "from a gold article" if drafted else "nothing of a gold article"),
    ]


def _ranks(found: Sequence[Found], quotes: int) -> str:
    """Where each gold quote stands in a ranking."""
    places = [
        next((rank for rank, item in enumerate(found, 1) if quote in item.quotes), None)
        for quote in range(quotes)
    ]
    shown = ", ".join(f"gold {n}: {place or 'missing'}" for n, place in enumerate(places, 1))
    return f"{shown} (of {len(found)})"
