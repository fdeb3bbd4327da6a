"""An answer as HTML: the same in the conversation, on its own page, and under its permanent link.

Every value is escaped by the template; should that fail, nh3 sanitises the HTML by an allow-list of
tags and attributes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.answering.verdicts import reason
from assistant.rendering.terminal import (
    APART,
    Place,
    apart,
    attributed,
    corrected,
    described,
    opening,
    passage_url,
    understood,
    whence,
)
from assistant.text import without_direction
from assistant.types import Answer, Citation, ClaimEvent, Source, StageEvent, TokenEvent

if TYPE_CHECKING:
    from jinja2 import Environment

_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_MARKDOWN = re.compile(r"[!\[\]()*$`~|\\]|_(?=[^<>]*<)")
_TEMPLATE = "answer.html"
_TAGS = set(
    "div p span sup a ol ul li br details summary em strong h3 h4 blockquote time button table"
    " caption thead tbody tr th td svg title line circle text".split()
)
_ATTRIBUTES = {
    "*": {"class", "id", "dir"},
    "a": {"href", "title", "aria-label", "target"},
    "button": {"type"},
    "details": {"open"},
    "div": {"role", "tabindex", "aria-label"},
    "time": {"datetime"},
    "th": {"scope"},
    "li": {"value"},
    "svg": {"viewbox", "role", "aria-label"},
    "line": {"x1", "x2", "y1", "y2"},
    "circle": {"cx", "cy", "r"},
    "text": {"x", "y", "text-anchor"},
}
_DAYS = 3  # different days of publication that make a story over time
_WIDTH, _MARGIN = 600, 12  # of the plot, in its own units


def to_html(answer: Answer, place: Place | None = None) -> str:
    """The answer for a page: escaped, with links to the marked sentences.

    Args:
        answer: the answer.
        place: where it is shown; without one its links begin at the root.
    """
    place = place or Place()
    groups = [
        ("cited", "Sources", answer.citations),
        ("read", "Read, but not cited", answer.read),
        ("nearest", "Nearest passages (not an answer)", answer.nearest),
    ]
    page = (
        _environment()
        .get_template(_TEMPLATE)
        .render(
            answer=answer,
            place=place,
            by_number={citation.number: citation for citation in answer.citations},
            groups=[(kind, title, _by_article(own)) for kind, title, own in groups if own],
            said=_said(answer),
            apart=apart(answer),
            apart_title=APART,
            opening=opening(answer),
            understood=understood(answer),
            timeline=_timeline(answer),
            whence=partial(whence, answer, named=False),
            glossed=_adds(answer),
            heard=_heard(answer),
        )
    )
    return clean(" ".join(page.split()))


def _by_article(citations: Sequence[Citation]) -> list[list[Citation]]:
    """The citations of each article, in the order in which the articles are cited first."""
    found: dict[Source, list[Citation]] = {}
    for one in citations:
        found.setdefault(one.article, []).append(one)
    return list(found.values())


def _said(answer: Answer) -> list[Citation]:
    """Who said what of what is cited; nothing where each claim names its speaker already."""
    told = {number for one in answer.shown if one.speaker for number in one.citations[:1]}
    said = [one for one in answer.citations if one.speaker]
    return said if any(one.number not in told for one in said) else []


def _heard(answer: Answer) -> str:
    """Whose words an answer consists of, where they are one person's; else ""."""
    heard = {claim.speaker for claim in answer.shown}
    only = heard.pop() if answer.form == "words" and len(heard) == 1 else None
    return only or ""


def _adds(answer: Answer) -> bool:
    """Whether quoted sentences have something put beside them, in brackets."""
    quotes = " ".join(" ".join(one.quote.split()) for one in answer.citations)
    return any(one.support == "quoted" and one.text not in quotes for one in answer.shown)


class Progress:
    """An answer on its way: the stages that are done, what is written, and what was checked."""

    def __init__(self) -> None:
        self._stages: list[str] = []
        self._checked = ""
        self._writing = ""

    def html(self, event: StageEvent | TokenEvent | ClaimEvent) -> str:
        """The page after one more event; words that the gate has not seen whole are set apart."""
        if isinstance(event, StageEvent):
            self._stages.append(f"<li>{escaped(event.message)}</li>")
        elif isinstance(event, TokenEvent):
            self._writing += event.text
        else:
            self._writing = self._writing.partition(event.claim.text)[2]
            if event.claim.support != "unsupported":
                said = f" — {event.claim.speaker}" if event.claim.speaker else ""
                self._checked += f'<p class="claim">{escaped(event.claim.text + said)}</p>'
        waiting = self._writing.strip()
        writing = f'<p class="unchecked">{escaped(waiting)}</p>' if waiting else ""
        stages = f'<ol class="stages">{"".join(self._stages)}</ol>'
        return clean(f'<div class="answer">{stages}{self._checked}{writing}</div>')


def escaped(text: str) -> str:
    """Text that a page, or a Markdown renderer on its way to one, shows as it stands.

    Every ASCII punctuation mark becomes a character reference: HTML and Markdown both take it for
    the mark itself, and neither takes it for markup.
    """
    return _PUNCTUATION.sub(lambda mark: f"&#{ord(mark[0])};", without_direction(text))


def clean(html: str) -> str:
    """Sanitise HTML by an allow-list of tags and attributes, and escape Markdown in it."""
    import nh3

    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        generic_attribute_prefixes={"data-"},
        url_schemes={"http", "https"},
    )
    return _MARKDOWN.sub(lambda mark: f"&#{ord(mark[0])};", cleaned)  # nh3 has resolved them


@dataclass(frozen=True, slots=True)
class Moment:
    """An article in the timeline of an answer."""

    day: date
    x: float
    """Its place on the plot."""
    citation: Citation
    cited: bool
    """Whether the answer cites it; else it was read only."""


def _timeline(answer: Answer) -> list[Moment]:
    """The articles cited and read, by date; none where what is cited is of one day."""
    found: dict[str, tuple[date, Citation, bool]] = {}
    for cited, citations in ((True, answer.citations), (False, answer.read)):
        for one in citations:
            if one.article.published:
                found.setdefault(one.article.id, (one.article.published, one, cited))
    days = sorted({day for day, _, _ in found.values()})
    told = {one.article.published for one in answer.citations}
    if len(days) < _DAYS or len(told) < 2 or answer.refusal:
        return []
    whole, room = (days[-1] - days[0]).days, _WIDTH - 2 * _MARGIN
    moments = [
        Moment(day, round(_MARGIN + room * (day - days[0]).days / whole, 1), one, cited)
        for day, one, cited in found.values()
    ]
    return sorted(moments, key=lambda moment: moment.day)


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        return value if isinstance(value, Markup) else Markup(escaped(str(value)))  # noqa: S704

    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "one_line": lambda text: " ".join(text.split()),
        "described": described,
        "corrected": corrected,
        "attributed": attributed,
        "reason": reason,
        "passage_url": passage_url,
    }
    return made
