"""`make fuzz`: hostile requests by the thousand. No answer may be a fault of the server.

The HTTP API by its own description (schemathesis), and the addresses and forms of the pages with
whatever hypothesis thinks of. What it finds becomes a test in test_hardening.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from newsroom import client_of, keep

from assistant import Assistant
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles
from assistant.web.app import create_pages
from assistant.web.site import Site, open_site

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "300"))
PAGES = {
    "/library": ("q", "since", "until", "outlet", "speaker", "sort", "page", "after", "removed"),
    "/said": ("name", "page"),
    "/article/sample-3": ("version", "start", "end", "s", "answer", "n"),
    "/article/{}": (),
    "/changes": ("article", "old", "new"),
    "/conversations": ("q", "said"),
    "/conversations/{}": (),
    "/conversations/{}/1": ("saved",),
    "/c/{}": (),
    "/library/jobs/{}": (),
    "/library/remove": ("article",),
    "/library/searches/{}": (),
}
FORMS = {
    "/library/searches": ("query",),
    "/library/searches/{}/delete": ("x",),
    "/library/remove": ("article",),
    "/library/add": ("title", "outlet", "date", "byline", "url", "text"),
    "/conversations/{}/rename": ("title",),
    "/conversations/{}/1/feedback": ("fault", "remark", "claim", "asked"),
    "/conversations/{}/1/verify": ("tick-1", "note-1", "asked"),
    "/conversations/{}/delete": ("x",),
}
TYPED = st.one_of(
    st.text(max_size=60),
    st.integers().map(str),
    st.sampled_from(
        ["", "1", "-1", "0", "2025-01-01", "999999999999999999999", "\0", "../..", "%"]
    ),
)
quiet = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def opened(folder: Path) -> Iterator[Site]:
    """A site over some articles and an answer, without models."""
    plain = load(models={"reranker": "off", "reader": "off", "verifier": "off"})
    with Assistant.open(folder / "a", embedder=HashEmbeddings(), settings=plain) as assistant:
        assistant.add(sample_articles(20))
        made = open_site(assistant)
        keep(made, "harbour3 number3")
        yield made


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(tmp_path_factory.mktemp("pages")) as site:
        yield client_of(site)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with opened(tmp_path_factory.mktemp("api")) as site:
        yield schemathesis.openapi.from_asgi(
            "/api/openapi.json", create_pages(site), headers={"host": "127.0.0.1"}
        )


def test_the_api_by_its_description(api: Any) -> None:
    for operation in (found.ok() for found in api.get_all_operations()):

        @quiet
        @given(operation.as_strategy())
        def send(case: Any) -> None:
            answer = case.call(headers={"host": "127.0.0.1"})
            assert answer.status_code < 500, f"{case.method} {case.path}: {answer.text}"

        send()


@pytest.mark.parametrize("path", PAGES)
def test_pages(client: TestClient, path: str) -> None:
    kept = _kept(client)

    @quiet
    @given(TYPED, st.fixed_dictionaries({}, optional=dict.fromkeys(PAGES[path], TYPED)))
    def ask(place: str, query: dict[str, str]) -> None:
        answer = client.get(path.replace("{}", _quoted(place, kept)), params=query)
        assert answer.status_code < 500, answer.text

    ask()


@pytest.mark.parametrize("path", FORMS)
def test_forms(client: TestClient, path: str) -> None:
    kept = _kept(client)

    @quiet
    @given(TYPED, st.fixed_dictionaries({}, optional=dict.fromkeys(FORMS[path], TYPED)))
    def send(place: str, fields: dict[str, str]) -> None:
        answer = client.post(path.replace("{}", _quoted(place, kept)), data=fields)
        assert answer.status_code < 500, answer.text

    send()


def _kept(client: TestClient) -> str:
    """The id of the conversation that there is; "-" once it was deleted."""
    found = re.search(r"/conversations/([\w-]{8,})", client.get("/conversations").text)
    return found[1] if found else "-"


def _quoted(place: str, kept: str) -> str:
    """What stands in an address for a name: as often as not the conversation that there is."""
    if len(place) % 2:
        return kept
    return quote(place.encode("utf-8", "replace"), safe="") or "-"
