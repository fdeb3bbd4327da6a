"""Who is let in, from where, with how much."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import OpenAssistant
from fastapi.testclient import TestClient
from newsroom import client_of, keep

from assistant.errors import Busy, SettingsError
from assistant.testing import sample_articles

if TYPE_CHECKING:
    from assistant.web.site import Site

pytestmark = pytest.mark.slow

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from assistant.web.users import set_password

    path = tmp_path_factory.mktemp("users") / "users"
    set_password(path, "anna", PASSWORD)
    set_password(path, "berta", "another password")
    return path


@pytest.fixture
def site(open_assistant: OpenAssistant, file: Path) -> Iterator[Site]:
    from assistant.web.site import open_site
    from assistant.web.users import Users

    assistant = open_assistant(archive={"statements": False})  # quicker
    assistant.add(sample_articles(4))
    site = open_site(assistant, Users(file))
    yield site
    site.conversations.close()


@pytest.fixture
def client(site: Site) -> TestClient:
    return client_of(site)


def sign_in(client: TestClient, name: str = "anna", password: str = PASSWORD) -> int:
    data = {"name": name, "password": password, "goal": "/library"}
    return client.post("/sign-in", data=data).status_code


def test_passwords_are_hashed_and_the_file_is_private(file: Path) -> None:
    from assistant.web.users import Users, hashed

    assert PASSWORD not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert hashed(PASSWORD) != hashed(PASSWORD)  # salted
    users = Users(file)
    assert users.is_known("anna", PASSWORD, "")
    assert not users.is_known("anna", "another password", "")
    assert not users.is_known("nobody", PASSWORD, "")


def test_a_new_password_takes_the_place_of_the_old_one(file: Path, tmp_path: Path) -> None:
    from assistant.web.users import Users, set_password

    copy = tmp_path / "users"
    copy.write_text(file.read_text())
    set_password(copy, "anna", "a new password")
    users = Users(copy)
    assert users.is_known("anna", "a new password", "")
    assert not users.is_known("anna", PASSWORD, "")
    assert users.is_known("berta", "another password", "")


@pytest.mark.parametrize(
    "text", ["", "# nobody\n", "anna:plain\n", "anna\n", "an na:scrypt$1$1$1$a$b"]
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    from assistant.web.users import Users

    (tmp_path / "users").write_text(text)
    with pytest.raises(SettingsError):
        Users(tmp_path / "users")
    with pytest.raises(SettingsError, match="cannot be read"):
        Users(tmp_path / "none")


def test_weak_passwords_and_strange_names_are_refused(tmp_path: Path) -> None:
    from assistant.web.users import set_password

    for name, password in (("anna", "short"), ("an:na", PASSWORD), ("", PASSWORD)):
        with pytest.raises(SettingsError):
            set_password(tmp_path / "users", name, password)
    assert not (tmp_path / "users").exists()


def test_nobody_gets_in_without_signing_in(client: TestClient) -> None:
    page = {"accept": "text/html"}
    for path in ("/library", "/conversations", "/article/sample-1", "/api", "/changes?article=x"):
        answer = client.get(path, headers=page)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in?goal=/")
        assert client.get(path).status_code == 401
    assert client.post("/api/ask", json={"question": "harbour3"}).status_code == 401
    assert client.get("/health").status_code == 200
    assert client.get("/pages/page.css").status_code == 200


def test_behind_a_proxy_the_way_to_sign_in_begins_with_the_root(site: Site) -> None:
    client = client_of(replace(site, root="/onrecord"))
    answer = client.get("/library", headers={"accept": "text/html"})
    assert answer.headers["location"] == "/onrecord/sign-in?goal=/library"
    data = {"name": "anna", "password": PASSWORD, "goal": "/library"}
    signed = client.post("/sign-in", data=data)
    assert signed.headers["location"] == "/onrecord/library"
    assert "path=/onrecord/;" in signed.headers["set-cookie"].casefold()


def test_only_what_is_shared_is_read_by_others(site: Site, client: TestClient) -> None:
    conversation, answer = keep(site, "harbour3 number3", "anna")
    sign_in(client, "berta", "another password")
    own, link = f"/conversations/{conversation}/1", f"/shared/{conversation}/1"
    assert client.get(link).status_code == 404
    when = site.conversations.asked(conversation, 1)
    shared = client.post(f"{own}/share", data={"asked": when})
    assert shared.status_code == 404  # not hers to share
    assert client.get(link).status_code == 404
    site.conversations.share(conversation, 1, when)
    page = client.get(link).text
    assert answer.citations[0].quote in page
    assert f"/c/{conversation}" not in page
    assert client.get(own).status_code == 404
    assert client.post(f"{own}/unshare").status_code == 404
    client.cookies.clear()
    assert client.get(link).status_code == 401


def test_signing_in_and_out(client: TestClient) -> None:
    assert (
        "Name and password do not match"
        in client.post("/sign-in", data={"name": "anna", "password": "wrong password"}).text
    )
    answer = client.post(
        "/sign-in", data={"name": "anna", "password": PASSWORD, "goal": "/library"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/library")
    cookie = answer.headers["set-cookie"].casefold()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "Sign out anna" in client.get("/library").text
    client.post("/sign-out")
    assert client.get("/library").status_code == 401


@pytest.mark.parametrize("goal", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(client: TestClient, goal: str) -> None:
    data = {"name": "anna", "password": PASSWORD, "goal": goal}
    assert client.post("/sign-in", data=data).headers["location"] == "/"


def test_wrong_passwords_are_limited_one_by_one_and_all_at_once(client: TestClient) -> None:
    for _ in range(5):
        assert sign_in(client, password="wrong password") == 401
    assert (
        "Too many attempts"
        in client.post("/sign-in", data={"name": "anna", "password": PASSWORD}).text
    )
    assert sign_in(client, "berta", "another password") == 303
    client.post("/sign-out")
    codes: list[int] = []

    def guess() -> None:
        codes.append(client.get("/library", auth=("dora", "wrong password")).status_code)

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(429) == 7


def test_right_passwords_at_once_are_no_attempts(client: TestClient) -> None:
    codes: list[int] = []

    def read() -> None:
        codes.append(client.get("/api/articles", auth=("anna", PASSWORD)).status_code)

    threads = [threading.Thread(target=read) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 12
    assert client.get("/api/articles", auth=("anna", "wrong password")).status_code == 401


def test_signing_in_leads_to_what_was_asked_for(client: TestClient) -> None:
    asked = "/article/a%3Fb%20c?version=1&s=7"
    sent = client.get(asked, headers={"accept": "text/html"}, follow_redirects=False)
    goal = parse_qs(urlsplit(sent.headers["location"]).query)["goal"]
    assert goal == [asked]


def test_programs_sign_in_with_each_request(client: TestClient) -> None:
    assert client.get("/api/articles", auth=("anna", PASSWORD)).json()["count"] == 4
    assert client.get("/api/articles", auth=("anna", "wrong password")).status_code == 401
    for broken in ("Basic", "Basic !!!", "Basic Zm9v", "Bearer x"):
        assert client.get("/api/articles", headers={"authorization": broken}).status_code == 401


def test_everyone_has_their_own_conversations(site: Site, client: TestClient) -> None:
    conversation, _ = keep(site, "harbour3 number3", "anna")
    sign_in(client)
    assert conversation in client.get("/conversations").text
    client.post("/sign-out")
    sign_in(client, "berta", "another password")
    assert conversation not in client.get("/conversations").text
    for path in ("", "/1", "/export.md", "/1/export.md"):
        assert client.get(f"/conversations/{conversation}{path}").status_code == 404
    for path, data in (("/rename", {"title": "x"}), ("/delete", {}), ("/1/verify", {}),
                       ("/1/feedback", {"fault": "right"})):  # fmt: skip
        assert client.post(f"/conversations/{conversation}{path}", data=data).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "none"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://127.0.0.1"}, 303),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://news.example", "x-forwarded-host": "news.example"}, 303),
        ({}, 303),
    ],
)
def test_only_our_own_pages_change_anything(
    site: Site, client: TestClient, headers: dict[str, str], status: int
) -> None:
    sign_in(client)
    conversation, _ = keep(site, "harbour3 number3", "anna")
    path = f"/conversations/{conversation}/delete"
    assert client.post(path, headers=headers).status_code == status
    assert bool(site.conversations.find("anna", conversation)) == (status == 403)


def test_too_much_is_refused_whatever_it_says_of_its_size(client: TestClient) -> None:
    sign_in(client)
    whole = b"x" * 2_100_000
    assert client.post("/api/ask", content=whole).status_code == 413
    assert (
        client.post("/api/ask", content=b"x", headers={"content-length": "-5"}).status_code == 413
    )

    def pieces() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    assert client.post("/api/ask", content=pieces()).status_code >= 400


def test_every_response_has_the_headers(client: TestClient) -> None:
    for path in ("/library", "/sign-in", "/health", "/pages/page.js", "/nowhere"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "http" not in policy
        for name in ("x-content-type-options", "referrer-policy", "permissions-policy"):
            assert headers[name], (path, name)


def test_strangers_are_served_only_with_a_sign_in(file: Path) -> None:
    from assistant.web.authentication import refuse_strangers
    from assistant.web.users import Users

    for host in ("0.0.0.0", "10.0.0.1", "::", "news.example"):
        with pytest.raises(SettingsError, match="--auth-file"):
            refuse_strangers(host, None)
        refuse_strangers(host, Users(file))
    for host in ("127.0.0.1", "::1", "localhost"):
        refuse_strangers(host, None)


def test_with_a_sign_in_any_name_is_answered(client: TestClient) -> None:
    assert client.get("/sign-in", headers={"host": "news.example"}).status_code == 200


def test_the_desk_keeps_the_line() -> None:
    from assistant.web.admission import AdmissionControl

    desk = AdmissionControl(at_once=1, waiting=1)
    order: list[str] = []
    with desk.ticket() as first:
        assert first.before == 0
        assert not desk.idle

        waits = threading.Event()

        def second() -> None:
            with desk.ticket() as ticket:
                assert not ticket.wait(0.001)
                order.append(f"{ticket.before} before")
                waits.set()
                ticket.wait()
                order.append("second")

        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(60)
        with pytest.raises(Busy), desk.ticket():
            pass
        order.append("first")
    thread.join()
    assert order == ["1 before", "first", "second"]
    assert desk.idle
