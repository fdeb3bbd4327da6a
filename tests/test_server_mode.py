"""An archive whose index is on a Chroma server: what a folder's index never meets."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from chroma_server import free_port, run_chroma
from conftest import WITHOUT_MODELS

from assistant.archive import Archive, vectors
from assistant.archive import index as indexes
from assistant.errors import IndexUnreachable
from assistant.settings import Settings, load
from assistant.testing import HashEmbeddings, sample_articles

pytestmark = pytest.mark.slow
Reopen = Callable[[], Archive]


@pytest.fixture
def settings(chroma_server: str) -> Settings:
    return load(models=WITHOUT_MODELS, vectors={"url": chroma_server})


@pytest.fixture
def approximate(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an archive of more than 200,000 passages, the index is asked."""
    monkeypatch.setattr(indexes, "_EXACT", 0)


def collections(url: str, archive: Archive) -> list[str]:
    client = vectors._client(url)  # one of its own would leave connections open
    prefix = archive._index._store._prefix
    return sorted(one.name.removeprefix(prefix) for one in client.list_collections()
                  if one.name.startswith(prefix))  # fmt: skip


@pytest.mark.usefixtures("approximate")
def test_two_archives_open_at_once_see_each_others_articles(
    archive: Archive, settings: Settings
) -> None:
    other = Archive(archive.folder, HashEmbeddings(), settings)
    other._index.fresh()  # else it would not be asked
    archive.add(sample_articles(3))
    assert [one.article.id for one in other.search_dense("harbour1", 1)] == ["sample-1"]
    other.remove(["sample-1"])
    assert "sample-1" not in {one.article.id for one in archive.search_dense("harbour1", 3)}
    other.close()


def test_no_index_is_left_behind_by_another(archive: Archive, chroma_server: str) -> None:
    archive.add(sample_articles(3))
    archive.rebuild()
    assert collections(chroma_server, archive) == ["2"]
    assert not list(archive.folder.glob("index-*"))


def test_nothing_that_can_be_read_is_on_the_server(archive: Archive, settings: Settings) -> None:
    archive.add(sample_articles(3))
    found = archive._index.fresh()._collection.get(include=["metadatas", "documents"])
    assert found["documents"] == [None] * 3
    assert found["metadatas"] == [None] * 3


def test_a_copy_has_an_index_of_its_own(
    archive: Archive, settings: Settings, tmp_path: Path
) -> None:
    archive.add(sample_articles(3))
    archive.backup_to(tmp_path / "copy")
    copy = Archive(tmp_path / "copy", HashEmbeddings(), settings)
    copy.remove(["sample-1"])
    assert (copy.health(), archive.health()) == ("sound", "sound")
    assert archive._index.fresh().count() == 3
    copy.close()


@pytest.mark.usefixtures("approximate")
def test_a_server_that_comes_and_goes(tmp_path: Path) -> None:
    """Without it questions are answered exactly, and nothing is half written; then it goes on."""
    (tmp_path / "chroma").mkdir()
    port = free_port()
    settings = load(models=WITHOUT_MODELS, vectors={"url": f"http://127.0.0.1:{port}"})

    def opened() -> Archive:
        return Archive(tmp_path / "archive", HashEmbeddings(), settings)

    with run_chroma(tmp_path / "chroma", port):
        archive = opened()
        archive.add(sample_articles(2))
    for one in (archive, opened()):
        assert [hit.article.id for hit in one.search_dense("harbour1", 1)] == ["sample-1"]
        assert one.health() == "unknown"
        with pytest.raises(IndexUnreachable, match=f"127.0.0.1:{port} does not answer"):
            one.add(sample_articles(3))
        with pytest.raises(IndexUnreachable):
            one.remove(["sample-1"])
        assert one.info().versions == 2
    with run_chroma(tmp_path / "chroma", port):
        assert archive.add(sample_articles(3)).added == 1
        assert archive.health() == "sound"
        assert [hit.article.id for hit in archive.search_dense("harbour2", 1)] == ["sample-2"]


def test_a_server_that_never_answers_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        settings = load(models=WITHOUT_MODELS, vectors={"url": url})
        archive = Archive(tmp_path / "archive", HashEmbeddings(), settings)
        with pytest.raises(IndexUnreachable):
            archive.add(sample_articles(1))
        archive.close()


def test_a_server_that_lost_everything_is_filled_again(tmp_path: Path) -> None:
    port = free_port()
    settings = load(models=WITHOUT_MODELS, vectors={"url": f"http://127.0.0.1:{port}"})
    archive = Archive(tmp_path / "archive", HashEmbeddings(), settings)
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with run_chroma(tmp_path / name, port):
            archive.add(sample_articles(3))
            assert archive._index.fresh().count() == 3
            assert archive.health() == "sound"
            archive.close()
            archive = Archive(tmp_path / "archive", HashEmbeddings(), settings)
    archive.close()
