"""Whose words a question asks for, among the sentences that were found."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from assistant.attribution.speakers import speaker_in, statement_at
from assistant.language import same_name, stem
from assistant.language.language import english
from assistant.language.names import is_body, mentions
from assistant.quoting.candidates import Candidate
from assistant.quoting.scoring import ScoredSentence
from assistant.text import folded, words
from assistant.types import Part, Statement

_WORD = re.compile(r"[^\W\d_]+")
_ON = re.compile(r"(?:on|about|over|regarding|concerning)$", re.IGNORECASE)
_OF = re.compile(r"\s(?:of|for|at|in|from)\s", re.IGNORECASE)
_BEGINNING = 5  # words of a question that may name who is asked for, where no verb tells
_INITIALS = 3  # letters, at least, of a body's
_BEHIND = 3.0  # logits; who speaks so far beside the question is not who is asked for
_ANSWERS = 2.0  # logit from which a sentence surely answers, whoever speaks in it
_NEAR = 1.0  # logits; who speaks for somebody named may serve so much less

Whose = Literal["theirs", "unsure", "missing"]
"""Whether words are those of who is asked for, as far as is known."""

Statements = Callable[[str, int], Sequence[Statement]]
"""The statements of an article's version."""


def by_speaker(
    part: Part, ranked: Sequence[ScoredSentence], statements: Statements
) -> tuple[list[list[ScoredSentence]], Whose]:
    """The sentences in which somebody speaks whom the question names, for each such person.

    Or who is introduced by the head of its subject ("the baker": "Anselm Rudd, a baker"). Where
    there is none, or these serve it far worse than others, it is left to the reader whose words
    serve it best: those of one voice. Nobody's where that is somebody else than is named. And
    whether they are the words of who is asked for.

    Args:
        part: what is asked; where it names nobody, what it leans on does.
        ranked: sentences, best first.
        statements: who says what in an article.
    """
    voices = _voices(ranked, statements)
    subjects = list(filter(None, map(_subject, (part.text, part.query))))
    for wanted in subjects or (part.text, part.query):
        named = _named(voices, wanted)
        if named and max(own[0].score for own in named) >= ranked[0].score - _BEHIND:
            return _with_who_speaks_for(named, _introduced(voices, wanted, ranked)), "theirs"
    for wanted in subjects:
        own = _introduced(voices, wanted, ranked)
        behind = _BEHIND if len(_content(wanted)) > 1 else 2 * _BEHIND
        if own and own[0].score >= ranked[0].score - behind:
            return [own], "theirs"
    begins = " ".join(part.text.split()[:_BEGINNING])
    name = _first_name(_OF.split(subjects[0])[0] if subjects else begins)
    if not name or _is_told_of(name, ranked, statements):
        unnamed = _speaker(ranked[0].candidate, statements) is None
        sure = unnamed or not subjects or ranked[0].logit >= _ANSWERS
        return [_same_voice(ranked, statements)], "theirs" if sure else "unsure"
    near = (one for one in ranked if one.score >= ranked[0].score - _BEHIND)
    about = [one for one in near if set(_words(name)) & set(_words(one.candidate.text))]
    may = any(_is_open(one.candidate, statements) for one in about)
    return [about] if about else [], "theirs" if may else "missing"


def _with_who_speaks_for(
    named: list[list[ScoredSentence]], own: list[ScoredSentence]
) -> list[list[ScoredSentence]]:
    """The sentences of those named, and of whoever is introduced by them: the MEA's spokesman.

    Who serves best goes first; who is far behind is left out.
    """
    best = max(one[0].score for one in named)
    more = [own] if own and own not in named and own[0].score >= best - _NEAR else []
    return sorted([*named, *more], key=lambda one: -one[0].score)


def _is_told_of(name: str, ranked: Sequence[ScoredSentence], statements: Statements) -> bool:
    """Whether the article of the best sentence has a name, and nobody is known to speak there."""
    best = ranked[0].candidate
    texts = (one.candidate.text for one in ranked if one.candidate.article == best.article)
    told = any(set(_words(name)) & set(_words(text)) for text in texts)
    return told and _speaker(best, statements) is None


