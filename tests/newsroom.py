"""What the tests of the web room share: a site over an archive, its client, kept answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fastapi.testclient import TestClient

from assistant.types import Answer

if TYPE_CHECKING:
    from assistant.web.site import Site

# Gradio takes seconds to import, in every worker that collects: assistant.web is imported late.


def client_of(site: Site) -> TestClient:
    """A browser without a face, that follows no redirect by itself."""
    from assistant.web.app import create_pages

    return TestClient(
        create_pages(site),
        base_url="http://127.0.0.1",
        raise_server_exceptions=False,
        follow_redirects=False,
    )


def asked(client: TestClient, path: str) -> str:
    """When the answer of a verification page was asked, as its forms say it."""
    match = re.search(r'name="asked" value="([^"]+)"', client.get(path).text)
    assert match is not None
    return match[1]


def keep(
    site: Site, question: str, owner: str = "", answer: Answer | None = None
) -> tuple[str, Answer]:
    """Ask and keep, as the conversation does; the id of the conversation, and the answer."""
    from assistant.web.stored_answers import to_stored

    answer = answer or site.assistant.ask(question)
    conversation = site.conversations.start(owner, question).id
    assert site.conversations.add(owner, conversation, to_stored(answer), 0) == 1
    return conversation, answer
