from __future__ import annotations

import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import WITHOUT_MODELS
from filelock import FileLock, Timeout

from assistant.archive import Archive, Preparer, index, keywords, probe, vector_map
from assistant.archive.catalog import Catalog
from assistant.archive.vector_map import VectorMap
from assistant.archive.vectors import VectorIndex
from assistant.errors import ArchiveBusy, ArchiveError, ArchiveMismatch, ArticleUnknown
from assistant.models.embedding import Vectors
from assistant.reading import normalized
from assistant.settings import Settings, load
from assistant.testing import HashEmbeddings, sample_articles
from assistant.types import EVERYTHING, Article, Filters, Skipped, Source

Reopen = Callable[[], Archive]


@pytest.fixture(params=["folder", pytest.param("server", marks=pytest.mark.slow)])
def settings(request: pytest.FixtureRequest) -> Settings:
    """Of an archive whose index is in its folder, and of one whose is on a Chroma server."""
    served = request.param == "server"
    url = request.getfixturevalue("chroma_server") if served else None
    return load(models=WITHOUT_MODELS, vectors={"url": url})


in_folder = pytest.mark.parametrize("settings", ["folder"], indirect=True)


@pytest.fixture
def reopen(archive: Archive, settings: Settings) -> Reopen:
    """Opens the archive again, as another process would."""
    return lambda: Archive(archive.folder, HashEmbeddings(), settings)


def found(archive: Archive, word: str) -> tuple[set[str], set[str]]:
    """Ids of the articles that dense and keyword search find for a word."""
    dense = archive.search_dense(word, 3)
    keyword = archive.search_keywords([word], 3)
    held = re.compile(rf"\b{word}\b")
    return {p.article.id for p in dense if held.search(p.text)}, {p.article.id for p in keyword}


def both(article_id: str) -> tuple[set[str], set[str]]:
    return {article_id}, {article_id}


NEITHER: tuple[set[str], set[str]] = (set(), set())


def test_what_is_added_is_found_and_adding_again_changes_nothing(archive: Archive) -> None:
    assert archive.add(sample_articles(20)).added == 20
    assert found(archive, "harbour7") == both("sample-7")
    generation = archive.info().generation
    report = archive.add(sample_articles(20))
    assert (report.added, report.updated, report.unchanged) == (0, 0, 20)
    assert archive.info().generation == generation


def test_stored_passages_are_spans_of_stored_articles(archive: Archive) -> None:
    archive.add([Article("a", "Über “quotes” \U0001f600.\r\n\r\nThe harbour is open.")])
    found = archive.search_keywords(["harbour"], 5)
    assert found
    for passage in found:
        text = archive.article("a").text
        assert text[passage.start : passage.end] == passage.text
        assert "\r" not in text


def test_an_article_gives_its_passages_in_order(archive: Archive) -> None:
    long = " ".join(f"Sentence number {n} says what it says about harbours." for n in range(80))
    archive.add([*sample_articles(2), Article("long", long)])
    passages = archive.passages("long")
    assert len(passages) > 2
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
    assert all(passage.text == long[passage.start : passage.end] for passage in passages)
    assert archive.passages("nowhere") == []


