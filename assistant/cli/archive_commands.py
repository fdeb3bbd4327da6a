"""The commands that look after the archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.shared import (
    FAILED,
    AsJson,
    Place,
    opened,
    report_text,
    show,
)

app = typer.Typer(help="Look after the archive.", no_args_is_help=True)


@app.command("info")
def archive_info(archive: Place = None, as_json: AsJson = False) -> None:
    """Count what the archive holds."""
    from dataclasses import asdict

    with opened(archive) as assistant:
        facts = asdict(assistant.archive.info())
    show(facts, "\n".join(f"{name}: {value}" for name, value in facts.items()), as_json)


@app.command("check")
def archive_check(archive: Place = None, as_json: AsJson = False) -> None:
    """Look for damage to the catalog, and compare the index with it; exit 1 where something is."""
    with opened(archive) as assistant:
        faults, health = assistant.archive.faults(), assistant.archive.health()
        writable = assistant.archive.writable
    told = {
        "sound": "The index is sound.",
        "damaged": "The index is damaged: run archive rebuild.",
        "more": "The index holds more than the catalog: restore the catalog from a copy.",
        "unknown": "The index could not be looked at in time: try again."
        if writable
        else "The index was not looked at: nothing can be written to the folder.",
    }
    lines = [*(f"The catalog is damaged: {one}." for one in faults), told[health]]
    healthy = health == "sound" and not faults
    show({"healthy": healthy, "index": health, "catalog": faults}, "\n".join(lines), as_json)
    raise typer.Exit(0 if healthy else FAILED)


@app.command("rebuild")
def archive_rebuild(archive: Place = None, as_json: AsJson = False) -> None:
    """Make the index anew from the catalog; nothing is encoded again."""
    with opened(archive) as assistant:
        assistant.archive.rebuild()
    show({"rebuilt": True}, "The index is made anew.", as_json)


@app.command("vacuum")
def archive_vacuum(archive: Place = None, as_json: AsJson = False) -> None:
    """Give the space of what was removed back to the disk."""
    from assistant.web.stored_answers import forget_in

    with opened(archive) as assistant:
        assistant.archive.vacuum()
        forget_in(assistant.archive)
    show({"vacuumed": True}, "What was removed takes no space any more.", as_json)


@app.command("export")
def archive_export(
    file: Annotated[Path, typer.Argument(help="The file to write: archive.jsonl.zst")],
    archive: Place = None,
    as_json: AsJson = False,
) -> None:
    """Write all that the archive holds into one file, from which any archive can be filled."""
    with opened(archive) as assistant:
        count = assistant.archive.export_to(file)
    show({"versions": count}, f"{count} versions of articles are in {file}.", as_json)


@app.command("import")
def archive_import(
    file: Annotated[Path, typer.Argument(help="What archive export has written.")],
    archive: Place = None,
    as_json: AsJson = False,
) -> None:
    """Take in what another archive has exported; nothing is encoded again."""
    with opened(archive) as assistant:
        report = assistant.archive.import_from(file)
    show(report, report_text(report), as_json)


@app.command("backup")
def archive_backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, for the copy.")],
    archive: Place = None,
    as_json: AsJson = False,
) -> None:
    """Copy the archive, while it may be in use, into a folder that is an archive then."""
    with opened(archive) as assistant:
        assistant.archive.backup_to(folder)
    show({"folder": str(folder)}, f"{folder} is a copy: name it as --archive.", as_json)
