"""The pages of what was asked: conversations, their answers, verification, feedback, exports."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from assistant.errors import NoSuchPage
from assistant.rendering import FORMATS, Check, Sheet, export
from assistant.web.clock import by_day, zone_of
from assistant.web.conversations import FAULTS, MOST_TEXT, Conversation, Feedback, Tick
from assistant.web.site import Site, owner
from assistant.web.stored_answers import StoredAnswer

Text = Annotated[str, Form()]
_REFUSING = "should have refused"
_TOLD = {
    "replaced": "Another answer has taken the place of that one: nothing was saved."
    " Check this one.",
    "list": "The verification list is saved.",
    "unchosen": "Choose what is wrong first.",
    "untitled": "A title has at least one letter.",
    "thanks": "Thank you: your feedback is kept.",
}
"""What a page says of what was just done, by the word in its address."""
_UNUSABLE = ("wrong quote", "wrong article", "outdated", "other")


def routes(site: Site) -> APIRouter:
    """The pages of conversations, and their own addresses."""
    router = APIRouter(include_in_schema=False)
    pages = APIRouter(prefix="/conversations", include_in_schema=False)
    _listing(pages, site)
    _reading(pages, site)
    _judging(pages, site)
    router.include_router(pages)

    @router.get("/c/{conversation}")
    def reopened(request: Request, conversation: str) -> Response:
        found = site.conversation(owner(request), conversation)
        return RedirectResponse(f"{site.root}/?conversation={found.id}")  # page.js puts this back

    return router


async def _submitted(request: Request) -> dict[str, str]:
    """The fields of a form; read here, so that its handler may run in a thread."""
    async with request.form() as form:
        return {name: str(value) for name, value in form.items()}


def _listing(router: APIRouter, site: Site) -> None:
    @router.get("")
    def conversations(request: Request, q: str = "", said: str = "") -> Response:
        who = owner(request)
        found = [one for one in site.conversations.of(who) if _holds(site, who, one, q)]
        days = by_day(found, zone_of(request.cookies))
        context = {"days": days, "q": q, "fault": _TOLD.get(said, "")}
        return site.page(request, "conversations.html", context)

    @router.get("/feedback.jsonl")
    def questions(request: Request) -> Response:
        rows = question_rows(site, owner(request))
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        return _download(text.encode(), "application/jsonl", "feedback.jsonl")

    @router.post("/{conversation}/rename")
    def rename(request: Request, conversation: str, title: Text = "") -> Response:
        site.conversation(owner(request), conversation)
        if not title.strip():
            return _back(site, "", said="untitled")
        site.conversations.rename(owner(request), conversation, title)
        return _back(site, "")

    @router.post("/{conversation}/delete")
    def delete(request: Request, conversation: str) -> Response:
        site.conversation(owner(request), conversation)
        site.conversations.delete(owner(request), conversation)
        return _back(site, "")


def _reading(router: APIRouter, site: Site) -> None:
    @router.get("/{conversation}")
    def conversation(request: Request, conversation: str) -> Response:
        found = site.conversation(owner(request), conversation)
        turns = site.shown(owner(request), conversation)
        answers = [(turn, site.html(turn.answer, conversation, turn.number)) for turn in turns]
        context = {"conversation": found, "answers": answers, "formats": FORMATS}
        return site.page(request, "conversation.html", context)

    @router.get("/{conversation}/export.{form}")
    def take_all(request: Request, conversation: str, form: str) -> Response:
        found = site.conversation(owner(request), conversation)
        return _exported(site, found, site.shown(owner(request), conversation), form)

    @router.get("/{conversation}/{turn}")
    def answer(request: Request, conversation: str, turn: int, saved: str = "") -> Response:
        found = site.conversation(owner(request), conversation)
        shown = site.answer(owner(request), conversation, turn)
        said = {one.claim: one for one in site.conversations.said(owner(request))
                if (one.conversation, one.turn) == (conversation, turn)}  # fmt: skip
        context = {
            "conversation": found,
            "turn": shown,
            "html": site.html(shown.answer, conversation, turn),
            "ticks": site.conversations.ticks(conversation, turn),
            "said": said,
            "faults": FAULTS,
            "formats": FORMATS,
            "saved": _TOLD.get(saved, ""),
            "shared": site.conversations.shared(conversation, turn),
            "most": MOST_TEXT,
        }
        return site.page(request, "sheet.html", context)

    @router.get("/{conversation}/{turn}/export.{form}")
    def take(request: Request, conversation: str, turn: int, form: str) -> Response:
        found = site.conversation(owner(request), conversation)
        return _exported(site, found, [site.answer(owner(request), conversation, turn)], form)


def _judging(router: APIRouter, site: Site) -> None:
    @router.post("/{conversation}/{turn}/verify")
    def verify(
        request: Request,
        conversation: str,
        turn: int,
        form: Annotated[dict[str, str], Depends(_submitted)],
    ) -> Response:
        shown = site.answer(owner(request), conversation, turn)
        if form.get("asked") != shown.asked:
            return _back(site, f"/{conversation}/{turn}", saved="replaced")
        ticks = [
            (claim, Tick(f"tick-{claim}" in form, form.get(f"note-{claim}", "")))
            for claim in shown.claims
        ]
        site.conversations.tick(conversation, turn, ticks)
        return _back(site, f"/{conversation}/{turn}", saved="list")

    @router.post("/{conversation}/{turn}/feedback")
    def feedback(
        request: Request,
        conversation: str,
        turn: int,
        asked: Text = "",
        claim: Annotated[int, Form()] = 0,
        fault: Text = "",
        remark: Text = "",
    ) -> Response:
        shown = site.answer(owner(request), conversation, turn)
        if asked != shown.asked:
            return _back(site, f"/{conversation}/{turn}", saved="replaced")
        if fault not in FAULTS:
            return _back(site, f"/{conversation}/{turn}", saved="unchosen")
        if claim not in (0, *shown.claims):
            raise NoSuchPage("The answer has no such sentence.")
        site.conversations.say(Feedback(conversation, turn, claim, fault, remark))
        return _back(site, f"/{conversation}/{turn}", saved="thanks")


def question_rows(site: Site, who: str) -> list[dict[str, Any]]:
    """What somebody said of answers, as questions of a suite: what ``assistant eval run`` takes.

    An answer called right gives its citations as evidence; one that should have been refused is a
    question without an answer. For the others the right answer is not known yet: their kind
    is "reported", their evidence the citations that nobody called wrong.
    """
    turns: dict[tuple[str, int], list[Feedback]] = {}
    for one in site.conversations.said(who):
        turns.setdefault((one.conversation, one.turn), []).append(one)
    rows = []
    for (conversation, number), said in turns.items():
        before = [t for t in site.shown(who, conversation) if t.number <= number]
        if before and before[-1].number == number:
            rows.append(_row(conversation, before, said))
    return rows


def _row(conversation: str, turns: list[StoredAnswer], said: list[Feedback]) -> dict[str, Any]:
    *past, turn = turns
    faults = {one.fault for one in said}
    right = {(one.fault, one.claim) for one in said} == {("right", 0)}
    refused = _REFUSING in faults or (right and turn.answer.refusal is not None)
    old = {source.id for source in turn.superseded}  # a suite is of current versions
    wrong = {one.claim for one in said if one.fault in _UNUSABLE}
    good = {
        number
        for kept, claim in zip(turn.claims, turn.answer.claims, strict=True)
        if 0 not in wrong and kept not in wrong and claim.support != "unsupported"
        for number in claim.citations
    }
    good = set() if refused else good
    cited = [c for c in turn.answer.citations if c.number in good and c.article.id not in old]
    return {
        "id": f"{conversation}-{turn.number}",
        "question": turn.answer.question,
        "kind": "unanswerable" if refused else "answered" if right else "reported",
        "answerable": not refused,
        "articles": sorted({c.article.id for c in cited}),
        "evidence": [{"article": c.article.id, "quote": c.quote} for c in cited],
        "answer": turn.answer.text if right and not turn.answer.refusal else "",
        "history": [{"question": p.answer.question, "answer": p.answer.text} for p in past],
        "feedback": ", ".join(sorted(faults)),
        "remarks": "; ".join(f"claim {one.claim}: {one.remark}" for one in said if one.remark),
    }


def _holds(site: Site, who: str, conversation: Conversation, query: str) -> bool:
    """True where a conversation's title, questions or answers hold every word of the query."""
    wanted = query.casefold().split()
    if not wanted:
        return True
    turns = site.shown(who, conversation.id)
    texts = [conversation.title, *(f"{t.answer.question} {t.answer.text}" for t in turns)]
    whole = " ".join(texts).casefold()
    return all(word in whole for word in wanted)


def _exported(site: Site, found: Conversation, turns: list[StoredAnswer], form: str) -> Response:
    checks = []
    for turn in turns:
        ticks = site.conversations.ticks(found.id, turn.number)
        kept = [ticks.get(claim, Tick(False, "")) for claim in turn.claims]
        checks.append(tuple(Check(one.ticked, one.note) for one in kept))
    answers, notes = (tuple(turn.answer for turn in turns), tuple(turn.notes for turn in turns))
    sheet = Sheet(found.title, answers, tuple(checks), notes)
    content, media = export(sheet, form)
    return _download(content, media, f"on-record-{found.id}.{form}")


def _download(content: bytes, media: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)


def _back(site: Site, path: str, **query: str) -> Response:
    tail = f"?{urlencode(query)}" if query else ""
    return RedirectResponse(f"{site.root}/conversations{path}{tail}", 303)