def test_the_fingerprint_is_of_the_articles_whatever_their_order(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    archive.add(sample_articles(4))
    one = archive.fingerprint()
    other = Archive(tmp_path / "other", HashEmbeddings(), settings)
    other.add(reversed(sample_articles(4)))
    assert other.fingerprint() == one
    other.close()
    archive.add(sample_articles(1, edition=2))
    assert archive.fingerprint() != one


def test_what_is_made_from_articles_is_kept_until_they_change(archive: Archive) -> None:
    archive.add(sample_articles(2))
    made = archive.generation
    assert archive.derived() is None
    archive.derive(["What did Ada Brandt say?"], made)
    assert archive.derived() == ["What did Ada Brandt say?"]
    archive.add(sample_articles(3))
    assert archive.derived() is None
    archive.derive(["of before"], made)  # it took too long
    assert archive.derived() is None
    archive.derive(["of now"], archive.generation)
    archive.remove(["sample-1"])
    assert archive.derived() is None
    assert not (archive.folder / "derived.json").exists()


def test_printings_of_one_story_are_found(archive: Archive) -> None:
    first, *others = sample_articles(4)
    archive.add([first, *others, replace(first, id="copy", title="Elsewhere", outlet="Elsewhere")])
    copies = archive.copies(["sample-0", "copy", "nowhere"])
    assert copies == {"sample-0": {"copy"}, "copy": {"sample-0"}}


def test_a_changed_text_is_a_new_version_and_the_old_one_leaves(archive: Archive) -> None:
    archive.add(sample_articles(3))
    report = archive.add(sample_articles(3, edition=2)[1:2])
    assert (report.added, report.updated) == (0, 1)
    assert archive.article("sample-1").version == 2
    assert "edition1of1" in archive.article("sample-1", 1).text
    assert found(archive, "edition2of1") == both("sample-1")
    assert found(archive, "edition1of1") == NEITHER
    assert archive.info().versions == 4


def test_a_changed_field_is_a_new_version_too(archive: Archive) -> None:
    (article,) = sample_articles(1)
    archive.add([article])
    archive.add([replace(article, correction="It was Tuesday.")])
    assert archive.article(article.id).version == 2
    assert archive.article(article.id).correction == "It was Tuesday."


def test_a_file_with_two_texts_of_one_id_is_idempotent(archive: Archive) -> None:
    pair = [*sample_articles(1), *sample_articles(1, edition=2)]
    first, second = archive.add(pair), archive.add(pair)
    assert (first.added, first.updated, first.unchanged) == (1, 1, 0)
    assert (second.added, second.updated, second.unchanged) == (0, 0, 2)
    assert "edition2of0" in archive.article("sample-0").text


def test_what_comes_prepared_is_kept_as_what_does_not(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    early = replace(sample_articles(3)[2], updated=date(2024, 1, 1), text="An edition0of2 came.")
    calls = [sample_articles(6), [*sample_articles(2, edition=2), early], sample_articles(1)]
    calls = [[normalized(one, 1000) for one in call] for call in calls]
    ahead = Archive(tmp_path / "ahead", HashEmbeddings(), settings)
    preparer = Preparer(HashEmbeddings(), None, settings.passages.tokens)
    for call in calls:
        made = preparer.prepare(call, ahead.digests())
        assert ahead.add(made) == archive.add(call)
    assert [type(one) for one in made] == [Article]  # known, if only from before
    held = "SELECT * FROM article JOIN passage p ON p.article = article.key"
    rows = [_without_moment(one, held) for one in (archive, ahead)]
    assert len(rows[0]) == 10
    assert rows[0] == rows[1]


def _without_moment(archive: Archive, select: str) -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(archive.folder / "catalog.sqlite3")) as catalog:
        catalog.row_factory = sqlite3.Row
        return [{**row, "added": ""} for row in catalog.execute(select)]


def test_a_text_that_comes_back_alone_is_the_current_one_again(archive: Archive) -> None:
    archive.add([*sample_articles(1), *sample_articles(1, edition=2)])
    assert archive.add(sample_articles(1)).updated == 1
    assert "edition1of0" in archive.article("sample-0").text
    assert archive.article("sample-0").version == 3


def test_texts_that_came_back_make_adding_again_no_less_idempotent(archive: Archive) -> None:
    one, two = sample_articles(1), sample_articles(1, edition=2)
    for articles in (one, two, one):
        archive.add(articles)
    versions = archive.info().versions
    for _ in range(3):
        archive.add([*two, *one])
    assert archive.info().versions == versions
    assert "edition1of0" in archive.article("sample-0").text


def test_the_later_edition_is_current_in_whatever_order_they_come(archive: Archive) -> None:
    original = sample_articles(1)[0]
    corrected = replace(
        sample_articles(1, edition=2)[0], updated=date(2025, 2, 1), correction="We erred."
    )
    for _ in range(2):
        archive.add([corrected, original])
        assert archive.article("sample-0").correction == "We erred."
        assert archive.info().versions == 2
    assert archive.article("sample-0", 2).text == original.text
    assert found(archive, "edition1of0") == NEITHER
    assert archive.health() == "sound"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.post.example/yard-deal",
        "http://post.example/yard-deal/?utm_source=x",
        "https://m.post.example/yard-deal",
        "https://post.example/yard-deal/amp/",
        "https://post.example/yard-deal#top",
    ],
)
@pytest.mark.parametrize("known", ["", "http://www.post.example/yard-deal/"])
def test_one_story_under_two_addresses_is_one_article(
    archive: Archive, url: str, known: str
) -> None:
    """Also where an earlier version of the package gave it an id of its own."""
    first = "The yard deal is worth 40 million crowns."
    archive.add([Article(known, first, title="Yard", url="http://post.example/yard-deal/")])
    report = archive.add([Article("", "It is worth 14 million crowns.", title="Yard", url=url)])
    assert (report.added, report.updated) == (0, 1)
    story = known or "https://post.example/yard-deal"
    assert archive.versions(story) == [1, 2]
    assert archive.article(story).text == "It is worth 14 million crowns."


