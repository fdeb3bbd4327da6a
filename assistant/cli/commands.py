"""The command line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.archive_commands import app as archive_app
from assistant.cli.article_commands import app as articles_app
from assistant.cli.evaluation import app as evaluation_app
from assistant.cli.shared import (
    FAILED,
    UNJUDGED,
    USAGE,
    AsJson,
    AsOf,
    Excluded,
    Outlets,
    Place,
    Since,
    Speakers,
    Until,
    bar,
    filters_of,
    opened,
    report_text,
    show,
)

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.types import SyncReport

app = typer.Typer(
    help="On Record answers questions over an archive of news articles, and cites the exact words.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # rich would double the time of --help
)
app.add_typer(articles_app, name="articles")
app.add_typer(archive_app, name="archive")
app.add_typer(evaluation_app, name="eval")

AuthFile = Annotated[
    Path | None, typer.Option(help="File of users; who signs in is let in, from anywhere.")
]


@app.command()
def ingest(
    sources: Annotated[
        list[str], typer.Argument(help="Files, folders, and addresses of pages or feeds.")
    ],
    archive: Place = None,
    as_json: AsJson = False,
    ray: Annotated[
        str, typer.Option(help="A Ray cluster that reads and encodes; local: one on this machine.")
    ] = "",
) -> None:
    """Read articles into the archive (docs/articles.md says which formats)."""
    from assistant.reading import estimate, is_address
    from assistant.web import starting

    paths = [Path(one) for one in sources if not is_address(one)]

    with opened(archive) as assistant, bar("Reading", "articles", quiet=as_json) as advance:
        total = sum(map(estimate, paths)) + len(sources) - len(paths)
        report = assistant.add(sources, lambda done: advance(done, total), ray)
        show(report, report_text(report), as_json)
        starting.keep(assistant.archive, assistant.without_chat().ask)
    if paths and len(paths) == len(sources) and not any(map(os.path.lexists, paths)):
        raise typer.Exit(USAGE)


@app.command()
def sync(
    place: Annotated[str, typer.Argument(help="A folder, or the address of a feed.")],
    archive: Place = None,
    as_json: AsJson = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Remove articles that no file holds any more.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on whenever something changes, until Ctrl+C.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Follow it no longer; its articles are kept.")
    ] = False,
) -> None:
    """Read what is new or has changed in a folder or feed since the last time."""
    from assistant.following import name_of
    from assistant.web import starting

    with opened(archive) as assistant:
        if forget:
            known = assistant.archive.places.unfollow(name_of(place))
            show({"forgotten": known}, f"{place} is {'no longer' if known else 'not'} followed.",
                 as_json)  # fmt: skip
            return
        if watch:
            _watch(assistant, place, delete, as_json)
            return
        report = assistant.sync(place, delete)
        show(report, _sync_text(report), as_json)
        starting.keep(assistant.archive, assistant.without_chat().ask)


def _watch(assistant: Assistant, place: str, delete: bool, as_json: bool) -> None:
    from assistant.errors import OnRecordError
    from assistant.following import watch

    reading = assistant.settings.reading
    for told in watch(assistant.archive, place, reading, delete):
        if isinstance(told, OnRecordError):
            typer.echo(f"Error: {told}", err=True)
        else:
            show(told, _sync_text(told), as_json)


def _sync_text(report: SyncReport) -> str:
    from assistant.text import without_direction

    lines = [report_text(report.read), f"{report.unchanged} files or entries had not changed"]
    lines += [f"  being written, read the next time: {path}" for path in report.waiting]
    lines += [f"  in no file any more, kept (--delete removes it): {one}"
              for one in report.vanished]  # fmt: skip
    lines += [f"{report.removed} removed that no file holds"] if report.removed else []
    return without_direction("\n".join(lines))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question.")],
    archive: Place = None,
    as_json: AsJson = False,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    speaker: Speakers = None,
    exclude: Excluded = None,
    as_of: AsOf = None,
    history: Annotated[
        Path | None,
        typer.Option(help="Earlier turns: a JSON list of answers, or of question and answer."),
    ] = None,
) -> None:
    """Answer a question, with citations."""
    from assistant.rendering import to_text

    filters = filters_of(since, until, outlet, speaker, exclude, as_of)
    turns = _history(history)
    with opened(archive) as assistant:
        assistant.warm_up()
        answer = assistant.ask(question, turns, filters)
    show(answer, to_text(answer), as_json)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to search for.")],
    archive: Place = None,
    as_json: AsJson = False,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    exclude: Excluded = None,
    as_of: AsOf = None,
) -> None:
    """Find passages, without an answer."""
    from assistant.rendering import hit_text

    filters = filters_of(since, until, outlet, None, exclude, as_of)
    with opened(archive) as assistant:
        hits = assistant.search(question, filters)
    show(hits, "\n\n".join(map(hit_text, hits)) or "Nothing found.", as_json)


@app.command()
def serve(
    archive: Place = None,
    as_json: AsJson = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 7860,
    auth_file: AuthFile = None,
    root_path: Annotated[str, typer.Option(help="What a proxy puts before every path.")] = "",
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Let nobody add or remove articles.")
    ] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Serve the newsroom: the conversation, the library, the HTTP API."""
    from assistant.web.authentication import refuse_strangers
    from assistant.web.users import Users

    users = Users(auth_file) if auth_file else None
    refuse_strangers(host, users)
    from assistant.web.app import create_app  # loads gradio, which takes seconds
    from assistant.web.server import listening, run

    def announce(address: str) -> None:
        show({"address": address}, f"On Record is at {address} (stop with Ctrl+C)", as_json)

    root = f"/{root_path.strip('/')}" if root_path.strip("/") else ""
    # A port that is taken is noticed before anything is loaded.
    with listening(host, port) as listener, opened(archive) as assistant:
        app = create_app(assistant, users, root, read_only)
        assistant.warm_up()
        run(app, listener, assistant.settings.serve, open_page, announce)


@app.command()
def user(
    name: Annotated[str, typer.Argument(help="Who may sign in.")],
    auth_file: Annotated[Path, typer.Option(help="The file of users.")],
    as_json: AsJson = False,
) -> None:
    """Let somebody sign in, or give them another password; it is asked for, or read from a pipe."""
    from assistant.web.users import set_password

    asked = sys.stdin.isatty()
    sys.stdin.reconfigure(errors="surrogateescape")  # type: ignore[union-attr]
    password = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        if asked
        else sys.stdin.readline().rstrip("\n")
    )
    set_password(auth_file, name, password)
    show({"user": name}, f"{name} can sign in.", as_json)


@app.command()
def mcp(archive: Place = None) -> None:
    """Serve search, fetch and ask to an MCP client, over standard input and output."""
    from assistant.web.mcp import serve as serve_tools

    with opened(archive) as assistant:
        serve_tools(assistant)


def main() -> None:
    """Run the command line; errors become one line and an exit code."""
    from assistant.errors import EvaluationError, OnRecordError, QuestionError, SettingsError

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app()
    except (QuestionError, SettingsError) as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(USAGE)
    except EvaluationError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(UNJUDGED)
    except OnRecordError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(FAILED)


def _history(path: Path | None) -> list[dict[str, Any]]:
    """Turns of a file: each a question and its answer, or an Answer in its dict form."""
    if path is None:
        return []
    try:
        turns = json.loads(path.read_text(encoding="utf-8"))
        return [{"answer": turn["text"], **turn} if "text" in turn else turn for turn in turns]
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise typer.BadParameter(f"{path}: {error}") from None
