"""Versions of articles: what stood on which day, what waits for its time, what is erased."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import WITHOUT_MODELS, OpenAssistant
from typer.testing import CliRunner

from assistant import Article, cli
from assistant.archive import Archive
from assistant.errors import ArchiveBusy, ArchiveError, ModelMissing
from assistant.reading import read
from assistant.settings import Settings, load
from assistant.testing import HashEmbeddings
from assistant.types import Filters, to_dict
from assistant.web.conversations import FILE, Conversations
from assistant.web.stored_answers import to_stored

FIRST = Article(
    "ferry",
    "The ferry to Ormund was cancelled on Monday. Four passengers were taken to hospital, "
    "the harbour master Ilse Brandt said. The inquiry begins next week.",
    title="Ferry to Ormund cancelled",
    outlet="Harbour Wire",
    published=date(2026, 3, 2),
)
SECOND = replace(
    FIRST,
    text=FIRST.text.replace("Four passengers", "Six passengers"),
    updated=date(2026, 3, 9),
    correction="An earlier version said that four passengers were taken to hospital.",
)
THIRD = replace(FIRST, text=FIRST.text.replace("Four", "Seven"), updated=date(2026, 4, 1))
OTHER = Article(
    "lake",
    "The lake at Tarn will be lowered by two metres in May, the water board said.",
    title="Lake to be lowered",
    outlet="Harbour Wire",
    published=date(2026, 3, 20),
)
BEFORE, BETWEEN, LATER = date(2026, 3, 5), date(2026, 3, 15), date(2026, 4, 2)


def found(archive: Archive, words: str, as_of: date | None) -> list[str]:
    """What is found by words and by meaning, which must agree."""
    filters = Filters(as_of=as_of)
    keyword = archive.search_keywords(words.split(), 5, filters)
    dense = archive.search_dense(words, 5, filters)
    assert {one.text for one in keyword} <= {one.text for one in dense}
    return [one.text for one in keyword]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 1, 0), (1, 2, 0)])
def test_what_stood_on_a_day_is_found(archive: Archive, order: tuple[int, ...]) -> None:
    editions = [FIRST, SECOND, THIRD]
    for place in order:
        archive.add([editions[place]])
    archive.add([OTHER])
    words = "passengers hospital"
    for day, said in [(BEFORE, "Four"), (BETWEEN, "Six"), (LATER, "Seven"), (None, "Seven")]:
        (text,) = found(archive, words, day)
        assert f"{said} passengers" in text
    assert found(archive, words, date(2026, 3, 1)) == []
    assert found(archive, "lake lowered", BETWEEN) == []
    assert archive.coverage(Filters(as_of=BETWEEN)).articles == 1
    assert archive.coverage(Filters(as_of=LATER)).articles == 2
    assert archive.health() == "sound"


def test_other_limits_hold_as_of_a_day(archive: Archive) -> None:
    archive.add([FIRST, SECOND, OTHER])
    ferry = [passage.text for passage in archive.search_dense("hospital", 5, Filters(
        as_of=BEFORE, outlets=("harbour wire",), until=date(2026, 3, 2)))]  # fmt: skip
    assert len(ferry) == 1
    assert "Four" in ferry[0]
    assert archive.search_dense("hospital", 5, Filters(as_of=BEFORE, exclude=("ferry",))) == []
    assert archive.search_keywords(["hospital"], 5, Filters(as_of=BEFORE, outlets=("no",))) == []


def test_a_question_is_answered_as_of_a_day(open_assistant: OpenAssistant) -> None:
    assistant = open_assistant()
    assistant.add([FIRST, SECOND, OTHER])
    asked = "How many passengers were taken to hospital?"
    then = assistant.ask(asked, filters=Filters(as_of=BEFORE))
    assert "Four passengers" in then.text
    assert {(c.article.version, c.article.correction) for c in then.citations} == {(1, None)}
    now = assistant.ask(asked)
    assert "Six passengers" in now.text
    assert {c.article.correction for c in now.citations} == {SECOND.correction}
    refused = assistant.ask("When will the lake be lowered?", filters=Filters(as_of=BEFORE))
    assert refused.refusal is not None
    assert "as they stood on 5 March 2026" in refused.refusal.message
    assert then.to_dict()["filters"]["as_of"] == "2026-03-05"


def test_versions_without_a_day_stand_from_when_they_were_added(archive: Archive) -> None:
    undated = replace(SECOND, updated=None, correction=None)
    archive.add([FIRST])
    archive.add([undated])
    today = datetime.now(UTC).date()
    first, second = archive.history("ferry")
    assert (first.day, first.state) == (FIRST.published, "superseded")
    assert (second.day, second.state) == (today, "current")
    assert second.added is not None
    assert datetime.now(UTC) - second.added < timedelta(minutes=5)
    (text,) = found(archive, "passengers hospital", today - timedelta(days=1))
    assert "Four" in text


def test_an_older_archive_learns_what_stood(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "archive"
    with_both = Archive(folder, HashEmbeddings(), settings)
    with_both.add([FIRST, SECOND])
    with_both.close()
    with sqlite3.connect(folder / "catalog.sqlite3") as catalog:  # as format 3 had it
        gone = "(SELECT key FROM article WHERE state = 'superseded')"
        chosen = f"SELECT key FROM passage WHERE article IN {gone}"
        catalog.execute(f"DELETE FROM keyword WHERE rowid IN ({chosen})")
        catalog.execute(f"DELETE FROM passage WHERE article IN {gone}")
        catalog.execute("DROP INDEX article_history")
        for table in ("erased", "embargoed", "followed_file", "followed"):
            catalog.execute(f"DROP TABLE {table}")
        for column in ("added", "day", "until", "said"):
            catalog.execute(f"ALTER TABLE article DROP COLUMN {column}")
        catalog.execute("DELETE FROM meta WHERE name = 'all passages'")
        catalog.execute("PRAGMA user_version = 3")
    catalog.close()
    opened = Archive(folder, HashEmbeddings(), settings)
    opened.add([OTHER])
    (text,) = found(opened, "passengers hospital", BEFORE)
    assert "Four" in text
    assert opened.faults() == []
    assert opened.history("ferry")[0].added is None
    opened.close()


FAR = datetime(2999, 1, 1, tzinfo=UTC)
SECRET = replace(THIRD, text="A zeppelin burns over Ormund.", title="Zeppelin", embargo=FAR)


@pytest.fixture
def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=8)  # the first article takes two


def wait_for(moment: datetime) -> None:
    while datetime.now(UTC) <= moment + timedelta(seconds=1):
        time.sleep(0.1)


@pytest.mark.slow
def test_an_embargo_ends_by_itself(archive: Archive, soon: datetime) -> None:
    report = archive.add([OTHER, replace(FIRST, embargo=soon)])
    assert (report.added, report.embargoed) == (1, 1)
    archive.add([replace(OTHER, id="later", title="Another")])
    seen = archive.newest()
    assert "ferry" not in archive.ids()
    assert found(archive, "passengers hospital", None) == []
    assert archive.versions("ferry") == []
    (waiting,) = archive.history("ferry")
    assert (waiting.state, waiting.embargo) == ("embargoed", soon.replace(microsecond=0))
    wait_for(soon)
    archive.release()
    (text,) = found(archive, "passengers hospital", None)
    assert "Four" in text
    assert archive.search_dense("passengers hospital", 1)[0].article.id == "ferry"
    assert [one.id for one in archive.matching(["hospital"], after=seen)] == ["ferry"]
    assert found(archive, "passengers hospital", BEFORE) == []  # nobody could read it then
    assert [one.state for one in archive.history("ferry")] == ["current"]
    assert archive.health() == "sound"


@pytest.mark.slow
def test_an_embargo_that_ended_is_shown_by_whoever_opens_it(
    tmp_path: Path, settings: Settings, soon: datetime
) -> None:
    archive = Archive(tmp_path / "a", HashEmbeddings(), settings)
    archive.add([replace(FIRST, embargo=soon)])
    archive.close()
    wait_for(soon)
    archive = Archive(tmp_path / "a", HashEmbeddings(), settings)
    assert archive.ids() == ["ferry"]
    archive.close()


@pytest.mark.parametrize(
    "order",
    [
        (FIRST, SECRET, FIRST),
        (FIRST, SECRET, SECOND),
        (FIRST, SECRET, replace(SECOND, updated=date(2026, 5, 1))),
        (SECOND, replace(SECRET, updated=date(2026, 3, 1))),
        (SECOND, replace(SECRET, updated=None), FIRST, SECOND),
        (SECRET, FIRST, SECOND, FIRST),
    ],
)
def test_nothing_of_what_is_under_embargo_is_told(
    archive: Archive, order: tuple[Article, ...]
) -> None:
    for article in order:
        archive.add([article])
    for number in range(1, 5):
        if number in archive.versions("ferry"):
            assert "zeppelin" not in archive.article("ferry", number).text
    for day in (None, BEFORE, BETWEEN, LATER, date(2998, 1, 1)):
        assert archive.search_keywords(["zeppelin"], 5, Filters(as_of=day)) == []
        found_then = archive.search_dense("zeppelin burns", 5, Filters(as_of=day))
        assert not any("zeppelin" in one.text for one in found_then)
    assert archive.term_shares(["zeppelin"]) == {"zeppelin": 0}
    assert "Zeppelin" not in str([to_dict(one) for one in archive.history("ferry")])
    assert [one.state for one in archive.history("ferry")].count("embargoed") == 1
    shown = archive.article("ferry").text
    latest = max(
        (one for one in order if one.title != "Zeppelin"),
        key=lambda one: one.updated or one.published,
    )
    assert shown == latest.text


@pytest.mark.slow
def test_an_older_text_under_embargo_takes_no_newer_ones_place(
    archive: Archive, soon: datetime
) -> None:
    undated = replace(FIRST, published=None)
    later = replace(undated, text=undated.text.replace("Four", "Six"))
    archive.add([replace(undated, embargo=soon)])
    time.sleep(1.1)
    archive.add([later])
    wait_for(soon)
    archive.release()
    assert "Six" in archive.article("ferry").text
    assert [one.state for one in archive.history("ferry")] == ["superseded", "current"]


@pytest.mark.slow
def test_an_archive_opens_whatever_keeps_an_embargoed_article_out(
    tmp_path: Path, settings: Settings, soon: datetime
) -> None:
    class Broken(HashEmbeddings):
        def encode_passages(self, texts: object) -> object:
            raise ModelMissing("no model")

    archive = Archive(tmp_path / "a", HashEmbeddings(), settings)
    archive.add([OTHER, replace(FIRST, embargo=soon)])
    archive.close()
    wait_for(soon)
    archive = Archive(tmp_path / "a", Broken(), settings)
    assert archive.ids() == ["lake"]
    archive.close()
    shorter = load(models=WITHOUT_MODELS, reading={"max_characters": 10})
    archive = Archive(tmp_path / "a", HashEmbeddings(), shorter)
    assert sorted(archive.ids()) == ["ferry", "lake"]
    archive.close()


def test_a_lock_during_an_erasure_leaves_it_to_be_done(archive: Archive) -> None:
    archive.add([FIRST, OTHER])
    archive._catalog.rows("PRAGMA busy_timeout = 200")
    remove = archive._catalog.remove

    def removing(ids: list[str], record: tuple[str, str]) -> int:
        removed = remove(ids, record)
        other.execute("BEGIN IMMEDIATE")
        return removed

    with sqlite3.connect(archive.folder / "catalog.sqlite3", isolation_level=None) as other:
        archive._catalog.remove = removing  # type: ignore[method-assign,assignment]
        with pytest.raises(ArchiveError):
            archive.erase(["ferry"], "the desk", "")
        other.execute("ROLLBACK")
    other.close()
    archive._catalog.remove = remove  # type: ignore[method-assign]
    archive.add([replace(OTHER, id="later", title="Later")])  # whoever writes next ends it
    held = bytes_of(archive.folder)
    assert [word for word in WORDS if word.encode() in held] == []


def test_what_is_under_embargo_can_be_withdrawn(archive: Archive) -> None:
    archive.add([SECRET, OTHER])
    assert archive.holds("ferry")
    place = ["--archive", str(archive.folder)]
    done = CliRunner().invoke(cli.app, ["articles", "remove", "ferry", *place])
    assert done.exit_code == 0, done.output
    assert not archive.holds("ferry")
    archive.add([SECRET])
    assert archive.erase(["ferry"], "the desk", "") == 1
    assert b"zeppelin" not in bytes_of(archive.folder)


def test_an_embargo_that_is_over_or_lifted_holds_nothing_back(archive: Archive) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    archive.add([replace(FIRST, embargo=past), replace(OTHER, embargo=FAR)])
    assert archive.ids() == ["ferry"]
    assert archive.add([OTHER]).added == 1
    assert sorted(archive.ids()) == ["ferry", "lake"]
    assert [one.state for one in archive.history("lake")] == ["current"]


def test_two_versions_of_one_day(archive: Archive) -> None:
    again = replace(SECOND, text=SECOND.text.replace("Six", "Eight"))
    archive.add([FIRST, SECOND])
    archive.add([again])
    archive.add([THIRD])
    (text,) = found(archive, "passengers hospital", BETWEEN)
    assert "Eight" in text


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("2999-01-01T06:00:00+02:00", datetime(2999, 1, 1, 4, tzinfo=UTC)),
        ("2999-01-01T06:00:00Z", datetime(2999, 1, 1, 6, tzinfo=UTC)),
        ("2999-01-01", datetime(2999, 1, 1, tzinfo=UTC)),
    ],
)
def test_embargoes_are_read(tmp_path: Path, stated: str, meant: datetime) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"id": "a", "text": "The dam holds.", "embargo": stated}))
    (article,) = read(file, load().reading)
    assert isinstance(article, Article)
    assert article.embargo == meant


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


WORDS = ("passengers were taken", "passengers", "Ormund", "Brandt", "ormund", "ferri")


def test_what_a_reader_holds_back_is_erased_later(archive: Archive) -> None:
    archive.add([FIRST, OTHER])
    with sqlite3.connect(archive.folder / "catalog.sqlite3", isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM article").fetchall()
        archive._catalog.rows("PRAGMA busy_timeout = 200")
        with pytest.raises(ArchiveBusy, match="journal still has it"):
            archive.erase(["ferry"], "the desk", "")
        reader.execute("COMMIT")
    reader.close()
    assert "ferry" not in archive.ids()
    archive.release()
    archive.vacuum()
    held = bytes_of(archive.folder)
    assert [word for word in WORDS if word.encode() in held] == []


def test_what_was_erased_stays_out_until_it_is_let_in(archive: Archive) -> None:
    archive.add([FIRST, OTHER])
    archive.erase(["ferry"], "the desk", "asked to")
    (skipped,) = archive.add([FIRST]).skipped
    assert "erased" in skipped.reason
    place = ["--archive", str(archive.folder)]
    told = CliRunner().invoke(cli.app, ["articles", "readmit", "ferry", *place]).output
    assert "may be added again" in told
    assert archive.add([FIRST]).added == 1
    assert len(archive.erased()) == 1


@pytest.fixture
def second_reader(archive: Archive, settings: Settings) -> Iterator[Archive]:
    """Another process's view, with the catalog and the map open."""
    reader = Archive(archive.folder, HashEmbeddings(), settings)
    reader.search_dense("harbour", 1)
    yield reader
    reader.close()