def test_what_is_removed_is_gone_from_everything(archive: Archive) -> None:
    secret = "xylophonist"
    archive.add([*sample_articles(5), Article("s-1", f"The {secret} spoke.", title=secret)])
    assert found(archive, secret) == both("s-1")
    assert archive.remove(["s-1", "unknown"]) == 1
    assert found(archive, secret) == NEITHER
    with pytest.raises(ArticleUnknown, match="s-1"):
        archive.article("s-1")
    archive.close()
    left = [
        f for f in archive.folder.rglob("*") if f.is_file() and secret.encode() in f.read_bytes()
    ]
    assert left == []


def test_removing_and_adding_again_starts_afresh(archive: Archive) -> None:
    archive.add(sample_articles(2))
    archive.remove(["sample-0"])
    assert archive.add(sample_articles(2)).added == 1
    assert archive.article("sample-0").version == 1
    assert found(archive, "harbour0") == both("sample-0")


def test_articles_with_odd_fields_are_mended_or_skipped_before_they_are_kept(
    archive: Archive,
) -> None:
    text = "The harbour opened."
    report = archive.add(
        [
            Article("moment", text, published=datetime(2026, 1, 1, 10, 30)),
            Article("number", text + " Again.", extra={"n": 1, "deep": {"a": ["b"]}}),
            Article("dirty", text + " Twice.", license="L\ud800", correction="x\x1b[2J"),
            Article("day", text, published="yesterday"),
            Article("none", None),
            Article("a  b", text + " Thrice."),
        ]
    )
    assert report.added == 4
    assert {item.path for item in report.skipped} == {"day", "none"}
    assert archive.article("moment").published == date(2026, 1, 1)
    assert archive.article("number").extra == {"n": "1"}
    assert (archive.article("dirty").license, archive.article("dirty").correction) == ("L", "x[2J")
    assert archive.article("a  b").id == archive.article("a b").id == "a b"
    assert archive.remove(["a  b", "\udcff"]) == 1
    assert len(archive.search_keywords(["harbour"], 9)) == 3


@pytest.mark.parametrize("version", [0, -1, 10**30])
def test_versions_that_cannot_be_are_unknown(archive: Archive, version: int) -> None:
    archive.add(sample_articles(1))
    with pytest.raises(ArticleUnknown):
        archive.article("sample-0", version)


def test_long_lists_of_filters_still_filter(archive: Archive) -> None:
    archive.add(sample_articles(5))
    many = tuple(f"nobody-{number}" for number in range(50_000))
    for filters in (Filters(exclude=("sample-1", *many)), Filters(articles=("sample-2", *many))):
        ids = {source.id for source in archive.articles(filters)}
        assert {p.article.id for p in archive.search_dense("harbour", 9, filters)} == ids


def test_skipped_items_are_reported_and_the_rest_is_kept(archive: Archive) -> None:
    items = [Article("e", " \u200b"), Skipped("x.pdf", "no"), *sample_articles(1)]
    report = archive.add(items)
    assert report.added == 1
    assert [item.path for item in report.skipped] == ["e", "x.pdf"]


