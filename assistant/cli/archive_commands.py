"""The commands that look after the archive."""

from __future__ import annotations

import typer

from assistant.cli.shared import (
    FAILED,
    AsJson,
    Place,
    opened,
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
    told = {
        "sound": "The index is sound.",
        "damaged": "The index is damaged: run archive rebuild.",
        "more": "The index holds more than the catalog: restore the catalog from a copy.",
        "unknown": "The index could not be looked at in time: try again.",
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
