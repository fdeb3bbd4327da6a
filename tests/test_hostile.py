"""What a second hostile test found, by somebody who had the page of the threat model only."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse
from typer.testing import CliRunner

from assistant import cli
from assistant.archive import Archive
from assistant.errors import ArchiveDamaged, ArchiveError, OnRecordError
from assistant.reading import read
from assistant.settings import Settings, load
from assistant.testing import HashEmbeddings, sample_articles
from assistant.types import Skipped

CATALOG = "catalog.sqlite3"


def reasons(path: Path) -> list[str]:
    return [one.reason for one in read(path, load().reading) if isinstance(one, Skipped)]


@pytest.mark.parametrize("target", ["/proc/self/environ", "/etc/passwd", "/dev/zero", "own.txt"])
def test_links_in_a_folder_are_not_followed(tmp_path: Path, target: str) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "own.txt").write_text("The dam holds.")
    (folder / "link.txt").symlink_to(target)
    assert reasons(folder) == ["a link; links are not followed"]
    assert len(list(read(folder, load().reading))) == 2


def filled(folder: Path, settings: Settings, count: int = 5) -> Path:
    archive = Archive(folder, HashEmbeddings(), settings)
    archive.add(sample_articles(count))
    archive.close()
    return folder


def opened(folder: Path, settings: Settings) -> Archive:
    return Archive(folder, HashEmbeddings(), settings)


Replace = Callable[[Path, Path, Settings], None]


def earlier_and_more(folder: Path, copy: Path, settings: Settings) -> None:
    """A copy that went its own way and holds as many."""
    archive = opened(folder, settings)
    archive.add(sample_articles(7)[6:])
    archive.close()
    fork = opened(copy, settings)
    fork.add(sample_articles(9)[7:])
    fork.remove(["sample-1"])
    fork.add(sample_articles(6)[5:])
    fork.close()


def another(folder: Path, copy: Path, settings: Settings) -> None:
    shutil.rmtree(copy)
    filled(copy, settings, 9)


def earlier(folder: Path, copy: Path, settings: Settings) -> None:
    archive = opened(folder, settings)
    archive.add(sample_articles(5, 2)[:1])
    archive.remove(["sample-4"])
    archive.close()


@pytest.mark.parametrize("change", [earlier_and_more, another, earlier])
def test_a_catalog_in_the_place_of_another_is_noticed(
    tmp_path: Path, settings: Settings, change: Replace
) -> None:
    folder, copy = filled(tmp_path / "a", settings), tmp_path / "b"
    shutil.copytree(folder, copy)
    change(folder, copy, settings)
    shutil.copy(copy / CATALOG, folder / CATALOG)
    with pytest.raises(ArchiveDamaged):
        opened(folder, settings)
    (folder / "catalog.marker").unlink()  # as the message says, to go on with it
    archive = opened(folder, settings)
    assert archive.articles()
    archive.close()


def test_a_marker_that_is_behind_its_catalog_is_no_damage(
    tmp_path: Path, settings: Settings
) -> None:
    """As a copy of a folder in use may have it."""
    folder = filled(tmp_path / "a", settings)
    kept = (folder / "catalog.marker").read_bytes()
    archive = opened(folder, settings)
    archive.add(sample_articles(7)[5:])
    archive.close()
    (folder / "catalog.marker").write_bytes(kept)
    archive = opened(folder, settings)
    assert len(archive.articles()) == 7
    archive.close()


def test_an_archive_of_before_is_none_of_another(tmp_path: Path, settings: Settings) -> None:
    folder = filled(tmp_path / "a", settings)
    marker = folder / "catalog.marker"
    told = json.loads(marker.read_text())
    del told["written"]
    marker.write_text(json.dumps(told))
    archive = opened(folder, settings)
    archive.add(sample_articles(6)[5:])
    archive.close()
    assert json.loads(marker.read_text())["written"]


@pytest.mark.parametrize(
    "content", ['{"articles": 1e999, "closed": true}', "[" * 200_000, "[]", "7", "", "folder"]
)
def test_a_marker_of_odd_content(tmp_path: Path, settings: Settings, content: str) -> None:
    folder = filled(tmp_path / "a", settings)
    marker = folder / "catalog.marker"
    marker.unlink()
    if content == "folder":
        marker.mkdir()
    else:
        marker.write_text(content)
    archive = opened(folder, settings)
    assert len(archive.articles()) == 5
    archive.add(sample_articles(6)[5:])
    archive.close()
    assert marker.is_file()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE statement SET speaker = ' mickey mouse '",
        "UPDATE statement SET fields = replace(fields, 'harbour', 'harbor')",
        "UPDATE statement SET fields = 'no JSON'",
        "UPDATE statement SET fields = CAST(x'7b22ff' || fields AS TEXT)",
        "UPDATE article SET text = CAST(x'ff' || text AS TEXT)",
        "DELETE FROM statement",
        "UPDATE article SET fields = substr(fields, 5)",
    ],
)
def test_altered_statements_are_noticed(sample_copy: Path, damage: str) -> None:
    with sqlite3.connect(sample_copy / CATALOG) as catalog:
        catalog.execute(damage)
    catalog.close()
    place = ["--archive", str(sample_copy)]
    checked = CliRunner().invoke(cli.app, ["archive", "check", *place])
    assert checked.exit_code == 1
    assert "is not as it was stored" in checked.output
    out = CliRunner().invoke(cli.app, ["archive", "export", str(sample_copy / "out"), *place])
    assert out.exception is None or isinstance(out.exception, OnRecordError)  # told in words


@pytest.fixture
def sample_copy(tmp_path: Path, settings: Settings) -> Path:
    from conftest import PARSER

    archive = Archive(tmp_path / "a", HashEmbeddings(), settings, PARSER)
    archive.add(sample_articles(3))
    assert archive.statements("sample-1")
    archive.close()
    return tmp_path / "a"


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_nothing_is_acknowledged_into_a_file_that_is_gone(
    tmp_path: Path, settings: Settings, how: str
) -> None:
    folder = filled(tmp_path / "a", settings)
    other = filled(tmp_path / "b", settings, 7)
    archive = opened(folder, settings)
    if how == "deleted":
        (folder / CATALOG).unlink()
    else:
        (other / CATALOG).replace(folder / CATALOG)
    with pytest.raises(ArchiveDamaged, match="replaced or deleted"):
        archive.add(sample_articles(6)[5:])
    archive.close()
    with pytest.raises(ArchiveDamaged, match="copy"):
        opened(folder, settings)


def test_a_file_that_a_tar_only_claims_takes_no_time(tmp_path: Path) -> None:
    claimed = tarfile.TarInfo("huge.txt")
    claimed.size = 1 << 60
    packed = tmp_path / "h.tar"
    packed.write_bytes(claimed.tobuf(tarfile.GNU_FORMAT) + b"x" * 1024)
    assert reasons(packed) == ["it unpacks to more than files of text do"]


def test_the_head_of_a_message_is_bounded(tmp_path: Path) -> None:
    mail = tmp_path / "m.eml"
    mail.write_text("From: a@b.example\nSubject: " + "=?utf-8?q?a?= " * 16_000 + "\n\nThe dam.")
    assert "too long" in reasons(mail)[0]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    ["/login", "/logout", "/monitoring", "/monitoring/summary", "/pwa_icon/100000",
     "/gradio_api/run/x", "/gradio_api/call/v2/x", "/gradio_api/upload", "/gradio_api/proxy=x"],
)  # fmt: skip
def test_routes_of_gradio_that_nobody_needs(path: str, method: str) -> None:
    from assistant.web.guard import Guard

    behind = Guard(PlainTextResponse("reached"), load().serve, None, "")
    client = TestClient(behind, base_url="http://127.0.0.1")
    assert client.request(method, path).status_code in (403, 404)
    assert client.get("/gradio_api/info").text == "reached"


def test_a_folder_whose_catalog_is_gone_says_what_to_do(tmp_path: Path, settings: Settings) -> None:
    folder = filled(tmp_path / "a", settings)
    for file in folder.glob(f"{CATALOG}*"):
        file.unlink()
    with pytest.raises(ArchiveDamaged, match="Restore the folder"):
        opened(folder, settings)


@pytest.mark.parametrize(
    "name",
    [CATALOG, "catalog.marker", "index.marker", "index-1/header.bin", "vectors-1/keys", "a.lock"],
)
def test_a_pipe_in_the_place_of_a_file_is_refused(
    tmp_path: Path, settings: Settings, name: str
) -> None:
    folder = tmp_path / "archive"
    archive = Archive(folder, HashEmbeddings(), settings)
    archive.add(sample_articles(2))
    archive.close()
    file = folder / name
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    with pytest.raises(ArchiveError, match="no regular file"):
        Archive(folder, HashEmbeddings(), settings)


@pytest.mark.slow
@pytest.mark.parametrize("column", ["keys", "days", "outlets", "articles", "vectors.*"])
@pytest.mark.parametrize("left", [0.0, 0.5])
def test_vectors_that_are_cut_while_they_are_mapped_end_no_process(
    tmp_path: Path, column: str, left: float
) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom assistant import Assistant\n"
        "from assistant.testing import HashEmbeddings, sample_articles\n"
        "assistant = Assistant.open(sys.argv[1], embedder=HashEmbeddings())\n"
        "assistant.add(sample_articles(400))\n"
        "def found():\n"
        "    hits = assistant.archive.search_dense('harbour7 place7 edition1of7', 3)\n"
        "    return [hit.article.id for hit in hits]\n"
        "before = found()\n"
        "(file,) = Path(sys.argv[1], 'vectors-1').glob(sys.argv[2])\n"
        "with file.open('r+b') as cut:\n"
        "    cut.truncate(int(file.stat().st_size * float(sys.argv[3])))\n"
        "assert found() == before, found()\n"
        "print('whole')\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "archive"), column, str(left)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.stdout == "whole\n", ran.stderr[-800:]
