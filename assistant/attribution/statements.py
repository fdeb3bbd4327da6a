"""Who said what: the statements of an article, by grammar and a list of reporting verbs.

Only sentences that hold a reporting word or a quotation mark are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import regex

from assistant.attribution.labels import Turn, labels, turns, without_asking
from assistant.attribution.masking import MaskedSentence, mask, within
from assistant.attribution.persons import Persons
from assistant.attribution.reports import Report, reports
from assistant.language.language import Language, language_of
from assistant.language.names import Names, is_office, mentions
from assistant.language.parsing import Parser
from assistant.quotations import quotations
from assistant.text import sentences, words
from assistant.types import Article, Span, Statement

_PORTRAIT = regex.compile(
    r"(\p{Lu}[\p{L}\p{M}.’'-]+(?: \p{Lu}[\p{L}\p{M}.’'-]+){1,3})(?: \(\d{4}[^)]*\)|, \d{2,3})$"
)
_HEADLINE = regex.compile(r"^(\p{Lu}[^:\n]{1,60}):\s+(\S.*)$")
_OFFICE = regex.compile(r" (?:of|for) .*\p{Lu}\S* \p{Lu}\S*$", regex.DOTALL)
_CAPITAL = regex.compile(r"\p{Lu}[\p{Ll}\p{M}]+(?!\w)")
_INSIDE = regex.compile(r"(?<=[\w,] )\p{Lu}[\p{Ll}\p{M}]+(?!\w)")  # begins no sentence
_DATELINE = regex.compile(r"^(\p{Lu}[\p{Lu} /.'’-]{2,}),[^\n–—]{0,60}\s[–—-]\s", regex.MULTILINE)
_RELATIVE = re.compile(r"[\s,]*\b(?:who|which)\b")
_SIGNED = regex.compile(
    r"[\s,.!?”\"’'»]{1,5}([–—]|--?)\s*(\p{Lu}[^,;:()\n]{1,60}?)\.?(?:[,;(][^\n]*)?$",
    regex.MULTILINE,
)
_LONG_NAME = 4  # words, of which the first may be of an office: "United States Ada Brandt"
_LONGEST = 10_000  # characters of a sentence that is worth parsing; more is a table or noise
_NEAR = 2  # sentences that a pronoun looks back


def find_statements(article: Article, parser: Parser) -> list[Statement]:
    """The statements of an article, in the order of its text; that of its headline first.

    Empty for an article in a language that has no word lists.
    """
    language = language_of(article.language)
    if language is None:
        return []
    text, spans = article.text, sentences(article.text)
    quoted = [one.inside for one in quotations(text)]
    places = [
        n
        for n, s in enumerate(spans)
        if s.end - s.start <= _LONGEST
        and (language.cues.search(text, s.start, s.end) or within(quoted, s))
    ]
    masked = [mask(text, spans[n], quoted) for n in places]
    parses = parser.parse([one.text for one in masked])
    found = [reports(one, parse, language) for one, parse in zip(masked, parses, strict=True)]
    asked = _sentences_near(text, spans, dict(zip(places, found, strict=True)), language)
    whole = f"{article.title}\n{without_asking(text)}"
    names = Names(whole)
    asked += [f"{name} said so." for name in labels(text)]
    persons = Persons(whole, names, parser.entities(asked), language)
    reader = _Reader(article, spans, quoted, names, persons, parser, language)
    for place, one, in_sentence in zip(places, masked, found, strict=True):
        reader.read(place, one, in_sentence)
    for turn in turns(article, names, persons):
        reader.hear(turn)
    return sorted(reader.statements, key=lambda one: (not one.in_title, one.content_spans[0].start))


def _sentences_near(
    text: str, spans: Sequence[Span], found: Mapping[int, Sequence[Report]], language: Language
) -> list[str]:
    """The sentences in which a speaker "he" or "she" may be named."""
    near = {
        max(0, place - back)
        for place, reported in found.items()
        for report in reported
        if text[report.speaker.start : report.speaker.end].lower() in language.personal_pronouns
        for back in range(_NEAR + 1)
    }
    return [text[spans[n].start : spans[n].end] for n in sorted(near)]


class _Reader:
    """Goes through an article's sentences and keeps who was named last."""

    def __init__(
        self,
        article: Article,
        spans: Sequence[Span],
        quoted: Sequence[Span],
        names: Names,
        persons: Persons,
        parser: Parser,
        language: Language,
    ) -> None:
        self._personal = language.personal_pronouns
        self._pronouns = language.personal_pronouns | language.impersonal_pronouns
        self._nobody = self._pronouns | language.pointers
        self._titles = language.title_pronouns
        self._parser = parser
        self._article = article
        self._persons = persons
        self._text = article.text
        self._spans = spans
        self._quoted = quoted
        self._names = names
        self._capitals = set(_INSIDE.findall(article.text))
        whole = (one.name.split() for one in names.mentions)
        self._capitals |= {word for own in whole if len(own) > 1 for word in own}
        lines = list(_DATELINE.finditer(article.text))
        self._datelines = {place for line in lines for place in line[1].split("/")}
        self._datelines |= {one.name for line in lines for one in mentions(line[0])}
        self._places: list[int] = []  # the sentence of each statement
        self.statements: list[Statement] = []
        if headline := _HEADLINE.match(article.title):
            self._headline(headline)

    def read(self, place: int, masked: MaskedSentence, found: Sequence[Report]) -> None:
        """Take in the statements of a sentence."""
        span = self._spans[place]
        if self._text[span.start : span.end].isupper():  # who speaks cannot be told by capitals
            return
        if not found and masked.all_quotes:
            found = self._signed(masked)
        if not found and masked.all_quotes:
            self._go_on(place, masked)
        for report in found:
            within = any(
                said.start <= report.speaker.start < said.end
                for other in found
                if other is not report
                for said in other.contents
            )
            self._add(place, report, within)

    def hear(self, turn: Turn) -> None:
        """Take in what somebody says in an interview or a transcript.

        Not an answer without a label in which somebody else speaks: it may be no interview.
        """
        inside = (
            one.speaker
            for one in self.statements
            if any(said.start <= one.cue_span.start < said.end for said in turn.contents)
        )
        if turn.cue.start == turn.cue.end and any(name != turn.name for name in inside):
            return
        self._keep(-1, turn.name, Report(turn.label, turn.cue, turn.contents, True, turn.label))

    def _signed(self, masked: MaskedSentence) -> list[Report]:
        """The statement of a quotation with a dash and a name behind it, or in the next line."""
        quotes = masked.all_quotes
        begun = self._text[masked.start : quotes[0].start]
        found = _SIGNED.match(self._text, quotes[-1].end)
        if not found or words(begun) or not self._persons.has(self._names.fullest(found[2])):
            return []
        who = Span(*found.span(2))
        return [Report(who, Span(*found.span(1)), quotes, True, who)]

    def _add(self, place: int, report: Report, within: bool) -> None:
        self._keep(place, self._speaker(place, report, within), report)

    def _keep(self, place: int, speaker: str, report: Report) -> None:
        self._places.append(place)
        self.statements.append(
            Statement(
                article=self._article.id,
                version=self._article.version,
                speaker=speaker,
                cue=self._text[report.cue.start : report.cue.end],
                content=" ".join(self._text[s.start : s.end] for s in report.contents),
                direct=report.direct,
                speaker_span=report.speaker,
                cue_span=report.cue,
                content_spans=report.contents,
            )
        )

    def _headline(self, match: re.Match[str]) -> None:
        self._places.append(-_NEAR - 1)
        self.statements.append(
            Statement(
                article=self._article.id,
                version=self._article.version,
                speaker=self._names.fullest(match[1]),
                cue=":",
                content=match[2],
                direct=False,
                speaker_span=Span(*match.span(1)),
                cue_span=Span(match.end(1), match.end(1) + 1),
                content_spans=(Span(*match.span(2)),),
                in_title=True,
            )
        )

    def _go_on(self, place: int, masked: MaskedSentence) -> None:
        """Append a sentence that is only a quotation to the statement in the sentence before it."""
        at = self._spans[place].start
        around = ""
        for quote in masked.all_quotes:
            around += self._text[at : quote.start]
            at = quote.end
        alone = not words(around + self._text[at : self._spans[place].end])
        if not (alone and self.statements and place - self._places[-1] == 1):
            return
        last = self.statements[-1]
        contents = (*last.content_spans, *masked.all_quotes)
        self._places[-1] = place
        self.statements[-1] = replace(
            last,
            content=" ".join(self._text[s.start : s.end] for s in contents),
            content_spans=contents,
            direct=True,
        )

    def _speaker(self, place: int, report: Report, within: bool) -> str:
        phrase = " ".join(self._text[report.speaker.start : report.speaker.end].split())
        if phrase.lower() in self._pronouns:
            if within:  # "He said she would ask …": who that is, only a reader can tell
                return phrase
            found = self._antecedent(place, report.speaker.start, phrase.lower())
            if found:
                self._persons.call(found, phrase.lower())
            return found or phrase
        if report.name is not None:
            name = self._text[report.name.start : report.name.end]
            if name in self._datelines:  # "SOND, June 27 (Agency) - Nobody moved when she spoke"
                return phrase.lower()
            return self._full(phrase, self._person_at_end(name), report.speaker.start)
        return self._role(phrase)

    def _full(self, phrase: str, name: str, at: int) -> str:
        """The fullest name, unless it is a woman's and the phrase says Mr, or a man's and Mrs."""
        full = self._names.fullest(name, at + len(self._article.title) + 1)
        title = self._titles.get(phrase.split()[0].rstrip("."), "").split()
        return full if not title or self._persons.may_be(full, title[0]) else name

    def _person_at_end(self, name: str) -> str:
        """The person in "Speaker of the House of Representatives Newt Gingrich"."""
        if not _OFFICE.search(name) and len(name.split()) < _LONG_NAME:
            return name
        last = self._parser.entities([name])[0][-1:]
        ends = [one for one in last if one.kind == "PERSON" and name.endswith(one.text)]
        return ends[0].text if ends else name

    def _role(self, phrase: str) -> str:
        """A role as it stands, without its article: "the ministry" by its name where it has one.

        What has a capital only because it begins the sentence loses it: it is no name.
        """
        bare = re.sub(r"^(?:the|a|an|its|their)\s+", "", phrase, flags=re.IGNORECASE)
        first = _CAPITAL.match(bare)
        if first and first[0] not in self._capitals:
            bare = bare[:1].lower() + bare[1:]
        if is_office(bare):
            return self._persons.called(bare) or bare
        if bare[:1].isupper() and " " not in bare:
            return self._names.fullest(bare)
        if phrase.lower().startswith("the ") and " " not in bare:
            named = self._names.called(bare)
            if named:
                return named
        if phrase.lower().startswith("the ") and bare.islower():
            return self._persons.called(bare) or bare
        return bare

    def _antecedent(self, place: int, before: int, pronoun: str) -> str | None:
        """A pronoun's antecedent: going back, a sentence's last speaker or first person."""
        person = pronoun in self._personal
        if person and (subject := self._subject(before, pronoun)):
            return subject
        for current in range(place, max(-1, place - _NEAR - 1), -1):
            for said_at, said in zip(
                reversed(self._places), reversed(self.statements), strict=True
            ):
                if said_at != current:
                    continue
                fits = self._persons.has(said.speaker) == person and self._persons.may_be(
                    said.speaker, pronoun
                )
                known = said.speaker.lower() not in self._nobody and not self._is_aside(said)
                if fits and known:
                    return said.speaker
            told = (m.name for m in mentions(self._told(current, before)))
            named = (self._names.fullest(name) for name in told if name not in self._datelines)
            persons = list(dict.fromkeys(one for one in named if self._fits(one, pronoun)))
            if person and persons:
                one = persons[0]
                return (
                    one if len(persons) == 1 and not self._persons.is_open(one, pronoun) else None
                )
        return None

    def _subject(self, before: int, pronoun: str) -> str | None:
        """Whom an obituary is of, where nobody else is named or speaks first in its paragraph.

        Its headline is a name with years or an age: "Kwabena Asiedu-Frempong (1946-2022)".
        """
        headed = _PORTRAIT.match(self._article.title)
        subject = self._names.fullest(headed[1]) if headed else ""
        if not subject or subject.split()[-1] not in self._text or not self._fits(subject, pronoun):
            return None
        start = self._text.rfind("\n", 0, before) + 1
        begun = self._text[start:before]
        if any(start <= said.cue_span.start < before for said in self.statements):
            return None
        others = {self._names.fullest(one.name) for one in mentions(begun)} - {subject}
        return None if any(self._fits(one, pronoun) for one in others) else subject

    def _fits(self, name: str, pronoun: str) -> bool:
        return self._persons.has(name) and self._persons.may_be(name, pronoun)

    def _told(self, place: int, before: int) -> str:
        """A sentence up to an offset, quoted clauses blanked: speakers rarely name themselves."""
        span = self._spans[place]
        end = min(span.end, before)
        text = self._text[span.start : end]
        for quote in mask(self._text, Span(span.start, end), self._quoted).quotes:
            first, last = quote.start - span.start, quote.end - span.start
            text = text[:first] + " " * (last - first) + text[last:]
        return without_asking(text)

    def _is_aside(self, said: Statement) -> bool:
        """True for "Quince replied to Brandt, who had said …": the sentence is not about Brandt."""
        between = self._text[said.speaker_span.end : said.cue_span.start]
        return _RELATIVE.match(between) is not None
