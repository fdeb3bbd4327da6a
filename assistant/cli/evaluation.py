"""assistant eval: run suites, compare runs, gate a release."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.shared import FAILED, UNJUDGED, AsJson, bar, show

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.evaluation import Comparison, Run, Verdict
    from assistant.suites import Suite

app = typer.Typer(help="Measure answers: suites, comparisons, gates.", no_args_is_help=True)

Places = Path | tuple[Path, ...]
RunFolder = Annotated[Path, typer.Argument(help="The folder of a suite's results.")]


@app.command()
def run(
    suites: Annotated[
        list[str],
        typer.Argument(help="Question files, suites' TOML files, or names of shipped suites."),
    ],
    archive: Annotated[
        Path | None, typer.Option(help="An archive to ask, instead of the suite's.")
    ] = None,
    corpus: Annotated[
        list[Path] | None, typer.Option(help="Articles to read into an archive for the run.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the results; the same one goes on [default: runs/TIME]."),
    ] = None,
    twins: Annotated[
        bool, typer.Option("--twins", help="Ask again with each question's own articles excluded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the questions of suites and score the answers."""
    from assistant.evaluation import run_suite
    from assistant.evaluation.running import with_twins
    from assistant.suites import read_suite

    if archive and corpus:
        raise typer.BadParameter("Name an archive or a corpus, not both.")
    chosen = [read_suite(suite) for suite in suites]
    _refuse_namesakes(chosen)
    folder = out or Path("runs") / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    summaries: dict[str, Any] = {}
    with ExitStack() as stack:
        asked: dict[Places, Assistant] = {}
        for suite in chosen:
            place = _places(suite, archive, corpus)
            if place not in asked:
                asked[place] = stack.enter_context(_assistant(place, as_json))
            with bar(suite.name, "questions", as_json) as progress:
                wanted = with_twins(suite) if twins else suite
                done = run_suite(wanted, asked[place], folder / suite.name, progress)
            summaries[suite.name] = done.summary()
            if not as_json:
                typer.echo(_summary_text(done))
    if as_json:
        show(summaries, "", as_json)


@app.command()
def compare(a: RunFolder, b: RunFolder, as_json: AsJson = False) -> None:
    """Compare two runs of the same questions: is B better or worse than A, or is it chance?"""
    from assistant.evaluation import compare as compare_runs
    from assistant.evaluation import differences, read_run

    one, two = read_run(a), read_run(b)
    found = compare_runs(one, two)
    differing = differences(one, two)
    head = f"A: {a}\nB: {b}\nThey differ in: {', '.join(differing) or 'nothing'}\n"
    value = {"differ_in": differing, "comparisons": [one.to_dict() for one in found]}
    show(value, head + _comparison_text(found), as_json)


