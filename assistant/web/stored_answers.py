"""An answer as it is kept, and as it is shown again.

What is kept of a citation is where it stands: article, version, start and end. Its words are read
from the archive when it is shown, so that what was removed is gone from every conversation, too. A
fingerprint of them is kept, since an article that was removed and added again may say others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from assistant.answering import talk
from assistant.answering.glosses import glossed
from assistant.archive import Archive
from assistant.attribution.speakers import statement_at
from assistant.errors import ArticleUnknown
from assistant.text import one_line
from assistant.types import Answer, Citation, Claim, Question, Source, from_dict
from assistant.web.conversations import FILE, Conversations, StoredTurn

_CITED = ("citations", "read", "nearest")
_OF_ARTICLES = ("text", "history")  # fields with words of articles; not stored


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A kept answer with the words that the archive holds now."""

    number: int
    """Its place in the conversation, from 1."""
    asked: str
    """When it was asked; ISO, UTC."""
    answer: Answer
    """Without the claims and citations whose article was removed."""
    removed: int = 0
    """How many claims were left out for that."""
    superseded: tuple[Source, ...] = ()
    """Cited articles of which the archive now holds a later version: that version."""
    claims: tuple[int, ...] = ()
    """For each claim of the answer, its number in the kept one, from 1: ticks go by it."""

    @property
    def notes(self) -> list[str]:
        """What a reader must know beside the answer, where it is shown without links."""
        removed = "{} of its sentences went with a removed article."
        notes = [removed.format(self.removed)] if self.removed else []
        return notes + [f"Superseded since: {source.title}" for source in self.superseded]

    @property
    def pairs(self) -> list[tuple[int, Claim]]:
        """Each claim with its number in the kept answer."""
        return list(zip(self.claims, self.answer.claims, strict=True))


def to_stored(answer: Answer) -> dict[str, Any]:
    """What is kept of an answer."""
    data = answer.to_dict()
    for name in _OF_ARTICLES:
        del data[name]
    for name in _CITED:
        data[name] = [_place(citation) for citation in data[name]]
    for claim in data["claims"]:
        at = claim["text"].find(claim["mark"])
        claim["mark"] = [at, at + len(claim["mark"])]  # where it stands, not its words
        if claim["support"] == "quoted":
            claim["text"] = ""  # the words of its citation
    places = {(claim.text, claim.citations): n for n, claim in enumerate(answer.claims)}
    for side, whole in zip(data["sides"], answer.sides, strict=True):
        side["claims"] = [places[claim.text, claim.citations] for claim in whole.claims]
    return data


def read_back(turn: StoredTurn, archive: Archive) -> StoredAnswer:
    """The answer again, from what the archive holds now."""
    data = dict(turn.answer)
    readers = {name: _Reader(archive) for name in _CITED}
    for name, reader in readers.items():
        data[name] = [whole for one in data[name] if (whole := reader.cited(one))]
    by_number = {one["number"]: one for one in data["citations"]}
    alive: dict[int, dict[str, Any]] = {}
    for number, claim in enumerate(data["claims"]):
        if all(cited in by_number for cited in claim["citations"]):
            quotes = (_shown(by_number[cited], archive) for cited in claim["citations"])
            text = " ".join(quotes) if claim["support"] == "quoted" else claim["text"]
            alive[number] = {**claim, "text": text, "mark": _marked(text, claim.get("mark"))}
    data["claims"] = list(alive.values())
    data["sides"] = [
        {**side, "claims": [alive[n] for n in side["claims"] if n in alive]}
        for side in data["sides"]
    ]
    data["sides"] = [side for side in data["sides"] if side["claims"]]
    answer = from_dict(Answer, data)
    text = answer.refusal.message if answer.refusal else " ".join(c.marked for c in answer.shown)
    if answer.form == "talk":
        text = talk(Question(answer.question, filters=answer.filters), archive).text
    return StoredAnswer(
        turn.number,
        turn.asked,
        replace(answer, text=text),
        len(turn.answer["claims"]) - len(alive),
        tuple(readers["citations"].superseded.values()),
        tuple(number + 1 for number in alive),
    )


