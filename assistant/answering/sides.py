"""Who says what in an answer, and which of them contradict each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering.matching import PARTIES
from assistant.language import cues, same_name
from assistant.retrieval import stem, terms
from assistant.text import words
from assistant.types import Citation, Claim, Question, Side, Span, Statement

_DENIALS = frozenset("deny reject dismiss dispute refute rebuff counter retort".split())
_ANSWERS = _DENIALS | frozenset("respond reply answer defend object protest".split())
_ANSWERING = re.compile(
    r"\b(?:in (?:response|reply|return)|respond\w* to|repl(?:y|ied) to|hit back|rebutt\w+|denial"
    r"|den(?:y|ies|ied)|reject\w*|dismiss\w*|refut\w+)\b",
    re.IGNORECASE,
)
_ASKS_SIDES = re.compile(
    r"\b(?:differ|disagree|dispute|contradict|conflicting|both sides|each (?:one|side)|each say"
    r"|versions?|versus|v\.|at odds|tell it differently|in return"
    r"|(?:says?|said|repl(?:y|ied)|respon(?:d|ded)|answer(?:ed)?) to (?:that|this|it)(?! \w))\b",
    re.IGNORECASE,
)
# Common nouns that can speak: persons, bodies and documents.
_VOICES = re.compile(
    rf"{PARTIES.pattern}|\b(?:report|statement|study|survey|poll|letter|document|newspaper|paper|website"
    r"|sources?|experts?|witness\w*|people|workers|strikers|staff|nurses|doctors|teachers|parents"
    r"|students|pupils|farmers|authorit\w+|agenc\w+|ministry|department|council|commission"
    r"|committee|parliament|party|group|team|association|federation|investigat\w+|lawmakers"
    r"|economists|analysts|activists|protesters|reporters|journalists|man|men|woman|women|member"
    r"|author\w*|director|governor|captain|engineer|inspector|auditor|representative\w*)\b",
    re.IGNORECASE,
)
_PRONOUNS = frozenset(
    "i we you he she it they this that these those who himself herself one".split()
)
_WHOLE = 0.6  # of an outer statement, from which an inner one is what is said
_SMALL = 1 / 3  # of a sentence, below which it is not the speaker's
_SHARED = 2  # content words that two parties' claims on one matter have in common


@dataclass(frozen=True, slots=True)
class Spoken:
    """A claim of an answer, with the statement that it quotes."""

    claim: Claim
    statement: Statement | None


def statement_at(statements: Sequence[Statement], start: int, end: int) -> Statement | None:
    """The statement that a stretch of an article's text reports; None where it reports none.

    Of a statement within a statement the inner one is taken where it is most of the outer one.
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
        and one.speaker.lower() not in _PRONOUNS
    ]
    return min(within, key=lambda one: inside[one], default=longest)


def speaker_of(statement: Statement | None) -> str | None:
    """The speaker's name or role; None where the article only gives a pronoun or a thing."""
    if statement is None or statement.speaker.lower() in _PRONOUNS:
        return None
    speaker = statement.speaker
    if not words(speaker):
        return None
    return speaker if not speaker.islower() or _VOICES.search(speaker) else None


def speaker_in(statement: Statement | None, start: int, text: str) -> str | None:
    """The speaker to mark a stretch of an article's text with.

    None, too, where the statement is a small part of it and the stretch names who speaks itself:
    "Brandt closed the bridge, and the union has replied that it is safe" is not the union's.
    """
    speaker = speaker_of(statement)
    if statement is None or speaker is None:
        return None
    spans = (*statement.content_spans, statement.cue_span, statement.speaker_span)
    part = _shared(spans, start, start + len(text)) < _SMALL * len(text)
    return None if part and words(speaker)[-1] in words(text) else speaker


def spoken(citation: Citation, statements: Sequence[Statement]) -> Citation:
    """The citation with who says it, and the word that reports it."""
    statement = statement_at(statements, citation.start, citation.end)
    speaker = speaker_in(statement, citation.start, citation.quote)
    cue = statement.cue if statement and speaker else None
    return replace(citation, speaker=speaker, cue=cue)


def sides(question: Question, spoken: Sequence[Spoken]) -> tuple[Side, ...]:
    """The parties of a dispute, each with its claims and whom it answers; none where there is none.

    There is a dispute where two parties speak on the same matter, and one of them denies, rejects
    or answers, or the question asks for their versions.
    """
    parties = _parties(spoken)
    if len(parties) < 2:
        return ()
    found = [Side(who, tuple(one.claim for one in said)) for who, said in parties.items()]
    answered = {who: _answered(who, parties) for who in parties}
    spoken_parts = sum(bool(part.speakers) for part in question.parts)
    asked = spoken_parts > 1 or _ASKS_SIDES.search(question.standalone) is not None
    if asked:
        return tuple(replace(side, answers=answered[side.who]) for side in found)
    involved = {who for who, others in answered.items() if others} | {
        other for others in answered.values() for other in others
    }
    return tuple(
        replace(side, answers=answered[side.who]) for side in found if side.who in involved
    )


def _parties(spoken: Sequence[Spoken]) -> dict[str, list[Spoken]]:
    parties: dict[str, list[Spoken]] = {}
    for one in spoken:
        if one.claim.speaker:
            known = next((who for who in parties if same_name(who, one.claim.speaker)), None)
            parties.setdefault(known or one.claim.speaker, []).append(one)
    return parties


def _answered(who: str, parties: dict[str, list[Spoken]]) -> tuple[str, ...]:
    """Whom a party answers: others it names, or whose matter it denies."""
    return tuple(
        other
        for other, theirs in parties.items()
        if other != who
        and any(_answers(mine, other, one) for mine in parties[who] for one in theirs)
    )


def _answers(mine: Spoken, other: str, theirs: Spoken) -> bool:
    verb = cues.lemma(mine.statement.cue.split()[0]) if mine.statement else None
    replies = verb in _ANSWERS or _ANSWERING.search(mine.claim.text) is not None
    named = stem(other.split()[-1].lower()) in {stem(word) for word in terms(mine.claim.text)}
    shared = _content(mine.claim.text) & _content(theirs.claim.text)
    return replies and (named or len(shared) >= _SHARED)


def _content(text: str) -> set[str]:
    return {stem(term) for term in terms(text)}


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