@pytest.mark.slow
def test_progress_tells_what_is_kept(archive: Archive, reopen: Reopen) -> None:
    told: list[int] = []
    other = reopen()

    def kept(done: int) -> None:
        told.append(done)
        assert other.coverage().articles == done

    archive.add(sample_articles(600), kept)
    assert told[-1] == 600
    assert len(told) > 2


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), {0, 1, 2, 3}),
        (Filters(since=date(2025, 1, 3)), {2, 3}),
        (Filters(until=date(2025, 1, 2)), {0, 1}),
        (Filters(since=date(2025, 1, 2), until=date(2025, 1, 3)), {1, 2}),
        (Filters(outlets=("the sample gazette",)), {1, 3}),
        (Filters(articles=("sample-2", "sample-3")), {2, 3}),
        (Filters(exclude=("sample-2", "undated")), {0, 1, 3}),
        (Filters(outlets=("The Sample Post",), exclude=("sample-0",)), {2}),
        (Filters(outlets=("Nobody",)), set()),
    ],
)
def test_filters_limit_every_way_in(archive: Archive, filters: Filters, expected: set[int]) -> None:
    archive.add([*sample_articles(4), Article("undated", "A report without a day or an outlet.")])
    ids = {f"sample-{number}" for number in expected}
    ids |= {"undated"} if filters == Filters() else set()
    assert {source.id for source in archive.articles(filters)} == ids
    assert archive.coverage(filters).articles == len(ids)
    assert {p.article.id for p in archive.search_dense("report", 9, filters)} == ids
    assert {p.article.id for p in archive.search_keywords(["report"], 9, filters)} == ids


def test_coverage_spans_the_dates(archive: Archive) -> None:
    archive.add(sample_articles(3))
    coverage = archive.coverage()
    assert (coverage.since, coverage.until) == (date(2025, 1, 1), date(2025, 1, 3))


@pytest.mark.parametrize("word", ['"', "NEAR", "a OR b", "x*", "(", "col:x", "'; DROP", "\x00", ""])
def test_hostile_search_terms_are_words(archive: Archive, word: str) -> None:
    archive.add(sample_articles(2))
    archive.search_keywords([word, "harbour1"], 3)
    assert archive.search_keywords([word, "harbour1"], 3)[0].article.id == "sample-1"


def test_common_terms_do_not_drown_rare_ones(archive: Archive) -> None:
    archive.add(sample_articles(60))
    (best, *rest) = archive.search_keywords(["report", "harbour9"], 5)
    assert best.article.id == "sample-9"
    assert rest == []


