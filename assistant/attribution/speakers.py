"""Finds the statement that a stretch of an article's text belongs to, and its speaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from assistant.language.language import english
from assistant.language.names import is_body, is_name, is_office, is_role
from assistant.text import words
from assistant.types import Citation, Span, Statement

_EN = english()
_OF = regex.compile(r"\b(?:of|for|from)\b.*\p{Lu}")  # "Mayor of London"

_WHOLE = 0.6  # share of an outer statement from which a nested one is taken instead
_BESIDE = frozenset("at by from in on with".split())
_TITLE = 2  # words before a name that begins a sentence: "But Dr"
_SMALL = 1 / 3  # share of a stretch of text, below which a statement is a small part of it


def statement_at(statements: Sequence[Statement], start: int, end: int) -> Statement | None:
    """The statement that a stretch of an article's text reports; None where it reports none.

    A nested statement is taken instead of the outer one if it makes up most of it. One that several
    make together has all their names: "Nora Feld and Omar Rask".
    """
    inside = {
        one: held for one in statements if not one.in_title and (held := _held(one, start, end))
    }
    if not inside:
        return None
    longest = max(inside, key=lambda one: inside[one])
    within = [
        one
        for one, held in inside.items()
        if _encloses(longest, one)
        and held >= _WHOLE * inside[longest]
        and one.speaker.lower() not in _EN.pronouns
    ]
    found = min(within, key=lambda one: inside[one], default=longest)
    shared = [one for one in inside if _said(one) == _said(found)]
    told = (one.speaker for one in shared)
    each = (one for name in told for one in ([name] if is_body(name) else name.split(" and ")))
    names = list(dict.fromkeys(each))
    return replace(found, speaker=" and ".join(names)) if len(names) > 1 else found


def _said(one: Statement) -> tuple[Span, tuple[Span, ...]]:
    return one.cue_span, one.content_spans


def speaker_of(statement: Statement | None) -> str | None:
    """A person's or a body's name; None where the article gives a pronoun, a bare role or a thing.

    "The company", "experts" and "the minister" name nobody: who is meant stands in the sentence.
    """
    return name_of(statement.speaker) if statement else None


def name_of(phrase: str) -> str | None:
    """The name in a speaker's phrase; None where it is a pronoun, a bare role or a thing."""
    if phrase.lower() in _EN.pronouns:
        return None
    name = _named(phrase.strip(" ,;:."))
    return name if (is_name(name) or _is_named_body(name)) and not _is_bare_role(name) else None


def _is_named_body(phrase: str) -> bool:
    """True for "Bavaria's economics ministry", False for "board" and "staff at Sond Council"."""
    return is_body(phrase) and not phrase.islower() and not _BESIDE & set(phrase.split())


def _is_bare_role(speaker: str) -> bool:
    """True for "Energy Minister", False for "Stephen King", "White House" and "Mayor of London"."""
    *before, last = speaker.lower().split()
    named = (before and last in _EN.surnames) or is_body(speaker) or _OF.search(speaker)
    in_capitals = is_office(speaker.split()[-1])
    return (in_capitals or is_role(speaker.lower())) and not named


def _named(speaker: str) -> str:
    """The name of "president of the guild, Constance Yarle" and of "Ada Brandt, who lives here".

    Of "Foreign Minister, Ada Brandt", too.
    """
    role, comma, name = speaker.rpartition(", ")
    whole = comma and " " in name and name.istitle() and not is_body(name)
    known = role[:1].islower() or is_role(role.lower())
    return name if whole and known else speaker.partition(", ")[0]


def speaker_in(statement: Statement | None, start: int, text: str) -> str | None:
    """The speaker to attribute a stretch of an article's text to.

    Also None where the statement is a small part of the text and its speaker is named in the text:
    "Brandt closed the bridge, and the union has replied that it is safe" is not the union's, nor
    "This is a defeat for Brandt, who had recommended it" Brandt's. A quotation is whose it is, and
    so is what begins with its speaker.
    """
    speaker = speaker_of(statement)
    if statement is None or speaker is None:
        return None
    told, cue = statement.speaker_span, statement.cue_span
    aside = {"who", "which", ","} & set(
        text[max(0, told.end - start) : max(0, cue.start - start)].split()
    )
    if statement.direct or (len(words(text[: max(0, told.start - start)])) <= _TITLE and not aside):
        return speaker
    end = start + len(text)
    others = len(text) - _shared([statement.speaker_span], start, end)
    part = _held(statement, start, end) < _SMALL * others
    return None if part and words(speaker)[-1] in words(text) else speaker


def spoken(citation: Citation, statements: Sequence[Statement]) -> Citation:
    """The citation with who says it, and the word that reports it."""
    statement = statement_at(statements, citation.start, citation.end)
    speaker = speaker_in(statement, citation.start, citation.quote)
    cue = statement.cue if statement and speaker else None
    return replace(citation, speaker=speaker, cue=cue)


def _held(statement: Statement, start: int, end: int) -> int:
    """Characters of a statement's words, or of its cue, in a stretch of the text."""
    return _shared((*statement.content_spans, statement.cue_span), start, end)


def _shared(spans: Sequence[Span], start: int, end: int) -> int:
    return sum(max(0, min(span.end, end) - max(span.start, start)) for span in spans)


def _encloses(outer: Statement, inner: Statement) -> bool:
    return outer is not inner and any(
        span.start <= inner.cue_span.start and inner.cue_span.end <= span.end
        for span in outer.content_spans
    )
