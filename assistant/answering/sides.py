"""The parties of a dispute: which speakers of an answer contradict each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.language import same_name, stem, terms
from assistant.language.language import english
from assistant.text import words
from assistant.types import Claim, Question, Side, Statement

_EN = english()
_ANSWERING = re.compile(
    r"\b(?:in (?:response|reply|return)|respond\w* to|repl(?:y|ied) to|hit back|rebutt\w+|denial"
    r"|den(?:y|ies|ied)|reject\w*|dismiss\w*|refut\w+)\b",
    re.IGNORECASE,
)
_SHARED = 2  # content words that two parties' claims on one matter have in common


@dataclass(frozen=True, slots=True)
class AttributedClaim:
    """A claim of an answer, with the statement that it quotes."""

    claim: Claim
    statement: Statement | None
    text: str
    """The claim without what was put beside it in brackets."""


def sides(question: Question, spoken: Sequence[AttributedClaim]) -> tuple[Side, ...]:
    """The parties of a dispute, each with its claims and whom it answers; none where there is none.

    There is a dispute where two parties speak on the same matter, and one of them denies, rejects
    or answers, or the question asks for their versions. None in a story or a list, whose lines are
    of different matters.
    """
    parties = _parties(spoken)
    if len(parties) < 2 or question.by_article:
        return ()
    found = [Side(who, tuple(one.claim for one in said)) for who, said in parties.items()]
    answered = {who: _answered(who, parties) for who in parties}
    voices = sum(_asks_words(part.text) for part in question.parts)
    asked = voices > 1 or question.form == "sides"
    if asked:
        return tuple(replace(side, answers=answered[side.who]) for side in found)
    involved = {who for who, others in answered.items() if others} | {
        other for others in answered.values() for other in others
    }
    return tuple(
        replace(side, answers=answered[side.who]) for side in found if side.who in involved
    )


def _asks_words(part: str) -> bool:
    return any(_EN.lemma(word) for word in words(part))


def _parties(spoken: Sequence[AttributedClaim]) -> dict[str, list[AttributedClaim]]:
    parties: dict[str, list[AttributedClaim]] = {}
    for one in spoken:
        if one.claim.speaker:
            known = next((who for who in parties if same_name(who, one.claim.speaker)), None)
            parties.setdefault(known or one.claim.speaker, []).append(one)
    return parties


def _answered(who: str, parties: dict[str, list[AttributedClaim]]) -> tuple[str, ...]:
    """The parties to which one replies, by a denial or answer with their name or topic."""
    return tuple(
        other
        for other, theirs in parties.items()
        if other != who
        and any(_answers(mine, other, one) for mine in parties[who] for one in theirs)
    )


def _answers(mine: AttributedClaim, other: str, theirs: AttributedClaim) -> bool:
    verb = (
        _EN.lemma(mine.statement.cue.split()[0]) if mine.statement and mine.statement.cue else None
    )
    replies = (
        verb in _EN.denial_verbs | _EN.answer_verbs or _ANSWERING.search(mine.text) is not None
    )
    named = stem(other.split()[-1].lower()) in {stem(word) for word in terms(mine.text)}
    shared = _content(mine.text) & _content(theirs.text)
    return replies and (named or len(shared) >= _SHARED)


def _content(text: str) -> set[str]:
    return {stem(term) for term in terms(text)}