def _same_voice(ranked: Sequence[ScoredSentence], statements: Statements) -> list[ScoredSentence]:
    """The sentences that whoever speaks in the best one speaks in, or nobody where nobody does."""
    who = _speaker(ranked[0].candidate, statements)
    spoken = ((one, _speaker(one.candidate, statements)) for one in ranked)
    if who is None:
        return [one for one, other in spoken if other is None]
    return [one for one, other in spoken if other and same_name(other, who)]


def whole(
    chosen: Sequence[ScoredSentence],
    every: Sequence[Candidate],
    statements: Statements,
    room: float,
) -> list[ScoredSentence]:
    """The sentences with the rest of the quotations that they are of, as far as there is room.

    Args:
        chosen: the sentences, best first.
        every: all sentences that were found.
        statements: who says what in an article.
        room: words that may be added.
    """
    held = list(chosen)
    for one in chosen:
        for other in _around(one.candidate, every, statements):
            size = len(words(other.text))
            if size <= room and not any(other is known.candidate for known in held):
                held.append(replace(one, candidate=other))
                room -= size
    return held


def _around(
    one: Candidate, every: Sequence[Candidate], statements: Statements
) -> Iterator[Candidate]:
    """The sentences of the same quotation: those behind a sentence, then those before it.

    And the next sentence, if the same person speaks in it.
    """
    said = statements(one.article.id, one.article.version)
    own = statement_at(said, one.start, one.end)
    who = speaker_in(own, one.start, one.text)
    if own is None:
        return
    cue, direct = own.cue_span, own.direct

    def same(other: Candidate) -> bool:
        found = statement_at(said, other.start, other.end)
        return direct and found is not None and found.cue_span == cue

    article = sorted((o for o in every if o.article == one.article), key=lambda o: o.start)
    behind = [other for other in article if other.start > one.start]
    whole = list(itertools.takewhile(same, behind))
    yield from whole
    yield from itertools.takewhile(same, [o for o in reversed(article) if o.start < one.start])
    for other in behind[len(whole) : len(whole) + 1]:
        speaks = statement_at(said, other.start, other.end)
        if who and who == speaker_in(speaks, other.start, other.text) and other.leans:
            yield other


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
    voices: Mapping[str, list[ScoredSentence]], subject: str, ranked: Sequence[ScoredSentence]
) -> list[ScoredSentence]:
    """The sentences of the speaker beside whose name most words of a subject stand, its head too.

    The head is "treasurer" in "the treasurer of Sond".
    """
    wanted = _content(subject)
    head = {stem(word) for word in words(_OF.split(subject)[0])[-1:]}
    texts = {one.candidate.evidence.hit.passage.text for one in ranked}

    def shared(who: str) -> int:
        near = [who, *(_beside(who, text) for text in texts)]  # "Coroner Ada Brandt"
        beside = {stem(word) for text in near for word in words(text)}
        return len(wanted & beside) if head <= beside else 0

    who = max(voices, key=shared, default="")
    return voices[who] if who and shared(who) else []


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
    return max(0, folded(asked).find(_words(who)[-1]))


def _is_open(one: Candidate, statements: Statements) -> bool:
    """Whether somebody speaks in a sentence of whom it is not known who it is."""
    said = statement_at(statements(one.article.id, one.article.version), one.start, one.end)
    return said is not None and speaker_in(said, one.start, one.text) is None


def _is_named(speaker: str, asked: str) -> bool:
    """Whether a question has a person's last name, or the words of a body's.

    Of several who say it together, of any.
    """
    if " and " in speaker and not is_body(speaker):
        return any(_is_named(one, asked) for one in speaker.split(" and "))
    own = [word for word in _words(speaker) if word not in english().stop_words]
    held = [word for word in own if word in {one.removesuffix("'s") for one in _words(asked)}]
    whole = is_body(speaker) or speaker.islower()
    initials = "".join(word[0] for word in speaker.split() if word[0].isupper()).lower()
    if whole and len(initials) >= _INITIALS and initials in _words(asked):
        return True
    return bool(own) and (held == own if whole else own[-1] in held)


def _words(text: str) -> list[str]:
    """The words as people type them, without accents."""
    return words(folded(text))


def _first_name(asked: str) -> str:
    """The first name in a question, but for the word that begins it; "" where it has none."""
    found = (one.name for one in mentions(asked) if one.start > 0 or " " in one.name)
    return next(found, "")