@app.command()
def gate(
    run_folder: Annotated[
        Path, typer.Argument(metavar="RUN", help="The folder of a suite's results.")
    ],
    baseline: Annotated[
        Path | None, typer.Option(help="The folder of an earlier run of the same suite.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a run: exit 0 where it may pass, 1 where it is worse, 3 where it cannot be judged."""
    from assistant.evaluation import gate as gate_run
    from assistant.evaluation import read_run

    verdict = gate_run(read_run(run_folder), read_run(baseline) if baseline else None)
    value = {
        "passed": verdict.passed,
        "failures": [{"metric": one.metric, "text": one.text} for one in verdict.failures],
        "unjudged": [{"metric": one.metric, "text": one.text} for one in verdict.unjudged],
        "comparisons": [one.to_dict() for one in verdict.comparisons],
    }
    show(value, _verdict_text(verdict), as_json)
    if verdict.failures:
        raise typer.Exit(FAILED)
    if verdict.unjudged:
        raise typer.Exit(UNJUDGED)


@app.command()
def convert(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="multihop-rag, beir or csv.")],
    source: Annotated[
        Path, typer.Argument(help="A folder (multihop-rag, beir) or a file of questions (csv).")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the suite.")],
    as_json: AsJson = False,
) -> None:
    """Make a suite of a data set on disk."""
    from assistant.suites.convert import FORMATS
    from assistant.suites.convert import convert as convert_files

    if form not in FORMATS:
        raise typer.BadParameter(f"There is no format {form!r}: {', '.join(FORMATS)}.")
    report = convert_files(form, source, out)
    head = f"{report.questions} questions, {report.articles} articles: {report.suite}"
    lines = [head, *(f"  left out {item}" for item in report.left_out)]
    show(asdict(report), "\n".join(lines), as_json)


def _places(suite: Suite, archive: Path | None, corpus: list[Path] | None) -> Places:
    """The archive to ask, or the files to make one of."""
    given: Places = archive or tuple(corpus or ()) or suite.archive or suite.corpus
    if not given:
        raise typer.BadParameter(
            f"{suite.name} names no archive and no corpus: give --archive or --corpus."
        )
    for place in [given] if isinstance(given, Path) else given:
        if not place.exists():
            raise typer.BadParameter(f"There is no {place}.")
    return given


def _refuse_namesakes(suites: Sequence[Suite]) -> None:
    names = [suite.name for suite in suites]
    for name in names:
        if names.count(name) > 1:
            raise typer.BadParameter(f"Two suites are called {name!r}; run them apart.")


@contextmanager
def _assistant(place: Places, quiet: bool) -> Iterator[Assistant]:
    """An assistant over an archive, or over files read into an archive for the run."""
    from assistant.assistant import Assistant
    from assistant.text import without_direction

    if isinstance(place, Path):
        with Assistant.open(place) as assistant:
            yield assistant
        return
    from assistant.reading import estimate

    with TemporaryDirectory() as folder, Assistant.open(folder) as assistant:
        with bar("Reading", "articles", quiet) as advance:
            total = sum(map(estimate, place))
            report = assistant.add(place, lambda done: advance(done, total))
        for item in report.skipped:
            typer.echo(without_direction(f"skipped {item.path}: {item.reason}"), err=True)
        yield assistant


def _summary_text(run: Run) -> str:
    width = max(map(len, run.figures))
    lines = [f"{run.manifest.suite}: {len(run.results)} questions asked"]
    for name, found in run.figures.items():
        if found.value is not None:
            span = f"{found.interval[0]:.3f} to {found.interval[1]:.3f}" if found.interval else ""
            lines.append(f"  {name:{width}}  {found.value:8.3f}  {span:16}  n {found.scored}")
        elif found.reasons:
            lines.append(f"  {name:{width}}  unscored, because {found.unscored_because}")
    lost = Counter(result.lost for result in run.results if result.lost)
    lines.append("lost: " + (", ".join(f"{n} {stage}" for stage, n in lost.items()) or "none"))
    lines += [f"fell short: {short.metric.name}: {short}" for short in run.fell_short]
    return "\n".join([*lines, f"report: {run.folder / 'report.html'}"])


def _comparison_text(found: Sequence[Comparison]) -> str:
    width = max((len(one.metric) for one in found), default=0)
    head = (
        f"{'':{width}}  {'A':>7} {'B':>7} {'B-A':>7}  {'95 %':>16}  {'p':>6} {'Holm':>6}  won lost"
    )
    lines = [head]
    for one in found:
        span = f"{one.interval[0]:+.3f} to {one.interval[1]:+.3f}" if one.interval else ""
        lines.append(
            f"{one.metric:{width}}  {_number(one.a):>7} {_number(one.b):>7}"
            f" {_number(one.difference):>7}  {span:>16}  {_number(one.p):>6}"
            f" {_number(one.p_adjusted):>6}  {len(one.won):>3} {len(one.lost):>4}"
            f"{'  WORSE' if one.worse else ''}"
        )
    lines += [f"lost by {one.metric}: {', '.join(one.lost)}" for one in found if one.lost]
    lines += [f"won by {one.metric}: {', '.join(one.won)}" for one in found if one.won]
    return "\n".join(lines)


def _verdict_text(verdict: Verdict) -> str:
    lines = [f"worse: {failure}" for failure in verdict.failures]
    lines += [f"cannot be judged: {reason}" for reason in verdict.unjudged]
    return "\n".join(lines) or "It may pass."


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
