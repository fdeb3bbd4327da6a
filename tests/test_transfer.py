"""Exports, imports and backups: an archive leaves its folder and comes back whole."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from conftest import PARSER
from test_versions import BEFORE, FIRST, LATER, OTHER, SECOND, THIRD, found
from typer.testing import CliRunner

from assistant import cli
from assistant.archive import Archive
from assistant.archive.ingest import ERASED
from assistant.errors import ArchiveError, ArchiveMismatch
from assistant.following import sync
from assistant.settings import Settings
from assistant.testing import HashEmbeddings, sample_articles
from assistant.types import Filters, to_dict
from assistant.web.conversations import FILE, Conversations

FAR = datetime(2999, 1, 1, tzinfo=UTC)


class Unused(HashEmbeddings):
    """An embedder that is asked for questions only."""

    def encode_passages(self, texts: Any) -> Any:
        raise AssertionError("nothing is to be encoded")


@pytest.fixture
def full(tmp_path: Path, settings: Settings) -> Iterator[Archive]:
    """Articles with versions in all orders, an embargo, an erasure, and a folder followed."""
    archive = Archive(tmp_path / "full", HashEmbeddings(), settings, PARSER)
    archive.add([SECOND, FIRST, OTHER])  # the first edition comes last
    archive.add([replace(THIRD, embargo=FAR), *sample_articles(3, 1)])
    archive.erase(["sample-1"], "the desk", "asked to")
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.md").write_text("---\nid: md\n---\nThe gate holds.\n")
    sync(archive, tmp_path / "news", settings.reading)
    yield archive
    archive.close()


Make = Callable[..., Archive]


@pytest.fixture
def empty(tmp_path: Path, settings: Settings) -> Iterator[Archive]:
    archive = Archive(tmp_path / "empty", Unused(), settings)
    yield archive
    archive.close()


def told(archive: Archive) -> Any:
    """All that can be asked of an archive."""
    ids = sorted(archive.ids())
    return {
        "articles": [to_dict(archive.article(one)) for one in ids],
        "history": {one: [to_dict(v) for v in archive.history(one)] for one in [*ids, "ferry"]},
        "passages": [[(p.start, p.end) for p in archive.passages(one)] for one in ids],
        "statements": [[to_dict(s) for s in archive.statements(one)] for one in ids],
        "erased": [to_dict(one) for one in archive.erased()],
        "words": {str(day): sorted(found(archive, "passengers hospital", day)) for day in DAYS},
        "fingerprint": archive.fingerprint(),
        "faults": archive.faults(),
        "health": archive.health(),
    }


DAYS = (None, BEFORE, LATER, date(2026, 3, 15))


@pytest.mark.slow
def test_an_export_holds_everything(full: Archive, empty: Archive, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl.zst"
    assert full.export_to(file) == 6
    assert file.stat().st_mode & 0o077 == 0
    report = empty.import_from(file)
    assert (report.added, report.embargoed, report.skipped) == (5, 1, ())
    assert told(empty) == told(full)
    again = empty.import_from(file)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 6)
    assert told(empty) == told(full)


def test_an_import_joins_what_is_there(full: Archive, tmp_path: Path, settings: Settings) -> None:
    file = tmp_path / "out.jsonl.zst"
    full.export_to(file)
    other = Archive(tmp_path / "other", HashEmbeddings(), settings, PARSER)
    other.add([THIRD, replace(OTHER, id="own", title="Own")])
    report = other.import_from(file)
    assert report.skipped == ()
    assert "Seven" in other.article("ferry").text  # newer than what came
    assert "Four" in found(other, "passengers hospital", BEFORE)[0]
    assert "own" in other.ids()
    other.close()


def test_what_was_let_in_again_comes_along(full: Archive, empty: Archive, tmp_path: Path) -> None:
    full.readmit("sample-1")
    full.export_to(tmp_path / "out")
    empty.import_from(tmp_path / "out")
    assert empty._catalog.barred() == set()


def test_an_older_export_shortens_no_embargo(full: Archive, tmp_path: Path) -> None:
    full.export_to(tmp_path / "out")
    longer = FAR.replace(year=3999)
    full.add([replace(THIRD, embargo=longer)])
    full.import_from(tmp_path / "out")
    assert full.history("ferry")[-1].embargo == longer


def test_what_was_erased_does_not_come_back(full: Archive, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl.zst"
    full.export_to(file)
    full.erase(["ferry"], "the desk", "asked to")
    report = full.import_from(file)
    assert {one.reason for one in report.skipped} == {ERASED}
    assert "ferry" not in full.ids()


def lines_of(file: Path) -> list[dict[str, Any]]:
    with zstandard.open(file, "rt") as opened:
        return [json.loads(line) for line in opened]


def pack(file: Path, lines: list[dict[str, Any]]) -> Path:
    with zstandard.open(file, "wt") as opened:
        opened.write("".join(json.dumps(line) + "\n" for line in lines))
    return file


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line["passages"].__setitem__(0, [0, 5, 99_999]),
        lambda line: line.update(text="javascript:\0"),
        lambda line: line["version"].update(url="javascript:alert(1)"),
        lambda line: line.update(vectors=""),
        lambda line: line.update(vectors=base64.b64encode(np.ones(7, np.float32)).decode()),
        lambda line: line.update(
            vectors=base64.b64encode(np.full(384, np.nan, np.float32)).decode()
        ),
        lambda line: line.update(added="yesterday"),
        lambda line: line.update(statements=[{"speaker": "x"}]),
        lambda line: line.pop("state"),
        lambda line: line["passages"].__setitem__(0, [2**70, 0, 5]),
        lambda line: line.update(vectors=base64.b64encode(np.full(384, 1e6, np.float32)).decode()),
        lambda line: line.update(version=[]),
    ],
)
def test_a_line_that_is_wrong_is_named(
    full: Archive, empty: Archive, tmp_path: Path, change: Change
) -> None:
    file = tmp_path / "out.jsonl.zst"
    full.export_to(file)
    lines = lines_of(file)
    (place,) = (n for n, line in enumerate(lines) if line.get("version", {}).get("id") == "lake")
    change(lines[place])
    report = empty.import_from(pack(file, lines))
    assert [one.path for one in report.skipped] == [f"line {place + 1}"]
    assert sorted(empty.ids()) == sorted(one for one in full.ids() if one != "lake")
    assert empty.health() == "sound"


def test_a_record_that_is_wrong_harms_nothing(
    full: Archive, empty: Archive, tmp_path: Path
) -> None:
    file = tmp_path / "out.jsonl.zst"
    full.export_to(file)
    head, *lines, _ = lines_of(file)
    wrong: list[dict[str, Any]] = [
        {"erased": {"article": "q", "versions": 1, "when": "never", "by": "x", "why": "y"}},
        {"followed": ["/x", "soon", "", "{}", "{}"]},
        {"embargoed": {"id": "x"}},
        {"erased": {"article": "lake", "versions": 1, "when": "2026-01-01T00:00:00+00:00",
                    "by": "x", "why": "y"}},
    ]  # fmt: skip
    report = empty.import_from(pack(file, [head, *lines, *wrong, {"end": len(lines) + 4}]))
    assert len(report.skipped) == 3
    assert "lake" in empty.ids()
    assert [one.article for one in empty.erased()] == ["sample-1"]
    assert empty.places.followed() == []


def test_vectors_of_another_length_are_refused(
    full: Archive, empty: Archive, tmp_path: Path, settings: Settings
) -> None:
    file = tmp_path / "out.jsonl.zst"
    full.export_to(file)
    lines = lines_of(file)
    for line in lines:
        count = len(line.get("passages", ()))
        short = np.tile(np.eye(1, 8, dtype=np.float32), (count, 1))
        line |= {"vectors": base64.b64encode(short).decode()} if count else {}
    full.import_from(pack(file, lines))
    again = Archive(full.folder, HashEmbeddings(), settings)
    assert again.health() == "sound"
    again.close()


def test_what_stands_before_the_damage_is_kept(
    full: Archive, empty: Archive, tmp_path: Path
) -> None:
    file = tmp_path / "out.jsonl.zst"
    full.export_to(file)
    with pytest.raises(ArchiveError, match="end is missing"):
        empty.import_from(pack(file, lines_of(file)[:-1]))
    assert sorted(empty.ids()) == sorted(full.ids())


def test_what_went_back_to_an_earlier_text_goes_back(
    archive: Archive, tmp_path: Path, settings: Settings
) -> None:
    first, second = (replace(one, updated=None) for one in (FIRST, SECOND))
    other = Archive(tmp_path / "other", HashEmbeddings(), settings)
    for kept in (archive, other):
        kept.add([first])
        kept.add([second])
    archive.add([first])
    archive.export_to(tmp_path / "out")
    other.import_from(tmp_path / "out")
    assert "Four" in other.article("ferry").text
    assert other.import_from(tmp_path / "out").unchanged == 3
    other.close()


@pytest.mark.slow
def test_a_file_that_is_cut_or_none_is_refused(
    full: Archive, empty: Archive, tmp_path: Path
) -> None:
    file = tmp_path / "out.jsonl.zst"
    full.export_to(file)
    whole = file.read_bytes()
    for damaged in (b"", b"no zstd", whole[: len(whole) // 2], whole[:-4] + b"\0\0\0\0"):
        file.write_bytes(damaged)
        with pytest.raises(ArchiveError, match="no export"):
            empty.import_from(file)
    file.write_bytes(whole)
    lines = lines_of(file)
    for wrong in ([{"onrecord": 2}], [[]], [{"onrecord": 1}], lines[:-1], [lines[0], *lines[2:]]):
        with pytest.raises(ArchiveError, match="no export"):
            empty.import_from(pack(file, wrong))
    with pytest.raises(ArchiveError, match="cannot be read"):
        empty.import_from(tmp_path / "nothing")
    with pytest.raises(ArchiveMismatch):
        empty.import_from(pack(file, [{**lines[0], "embedder": "other"}, *lines[1:]]))


def test_an_export_to_a_place_that_is_none_leaves_nothing(full: Archive, tmp_path: Path) -> None:
    with pytest.raises(ArchiveError):
        full.export_to(tmp_path / "no folder" / "out")
    assert not (tmp_path / "no folder").exists()


def test_a_backup_is_an_archive(full: Archive, tmp_path: Path, settings: Settings) -> None:
    kept = Conversations(full.folder / FILE)
    kept.start("", "the ferry")
    stop = threading.Event()

    def write_on() -> None:
        number = 10
        while not stop.is_set():
            full.add(sample_articles(number, 1)[-1:])
            number += 1

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        full.backup_to(tmp_path / "copy")
    finally:
        stop.set()
        writer.join()
    kept.close()
    copy = Archive(tmp_path / "copy", HashEmbeddings(), settings)
    assert copy.faults() == []
    assert set(copy.ids()) <= set(full.ids())
    assert any("Six" in one.text for one in copy.search_dense("passengers hospital", 5))
    assert copy.health() == "sound"
    copy.add([replace(OTHER, id="after", title="After")])
    copy.close()
    kept = Conversations(tmp_path / "copy" / FILE)
    assert [one.title for one in kept.of("")] == ["the ferry"]
    kept.close()
    with pytest.raises(ArchiveError, match="not empty"):
        full.backup_to(tmp_path / "copy")


def test_the_commands_carry_an_archive(full: Archive, tmp_path: Path) -> None:
    run, place = CliRunner().invoke, ["--archive", str(full.folder)]
    file, other = str(tmp_path / "a.zst"), ["--archive", str(tmp_path / "b")]
    assert "6 versions" in run(cli.app, ["archive", "export", file, *place]).output
    assert run(cli.app, ["archive", "import", file, *other]).exit_code != 0  # another embedder
    copy = tmp_path / "c"
    assert run(cli.app, ["archive", "backup", str(copy), *place]).exit_code == 0
    listed = run(cli.app, ["articles", "list", "--archive", str(copy)]).output
    assert "Lake to be lowered" in listed
    assert run(cli.app, ["archive", "vacuum", *place]).exit_code == 0


def test_filters_know_the_day(full: Archive) -> None:
    assert full.coverage(Filters(as_of=BEFORE)).articles < full.coverage().articles
