"""The persons of an article, and which pronouns may stand for them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

import regex

from assistant.language.given_names import pronoun_of
from assistant.language.language import Language
from assistant.language.names import Names, is_body, is_role, is_title
from assistant.language.parsing import Entity

_BEFORE = regex.compile(r"(?:^|[^\p{L}'’-])((?:\p{L}[\w’'-]* ){0,3}\p{L}[\w’'-]*)(,?) (?:the )?$")
_BEHIND = regex.compile(
    r",(?: \d{1,3},)?(?: who (?:is|was))?(?: the| an?| its| their| his| her)?"
    r" ((?:\p{L}[\w’'-]* ?){1,4})"
)
_PLACE = regex.compile(r"\b(?:[Ii]n|[Nn]ear) (\p{Lu}\w+)(?! \p{Lu})")
_THE = regex.compile(r"\b[Tt]he ((?:\p{Lu}[\p{L}\p{M}'’-]* ){0,3}\p{Lu}[\p{L}\p{M}'’-]*)")
# "Davan Helbrook, who claimed that his services …", nobody else being named between.
_WHO = regex.compile(r", who\b((?:(?!\b\p{Lu})[^.,;:“”\"])*?)\b(he|she|his|her)\b")
_MADE = regex.compile(r"\p{L}-\p{Ll}")  # "Javanese-built"
_SUBJECT = {"he": "he", "his": "he", "she": "she", "her": "she"}
_PLACES = {"GPE", "NORP", "FAC", "LOC"}
_ARTICLES = frozenset("the a an its his her their".split())
_LINKS = frozenset("of for at in from with who which that and on to".split())
_LEADING = _LINKS | _ARTICLES | frozenset("but said says told".split())


class Persons:
    """Tells persons from bodies and places, and he from she."""

    def __init__(
        self, text: str, names: Names, named: Sequence[Sequence[Entity]], language: Language
    ) -> None:
        """Take in an article.

        Args:
            text: its headline, a line end and its text.
            names: the names in that.
            named: the named entities of its sentences in which a speaker may be named.
            language: its words.
        """
        kinds = _by_kind(named)
        self._known = {last for last, own in kinds.items() if "PERSON" in own}
        self._bodies = {last for last, own in kinds.items() if "ORG" in own}
        self._elsewhere = {last for last, own in kinds.items() if own & _PLACES}
        self._titled = _titled(text, language)
        self._places = set(_PLACE.findall(text))
        self._things = self._with_article(text, names)
        called = [one.name.split() for one in names.mentions]
        self._titled_names = {
            " ".join(parts[n:])
            for parts in called
            for n in range(1, len(parts))
            if is_title(parts[n - 1])
        }
        self._genders = {frozenset(one.split()) for one in language.title_pronouns.values()}
        self._called: dict[str, frozenset[str]] = {}  # pronouns by which persons were called so far
        self._told = self._by_clauses(text, names, language)
        self._roles = self._introduced(text, names)

    def has(self, name: str) -> bool:
        """Whether a name, or a role, is a person's."""
        words = name.split() or [""]
        last = words[-1]
        if is_role(name):
            return True
        if is_body(name) or (len(words) == 1 and name in self._places) or _MADE.search(name):
            return False
        if name in self._things and last not in self._known:
            return False
        # The parser misses names that it never saw; two or three words with capitals are a person.
        unknown = len(words) in (2, 3) and name.istitle() and last not in self._elsewhere
        if last in self._bodies:  # what it takes for a body, a given name says is a person
            unknown = unknown and any(map(pronoun_of, words[:-1]))
        return last in self._known or unknown or name in self._titled_names

    def _by_clauses(self, text: str, names: Names, language: Language) -> dict[str, set[str]]:
        """Pronouns of persons by the clauses behind their names; none where two disagree."""
        found: dict[str, set[frozenset[str]]] = {}
        days = "|".join((*language.weekdays, *language.months))
        undated = re.sub(rf"\b(?:{days})\b", lambda day: day[0].lower(), text, flags=re.IGNORECASE)
        for one in names.mentions:
            clause = _WHO.match(undated, one.start + len(one.name))
            kinds = [own for own in self._genders if clause and _SUBJECT[clause[2]] in own]
            found.setdefault(names.fullest(one.name), set()).update(kinds)
        return {name: set(*kinds) for name, kinds in found.items() if len(kinds) == 1}

    @staticmethod
    def _with_article(text: str, names: Names) -> set[str]:
        """Names that stand behind "the" and end there: "the Corvane Dam"; persons' do not.

        But for those that end a title ("the Rev Ada Holm") or are a title's ("the Governor").
        """
        named = {one.name for one in names.mentions}
        found = set(_THE.findall(text)) & named
        return {one for one in found if " " in one and not any(map(is_title, one.split()))}

    def is_known(self, name: str) -> bool:
        """Whether the parser takes a name for a person's."""
        return (name.split() or [""])[-1] in self._known

    def called(self, role: str) -> str | None:
        """The only person whom the article introduces by a role: "rector"; None if not unique."""
        *more, head = role.lower().split()
        own = {name for name, first, last in self._roles if last == head and first >= set(more)}
        return own.pop() if len(own) == 1 else None

    def _introduced(self, text: str, names: Names) -> list[tuple[str, frozenset[str], str]]:
        """Persons with the words, and the head, of what stands before or behind their names.

        "its director, Ada Brandt", "team boss Ada Brandt", "Ada Brandt, 41, a doctor from Sond".
        """
        found: list[tuple[str, frozenset[str], str]] = []
        body = text.find("\n") + 1  # behind the headline
        known = {name: names.fullest(name) for name in {one.name for one in names.mentions}}
        for one in names.mentions:
            full = known[one.name]
            if one.start < body or " " not in full or not self.has(full):
                continue
            before = _BEFORE.search(text[max(body, one.start - 60) : one.start])
            behind = _BEHIND.match(text, one.start + len(one.name))
            title = one.name.removesuffix(full)
            phrases = [title, behind[1] if behind else "", before[1] if before else ""]
            for phrase in phrases:
                words = list(itertools.dropwhile(_LEADING.__contains__, phrase.lower().split()))
                if before and phrase == before[1] and not before[2] and _LINKS & set(words):
                    continue  # "the hotels at Khor Milh"
                ends = (n for n, word in enumerate(words) if word in _LINKS | _ARTICLES)
                head = next(ends, len(words))
                if head and words[head - 1].isalpha():
                    found.append((full, frozenset(words[: head - 1]), words[head - 1]))
        return found

    def call(self, name: str, pronoun: str) -> None:
        """Keep that a person was called by a pronoun."""
        own = (one for one in self._genders if pronoun in one)
        self._called.setdefault(name, next(own, frozenset()))

    def may_be(self, name: str, pronoun: str) -> bool:
        """Whether a pronoun may stand for a person.

        Not "she" where the article has called the person "he" before or says Mr; where it does
        neither, not for a given name that nearly only men have.
        """
        known = self._pronouns(name)
        return not self._is_gendered(pronoun) or not known or pronoun in known

    def is_open(self, name: str, pronoun: str) -> bool:
        """Whether it may rather stand for somebody else.

        Where nothing tells that it fits this person, and it has stood for another before.
        """
        if not self._is_gendered(pronoun) or self._pronouns(name):
            return False
        return any(pronoun in known for other, known in self._called.items() if other != name)

    def _is_gendered(self, pronoun: str) -> bool:
        return any(pronoun in one for one in self._genders)

    def _pronouns(self, name: str) -> set[str]:
        """The pronouns that are known to fit a person; empty where none are.

        A title of the last name ("Mr Brandt") is somebody else's where the given name says so.
        """
        if called := self._called.get(name) or self._told.get(name):
            return set(called)
        title = self._titled.get((name.split() or [""])[-1], set())
        given = pronoun_of(name.split()[0]) if " " in name and not is_role(name) else None
        named = {one for own in self._genders if given in own for one in own}
        return (title & named or {""}) if title and named else title | named


def _by_kind(named: Sequence[Sequence[Entity]]) -> dict[str, set[str]]:
    """The kinds of named entities by their last words."""
    kinds: dict[str, set[str]] = {}
    for one in (one for entities in named for one in entities):
        for last in one.text.removesuffix("'s").split()[-1:]:
            kinds.setdefault(last, set()).add(one.kind)
    return kinds


def _titled(text: str, language: Language) -> dict[str, set[str]]:
    """Pronouns for each last name that has a title (Mr, Mrs), unless several persons share it."""
    found: dict[str, set[str]] = {}
    titles = "|".join(map(re.escape, language.title_pronouns))
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
