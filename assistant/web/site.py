"""What the pages share: assistant, stored conversations, admission control and templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from markupsafe import Markup

from assistant.assistant import Assistant
from assistant.errors import NoSuchPage
from assistant.rendering import Place, to_html, web_url
from assistant.text import without_direction
from assistant.types import Answer, PastTurn
from assistant.web.admission import AdmissionControl
from assistant.web.clock import day, hour, zone_of
from assistant.web.conversations import FILE as CONVERSATIONS
from assistant.web.conversations import Conversation, Conversations
from assistant.web.monitoring import Monitoring
from assistant.web.stored_answers import StoredAnswer, forget, read_back
from assistant.web.users import Users

_MOST_TURNS = 10**9  # greater numbers have no room in SQLite
PAGES = Path(__file__).parent / "pages"


@dataclass(frozen=True, slots=True)
class Site:
    """One web app: what its pages are made from."""

    assistant: Assistant
    conversations: Conversations
    admission: AdmissionControl
    monitoring: Monitoring
    users: Users | None = None
    root: str = ""
    """What a proxy puts before every path: "" or "/onrecord"."""
    read_only: bool = False
    """Whether adding and removing articles is disabled."""

    def page(
        self,
        request: Request,
        template: str,
        context: Mapping[str, Any] | None = None,
        status: int = 200,
    ) -> Response:
        """A page made from a template; every value in it is escaped."""
        shared = {
            "root": self.root,
            "user": owner(request),
            "signed": self.users is not None,
            "read_only": self.read_only,
            "place": request.url.path.removeprefix(self.root),
            "zone": zone_of(request.cookies),
        }
        return _TEMPLATES.TemplateResponse(
            request, template, {**shared, **(context or {})}, status_code=status
        )

    def conversation(self, who: str, conversation: str) -> Conversation:
        """One of somebody's conversations.

        Raises:
            NoSuchPage: they have none of this id.
        """
        found = self.conversations.find(who, conversation)
        if found is None:
            raise NoSuchPage("There is no such conversation. It may have been deleted.")
        return found

    def shown(self, who: str, conversation: str) -> list[StoredAnswer]:
        """The answers of one of somebody's conversations, as the archive holds their words now."""
        turns = self.conversations.turns(who, conversation)
        return [read_back(turn, self.assistant.archive) for turn in turns]

    def answer(self, who: str, conversation: str, turn: int) -> StoredAnswer:
        """One answer of one of somebody's conversations.

        Raises:
            NoSuchPage: there is none.
        """
        for kept in self.conversations.turns(who, conversation):
            if kept.number == turn:
                return read_back(kept, self.assistant.archive)
        raise NoSuchPage("There is no such answer. It may have been deleted.")

    def shared(self, conversation: str, turn: int) -> StoredAnswer:
        """An answer that its owner has shared with whoever has its address.

        Raises:
            NoSuchPage: there is none, or it is not shared any more.
        """
        kept = self.conversations.shared(conversation, turn) if 0 < turn < _MOST_TURNS else None
        if kept is None:
            raise NoSuchPage("There is no such answer. It may have been deleted, or not be shared.")
        return read_back(kept, self.assistant.archive)

    def html(self, answer: Answer, conversation: str = "", turn: int = 0) -> str:
        """A kept answer for a page; without a conversation it is there to be read only."""
        return to_html(answer, Place(self.root, conversation, turn))


def open_site(
    assistant: Assistant, users: Users | None = None, root: str = "", read_only: bool = False
) -> Site:
    """What the pages are made from; opens the file of conversations in the archive's folder."""
    file = assistant.archive.folder / CONVERSATIONS
    kept = Conversations(file if assistant.archive.writable else None)
    forget(kept, assistant.archive)  # what was removed while nobody served
    serve, answer = assistant.settings.serve, assistant.settings.answer
    at_once = serve.at_once if assistant.quotes else answer.at_once
    admission = AdmissionControl(at_once, serve.waiting)
    monitoring = Monitoring(lambda: admission.length)
    return Site(assistant, kept, admission, monitoring, users, root, read_only)


def owner(request: Request) -> str:
    """Who asks: the name that they signed in with, or "" where nobody does."""
    name: str = request.scope.get("user", "")
    return name


def history(turns: Sequence[StoredAnswer]) -> list[PastTurn]:
    """Turns as a question after them takes them."""
    return [PastTurn(turn.answer.question, turn.answer.text, turn.answer.cites) for turn in turns]


def _plain(value: object) -> str:
    return without_direction(str(value))


def _made(cleaned: str) -> Markup:
    """What rendering has escaped and cleaned."""
    return Markup(cleaned)  # noqa: S704


_TEMPLATES = Jinja2Templates(directory=PAGES)
_TEMPLATES.env.filters |= {
    "plain": _plain,
    "cleaned": _made,
    "web_url": web_url,
    "day": day,
    "hour": hour,
}
