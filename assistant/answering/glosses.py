"""What a reader must know beside a sentence that stands alone: the day of "Tuesday", who "he" is.

It is put in brackets into a claim's text. The citation's quote stays as the article has it.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from assistant.language.language import any_of, english
from assistant.types import Citation, Statement

_EN = english()
_WEEKDAY = "|".join(_EN.weekdays)
_MONTH = any_of(frozenset(_EN.months))
_RELATIVE = re.compile(
    rf"\b(?:(?:(?:on|late|early|since|last)\s+)?(?P<weekday>{_WEEKDAY})"
    r"|(?P<near>yesterday|today|tonight|this (?:morning|afternoon|evening))"
    r"|last (?P<unit>month|year))\b"
    rf"(?!['’]s|,? (?:the )?\d|,? {_MONTH}|\s+\[)",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|would|shall|due|plan(?:s|ned)|expect\w*|schedul\w+|set to|next|coming|from|until|by"
    r"|before|every|each|to)\b",
    re.IGNORECASE,
)
_PAST = re.compile(r"\w+ed,?|said|told|was|were|had|began|came|went|took|gave|won|lost|left|put")
_NEAR = 6  # words before a day that say whether it lies ahead
_OPENED = re.compile(r"[“«„]|(?<!\w)\"(?=\w)|(?<!\w)['‘](?=\w)")
_CLOSED = re.compile(r"[”»]|(?<=[\w.,!?…])\"|(?<=[.,!?…])['’](?!\w)")


def glossed(text: str, citation: Citation, statement: Statement | None) -> str:
    """A quoted sentence with what it leaves to its article, in brackets.

    The day of a weekday, of "yesterday" or "last month" is counted from the day of publication,
    unless the sentence looks ahead or the words stand in a quotation. The name is put behind a
    pronoun or a role that the sentence begins with, where the article tells whose it is.

    Args:
        text: the sentence in one line.
        citation: where it stands.
        statement: the statement that it reports, if any.
    """
    named = _with_name(text, citation, statement)
    published = citation.article.published
    return _with_days(named, published) if published else named


def _with_name(text: str, citation: Citation, statement: Statement | None) -> str:
    if statement is None or not citation.speaker or citation.speaker.islower():
        return text
    span = statement.speaker_span
    held = " ".join(citation.quote[: max(0, span.end - citation.start)].split())
    begins = span.start == citation.start and held and text.startswith(held)
    bare = held[:1].lower() + held[1:]
    if not begins or not (bare in _EN.pronouns or (bare.startswith("the ") and bare.islower())):
        return text
    return f"{held} [{citation.speaker}]{text[len(held) :]}"


def _with_days(text: str, published: date) -> str:
    def dated(match: re.Match[str]) -> str:
        before = text[: match.start()]
        if _AHEAD.search(" ".join(_since_verb(before))) or len(_OPENED.findall(before)) > len(
            _CLOSED.findall(before)
        ):
            return match[0]
        return f"{match[0]} [{_meant(match, published)}]"

    return _RELATIVE.sub(dated, text)


def _since_verb(before: str) -> list[str]:
    """The last words of a text, from behind its last verb of the past."""
    near = before.split()[-_NEAR:]
    told = [place for place, word in enumerate(near) if _PAST.fullmatch(word)]
    return near[told[-1] + 1 :] if told else near


def _meant(match: re.Match[str], published: date) -> str:
    if match["unit"]:
        back = (
            relativedelta(months=1) if match["unit"].lower() == "month" else relativedelta(years=1)
        )
        day = published - back
        return f"{day:%B %Y}" if match["unit"].lower() == "month" else str(day.year)
    if match["near"]:
        return _written(published - timedelta(match["near"].lower() == "yesterday"))
    wanted = _EN.weekdays.index(match["weekday"].lower())
    return _written(published - timedelta((published.weekday() - wanted) % 7))


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
