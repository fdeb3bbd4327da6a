"""Who says it: what a source reports as somebody's words stays that person's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import regex

from assistant.language import same_name, stem
from assistant.language.language import english
from assistant.text import words
from assistant.verification.alignment import Alignment
from assistant.verification.quotes import quoted
from assistant.verification.readings import PRONOUNS, Reading, Source

_MOST = 0.5  # share of a sentence's matched tokens that must be in a speaker's statement
_MAIN = frozenset({"ROOT", "conj", "ccomp", "parataxis"})
_ALLEGES = re.compile(
    r"\b(?:alleged(?:ly)?|allegations?|alleges?|hint(?:s|ed)|suspects? (?:that|of)|reportedly"
    r"|blam(?:es|ed|ing)|accus(?:es|ing)|accused (?!(?:was|is|had|has|and)\b)|rumou?rs?)\b",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:alleg\w+|hint\w*|suspect\w*|suspicio\w+|reportedly|blam\w+|accus\w+|rumou?r\w*|charg\w+"
    r"|claim\w*|supposed\w*|said to|held responsible|may|might|could|attribut\w+|reproach\w*)\b",
    re.IGNORECASE,
)
_INVERTED = regex.compile(
    r", \w+(?:ed|s|ew|ld) ((?:\p{Lu}[\w'’-]+ ?)+)\.?$"
)  # ", cautioned Rastin Hollick"
_LABELLED = regex.compile(r"^(\p{Lu}[^:“\"]{1,60}): [“\"]")  # "Ada Pell: “…”"
_NOBODY = frozenset({"the", "a", "an", "and", "for", "of"})


def wrong_speaker(claim: Reading, carrier: Alignment, ground: Sequence[Alignment]) -> str | None:
    """Why a claim omits or changes the speaker of what its source says; None where it does not.

    Args:
        claim: the claim.
        carrier: the sentence that most of it rests on.
        ground: every sentence that it rests on.
    """
    names = _Names([one.source for one in ground])
    voices = _voices(claim)
    sentence = carrier.sentence
    speakers = _speakers(sentence, carrier.taken)
    if speakers and not voices and not any(names.acts(one, claim) for one in speakers):
        return f"the source gives this as the words of {speakers[0]}"
    if not voices and _ALLEGES.search(sentence.text) and not _HEDGES.search(claim.text):
        return "the source only alleges it"
    heard = [said.speaker for said in sentence.statements]
    if not any(one.lower() not in PRONOUNS for one in heard) and sentence.voice:
        heard.append(sentence.voice)
    for voice in voices:
        if not names.may_be(voice, heard, sentence, bool(quoted(claim.text))):
            return f"the source does not give this as the words of {voice}"
    return None


def _voices(claim: Reading) -> list[str]:
    """Whose words a claim gives: its statements' speakers, and whoever a clause hangs on."""
    found = [said.speaker for said in claim.statements]
    found += [match[1] for match in _LABELLED.finditer(claim.text)]
    parse = claim.parse
    within = claim.inside(span for said in claim.statements for span in said.content_spans)
    for place, token in enumerate(parse.tokens):
        reports = bool(parse.children(place, "ccomp")) or token.dep == "parataxis"
        if reports and token.is_verb and english().lemma(token.text) and place not in within:
            found += [parse.phrase(n) for n in parse.children(place, "nsubj")]
    return list(dict.fromkeys(found))


def _speakers(reading: Reading, places: frozenset[int]) -> list[str]:
    """The speakers whose statements contain at least half of the tokens at these places."""
    found = [
        said.speaker
        for said in reading.statements
        if places and len(reading.inside(said.content_spans) & places) >= _MOST * len(places)
    ]
    if not reading.statements and reading.voice and reading.quotes:
        return [reading.voice]
    return found


