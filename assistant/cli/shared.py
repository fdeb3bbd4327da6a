"""What the commands share: options, opening an archive, printing, a bar."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.types import Filters, IngestReport

FAILED, USAGE, UNJUDGED = 1, 2, 3
"""Exit codes; 0 is done."""

Place = Annotated[
    Path | None,
    typer.Option("--archive", help="The archive's folder [default: archive.path, ./archive]."),
]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of publication.")
]
Until = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of publication.")
]
Outlets = Annotated[list[str] | None, typer.Option("--outlet", help="Only this outlet.")]
Speakers = Annotated[list[str] | None, typer.Option("--speaker", help="Only this speaker.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="From the articles as they stood on that day."),
]
Excluded = Annotated[list[str] | None, typer.Option("--exclude", help="Not this article.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def filters_of(
    since: datetime | None,
    until: datetime | None,
    outlets: list[str] | None,
    speakers: list[str] | None,
    exclude: list[str] | None,
    as_of: datetime | None = None,
) -> Filters:
    """The limits that these options set."""
    from assistant.types import Filters

    return Filters(
        since=since.date() if since else None,
        until=until.date() if until else None,
        outlets=tuple(outlets or ()),
        speakers=tuple(speakers or ()),
        exclude=tuple(exclude or ()),
        as_of=as_of.date() if as_of else None,
    )


@contextmanager
def opened(path: Path | None) -> Iterator[Assistant]:
    """An assistant for the length of a command."""
    from assistant.assistant import Assistant

    with Assistant.open(path) as assistant:
        yield assistant


def show(value: Any, text: str, as_json: bool) -> None:
    """Print the text, or the value as JSON."""
    if not as_json:
        typer.echo(text)
        return
    from assistant.types import to_dict

    if isinstance(value, list):
        value = [to_dict(item) for item in value]
    elif not isinstance(value, dict):
        value = to_dict(value)
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def bar(label: str, unit: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar with speed and time left, if standard error is a terminal.

    It yields a function to be called with how many are done, and how many there are in all.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn(label),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(f"{{task.completed}} of {{task.total}} {unit}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(label, total=None, rate="")

        def advance(done: int, total: int) -> None:
            speed = shown.tasks[0].speed
            rate = f"{speed:.1f} a second" if speed else ""
            shown.update(task, completed=done, total=total, rate=rate)

        yield advance


def report_text(report: IngestReport) -> str:
    """What became of what was read, in words."""
    from assistant.text import without_direction

    counts = (
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged,"
        f" {len(report.skipped)} skipped"
    )
    if report.embargoed:
        counts += f", {report.embargoed} under embargo"
    lines = [counts, *(f"  skipped {item.path}: {item.reason}" for item in report.skipped)]
    return without_direction("\n".join(lines))
