"""Whose words a question asks for, among the sentences that were found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.attribution.speakers import speaker_in, statement_at
from assistant.language import same_name
from assistant.language.language import english
from assistant.language.names import is_body, mentions
from assistant.quoting.candidates import Candidate
from assistant.quoting.scoring import ScoredSentence
from assistant.text import words
from assistant.types import Part, Statement

_PARTIES = 4  # of a dispute
_BEHIND = 5.0  # logits; who speaks this far beside the question is no party

Statements = Callable[[str, int], Sequence[Statement]]
"""The statements of an article's version."""


def by_speaker(
    part: Part, ranked: Sequence[ScoredSentence], statements: Statements
) -> list[list[ScoredSentence]]:
    """The sentences in which somebody speaks whom the question names, for each such person.

    All sentences together where it names none of the speakers by name, as in "what did the
    minister say"; none where it names somebody of whom nothing that was found speaks at all.

    Args:
        part: what is asked; where it names nobody, what it leans on does.
        ranked: sentences, best first.
        statements: who says what in an article.
    """
    voices = _voices(ranked, statements)
    for asked in (part.text, part.query):
        if named := [own for who, own in voices.items() if _is_named(who, asked)]:
            return named
    return [list(ranked)] if _is_spoken_of(part.text, ranked) else []


def parties(ranked: Sequence[ScoredSentence], statements: Statements) -> list[list[ScoredSentence]]:
    """The sentences of each who speaks, whoever speaks best to the question first.

    Of those far behind the first none; all sentences together where fewer than two speak.
    """
    voices = _voices(ranked, statements).values()
    near = [own for own in voices if own[0].score >= ranked[0].score - _BEHIND]
    return near[:_PARTIES] if len(near) > 1 else [list(ranked)]


def _voices(
    ranked: Sequence[ScoredSentence], statements: Statements
) -> dict[str, list[ScoredSentence]]:
    """The sentences in which somebody speaks, by who does."""
    voices: dict[str, list[ScoredSentence]] = {}
    for one in ranked:
        if who := _speaker(one.candidate, statements):
            known = next((name for name in voices if same_name(name, who)), who)
            voices.setdefault(known, []).append(one)
    return voices


def _speaker(one: Candidate, statements: Statements) -> str | None:
    said = statements(one.article.id, one.article.version)
    return speaker_in(statement_at(said, one.start, one.end), one.start, one.text)


def _is_named(speaker: str, asked: str) -> bool:
    """Whether a question has a person's last name, or the words of a body's."""
    own = [word for word in words(speaker) if word not in english().stop_words]
    held = [word for word in own if word in {one.removesuffix("'s") for one in words(asked)}]
    whole = is_body(speaker) or speaker.islower()
    return bool(own) and (held == own if whole else own[-1] in held)


def _is_spoken_of(asked: str, ranked: Sequence[ScoredSentence]) -> bool:
    """Whether the sentences or headlines have the first name of the question, if it has any."""
    names = (one.name for one in mentions(asked) if one.start > 0 or " " in one.name)
    wanted = set(words(next(names, "")))
    texts = (f"{one.candidate.heading} {one.candidate.text}" for one in ranked)
    return not wanted or any(wanted & set(words(text)) for text in texts)
