"""What a reader must know beside a sentence that stands alone: the day of "Tuesday", who "he" is.

It is put in brackets into a claim's text. The citation's quote stays as the article has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import regex
from dateutil.relativedelta import relativedelta

from assistant.language.language import any_of, english
from assistant.quotations import is_quoted
from assistant.text import spelt_day, words
from assistant.types import Citation, Statement

_EN = english()
_WEEKDAY = "|".join(_EN.weekdays)
_MONTH = any_of(frozenset(_EN.months))
_RELATIVE = regex.compile(
    rf"\b(?:(?:(?P<how>on|late|early|since|last)\s+)?(?P<weekday>{_WEEKDAY})"
    r"|(?P<near>yesterday|today|tonight|this (?:morning|afternoon|evening))"
    r"|(?<!the )(?<!The )last (?P<unit>month|year))\b"
    rf"(?!['’]s|,? (?:the )?\d|,? {_MONTH}|\s+\[|-|\s+(?-i:\p{{Lu}}))",
    re.IGNORECASE,
)
_NAMED = regex.compile(r"(?<=\w )\p{Lu}\w+ $")  # "on Bloody "
_AHEAD = re.compile(
    r"\b(?:will|would|shall|should|may|might|can|could|due|plan(?:s|ned)|expect\w*|schedul\w+)\b"
    r"|\b(?:next|coming|from|until|till|by|before|every|each)\s*$",
    re.IGNORECASE,
)
_TO = re.compile(r"\bto \w+")  # "is to meet": ahead, unless a verb of the past comes after it
_PAST = re.compile(rf"\b(?!hundred\b|need\b|speed\b)(?:[a-z]+ed|{any_of(_EN.past_verbs)})\b")
_CLAUSE = re.compile(r"[,;:—–()]")
_BEHIND = 8  # words behind a day that may hold its verb


def glossed(text: str, citation: Citation, statement: Statement | None) -> str:
    """A quoted sentence with what it leaves to its article, in brackets.

    The day of a weekday, of "yesterday" or "last month" is counted from the day of publication, and
    left open where the day of the last change would make it another one. A weekday gets it only
    where a verb of the past is beside it; nothing in a quotation does. The name is put behind a
    pronoun or a role that the sentence begins with, where the article tells whose it is.

    Args:
        text: the sentence in one line.
        citation: where it stands.
        statement: the statement that it reports, if any.
    """
    named = _with_name(text, citation, statement)
    source = citation.article
    if source.published is None:
        return named
    return _with_days(named, [source.published, source.updated or source.published])


def _with_name(text: str, citation: Citation, statement: Statement | None) -> str:
    if statement is None or not citation.speaker or citation.speaker.islower():
        return text
    span = statement.speaker_span
    held = " ".join(citation.quote[: max(0, span.end - citation.start)].split())
    begins = span.start == citation.start and held and text.startswith(held)
    bare = held[:1].lower() + held[1:]
    nameless = bare in _EN.pronouns or (bare.startswith("the ") and bare.islower())
    told = words(citation.speaker)[-1] in words(text[len(held) :])
    if not begins or not nameless or told:
        return text
    return f"{held} [{citation.speaker}]{text[len(held) :]}"


def _with_days(text: str, counted_from: Sequence[date]) -> str:
    def dated(match: regex.Match[str]) -> str:
        before, behind = text[: match.start()], text[match.end() :]
        if is_quoted(text, match.start()) or (_NAMED.search(before) and not match["how"]):
            return str(match[0])
        if match["weekday"] and not _is_past(before, behind):
            return str(match[0])
        try:
            meant = {_meant(match, day) for day in counted_from}
        except (OverflowError, ValueError):  # in the year 1
            return str(match[0])
        return f"{match[0]} [{meant.pop()}]" if len(meant) == 1 else str(match[0])

    return str(_RELATIVE.sub(dated, text))


def _is_past(before: str, behind: str) -> bool:
    """Whether a weekday is surely over: a verb of the past is beside it, and nothing ahead is.

    It is the last verb before it in its clause, or soon behind, as in "a court on Monday ruled".
    """
    clause = _CLAUSE.split(before)[-1]
    if _AHEAD.search(clause):
        return False
    ahead = max((found.end() for found in _TO.finditer(clause)), default=0)
    if ahead or _PAST.search(clause):
        return _PAST.search(clause, ahead) is not None
    after = " ".join(behind.split()[:_BEHIND])
    verb = _PAST.search(after)
    return verb is not None and not _AHEAD.search(after[: verb.start()])


def _meant(match: regex.Match[str], published: date) -> str:
    if match["unit"] and match["unit"].lower() == "month":
        return f"{published - relativedelta(months=1):%B %Y}"
    if match["unit"]:
        return f"the year {published.year - 1}"
    if match["near"]:
        return spelt_day(published - timedelta(match["near"].lower() == "yesterday"))
    wanted = _EN.weekdays.index(match["weekday"].lower())
    days = (published.weekday() - wanted) % 7
    again = (match["how"] or "").lower() == "last"
    return spelt_day(published - timedelta(7 if again and not days else days))
