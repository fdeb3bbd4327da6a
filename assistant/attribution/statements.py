"""Who said what: the statements of an article, by grammar and a list of reporting verbs.

Only sentences that hold a reporting word or a quotation mark are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import regex

from assistant.attribution.quotations import MaskedSentence, mask
from assistant.attribution.reports import Report, reports
from assistant.language.language import Language, language_of
from assistant.language.names import Names, is_body, is_role, is_title, mentions
from assistant.language.parsing import Entity, Parser
from assistant.text import sentences, words
from assistant.types import Article, Span, Statement

_HEADLINE = regex.compile(r"^(\p{Lu}[^:\n]{1,60}):\s+(\S.*)$")
_OFFICE = regex.compile(r" (?:of|for) .*\p{Lu}\S* \p{Lu}\S*$", regex.DOTALL)
_CAPITAL = regex.compile(r"\p{Lu}[\p{Ll}\p{M}]+(?!\w)")
_PLACE = regex.compile(r"\b(?:[Ii]n|[Nn]ear) (\p{Lu}\w+)(?! \p{Lu})")
_INSIDE = regex.compile(r"(?<=[\w,] )\p{Lu}[\p{Ll}\p{M}]+(?!\w)")  # begins no sentence
_DATELINE = regex.compile(r"^(\p{Lu}[\p{Lu} /.'’-]{2,}),[^\n–—]{0,60}\s[–—-]\s", regex.MULTILINE)
_RELATIVE = re.compile(r"[\s,]*\b(?:who|which)\b")
_NO_PERSONS = {"ORG", "GPE", "NORP", "FAC", "LOC"}
_LONGEST = 10_000  # characters of a sentence that is worth parsing; more is a table or noise
_NEAR = 2  # sentences that a pronoun looks back


def find_statements(article: Article, parser: Parser) -> list[Statement]:
    """The statements of an article, in the order of its text; that of its headline first.

    Empty for an article in a language that has no word lists.
    """
    language = language_of(article.language)
    if language is None:
        return []
    text = article.text
    spans = sentences(text)
    places = [
        n
        for n, s in enumerate(spans)
        if s.end - s.start <= _LONGEST and language.cues.search(text, s.start, s.end)
    ]
    masked = [mask(text[spans[n].start : spans[n].end], spans[n].start) for n in places]
    parses = parser.parse([one.text for one in masked])
    found = [reports(one, parse, language) for one, parse in zip(masked, parses, strict=True)]
    asked = _sentences_near(text, spans, dict(zip(places, found, strict=True)), language)
    persons, others = _persons(parser.entities(asked))
    reader = _Reader(article, spans, persons, others, parser, language)
    for place, one, in_sentence in zip(places, masked, found, strict=True):
        reader.read(place, one, in_sentence)
    return reader.statements


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


def _persons(named: Sequence[Sequence[Entity]]) -> tuple[set[str], set[str]]:
    """Last words of named entities: of persons, and of others."""
    kinds: dict[str, set[str]] = {}
    for one in (one for entities in named for one in entities):
        for last in one.text.removesuffix("'s").split()[-1:]:
            kinds.setdefault(last, set()).add(one.kind)
    persons = {word for word, found in kinds.items() if "PERSON" in found}
    return persons, {word for word, found in kinds.items() if found & _NO_PERSONS}


def _titled(text: str, language: Language) -> dict[str, set[str]]:
    """Pronouns for each last name that has a title (Mr, Mrs), unless several persons share it."""
    found: dict[str, set[str]] = {}
    titles = "|".join(language.title_pronouns)
    for title, last in regex.findall(
        rf"\b({titles})\.? (?:\p{{Lu}}[\w-]+ )?(\p{{Lu}}[\w-]+)", text
    ):
        found.setdefault(last, set()).update(language.title_pronouns[title].split())
    first = r"(\p{Lu}[\p{Ll}\p{M}-]+)"
    firsts = {last: set(regex.findall(rf"{first} {last}\b", text)) for last in found}
    return {
        last: own
        for last, own in found.items()
        if len(firsts[last] - language.title_pronouns.keys()) < 2
    }


class _Reader:
    """Goes through an article's sentences and keeps who was named last."""

    def __init__(
        self,
        article: Article,
        spans: Sequence[Span],
        persons: set[str],
        others: set[str],
        parser: Parser,
        language: Language,
    ) -> None:
        self._personal = language.personal_pronouns
        self._pronouns = language.personal_pronouns | language.impersonal_pronouns
        self._nobody = self._pronouns | language.pointers
        self._others = others
        self._parser = parser
        self._article = article
        self._persons = persons
        self._text = article.text
        self._spans = spans
        self._names = Names(f"{article.title}\n{article.text}")
        self._titled = _titled(article.text, language)
        self._capitals = set(_INSIDE.findall(article.text))
        self._places_named = set(_PLACE.findall(article.text))
        called = [one.name.split() for one in self._names.mentions]
        self._titled_names = {
            " ".join(parts[n:])
            for parts in called
            for n in range(1, len(parts))
            if is_title(parts[n - 1])
        }
        lines = list(_DATELINE.finditer(article.text))
        self._datelines = {place for line in lines for place in line[1].split("/")}
        self._datelines |= {one.name for line in lines for one in mentions(line[0])}
        self._genders = {frozenset(one.split()) for one in language.title_pronouns.values()}
        self._called: dict[str, frozenset[str]] = {}  # pronouns by which persons were called so far
        self._places: list[int] = []  # the sentence of each statement
        self.statements: list[Statement] = []
        if headline := _HEADLINE.match(article.title):
            self._headline(headline)

    def read(self, place: int, masked: MaskedSentence, found: Sequence[Report]) -> None:
        """Take in the statements of a sentence."""
        if not found and masked.quotes:
            self._go_on(place, masked)
        for report in found:
            within = any(
                said.start <= report.speaker.start < said.end
                for other in found
                if other is not report
                for said in other.contents
            )
            self._add(place, report, within)

    def _add(self, place: int, report: Report, within: bool) -> None:
        speaker = self._speaker(place, report, within)
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
        for quote in masked.quotes:
            around += self._text[at : quote.start]
            at = quote.end
        alone = not words(around + self._text[at : self._spans[place].end])
        if not (alone and self.statements and place - self._places[-1] == 1):
            return
        last = self.statements[-1]
        contents = (*last.content_spans, *masked.quotes)
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
                own = (one for one in self._genders if phrase.lower() in one)
                self._called.setdefault(found, next(own, frozenset()))
            return found or phrase
        if report.name is not None:
            name = self._text[report.name.start : report.name.end]
            if name in self._datelines:  # "SOND, June 27 (Agency) - Nobody moved when she spoke"
                return phrase.lower()
            return self._names.fullest(self._person_at_end(name))
        return self._role(phrase)

    def _person_at_end(self, name: str) -> str:
        """The person in "Speaker of the House of Representatives Newt Gingrich"."""
        if not _OFFICE.search(name):
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
        if bare[:1].isupper() and " " not in bare:
            return self._names.fullest(bare)
        if phrase.lower().startswith("the ") and " " not in bare:
            named = self._names.called(bare)
            if named:
                return named
        return bare

    def _antecedent(self, place: int, before: int, pronoun: str) -> str | None:
        """A pronoun's antecedent: going back, a sentence's last speaker or first person."""
        person = pronoun in self._personal
        for current in range(place, max(-1, place - _NEAR - 1), -1):
            for said_at, said in zip(
                reversed(self._places), reversed(self.statements), strict=True
            ):
                fits = self._is_person(said.speaker) == person and self._may_be(
                    said.speaker, pronoun
                )
                known = said.speaker.lower() not in self._nobody and not self._is_aside(said)
                if said_at == current and fits and known:
                    return said.speaker
            told = (m.name for m in mentions(self._told(current, before)))
            named = (self._names.fullest(name) for name in told if name not in self._datelines)
            persons = [one for one in named if self._is_person(one) and self._may_be(one, pronoun)]
            if person and persons:
                return persons[0]
        return None

    def _told(self, place: int, before: int) -> str:
        """A sentence up to an offset, quoted clauses blanked: speakers rarely name themselves."""
        span = self._spans[place]
        text = self._text[span.start : min(span.end, before)]
        for quote in mask(text, 0).quotes:
            text = text[: quote.start] + " " * (quote.end - quote.start) + text[quote.end :]
        return text

    def _may_be(self, name: str, pronoun: str) -> bool:
        """False for "she" where the article says Mr, or has called the person "he" before."""
        called = self._called.get(name)
        if called and pronoun not in called and any(pronoun in one for one in self._genders):
            return False
        return pronoun in self._titled.get((name.split() or [""])[-1], {pronoun})

    def _is_aside(self, said: Statement) -> bool:
        """True for "Quince replied to Brandt, who had said …": the sentence is not about Brandt."""
        between = self._text[said.speaker_span.end : said.cue_span.start]
        return _RELATIVE.match(between) is not None

    def _is_person(self, name: str) -> bool:
        last, size = (name.split() or [""])[-1], len(name.split())
        # The parser misses names that it never saw; a speaker of two or three words is a person.
        unknown = size in (2, 3) and name.istitle() and last not in self._others
        if size == 1 and name in self._places_named:
            return False
        known = last in self._persons or unknown or name in self._titled_names
        return is_role(name) or (known and not is_body(name))
