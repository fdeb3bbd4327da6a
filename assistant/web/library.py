"""The library: the articles without any answer; adding some, removing some."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from assistant.archive import Archive
from assistant.errors import ArchiveBusy, ArticleUnknown, NoSuchPage, OnRecordError
from assistant.reading import ENDINGS, Unreadable
from assistant.reading.articles import day
from assistant.types import Filters
from assistant.web.filters import FieldFault, days_like, filters
from assistant.web.guard import UPLOAD
from assistant.web.jobs import BUSY, Job, Jobs
from assistant.web.library_words import Words
from assistant.web.paging import paged
from assistant.web.saved_searches import FIELDS, saved
from assistant.web.site import Site, owner
from assistant.web.stored_answers import forget

_PAGE = 50  # articles
_SORTS = ("newest", "oldest")  # first
_MONTHS = 36  # from first to last that are shown by month; longer stretches by year
_MEGABYTE = 1_000_000
_HIGH, _BAR = 60, 12  # of the histogram, in its own units
_FORM_FIELDS = ("title", "outlet", "date", "byline", "url", "text")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the histogram: a month or a year."""

    label: str
    count: int
    x: int
    height: float
    since: str
    until: str


def routes(site: Site) -> APIRouter:
    """The pages of the library."""
    router = APIRouter(include_in_schema=False)
    jobs = Jobs(site.assistant)
    _browsing(router, site)
    if not site.read_only:
        _adding(router, site, jobs)
        _removing(router, site)
    return router


def _browsing(router: APIRouter, site: Site) -> None:
    archive = site.assistant.archive

    @router.get("/library")
    def library(
        request: Request,
        q: str = "",
        since: str = "",
        until: str = "",
        outlet: str = "",
        speaker: str = "",
        sort: str = "newest",
        page: int = 1,
        removed: bool = False,
        after: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
    ) -> Response:
        given = dict(zip(FIELDS, (q, since, until, outlet, speaker), strict=True))
        given["sort"] = sort if sort == "oldest" else ""
        context: dict[str, Any] = {"given": given, "fault": None, "removed": removed}
        try:
            limits = filters(since, until, outlets=[outlet], speakers=[speaker])
        except FieldFault as fault:
            context["fault"], limits = fault, Filters()
        context |= _listed(archive, given, limits, page, after)
        context["days_like"] = days_like(archive.coverage())
        context["searches"] = saved(site, owner(request)) if not context["query"] else []
        return site.page(request, "library.html", context)


def _listed(
    archive: Archive, given: dict[str, str], limits: Filters, page: int, after: int | None
) -> dict[str, Any]:
    """A page of the articles within limits that hold the words asked for."""
    words = Words.read(given["q"])
    asked = (words.wanted, words.unwanted, limits)
    months = archive.months(*asked)
    new = archive.matching(*asked, after) if after is not None else []
    count = sum(months.values())
    part, page, pages = paged(count, page, _PAGE, newest=given["sort"] != "oldest")
    shown = archive.matching(*asked, part=part)
    held = [archive.passages(one.id) if words.wanted else [] for one in shown]
    return {
        "found": [(one, words.passage(told)) for one, told in zip(shown, held, strict=True)],
        "count": count,
        "new": {one.id for one in new},
        "page": page,
        "pages": pages,
        "search": _query({**given, "sort": ""}),
        "query": _query({**given, "after": "" if after is None else str(after)}),
        "undated": _query({**given, "since": "", "until": ""}),
        "bars": histogram(months),
        "outlets": archive.outlets(),
        "sorts": _SORTS,
        "high": _HIGH,
    }


