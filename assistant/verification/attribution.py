"""Who says it: what stands in quotation marks in a source stays the words of whoever says it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.language import same_name
from assistant.language.language import english
from assistant.language.names import is_body
from assistant.text import folded, words
from assistant.types import Statement
from assistant.verification.objection import Objection
from assistant.verification.quotes import holds, quoted
from assistant.verification.readings import Reading, Source

_FEWEST = 2  # content words of a claim that are in what somebody says
_MOST = 0.6  # share of the words that claim and sentence have in common


def wrong_speaker(claim: Reading, sources: Sequence[Source]) -> Objection | None:
    """Somebody of a name to whom a claim gives a quotation of somebody of another name, or None.

    Where the claim or the source leaves open who speaks, or has a role alone, nothing is said.
    """
    for quote in quoted(claim.text):
        given = (one for one in claim.statements if one.direct and holds(one.content, quote))
        for voice in (one.speaker for one in given):
            own = list(_speakers(quote, voice, sources))
            if own and not any(_may_be(full, said) for full, said in own):
                return Objection("speaker", voice)
    return None


def lost_speaker(claim: Reading, sentences: Sequence[Reading]) -> Objection | None:
    """Whose words a claim tells as a fact, where what it rests on gives them as theirs; or None.

    Nothing is said where the claim reports anything in any way, or names who speaks.
    """
    if _reports(claim):
        return None
    told = set(words(folded(claim.text)))
    for sentence in sentences:
        shared = claim.content & sentence.content
        for said in sentence.statements:
            inside = sentence.content_in(said.content_spans) & shared
            named = set(words(folded(said.speaker))[-1:]) & told
            if len(inside) >= _FEWEST and len(inside) >= _MOST * len(shared) and not named:
                return Objection("speaker", said.speaker)
    return None


def _reports(claim: Reading) -> bool:
    """True where a verb of saying, "according to", or a noun such as "view" stands in a claim."""
    every = words(claim.text)
    told = english().report_openers | english().view_nouns | english().allegation_words
    return bool(quoted(claim.text)) or any(one in told or english().lemma(one) for one in every)


def _speakers(quote: str, voice: str, sources: Sequence[Source]) -> Iterator[tuple[str, str]]:
    """Each named speaker of a quotation, with the fullest form that the article has of a voice."""
    for source in sources:
        full = source.names.fullest(voice)
        if not _is_name(full):
            continue
        for sentence in source.sentences:
            for said in sentence.statements:
                if _is_name(said.speaker) and _has(said, quote, sentence):
                    yield full, said.speaker


def _may_be(one: str, other: str) -> bool:
    """True for two forms of one name: "A.J. Pierzynski" and "AJ Pierzynski"."""
    return same_name(one, other) or words(folded(one))[-1:] == words(folded(other))[-1:]


def _has(said: Statement, quote: str, sentence: Reading) -> bool:
    return said.direct and (holds(said.content, quote) or holds(sentence.text, quote))


def _is_name(voice: str) -> bool:
    """True for a person's name in two words at least: for a body somebody speaks who has one."""
    parts = voice.split()
    capitals = all(one[:1].isupper() for one in (parts[0], parts[-1])) if parts else False
    return len(parts) > 1 and capitals and not is_body(voice)