class _Names:
    """What the sources call people."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources

    def _full(self, name: str) -> str:
        found = (source.names.fullest(name) for source in self._sources)
        return next((full for full in found if full != name), name)

    def acts(self, speaker: str, claim: Reading) -> bool:
        """True where a claim has the speaker as main subject, after "by", or as owner of a view."""
        parse = claim.parse
        mine: set[str] = set()
        for place, token in enumerate(parse.tokens):
            subject = token.dep in ("nsubj", "nsubjpass") and parse.tokens[token.head].dep in _MAIN
            view = (
                token.dep == "poss"
                and parse.tokens[token.head].text.casefold() in english().view_nouns
            )
            agent = token.dep == "pobj" and parse.tokens[token.head].text.casefold() in (
                "by",
                "to",
                "for",
            )
            if subject or agent or view:
                owned = parse.children(place, "poss", "relcl", "acl")
                places = parse.subtree(place, without=owned)
                mine |= _stems(" ".join(parse.tokens[n].text for n in places))
        if match := _INVERTED.search(claim.text):
            mine |= _stems(match[1])
        full = self._full(speaker)
        return bool(mine & (_stems(speaker) | _stems(full) | {_initials(speaker), _initials(full)}))

    def may_be(self, voice: str, heard: Iterable[str], sentence: Reading, quotes: bool) -> bool:
        """True where a claim's speaker may be one of the sentence's speakers."""
        if voice.lower() in PRONOUNS:
            return True
        full = self._full(voice)
        if full.split()[-1:] and _by_pronoun(sentence):
            before = set(words(sentence.before))  # who "she" is, the article leaves to the reader
            if set(words(full)[-1:]) <= before:
                return True
        heard = [one for one in heard if one.lower() not in PRONOUNS]
        if any(same_name(full, self._full(one)) for one in heard):
            return True
        if not self._is_name(full):  # a role; with quotes, the source must have a word of it
            told = f"{sentence.before} {sentence.text} {' '.join(map(self._full, heard))}"
            return not (heard and quotes) or bool(_stems(full) & _stems(told))
        if full.split()[-1].islower():  # "a KSO reading", "Prenn's staff"
            return bool(_stems(full) & (_stems(sentence.text) | _stems(" ".join(heard))))
        last = set(words(full)[-1:])
        if not heard:
            return last <= set(words(sentence.text))
        return last <= _subjects(sentence) | _tellers(sentence)

    def _is_name(self, voice: str) -> bool:
        """True where a capitalised word of it occurs in a name in the sources."""
        every = {w for s in self._sources for m in s.names.mentions for w in words(m.name)}
        capitals = (word for word in voice.split() if word[:1].isupper())
        return any(w in every for one in capitals for w in words(one) if w not in _NOBODY)


def _by_pronoun(sentence: Reading) -> bool:
    """True where a sentence only says that he or she says it."""
    spans = [said.speaker_span for said in sentence.statements]
    named = [sentence.text[s.start - sentence.start : s.end - sentence.start] for s in spans]
    return bool(named) and all(one.strip().lower() in PRONOUNS for one in named)


def _subjects(sentence: Reading) -> set[str]:
    """The words of the main subject of a sentence."""
    parse = sentence.parse
    found: set[str] = set()
    for place, token in enumerate(parse.tokens):
        if token.dep in ("nsubj", "nsubjpass") and parse.tokens[token.head].dep == "ROOT":
            phrase = parse.subtree(place, without=parse.children(place, "relcl", "acl", "prep"))
            found.update(parse.tokens[n].text.casefold() for n in phrase)
    return found


def _tellers(sentence: Reading) -> set[str]:
    """The words of the subjects of a sentence's reporting verbs, including titles."""
    parse = sentence.parse
    cues = sentence.inside(said.cue_span for said in sentence.statements)
    heads = [n for cue in cues for n in parse.children(cue, "nsubj")]
    return {parse.tokens[n].text.casefold() for head in heads for n in parse.subtree(head)}


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text) if len(word) > 2} - _NOBODY


def _initials(name: str) -> str:
    """How a name in several words may be cut short, as a stem."""
    return stem("".join(word[0] for word in words(name)))