def _shown(place: dict[str, Any], archive: Archive) -> str:
    """A quote as a claim shows it: with what it leaves to its article."""
    citation = from_dict(Citation, place)
    statements = archive.statements(citation.article.id, citation.article.version)
    said = statement_at(statements, citation.start, citation.end)
    return glossed(one_line(citation.quote), citation, said)


def forget_in(archive: Archive) -> None:
    """The same, in the file of an archive's conversations, which no byte of it is left in."""
    file = archive.folder / FILE
    if file.exists():
        conversations = Conversations(file)
        forget(conversations, archive)
        conversations.compact()
        conversations.close()


def forget(conversations: Conversations, archive: Archive) -> None:
    """Permanently erase what rests on removed articles from every stored answer."""
    held = set(archive.ids())
    for conversation, turn in conversations.every():
        if turn.answer != (left := _without(turn.answer, held)):
            conversations.replace(conversation, turn, left)


def _without(data: dict[str, Any], held: set[str]) -> dict[str, Any]:
    """A kept answer in which nothing is left of articles that are not held.

    Claims keep their places, which ticks go by, but not their words.
    """
    gone = {c["number"] for c in data["citations"] if c["article"]["id"] not in held}
    left = dict(data)
    for name in _CITED:
        places = [one for one in data[name] if one["article"]["id"] in held]
        left[name] = [{**p, "copies": _held(p["copies"], held)} for p in places]
    left["claims"] = [
        {**_wordless(claim), "text": "", "citations": [0]}
        if gone.intersection(claim["citations"])
        else claim
        for claim in data["claims"]
    ]
    if gone:
        left["sides"] = []
    return left


def _wordless(claim: dict[str, Any]) -> dict[str, Any]:
    """A claim without what may hold words of its source, as older ones do."""
    left = {name: value for name, value in claim.items() if name != "reason"}
    return {**left, "speaker": None, "rule": None, "detail": "", "mark": ""}


def _marked(text: str, mark: list[int] | str | None) -> str:
    """The words that answer; answers that were kept earlier have them as they stood."""
    return text[mark[0] : mark[1]] if isinstance(mark, list) else mark or ""


def _held(copies: Iterable[str], held: set[str]) -> list[str]:
    return [one for one in copies if one in held]


def _place(citation: dict[str, Any]) -> dict[str, Any]:
    article = {name: citation["article"][name] for name in ("id", "version")}
    copies = [copy["id"] for copy in citation["copies"]]
    known = _fingerprint(citation["quote"])
    return {**citation, "article": article, "copies": copies, "quote": "", "fingerprint": known}


def _fingerprint(quote: str) -> str:
    return hashlib.sha256(quote.encode()).hexdigest()[:16]


class _Reader:
    """Reads citations back; remembers the articles that it has met."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.superseded: dict[str, Source] = {}

    def cited(self, place: dict[str, Any]) -> dict[str, Any] | None:
        """The citation with its words; None where the archive does not hold them any more."""
        place = dict(place)
        named, known = place["article"], place.pop("fingerprint")
        try:
            article = self._archive.article(named["id"], named["version"])
            current = self._archive.article(named["id"])
        except ArticleUnknown:
            return None
        quote = article.text[place["start"] : place["end"]]
        if _fingerprint(quote) != known:
            return None
        if current.version != article.version:
            self.superseded[article.id] = current.source
        copies = [source for one in place["copies"] if (source := self._source(one))]
        return {**place, "article": article.source, "copies": copies, "quote": quote}

    def _source(self, article_id: str) -> Source | None:
        try:
            return self._archive.article(article_id).source
        except ArticleUnknown:
            return None
