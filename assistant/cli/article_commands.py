"""The commands for articles: list, show, their versions, removal."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.shared import (
    AsJson,
    AsOf,
    Outlets,
    Place,
    Since,
    Until,
    filters_of,
    opened,
    show,
)

if TYPE_CHECKING:
    from assistant.types import Version

app = typer.Typer(help="List, show and remove articles.", no_args_is_help=True)


@app.command("list")
def list_articles(
    archive: Place = None,
    as_json: AsJson = False,
    since: Since = None,
    until: Until = None,
    outlet: Outlets = None,
    as_of: AsOf = None,
) -> None:
    """List the articles, by date."""
    from assistant.rendering import described

    filters = filters_of(since, until, outlet, None, None, as_of)
    with opened(archive) as assistant:
        sources = assistant.archive.articles(filters)
    lines = [f"{source.id}  {described(source)}" for source in sources]
    show(sources, "\n".join(lines) or "No articles.", as_json)


@app.command("show")
def show_article(
    article_id: str,
    archive: Place = None,
    as_json: AsJson = False,
    version: Annotated[int | None, typer.Option(help="An earlier version.")] = None,
    statements: Annotated[
        bool, typer.Option("--statements", help="Who says what in it, instead of its text.")
    ] = False,
) -> None:
    """Show an article."""
    from assistant.language import NOT_READ, language_of
    from assistant.rendering import described, statement_text
    from assistant.text import without_direction

    with opened(archive) as assistant:
        article = assistant.archive.article(article_id, version)
        said = assistant.archive.statements(article_id, version) if statements else []
    if statements:
        known = language_of(article.language)
        none = "No statements." if known else f"No statements: {NOT_READ}"
        show(said, "\n\n".join(map(statement_text, said)) or none, as_json)
        return
    notes = [f"Correction: {article.correction}"] if article.correction else []
    parts = [f"{described(article.source)} (version {article.version})", *notes, article.text]
    show(article, without_direction("\n\n".join(parts)), as_json)


@app.command("history")
def history(article_id: str, archive: Place = None, as_json: AsJson = False) -> None:
    """List the versions of an article: when each was added, and from which day on it stands."""
    with opened(archive) as assistant:
        versions = assistant.archive.history(article_id)
        if not versions:
            assistant.archive.article(article_id)  # which says that there is none
    show(versions, "\n".join(map(_version_text, versions)), as_json)


def _version_text(version: Version) -> str:
    from assistant.rendering import described
    from assistant.text import without_direction

    facts = [
        version.state,
        f"stands from {version.day}" if version.day else "",
        f"added {version.added:%Y-%m-%d %H:%M} UTC" if version.added else "",
        f"under embargo until {version.embargo:%Y-%m-%d %H:%M} UTC" if version.embargo else "",
    ]
    note = version.source.correction
    if version.state == "embargoed":
        return f"-  {', '.join(filter(None, facts))}"
    told = f"{version.source.version}  {', '.join(filter(None, facts))}"
    lines = [told, described(version.source), f"Correction: {note}" if note else ""]
    return without_direction("\n   ".join(filter(None, lines)))


@app.command("diff")
def diff(
    article_id: str,
    old: Annotated[int | None, typer.Option(help="A version [default: the last but one].")] = None,
    new: Annotated[int | None, typer.Option(help="Another [default: the last].")] = None,
    archive: Place = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed between two versions of an article, sentence by sentence."""
    from assistant.rendering import differences
    from assistant.text import without_direction

    with opened(archive) as assistant:
        held = assistant.archive
        numbers = held.versions(article_id) or [held.article(article_id).version]
        before = held.article(article_id, numbers[-2:][0] if old is None else old)
        after = held.article(article_id, numbers[-1] if new is None else new)
    changes = list(differences(before.text, after.text))
    signs = {"removed": "-", "added": "+"}
    lines = [f"{signs[kind]} {text}" for kind, text in changes if kind in signs]
    told = {"old": before.version, "new": after.version, "changes": changes}
    none = f"Versions {before.version} and {after.version} say the same."
    show(told, without_direction("\n".join(lines)) or none, as_json)


@app.command("remove")
def remove_articles(
    article_ids: list[str],
    archive: Place = None,
    as_json: AsJson = False,
    erase: Annotated[
        bool, typer.Option("--erase", help="From every file, with a record that it was done.")
    ] = False,
    why: Annotated[str, typer.Option(help="With --erase: why, for the record.")] = "",
    by: Annotated[str, typer.Option(help="With --erase: by whom [default: who runs this].")] = "",
) -> None:
    """Remove articles with all their versions."""
    with opened(archive) as assistant:
        for article_id in article_ids:
            if not assistant.archive.holds(article_id):
                assistant.archive.article(article_id)  # which fails, before any is removed
        if erase:
            from assistant.web.stored_answers import forget_in

            try:
                removed = assistant.archive.erase(article_ids, by or getpass.getuser(), why)
            finally:
                forget_in(assistant.archive)
        else:
            removed = assistant.remove(article_ids)
    show({"removed": removed}, f"Removed {removed}.", as_json)


@app.command("readmit")
def readmit(article_id: str, archive: Place = None, as_json: AsJson = False) -> None:
    """Let an article that was erased be added again."""
    with opened(archive) as assistant:
        known = assistant.archive.readmit(article_id)
    told = "may be added again" if known else "was never erased"
    show({"readmitted": known}, f"{article_id} {told}.", as_json)


@app.command("erased")
def erased(archive: Place = None, as_json: AsJson = False) -> None:
    """List what was erased: when, by whom and why."""
    with opened(archive) as assistant:
        found = assistant.archive.erased()
    lines = [
        f"{one.when:%Y-%m-%d %H:%M} UTC  {one.article}, versions: {one.versions}, by {one.by}"
        + (f": {one.why}" if one.why else "")
        for one in found
    ]
    show(found, "\n".join(lines) or "Nothing was erased.", as_json)