def _adding(router: APIRouter, site: Site, jobs: Jobs) -> None:
    settings, archive = site.assistant.settings.serve, site.assistant.archive
    about = {"serve": settings, "endings": ",".join(ENDINGS)}

    @router.get(UPLOAD)
    def add(request: Request) -> Response:
        context = {"faults": {}, "given": {}, "followed": archive.places.followed(), **about}
        return site.page(request, "add.html", context)

    @router.post(UPLOAD)
    async def added(request: Request) -> Response:
        given, files, faults = {}, [], {}
        most = settings.max_upload * _MEGABYTE
        try:
            async with request.form(
                max_files=settings.max_files, max_fields=20, max_part_size=most
            ) as form:
                given = {name: str(form.get(name, "")) for name in _FORM_FIELDS}
                sent = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
                files = [(str(one.filename), await one.read()) for one in sent if one.filename]
        except HTTPException as error:  # too many files, or too long a text
            faults = {"files": str(error.detail)}
        faults = faults or _faults(given, bool(files))
        if faults:
            context = {"faults": faults, "given": given, **about}
            return site.page(request, "add.html", context, status=422)
        job = jobs.start(owner(request), files, None if files else given)
        return RedirectResponse(f"{site.root}/library/jobs/{job}", 303)

    @router.get("/library/jobs/{job}")
    def job(request: Request, job: str) -> Response:
        found = jobs.find(owner(request), job)
        if found is None:
            raise NoSuchPage("Nothing is known of this upload. Look in the library.")
        context = {"job": found, "titles": _titles(archive, found)}
        return site.page(request, "job.html", context)


def _titles(archive: Archive, job: Job) -> dict[str, str]:
    """The headlines of an upload's articles; "" for one under embargo, or removed since."""
    found = {}
    for taken in job.taken if job.report else ():
        with contextlib.suppress(ArticleUnknown):
            found[taken.article] = archive.article(taken.article).title
    return found


def _removing(router: APIRouter, site: Site) -> None:
    archive = site.assistant.archive

    @router.get("/library/remove")
    def remove(request: Request, article: str) -> Response:
        found = archive.article(article)
        return site.page(request, "remove.html", {"article": found, "fault": ""})

    @router.post("/library/remove")
    def removed(request: Request, article: Annotated[str, Form()]) -> Response:
        found = archive.article(article)
        try:
            site.assistant.remove(found.id)
        except OnRecordError as error:
            fault = BUSY if isinstance(error, ArchiveBusy) else str(error)
            context = {"article": found, "fault": fault}
            return site.page(request, "remove.html", context, status=409)
        forget(site.conversations, archive)
        return RedirectResponse(f"{site.root}/library?removed=1", 303)


def histogram(months: Mapping[str, int]) -> list[Bar]:
    """How many articles were published in each month, or in each year of a long stretch.

    Args:
        months: articles by month, "2026-03"; "" for undated ones.
    """
    dated = {int(one[:4]) * 12 + int(one[5:7]) - 1: count for one, count in months.items() if one}
    if not dated:
        return []
    step = 1 if max(dated) - min(dated) < _MONTHS else 12
    counts: Counter[int] = Counter()
    for month, count in dated.items():
        counts[month // step] += count
    most = max(counts.values())
    periods = range(min(counts), max(counts) + 1)
    return [
        Bar(
            f"{period * step // 12}" + (f"-{period % 12 + 1:02d}" if step == 1 else ""),
            counts[period],
            place * _BAR,
            round(_HIGH * counts[period] / most, 1),
            *_stretch(period * step, step),
        )
        for place, period in enumerate(periods)
    ]


def _stretch(month: int, months: int) -> tuple[str, str]:
    """First and last day of some months, counted from year 0."""
    following = month + months
    first = date(month // 12, month % 12 + 1, 1)
    if following // 12 > date.max.year:
        return first.isoformat(), date.max.isoformat()
    end = date(following // 12, following % 12 + 1, 1).toordinal() - 1
    return first.isoformat(), date.fromordinal(end).isoformat()


def _query(given: dict[str, str]) -> str:
    return urlencode({name: value for name, value in given.items() if value})


def _faults(given: dict[str, str], files: bool) -> dict[str, str]:
    """What is wrong with what was sent, by field."""
    if files:
        return {}
    pasted = any(value.strip() for value in given.values())
    faults = {} if pasted else {"files": "Choose at least one file, or paste a text below."}
    if pasted and not given["text"].strip():
        faults["text"] = "Paste the article's text."
    try:
        day("date", given["date"].strip() or None)
    except Unreadable:
        faults["date"] = "Write a day: 2010-03-31, 31 March 2010."
    url = given["url"].strip()
    if url and not url.startswith(("https://", "http://")):
        faults["url"] = "An address begins with https:// or http://."
    return faults