def test_what_is_erased_is_in_no_file(archive: Archive, second_reader: Archive) -> None:
    archive.add([FIRST, SECOND, OTHER])
    archive.search_dense("harbour", 1)
    second_reader.search_dense("harbour", 1)
    assert archive.erase(["ferry"], "the desk", "a court's order") == 1
    held = bytes_of(archive.folder)
    assert [word for word in WORDS if word.encode() in held] == []
    (record,) = archive.erased()
    assert (record.article, record.versions) == ("ferry", 2)
    assert (record.by, record.why) == ("the desk", "a court's order")
    assert [one.id for one in archive.articles()] == ["lake"]
    assert second_reader.search_keywords(["lake"], 1)


def test_what_is_erased_leaves_conversations(open_assistant: OpenAssistant, tmp_path: Path) -> None:
    assistant = open_assistant()
    assistant.add([FIRST, OTHER])
    folder = assistant.archive.folder
    kept = Conversations(folder / FILE)
    talk = kept.start("", "the ferry")
    answer = assistant.ask("Who was taken to hospital?")
    kept.add("", talk.id, to_stored(answer), 0)
    command = ["articles", "remove", "ferry", "--erase", "--why", "asked to", "--by", "the desk"]
    done = CliRunner().invoke(cli.app, [*command, "--archive", str(folder)])
    assert done.exit_code == 0, done.output
    (turn,) = kept.turns("", talk.id)
    assert turn.answer["citations"] == []
    kept.close()
    held = bytes_of(folder)
    assert b"passengers were taken" not in held
    listed = CliRunner().invoke(cli.app, ["articles", "erased", "--archive", str(folder)])
    assert "ferry, versions: 1, by the desk: asked to" in listed.output


def test_the_commands_show_versions(tmp_path: Path, archive: Archive) -> None:
    archive.add([FIRST, SECOND])
    where = ["--archive", str(archive.folder)]
    told = CliRunner().invoke(cli.app, ["articles", "history", "ferry", *where]).output
    assert "1  superseded, stands from 2026-03-02" in told
    assert "2  current, stands from 2026-03-09" in told
    assert "Correction: An earlier version said" in told
    changed = CliRunner().invoke(cli.app, ["articles", "diff", "ferry", *where]).output
    assert "- Four passengers were taken" in changed
    assert "+ Six passengers were taken" in changed
    assert "inquiry" not in changed
    same = CliRunner().invoke(
        cli.app, ["articles", "diff", "ferry", "--old", "2", "--new", "2", *where]
    )
    assert "say the same" in same.output
    unknown = CliRunner().invoke(cli.app, ["articles", "history", "nothing", *where])
    assert unknown.exit_code != 0
