"""The statements within one sentence, by its grammar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.attribution.masking import MaskedSentence
from assistant.attribution.quoting_verbs import quoting_verbs
from assistant.language.language import Language
from assistant.language.names import is_office
from assistant.language.parsing import Parse
from assistant.types import Span

_SUBJECTS = ("nsubj", "nsubjpass")
_BRANCHES = ("appos", "relcl", "acl", "advcl", "parataxis", "punct", "ccomp")
_LINKS = ("of", "for", "and")  # "Ministry of External Affairs"
_FARTHEST = 25  # tokens between a quotation and the verb that reports it
_EDGE = " \t\n,.;:—–-?!"


@dataclass(frozen=True, slots=True)
class Report:
    """A statement as the grammar of its sentence gives it; spans are of the article."""

    speaker: Span
    """The noun phrase that names the speaker."""
    cue: Span
    """The word that reports."""
    contents: tuple[Span, ...]
    """What was said."""
    direct: bool
    """Whether most of it stands in quotation marks."""
    name: Span | None
    """The name in it, or in apposition to it; None where the speaker is a role or a pronoun."""


def reports(masked: MaskedSentence, parse: Parse, language: Language) -> list[Report]:
    """The statements of a sentence, in the order of their cues."""
    return sorted(_Sentence(masked, parse, language).reports(), key=lambda report: report.cue.start)


class _Sentence:
    def __init__(self, masked: MaskedSentence, parse: Parse, language: Language) -> None:
        self._language = language
        self._masked = masked
        self._parse = parse
        self._tokens = parse.tokens
        self._masks = [n for n, t in enumerate(self._tokens) if t.start in masked.places]
        self._quoting = quoting_verbs(masked, parse, self._masks)

    def reports(self) -> Iterator[Report]:
        cue_places = [n for n, t in enumerate(self._tokens) if self._reports(n)]
        speakers = {n: who for n in cue_places if (who := self._speaker(n)) is not None}
        quoted = self._quoted(list(speakers))
        for place, who in speakers.items():
            contents = self._contents(place, who, quoted.get(place, []))
            for one in self._together(who) if contents else ():
                yield self._report(place, one, contents)
        for place, token in enumerate(self._tokens):
            if token.text.lower() in self._language.report_openers and (
                report := self._according(place)
            ):
                yield report

    def _reports(self, place: int) -> bool:
        token = self._tokens[place]
        if not token.is_verb or place in self._masks:
            return False
        return self._language.lemma(token.text) is not None or place in self._quoting

    # Who

    def _speaker(self, place: int, steps: int = 4) -> int | None:
        """The head of the noun phrase that names who says it."""
        token, children = self._tokens[place], self._parse.children
        if agents := children(place, "agent"):
            described = token.dep == "acl" and place not in self._quoting  # "a text proposed by X"
            return None if described else next(iter(children(agents[-1], "pobj")), None)
        subjects = [n for n in children(place, *_SUBJECTS) if n not in self._masks]
        if token.dep == "relcl" and all(self._tokens[n].tag in ("WP", "WDT") for n in subjects):
            named = self._tokens[token.head].tag.startswith("NNP")
            which = any(self._tokens[n].text.lower() == "which" for n in subjects)
            return token.head if named or not which else None  # often hung on the wrong noun
        if subjects:
            passive = children(place, "nsubjpass", "auxpass")
            return None if passive and not self._quoted_as(place) else subjects[-1]
        if token.dep == "acl" and token.tag == "VBG":
            return self._document(token.head)
        if token.tag in ("VBD", "VBZ", "VBP") and token.dep == "ROOT":
            return self._subject_lost(place)
        climbs = token.dep in ("conj", "advcl", "xcomp", "pcomp", "ccomp", "dep")
        if not steps or not climbs or token.head == place:
            return None
        if self._tokens[token.head].text.lower() in self._language.refusing_forms:
            return None
        head = token.head
        if token.dep == "pcomp":
            head = self._tokens[head].head
        return self._speaker(head, steps - 1)

    def _together(self, who: int) -> list[int]:
        """The heads of the names that say it together: "Feld, the mayor, and her deputy, Rask"."""
        if self._name(who) is None:
            return [who]
        found, waiting = {self._name(who): who}, [who]
        while waiting:
            place = waiting.pop()
            joined = self._parse.children(place, "conj")
            for one in joined:
                if name := self._name(one):
                    found.setdefault(name, one)
            waiting += [*joined, *self._parse.children(place, "appos")]
        return list(found.values())

    def _subject_lost(self, place: int) -> int | None:
        """The name before a verb whose subject the parser hung elsewhere: "X, a doctor, said"."""
        for before in range(place - 1, -1, -1):
            token = self._tokens[before]
            closes = before + 1 == place or self._tokens[before + 1].text == ","
            if closes and (token.tag.startswith("NNP") or token.tag == "PRP"):
                return before
        return None

    def _document(self, noun: int) -> int | None:
        """The speaker behind "a statement saying …": the subject of its verb, else the noun."""
        verb = self._tokens[noun].head
        while self._tokens[verb].dep in ("prep", "pobj") and self._tokens[verb].head != verb:
            verb = self._tokens[verb].head
        is_document = self._tokens[noun].text.lower() in self._language.documents
        owned = self._parse.children(noun, "poss") or any(
            self._tokens[n].text.lower() in ("from", "by", "of")
            for n in self._parse.children(noun, "prep")
        )
        if not is_document or owned or verb == noun or not self._tokens[verb].is_verb:
            return noun
        return self._speaker(verb) or noun

    def _quoted_as(self, place: int) -> bool:
        return self._tokens[place].text.lower() in self._language.quoting_forms

    # What

    def _quoted(self, verbs: Sequence[int]) -> dict[int, list[int]]:
        """For each verb the masked quotations that it reports: those nearest to it."""
        found: dict[int, list[int]] = {}
        for mark in self._masks:
            near = [v for v in verbs if abs(v - mark) <= _FARTHEST]
            if near:
                found.setdefault(min(near, key=lambda v: abs(v - mark)), []).append(mark)
        return found

    def _contents(self, place: int, who: int, quoted: Sequence[int]) -> list[Span]:
        clauses = [] if self._negated(place) and not quoted else self._clauses(place, who)
        if not clauses and not quoted and not self._negated(place):
            clauses = self._things(place)
        spans = [self._span([mark]) for mark in quoted]
        spans += [s for tokens in clauses for s in self._runs(tokens, [*quoted, place])]
        return _joined(spans)

    def _negated(self, place: int) -> bool:
        return bool(self._parse.children(place, "neg"))

    def _clauses(self, place: int, who: int) -> list[list[int]]:
        verb = self._language.lemma(self._tokens[place].text) or ""
        if verb not in self._language.clause_verbs:
            return []
        deps = ("ccomp",) if verb in self._language.belief_verbs else ("ccomp", "xcomp")
        if verb in self._language.object_verbs:
            deps = (*deps, "dobj")
        found = [self._parse.subtree(n) for n in self._parse.children(place, *deps)]
        token = self._tokens[place]
        head_is_content = token.dep == "parataxis" or (
            token.dep == "ccomp" and not found and token.head > place
        )
        if head_is_content and token.head != place:
            found.append(self._parse.subtree(token.head, without=[place]))
        return [tokens for tokens in found if who not in tokens]

    def _things(self, place: int) -> list[list[int]]:
        verb = self._language.lemma(self._tokens[place].text)
        if verb not in self._language.thing_verbs:
            return []
        if verb in self._language.naming_verbs and not self._names_it(place):
            return []
        passive = self._parse.children(place, "agent")
        kept = self._parse.children(place, "nsubjpass") if passive else []
        kept += [
            child
            for child in self._parse.children(place)
            if child > place
            and (
                self._tokens[child].dep in ("dobj", "oprd", "attr", "xcomp", "ccomp", "acomp")
                or (self._tokens[child].dep in ("prep", "dative") and self._taken_along(child))
            )
        ]
        return [sorted(n for child in kept for n in self._parse.subtree(child))] if kept else []

    def _names_it(self, place: int) -> bool:
        """Whether "call" has what something is called, or is "call for": else it is no speech.

        What the parser takes for one thing, as in "the rule “mad”", is told by its quotation marks.
        """
        called = self._parse.children(place, "oprd", "xcomp", "ccomp", "acomp")
        quoted = any(
            self._tokens[n].text in '“”"‘' for n in self._parse.subtree(place) if n > place
        )
        return bool(called or quoted or not self._parse.children(place, "dobj"))

    def _taken_along(self, place: int) -> bool:
        return self._tokens[place].text.lower() in self._language.content_prepositions

    def _according(self, place: int) -> Report | None:
        to = self._parse.children(place, "prep")
        who = next((n for t in to for n in self._parse.children(t, "pobj")), None)
        head = self._tokens[place].head
        while not self._tokens[head].is_verb and self._tokens[head].head != head:
            head = self._tokens[head].head
        if who is None or head == place:
            return None
        contents = _joined(list(self._runs(self._parse.subtree(head, without=[place]), [])))
        if not contents:
            return None
        last = to[0]
        cue = self._masked.span(self._tokens[place].start, self._tokens[last].end)
        return self._made(who, cue, contents)

    # Spans

    def _report(self, place: int, who: int, contents: list[Span]) -> Report:
        token = self._tokens[place]
        return self._made(who, self._masked.span(token.start, token.end), contents)

    def _made(self, who: int, cue: Span, contents: list[Span]) -> Report:
        quoted = sum(
            max(0, min(q.end, c.end) - max(q.start, c.start))
            for q in self._masked.all_quotes
            for c in contents
        )
        return Report(
            speaker=self._phrase(who),
            cue=cue,
            contents=tuple(contents),
            direct=2 * quoted > sum(c.end - c.start for c in contents),
            name=self._name(who),
        )

    def _name(self, who: int) -> Span | None:
        for place in (who, *map(self._named_behind, self._parse.children(who, "appos"))):
            place = self._before_office(place)
            token = self._tokens[place]
            named = token.tag.startswith("NNP") and not token.text.islower()
            if named and not is_office(token.text):
                place = self._hyphenated(place)
                first = place
                while first and self._in_name(first):
                    first -= 1
                phrase = self._phrase(place)
                linked = (
                    first == place
                    and place + 1 < len(self._tokens)
                    and self._tokens[place + 1].text in _LINKS
                )
                start, end = self._tokens[first].start, self._tokens[place].end
                own = self._masked.span(start, end)
                return Span(own.start, phrase.end if linked else own.end)
        return None

    def _before_office(self, place: int) -> int:
        """The name's last token in "Ada Brandt MP"; the office where it has an article: "a TD"."""
        described = self._parse.children(place, "det", "poss", "nummod")
        is_behind = place and is_office(self._tokens[place].text) and not described
        return place - 1 if is_behind and self._in_name(place) else place

    def _named_behind(self, noun: int) -> int:
        """The name right behind a common noun, else the noun: "the drilling company Ostrava"."""
        after = noun + 1
        named = after < len(self._tokens) and self._tokens[after].tag.startswith("NNP")
        return after if named and not self._tokens[noun].tag.startswith("NNP") else noun

    def _hyphenated(self, place: int) -> int:
        """The last token of a name with hyphens, such as "Lascelles-Obi"."""
        while place + 2 < len(self._tokens) and self._tokens[place + 1].text in "-’'":
            joint, after = self._tokens[place + 1 : place + 3]
            whole = self._tokens[place].end == joint.start and joint.end == after.start
            if not whole or not after.text[0].isupper():
                break
            place += 2
        return place

    def _in_name(self, place: int) -> bool:
        """True where the token before belongs to the same name: "Bennett-Jones", "Bill Frist"."""
        before, token = self._tokens[place - 1], self._tokens[place]
        return before.dep in ("compound", "nmod") or (
            before.end == token.start and (before.text[-1].isalnum() or before.text == "-")
        )

    def _phrase(self, head: int) -> Span:
        """The noun phrase around its head, up to a comma, without clauses and appositions."""
        branches = [
            child
            for child in self._parse.children(head)
            if self._tokens[child].dep in _BRANCHES and self._tokens[child].text not in "'’"
        ]
        places = set(self._parse.subtree(head, without=branches))
        first = last = head
        while first - 1 in places:
            first -= 1
        while last + 1 in places:
            last += 1
        return self._span(range(first, last + 1))

    def _span(self, places: Sequence[int]) -> Span:
        return self._masked.span(self._tokens[places[0]].start, self._tokens[places[-1]].end)

    def _runs(self, places: Sequence[int], without: Sequence[int]) -> Iterator[Span]:
        """The stretches of neighbouring tokens, without the conjunction before and marks around."""
        kept = [n for n in places if n not in without]
        run: list[int] = []
        for place in [*kept, -1]:
            if run and place != run[-1] + 1:
                if span := self._trimmed(run):
                    yield span
                run = []
            run.append(place)

    def _trimmed(self, run: list[int]) -> Span | None:
        texts = [self._tokens[n].text for n in run]
        while run and (texts[0].lower() == "that" or not any(c.isalnum() for c in texts[0])):
            if texts[0] in "\"“$£€('[" and len(texts) > 1 and texts[0] not in '"“':
                break
            run, texts = run[1:], texts[1:]
        while run and not any(c.isalnum() for c in texts[-1]) and texts[-1] not in ("%", ")"):
            run, texts = run[:-1], texts[:-1]
        return self._span(run) if run and any(len(text) > 1 for text in texts) else None


def _joined(spans: Sequence[Span]) -> list[Span]:
    """The spans in order, overlapping ones as one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start):
        if joined and span.start <= joined[-1].end + 1:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