def test_of_a_large_archive_the_rarest_terms_are_searched(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.add(sample_articles(60))
    monkeypatch.setattr(keywords, "_COMMON", 1.0)
    monkeypatch.setattr(keywords, "_MOST_MATCHES", 61)
    assert len(archive.search_keywords(["report", "harbour9"], 60)) == 60
    monkeypatch.setattr(keywords, "_MOST_MATCHES", 60)
    assert len(archive.search_keywords(["report", "harbour9"], 60)) == 1
    assert len(archive.search_keywords(["report"], 60)) == 60


class TestAnotherProcess:
    def test_sees_what_was_written(self, archive: Archive, reopen: Reopen) -> None:
        archive.add(sample_articles(5))
        assert found(reopen(), "harbour3") == both("sample-3")

    def test_a_reader_follows_a_writer(self, archive: Archive, reopen: Reopen) -> None:
        archive.add(sample_articles(3))
        reader = reopen()
        assert found(reader, "harbour2") == both("sample-2")
        archive.add(sample_articles(6)[3:])
        archive.remove(["sample-2"])
        archive.add(sample_articles(2, edition=2)[1:])
        assert found(reader, "harbour4") == both("sample-4")
        assert found(reader, "harbour2") == NEITHER
        assert found(reader, "edition2of1") == both("sample-1")
        assert found(reader, "edition1of1") == NEITHER

    def test_a_reader_follows_a_rebuild(self, archive: Archive, reopen: Reopen) -> None:
        archive.add(sample_articles(3))
        reader = reopen()
        assert found(reader, "harbour1") == both("sample-1")
        archive.rebuild()
        archive.add(sample_articles(5))
        assert found(reader, "harbour4") == both("sample-4")

    def test_a_second_writer_is_refused_soon(self, archive: Archive, reopen: Reopen) -> None:
        other = reopen()

        def slow() -> object:
            start = time.monotonic()
            with pytest.raises(ArchiveBusy, match="Another process is writing") as caught:
                other.add(sample_articles(1))
            assert time.monotonic() - start < 3
            assert caught.value.retryable
            yield from sample_articles(2)

        assert archive.add(slow()).added == 2
        assert other.add(sample_articles(1)).unchanged == 1

    @pytest.mark.slow
    @in_folder
    def test_a_reader_that_looks_at_the_index_refuses_no_writer(
        self, archive: Archive, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(3))
        archive.close()
        (archive.folder / "index.marker").unlink()
        real = probe.health

        looking = threading.Event()
        lock = FileLock(archive.folder / "write.lock", timeout=0)

        def slow(*arguments: Any) -> Any:
            """The reader, which looks first, goes on looking until a writer waits for it."""
            if not looking.is_set():
                looking.set()
                with contextlib.suppress(Timeout):
                    while True:
                        lock.acquire()
                        lock.release()
            return real(*arguments)

        monkeypatch.setattr(probe, "health", slow)
        reader, writer = reopen(), reopen()
        thread = threading.Thread(target=lambda: found(reader, "harbour1"))
        thread.start()
        assert looking.wait(60)
        assert writer.add(sample_articles(4)).added == 1
        thread.join()
        assert found(reader, "harbour3") == both("sample-3")
        reader.close()
        writer.close()

    def test_writers_and_readers_in_one_process_keep_their_counsel(
        self, archive: Archive, reopen: Reopen
    ) -> None:
        first, second = reopen(), reopen()
        assert found(second, "harbour1") == NEITHER
        first.add(sample_articles(3))
        second.remove(["unknown"])
        assert found(second, "harbour1") == both("sample-1")

    @pytest.mark.slow
    def test_opening_many_at_once_and_again_leaks_nothing(
        self, archive: Archive, reopen: Reopen
    ) -> None:
        archive.add(sample_articles(3))
        faults: list[Exception] = []

        def look() -> None:
            try:
                for _ in range(5):
                    reader = reopen()
                    assert found(reader, "harbour1") == both("sample-1")
                    reader.close()
            except Exception as fault:  # noqa: BLE001 the test shows it
                faults.append(fault)

        threads = [threading.Thread(target=look) for _ in range(3)]
        before = len(list(Path("/proc/self/fd").iterdir()))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert faults == []
        assert len(list(Path("/proc/self/fd").iterdir())) < before + 10

    def test_a_lock_left_by_a_killed_writer_holds_nobody_up(
        self, archive: Archive, settings: Settings
    ) -> None:
        code = (
            "import sys, os; from filelock import FileLock\n"
            "lock = FileLock(sys.argv[1]); lock.acquire(); print('held', flush=True)\n"
            "os.kill(os.getpid(), 9)"
        )
        lock = str(archive.folder / "write.lock")
        subprocess.run([sys.executable, "-c", code, lock], check=False, capture_output=True)
        assert archive.add(sample_articles(1)).added == 1


@pytest.mark.slow
class TestDamage:
    def test_a_clean_index_is_not_probed(
        self, archive: Archive, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(3))
        archive.close()
        for look in ("health", "judged"):
            monkeypatch.setattr(probe, look, lambda *_: pytest.fail("probed"))
        again = reopen()
        assert found(again, "harbour1") == both("sample-1")
        again.close()
        assert found(reopen(), "harbour2") == both("sample-2")

    @in_folder
    @pytest.mark.parametrize("damage", ["folder", "file", "segment", "rows"])
    def test_a_damaged_index_is_rebuilt_without_encoding(
        self, archive: Archive, settings: Settings, damage: str
    ) -> None:
        archive.add(sample_articles(50))
        archive.close()
        index = archive.folder / "index-1"
        if damage == "folder":
            shutil.rmtree(index)
        elif damage == "file":
            (index / "chroma.sqlite3").write_bytes(b"garbage" * 1000)
        elif damage == "segment":
            with sqlite3.connect(index / "chroma.sqlite3") as connection:
                connection.execute("DELETE FROM embeddings WHERE id % 2 = 0")
            connection.close()
        else:
            VectorIndex(index).delete([1, 2, 3])

        class NoEncoding(HashEmbeddings):
            def encode(self, texts: object) -> object:
                assert len(list(texts)) == 1, "only a question may be encoded"
                return super().encode(texts)

        again = Archive(archive.folder, NoEncoding(), settings)
        assert found(again, "harbour1") == both("sample-1")
        assert again.health() == "sound"
        again.close()

    @in_folder
    def test_a_probe_that_comes_to_no_end_means_rebuild(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(3))
        (archive.folder / "index.marker").unlink()
        endless = "from assistant.archive import probe; probe._limit_seconds(1)\nwhile True: pass"
        monkeypatch.setattr(probe, "_CHILD", endless)
        assert archive.health() == "damaged"
        archive.add(sample_articles(4))
        monkeypatch.undo()
        assert archive.health() == "sound"
        assert found(archive, "harbour3") == both("sample-3")

    @in_folder
    def test_a_probe_that_gets_no_processor_tells_nothing(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(3))
        (archive.folder / "index.marker").unlink()
        monkeypatch.setattr(probe, "_CHILD", "import time; time.sleep(60)")
        monkeypatch.setattr(probe, "_SECONDS", 0.1)
        assert archive.health() == "unknown"
        archive.add(sample_articles(4))
        assert (archive.folder / "index-1").exists()  # nothing was made anew
        monkeypatch.undo()
        assert archive.health() == "sound"

    @in_folder
    def test_the_probe_may_not_fill_the_disk(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(3))
        greedy = (
            "from assistant.archive import probe; from pathlib import Path; import sys\n"
            f"folder = Path({str(archive.folder / 'index-1')!r}); probe._limit_files(folder)\n"
            "with (folder / 'link').open('wb') as file:\n"
            "    for _ in range(2000): file.write(bytes(1 << 20))\n"
        )
        monkeypatch.setattr(probe, "_CHILD", greedy)
        assert archive.health() != "sound"
        assert (archive.folder / "index-1" / "link").stat().st_size < 600 << 20

    @pytest.mark.parametrize("patient", [0, 2])
    def test_all_is_searched_exactly_until_the_index_is_open(
        self, archive: Archive, reopen: Reopen, monkeypatch: pytest.MonkeyPatch, patient: int
    ) -> None:
        archive.add(sample_articles(3))
        monkeypatch.setattr(index, "_EXACT", 0)
        monkeypatch.setattr(index, "_PATIENT", patient)
        again = reopen()
        for _ in range(patient):
            assert found(again, "harbour1") == both("sample-1")
            assert again._index._index is None
        assert found(again, "harbour1") == both("sample-1")  # with it, it is opened behind
        again._index._tending.wait()
        assert again._index._index is not None
        assert found(again, "harbour1") == both("sample-1")
        again.close()

    def test_many_passages_of_one_text_are_no_damage(self, archive: Archive) -> None:
        archive.add([Article(f"same-{n}", "The same words in every one.") for n in range(40)])
        assert archive.health() == "sound"

    def test_the_working_directory_cannot_stand_in_for_the_probe(
        self, archive: Archive, tmp_path: Path
    ) -> None:
        archive.add(sample_articles(3))
        (tmp_path / "assistant").mkdir()
        (tmp_path / "assistant" / "__init__.py").write_text("raise SystemExit(3)")
        (tmp_path / "json.py").write_text("raise SystemExit(3)")
        assert Path.cwd() == tmp_path
        assert archive.health() == "sound"

    def test_check_and_rebuild(self, archive: Archive) -> None:
        archive.add(sample_articles(10))
        assert archive.health() == "sound"
        archive._index.fresh().delete([1])
        assert archive.health() == "damaged"
        archive.rebuild()
        assert archive.health() == "sound"
        assert [f.name for f in archive.folder.glob("vectors-*")] == ["vectors-2"]


@pytest.mark.slow
class TestInterrupted:
    def test_pending_articles_are_finished_at_the_next_open(
        self, archive: Archive, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(2))

        def fail(self: object, *arguments: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(VectorIndex, "upsert", fail)
        with pytest.raises(KeyboardInterrupt):
            archive.add([*sample_articles(3), *sample_articles(1, edition=2)])
        monkeypatch.undo()
        assert archive.coverage().articles == 2
        assert found(archive, "edition1of0") == both("sample-0")  # not half replaced
        archive.close()
        again = reopen()
        assert again.coverage().articles == 3
        assert found(again, "harbour2") == both("sample-2")
        assert again.health() == "sound"
        again.close()

    def test_trying_again_finishes_what_failed(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(1))

        def fail(self: object, *arguments: object) -> None:
            raise OSError("disk full")

        monkeypatch.setattr(VectorIndex, "upsert", fail)
        with pytest.raises(OSError, match="disk full"):
            archive.add(sample_articles(3))
        monkeypatch.undo()
        assert archive.add(sample_articles(3)).unchanged == 3
        assert archive.coverage().articles == 3
        assert found(archive, "harbour2") == both("sample-2")

    def test_a_commit_that_fails_leaves_nothing_behind(self, archive: Archive) -> None:
        archive.add(sample_articles(1))

        def orphan() -> None:
            with archive._catalog.transaction() as run:
                run("PRAGMA defer_foreign_keys = ON")
                run("INSERT INTO passage VALUES (99, 99, 0, 0, 1, x'00')")  # fails at the commit

        with pytest.raises(ArchiveError, match="cannot be written"):
            orphan()
        assert archive.add(sample_articles(2)).added == 1
        assert archive.info().passages == 2

    def test_vectors_that_outlived_their_article_are_taken_out(
        self, archive: Archive, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(3))

        def fail(self: object, *arguments: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(VectorIndex, "delete", fail)
        with pytest.raises(KeyboardInterrupt):
            archive.remove(["sample-1"])
        monkeypatch.undo()
        assert found(archive, "harbour1") == NEITHER
        archive.close()
        again = reopen()
        assert again.health() == "sound"
        assert again._index.fresh().count() == again.info().passages
        again.close()


def test_a_folder_that_is_no_archive_is_left_alone(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ArchiveError, match=r"notes\.txt"):
        Archive(tmp_path, HashEmbeddings(), settings)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_a_file_or_a_broken_catalog_is_refused_in_words(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="cannot be used as an archive"):
        Archive(tmp_path / "file", HashEmbeddings(), settings)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "catalog.sqlite3").write_bytes(b"no database" * 500)
    with pytest.raises(ArchiveError, match="cannot be opened as a catalog"):
        Archive(tmp_path / "broken", HashEmbeddings(), settings)


def test_another_embedder_is_refused(archive: Archive, settings: Settings) -> None:
    archive.add(sample_articles(1))
    other = HashEmbeddings()
    other.name = "other"
    again = Archive(archive.folder, other, settings)
    with pytest.raises(ArchiveMismatch, match="hash-embeddings"):
        again.add(sample_articles(2))
    with pytest.raises(ArchiveMismatch, match="other"):
        again.search_dense("harbour", 1)
    again.close()


def test_a_newer_format_is_refused(archive: Archive, settings: Settings) -> None:
    with sqlite3.connect(archive.folder / "catalog.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ArchiveMismatch, match="format 99"):
        Archive(archive.folder, HashEmbeddings(), settings)


def test_info_is_plain_data(archive: Archive) -> None:
    archive.add(sample_articles(2))
    from dataclasses import asdict

    facts = json.loads(json.dumps(asdict(archive.info())))
    assert facts["articles"] == facts["versions"] == 2
    assert facts["embedder"] == "hash-embeddings"


class TestMap:
    """The map of vectors: what is searched exactly."""

    def test_a_rebuild_keeps_nothing_of_what_was_replaced(self, archive: Archive) -> None:
        archive.add(sample_articles(5))
        archive.add(sample_articles(2, edition=2))
        archive.rebuild()
        held = archive._index.map.view(EVERYTHING)
        assert held is not None
        assert len(held) == archive.info().passages
        assert archive.health() == "sound"
        assert found(archive, "edition2of1") == both("sample-1")

    def test_a_reader_follows_a_rebuild_of_the_same_length(
        self, archive: Archive, reopen: Reopen
    ) -> None:
        archive.add(sample_articles(6))
        reader = reopen()
        assert found(reader, "harbour1") == both("sample-1")
        archive.rebuild()
        archive.remove([f"sample-{n}" for n in range(5)])
        assert found(reader, "harbour5") == both("sample-5")
        view = reader._index.map.view(EVERYTHING)
        assert view is not None
        assert len(view) == archive.info().passages

    def test_another_writer_appends_behind_what_the_first_one_did(
        self, archive: Archive, reopen: Reopen
    ) -> None:
        archive.add(sample_articles(3))
        other = reopen()
        other.add(sample_articles(6))
        archive.add(sample_articles(9))
        for one in (archive, other):
            assert found(one, "harbour4") == both("sample-4")
            assert found(one, "harbour8") == both("sample-8")
        assert archive.health() == "sound"

    @pytest.mark.parametrize("damage", ["gone", "cut", "half written", "of another catalog"])
    def test_a_map_that_is_damaged_is_made_again(
        self, archive: Archive, reopen: Reopen, damage: str
    ) -> None:
        archive.add(sample_articles(8))
        archive.close()
        (place,) = archive.folder.glob("vectors-*")
        (vectors,) = place.glob("vectors.*")
        if damage == "gone":
            shutil.rmtree(place)
        elif damage == "cut":
            with (place / "keys").open("r+b") as keys:
                keys.truncate(24)
        elif damage == "half written":
            vectors.write_bytes(vectors.read_bytes() + b"half of a vector")
        else:
            held = np.fromfile(place / "keys", np.int64)
            (held + 100).tofile(place / "keys")
        again = reopen()
        assert found(again, "harbour7") == both("sample-7")
        again.add(sample_articles(9))
        assert found(again, "harbour8") == both("sample-8")
        assert again.health() == "sound"

    def test_a_large_map_that_is_cut_is_made_again(
        self, archive: Archive, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(vector_map, "_BATCH", 4)
        archive.add(sample_articles(30))
        archive.close()
        (vectors,) = archive.folder.glob("vectors-*/vectors.*")
        vectors.write_bytes(vectors.read_bytes()[:-4])
        again = reopen()
        for number in (0, 29):
            assert found(again, f"harbour{number}") == both(f"sample-{number}")
        assert again.health() == "sound"

    def test_what_is_removed_after_a_fault_of_the_index_is_gone_from_the_map(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(5))
        with monkeypatch.context() as killed:
            killed.setattr(Catalog, "activate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                archive.add(sample_articles(6))
        real, left = VectorIndex.upsert, [1]

        def once(index: VectorIndex, *given: Any) -> None:
            if left:
                left.pop()
                raise RuntimeError("a fault of Chroma")
            real(index, *given)

        monkeypatch.setattr(VectorIndex, "upsert", once)
        assert archive.remove(["sample-1"]) == 1
        view = archive._index.map.view(EVERYTHING)
        assert view is not None
        assert len(view) == archive.info().passages == 5
        assert archive.health() == "sound"

    def test_what_is_pending_does_not_stand_before_what_is_visible(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        archive.add(sample_articles(3))
        with monkeypatch.context() as killed:
            killed.setattr(Catalog, "activate", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                archive.add(
                    replace(one, id=f"pending-{n}")
                    for n, one in enumerate(sample_articles(2)[1:] * 40)
                )
        assert found(archive, "harbour1") == both("sample-1")
        assert archive.newest() == 3

    def test_what_removed_vectors_held_is_written_over(self, archive: Archive) -> None:
        archive.add(sample_articles(3))
        (place,) = archive.folder.glob("vectors-*")
        (vectors,) = place.glob("vectors.*")
        archive.remove(["sample-0", "sample-1", "sample-2"])
        assert not np.fromfile(vectors, np.float32).any()

    def test_closing_it_ends_what_is_appended(self, tmp_path: Path) -> None:
        vectors = VectorMap(tmp_path / "map")
        source = Source("a", 1, "A")
        rows = [(key, np.ones(4, np.float32), source) for key in range(1, 9000)]

        def closing() -> Iterator[tuple[int, Vectors, Source]]:
            for row in rows:
                if row[0] == 5000:
                    vectors.close()
                yield row

        with pytest.raises(ArchiveError, match="closed"):
            vectors.append(closing())
        again = VectorMap(tmp_path / "map")
        assert again.last == len(again) == 4096
        again.append(iter(rows))
        assert len(again.view()) == 8999
