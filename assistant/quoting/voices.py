"""Whose words a question asks for, among the sentences that were found."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.attribution.speakers import speaker_in, statement_at
from assistant.language import same_name, stem
from assistant.language.language import english
from assistant.language.names import is_body, mentions
from assistant.quoting.candidates import Candidate
from assistant.quoting.scoring import ScoredSentence
from assistant.text import words
from assistant.types import Part, Statement

_WORD = re.compile(r"[^\W\d_]+")
_ON = re.compile(r"(?:on|about|over|regarding|concerning)$", re.IGNORECASE)
_OF = re.compile(r"\s(?:of|for|at|in|from)\s", re.IGNORECASE)
_PARTIES = 4  # of a dispute
_BEHIND = 3.0  # logits; who speaks this far beside the question is no party

Statements = Callable[[str, int], Sequence[Statement]]
"""The statements of an article's version."""


def by_speaker(
    part: Part, ranked: Sequence[ScoredSentence], statements: Statements
) -> tuple[list[list[ScoredSentence]], bool]:
    """The sentences in which somebody speaks whom the question asks for, for each such person.

    That is who is named in it, else who is introduced by its words ("the baker": "Anselm Rudd, a
    baker"). Where it names somebody who says nothing, the sentences about them, if there are any;
    otherwise those of who speaks best to it, or all where nobody speaks in any. And whether they
    are the words of who is asked for, as far as is known.

    Args:
        part: what is asked; where it names nobody, what it leans on does.
        ranked: sentences, best first.
        statements: who says what in an article.
    """
    voices = _voices(ranked, statements)
    subjects = list(filter(None, map(_subject, (part.text, part.query))))
    name = _first_name(_OF.split(subjects[0])[0] if subjects else part.text)
    whole = [] if subjects else [part.text, part.query]
    for wanted in (*subjects, *whole):
        if named := _named(voices, wanted):
            return named, True
        if introduced := _introduced(voices, wanted, ranked, wanted in subjects):
            return [introduced], True
    if name:
        near = (one for one in ranked if one.score >= ranked[0].score - _BEHIND)
        about = [one for one in near if set(words(name)) & set(words(one.candidate.text))]
        return [about] if about else [], any(_is_open(one.candidate, statements) for one in about)
    return [next(iter(voices.values()), list(ranked))], not subjects


def parties(
    part: Part, ranked: Sequence[ScoredSentence], statements: Statements
) -> list[list[ScoredSentence]]:
    """The sentences of each who speaks, whoever speaks best to the question first.

    Only of those whom the question names, where it names several; else of none far behind the
    first. All sentences together where fewer than two speak.
    """
    voices = _voices(ranked, statements)
    named = [own for who, own in voices.items() if _is_named(who, part.query)]
    best = max((own[0].score for own in voices.values()), default=0.0)
    near = [own for own in voices.values() if own[0].score >= best - _BEHIND]
    found = named if len(named) > 1 else near
    return found[:_PARTIES] if len(found) > 1 else [list(ranked)]


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


def _subject(asked: str) -> str:
    """The words before the verb of saying, or before the matter; "" where they name nobody.

    "What did the judge tell Dunnery?" and "the judge on Dunnery" ask for the judge's words.
    """
    found = (one for one in _WORD.finditer(asked) if english().lemma(one[0]) or _ON.match(one[0]))
    end = next(found, None)
    before = asked[: end.start()] if end else ""
    return before if _content(before) else ""


def _introduced(
    voices: Mapping[str, list[ScoredSentence]],
    asked: str,
    ranked: Sequence[ScoredSentence],
    is_subject: bool,
) -> list[ScoredSentence]:
    """The sentences of the speaker beside whose name most words of a question stand, if enough do.

    Of a subject its head must, "treasurer" of "the treasurer of Sond"; of a whole question two.
    """
    name = _first_name(asked)  # a body's introduces its spokesman, a person's nobody else
    wanted = _content(asked) - (_content(name) if _is_person(name) else set())
    head = {stem(word) for word in words(_OF.split(asked)[0])[-1:]} if is_subject else set()
    texts = {one.candidate.evidence.hit.passage.text for one in ranked}

    def shared(who: str) -> int:
        near = [who, *(_beside(who, text) for text in texts)]  # "Coroner Ada Brandt"
        beside = {stem(word) for text in near for word in words(text)}
        return len(wanted & beside) if head <= beside else 0

    who = max(voices, key=shared, default="")
    return voices[who] if who and shared(who) >= (1 if is_subject else 2) else []


def _beside(who: str, text: str) -> str:
    """The words before a full name, and those behind it and a comma, to the next comma or stop."""
    name = re.escape(who)
    found = re.findall(rf"([^,.;–—]{{0,60}},? ?){name}(, [^,.;–—]{{0,60}}(?=[,.;–—]))?", text)
    return " ".join(part for pair in found for part in pair)


def _content(text: str) -> set[str]:
    """The stems of the words that tell who is meant."""
    empty = english().stop_words | english().request_words
    return {stem(word) for word in words(text) if word not in empty and word.isalpha()}


def _named(voices: Mapping[str, list[ScoredSentence]], asked: str) -> list[list[ScoredSentence]]:
    """The sentences of each speaker whom a question names first: "Horwood on Tointon's dance".

    And of whoever is named with them, or has the same last name.
    """
    full = _first_name(asked)  # "Ada Brandt" is no Nils Brandt
    places = {
        who: _place(who, asked)
        for who in voices
        if _is_named(who, asked)
        and (" " not in full or who.split()[-1] not in full or same_name(who, full))
    }
    kept: list[str] = []
    for who in sorted(places, key=lambda who: places[who]):
        between = words(asked[places[kept[-1]] : places[who]]) if kept else []
        if not kept or places[who] == places[kept[-1]] or {"and", "or"} & set(between):
            kept.append(who)
    return [own for who, own in voices.items() if who in kept]


def _place(who: str, asked: str) -> int:
    """Where the last word of a name begins."""
    return max(0, asked.lower().find(words(who)[-1]))


def _is_open(one: Candidate, statements: Statements) -> bool:
    """Whether somebody speaks in a sentence of whom it is not known who it is."""
    said = statement_at(statements(one.article.id, one.article.version), one.start, one.end)
    return said is not None and speaker_in(said, one.start, one.text) is None


def _is_named(speaker: str, asked: str) -> bool:
    """Whether a question has a person's last name, or the words of a body's."""
    own = [word for word in words(speaker) if word not in english().stop_words]
    held = [word for word in own if word in {one.removesuffix("'s") for one in words(asked)}]
    whole = is_body(speaker) or speaker.islower()
    return bool(own) and (held == own if whole else own[-1] in held)


def _first_name(asked: str) -> str:
    """The first name in a question, but for the word that begins it; "" where it has none."""
    found = (one.name for one in mentions(asked) if one.start > 0 or " " in one.name)
    return next(found, "")


def _is_person(name: str) -> bool:
    """Whether a name is neither an organisation's nor initials."""
    return not (is_body(name) or name.isupper())
