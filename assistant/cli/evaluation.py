"""assistant eval: run suites, compare runs, gate a release."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.shared import FAILED, UNJUDGED, AsJson, Place, advance, bar, show

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.evaluation import Comparison, Suite, Verdict

app = typer.Typer(help="Measure answers: suites, comparisons, gates.", no_args_is_help=True)

Places = Path | tuple[Path, ...]
RunFolder = Annotated[Path, typer.Argument(help="The folder of a suite's results.")]


@app.command()
def run(
    suites: Annotated[
        list[str],
        typer.Argument(help="Question files, suites' TOML files, or names of shipped suites."),
    ],
    archive: Place = None,
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
    from assistant.evaluation import read_suite, run_suite, summarise
    from assistant.evaluation.running import with_twins

    if archive and corpus:
        raise typer.BadParameter("Name an archive or a corpus, not both.")
    chosen = [read_suite(suite) for suite in suites]
    _refuse_namesakes(chosen)
    folder = out or Path("runs") / datetime.now().strftime("%Y-%m-%d-%H%M%S")
    summaries: dict[str, Any] = {}
    with ExitStack() as stack:
        opened: dict[Places, Assistant] = {}
        for suite in chosen:
            place = _places(suite, archive, corpus)
            if place not in opened:
                opened[place] = stack.enter_context(_assistant(place, as_json))
            with _questions(suite.name, as_json) as progress:
                asked = with_twins(suite) if twins else suite
                done = run_suite(asked, opened[place], folder / suite.name, progress)
            summaries[suite.name] = summarise(done)
            if not as_json:
                typer.echo(_summary_text(summaries[suite.name], done.folder))
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
    from assistant.evaluation import gate as judge
    from assistant.evaluation import read_run

    verdict = judge(read_run(run_folder), read_run(baseline) if baseline else None)
    value = {
        "passed": not verdict.failures and not verdict.unjudged,
        "failures": list(verdict.failures),
        "unjudged": list(verdict.unjudged),
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
    from assistant.evaluation.convert import FORMATS
    from assistant.evaluation.convert import convert as convert_files

    if form not in FORMATS:
        raise typer.BadParameter(f"There is no format {form!r}: {', '.join(FORMATS)}.")
    report = convert_files(form, source, out)
    lines = [f"{report['questions']} questions, {report['articles']} articles: {out}/suite.toml"]
    lines += [f"  left out {item}" for item in report["left_out"]]
    show(report, "\n".join(lines), as_json)


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

    if isinstance(place, Path):
        with Assistant.open(place) as assistant:
            yield assistant
        return
    from assistant.reading import estimate

    with TemporaryDirectory() as folder, Assistant.open(folder) as assistant:
        with bar("Reading", "articles", quiet) as shown:
            total = sum(map(estimate, place)) if shown else 0
            task = shown.add_task("read", total=total, rate="") if shown else None
            assistant.add(place, lambda done: advance(shown, task, done, total) if shown else None)
        yield assistant


@contextmanager
def _questions(name: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    with bar(name, "questions", quiet) as shown:
        task = shown.add_task("ask", total=None, rate="") if shown else None
        yield lambda done, total: advance(shown, task, done, total) if shown else None


def _summary_text(summary: dict[str, Any], folder: Path) -> str:
    figures = summary["figures"]
    width = max(map(len, figures))
    lines = [f"{summary['suite']}: {summary['asked']} questions asked"]
    for name, found in figures.items():
        if found["value"] is not None:
            low_high = found.get("interval")
            span = f"{low_high[0]:.3f} to {low_high[1]:.3f}" if low_high else ""
            lines.append(f"  {name:{width}}  {found['value']:8.3f}  {span:16}  n {found['scored']}")
        elif found["unscored"]:
            lines.append(f"  {name:{width}}  unscored, because {found['unscored_because']}")
    lost = [f"{len(ids)} {stage}" for stage, ids in summary["lost"].items() if ids]
    lines.append(f"lost: {', '.join(lost) or 'none'}")
    lines += [
        f"fell short: {short['metric']} {_number(short['value'])}, asked for {short['threshold']:g}"
        for short in summary["fell_short"]
    ]
    return "\n".join([*lines, f"report: {folder / 'report.html'}"])


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
