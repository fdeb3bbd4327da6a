"""The fields below the question: what limits it, in chips that open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from assistant.archive import Archive
from assistant.types import Filters
from assistant.web.filters import FILTERS, days_like, labels

_SPEAKERS = 200  # that the list offers; others can be written
_DAYS = ("since", "until", "as_of")


def filter_fields(archive: Archive) -> tuple[list[gr.Accordion], dict[str, Any]]:
    """Chips in a line, and the fields that they hold, by the name of the filter."""
    chips = [gr.Accordion(one, open=False, elem_classes="chip") for one in labels(Filters())]
    like = days_like(archive.coverage())
    with chips[0]:
        days = [_day(label, like) for label in ("From", "To", "As they stood on")]
    with chips[1]:
        outlets = _names("Outlets")
    with chips[2]:
        speakers = _names("Speakers")
    return chips, dict(zip(FILTERS, (*days, outlets, speakers), strict=True))


def set_fields(fields: Mapping[str, Any], own: Filters, archive: Archive) -> dict[Any, Any]:
    """The fields as they are for some filters, with what can be chosen."""
    known = {"outlets": archive.outlets(), "speakers": archive.speakers(_SPEAKERS)}
    days = {name: gr.update(value=str(getattr(own, name) or ""), info="") for name in _DAYS}
    names = {
        name: gr.update(choices=choices, value=list(getattr(own, name)), info="")
        for name, choices in known.items()
    }
    return {fields[name]: update for name, update in (days | names).items()}


def _day(label: str, like: str) -> gr.Textbox:
    """A field of a day, to which page.js gives a calendar."""
    look: dict[str, Any] = {"max_length": 40, "max_lines": 1, "elem_classes": "day"}
    return gr.Textbox(label=label, info="", placeholder=like, **look)


def _names(label: str) -> gr.Dropdown:
    """A field of names, whose choices come with the page."""
    return gr.Dropdown(label=label, info="", multiselect=True, allow_custom_value=True)
