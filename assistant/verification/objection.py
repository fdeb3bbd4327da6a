"""What a rule says of a claim that its source does not say."""

from __future__ import annotations

from typing import NamedTuple

from assistant.types import Rule


class Objection(NamedTuple):
    """Why a claim is not supported."""

    rule: Rule
    """The rule that objects."""
    detail: str = ""
    """What it objects to in the claim: a name, a quotation, a number in figures."""
