"""What is known of a language: word lists, months, numerals and verbs, kept as data.

Each language has a folder of its own, named by its ISO 639-1 code: TOML files whose keys are the
fields below, and ``synonyms.txt``. English is the only one so far; an article in
another language is indexed and quoted, but nobody reads in it who says what.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

NOT_READ = "who says what is found in English articles only."
"""What a reader is told of an article in another language."""

_FOLDERS = Path(__file__).parent
_MAPPINGS = frozenset(
    "title_pronouns seasons holidays scales short_scales counted multiples percent"
    " irregular_verbs".split()
)
_ORDERED = frozenset("months weekdays small_numbers tens".split())
_VOWELS = frozenset("aeiou")
_ENGLISH = frozenset({"en", "eng", "english"})
_UNKNOWN = frozenset({"", "und", "mul"})  # ISO 639-2: undetermined, several

Words = frozenset[str]


@dataclass(frozen=True)
class Language:
    """The words of one language, in lower case."""

    code: str
    """ISO 639-1."""
    months: tuple[str, ...]
    """From January."""
    weekdays: tuple[str, ...]
    """From Monday."""
    holidays: Mapping[str, tuple[int, int]]
    """Month and day of days with a name."""
    seasons: Mapping[str, tuple[int, int]]
    """First and last month of each."""
    small_numbers: tuple[str, ...]
    """Zero to nineteen."""
    tens: tuple[str, ...]
    """Twenty to ninety."""
    scales: dict[str, int]
    """Hundred, thousand and so on."""
    short_scales: Mapping[str, str]
    """What stands for a scale behind a figure: "bn"."""
    counted: Mapping[str, int]
    """Words that give a number without being one: "couple"."""
    multiples: Mapping[str, int]
    """Units that multiply the number before them: "decades" by 10."""
    percent: Mapping[str, int]
    """Parts of a whole: "third" is 33."""
    clause_verbs: Words
    """Verbs of saying that report a clause, in their infinitive."""
    thing_verbs: Words
    """Verbs of saying that report by their object alone."""
    naming_verbs: Words
    """Those of them that say what their object is called, or nothing."""
    belief_verbs: Words
    """Those of them that report a belief."""
    denial_verbs: Words
    """Those by which one party denies what another says."""
    answer_verbs: Words
    """Those by which one party answers another."""
    object_verbs: Words
    """Those whose object belongs to what is said: "urged the parties to talk"."""
    refusing_forms: Words
    """Forms before a verb of saying that leave nothing said: "declined"."""
    quoting_forms: Words
    """Forms whose subject is who is quoted: "was quoted"."""
    report_openers: Words
    """What opens a report without a verb: "according"."""
    content_prepositions: Words
    """Prepositions whose phrase belongs to what is reported."""
    documents: Words
    """Documents, behind which somebody speaks."""
    irregular_verbs: Mapping[str, str]
    """Forms of verbs that no rule makes, in a row."""
    past_verbs: Words
    """Past forms of verbs that no rule makes: "sank"."""
    pronouns: Words
    """Pronouns and the like, which name nobody."""
    personal_pronouns: Words
    """Those that stand for one person."""
    impersonal_pronouns: Words
    """Those that stand for a body or for several."""
    pointers: Words
    """Words that point to somebody named elsewhere, beside those: "who"."""
    title_pronouns: Mapping[str, str]
    """Which pronouns a title, as it is written, allows: "Mr" allows "he himself"."""
    view_nouns: Words
    """Nouns for what somebody says or thinks: "view", "report"."""
    allegation_words: Words
    """Words by which a text leaves open whether something is so: "allegedly"."""
    titles: Words
    """Words before a person's name, or for a person by an office."""
    offices: Words
    """Others that stand alone or behind a name, in capitals: "KC"."""
    surnames: Words
    """Those of them that are last names, too: "king"."""
    bodies: Words
    """Last words of names that are no person's: "ministry"."""
    no_names: Words
    """Words that begin a sentence with a capital and are no part of a name."""
    no_fact_names: Words
    """The same where numbers, days and names are compared; fewer: "First" may be of a name."""
    name_links: Words
    """What joins the words of one name: "of"."""
    stop_words: Words
    """Words that carry no question."""
    thanks_words: Words
    """Words that thank."""
    request_words: Words
    """Words that ask for a story or a list, and are not what it is about."""
    shorter_words: Words
    """Words that ask for the same answer with less in it."""
    length_fillers: Words
    """Words that say nothing beside a wish for another length."""
    longer_words: Words
    """Words that ask for what the last answer has left out."""
    synonyms: tuple[Words, ...]
    """Sets of words that name the same, such as a country and its people."""

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Every number word that is no scale: zero to nineteen, twenty to ninety."""
        small = {word: value for value, word in enumerate(self.small_numbers)}
        return small | {word: 10 * value for value, word in enumerate(self.tens, 2)}

    @cached_property
    def month_patterns(self) -> tuple[str, ...]:
        """For each month a regular expression of its name and abbreviation, but the full stop."""
        return tuple(map(_abbreviated, self.months))

    @property
    def month_pattern(self) -> str:
        """A regular expression for any month."""
        return "|".join(self.month_patterns)

    @cached_property
    def reporting_forms(self) -> dict[str, str]:
        """Every form of a verb of saying, with its infinitive."""
        verbs = sorted(self.clause_verbs | self.thing_verbs)
        return {form: verb for verb in verbs for form in self._forms(verb)}

    def lemma(self, word: str) -> str | None:
        """The lemma of a form of a reporting verb ("said": "say"); None for any other word."""
        return self.reporting_forms.get(word.lower())

    @cached_property
    def cues(self) -> re.Pattern[str]:
        """Finds any reporting word."""
        every = sorted(self.reporting_forms | dict.fromkeys(self.report_openers), key=len)
        return re.compile(rf"\b(?:{'|'.join(reversed(every))})\b", re.IGNORECASE)

    def _forms(self, verb: str) -> list[str]:
        """The forms of an English verb: both "signaled" and "signalled"."""
        if verb in self.irregular_verbs:
            return [verb, *self.irregular_verbs[verb].split()]
        if verb.endswith("ee"):
            return [verb, f"{verb}s", f"{verb}d", f"{verb}ing"]
        if verb.endswith("e"):
            return [verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
        if verb.endswith("y") and verb[-2] not in _VOWELS:
            return [verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
        third = f"{verb}es" if verb.endswith(("s", "sh", "ch", "x")) else f"{verb}s"
        stems = [verb, verb + verb[-1]] if _may_double(verb) else [verb]
        return [verb, third, *(stem + end for stem in stems for end in ("ed", "ing"))]


def _may_double(verb: str) -> bool:
    """True for a verb that ends in one vowel and one consonant, and is stressed there or may be.

    "admit" and "label"; not "answer", "threaten" and "reason".
    """
    if verb.endswith(("er", "en", "on")):
        return False
    verb = verb.replace("qu", "q")  # one consonant: "quipped"
    return verb[-1] not in _VOWELS | set("wxy") and verb[-2] in _VOWELS and verb[-3] not in _VOWELS


def _abbreviated(month: str) -> str:
    """March may be "Mar", September "Sep" or "Sept"; June and July lose their last letter only."""
    if len(month) == 3:
        return month
    if len(month) == 4:
        return f"{month[:3]}{month[3]}?"
    if month == "september":
        return "sept?(?:ember)?"
    return f"{month[:3]}(?:{month[3:]})?"


def any_of(words: Words) -> str:
    """A regular expression for any of some words; "*" in them is any ending.

    Of two that begin alike the longer one comes first, so that it is not cut short.
    """
    return f"(?:{'|'.join(sorted(words, reverse=True))})".replace("*", r"\w*")


@cache
def english() -> Language:
    """The words of English."""
    return _read("en")


def language_of(code: str | None) -> Language | None:
    """The language of a code ("en", "en-GB", "eng"), None where there is no data of it.

    English where the code is missing or says that the language is unknown.
    """
    stem = re.split(r"[-_]", (code or "").casefold())[0]
    return english() if stem in _ENGLISH | _UNKNOWN else None


def _read(code: str) -> Language:
    folder = _FOLDERS / code
    fields: dict[str, Any] = {}
    for file in sorted(folder.glob("*.toml")):
        fields |= tomllib.loads(file.read_text(encoding="utf-8"))
    return Language(
        code=code,
        **{name: _value(name, value) for name, value in fields.items()},
        synonyms=tuple(frozenset(line.split()) for line in _lines(folder / "synonyms.txt")),
    )


def _value(name: str, value: Any) -> Any:
    if name in _MAPPINGS:
        return value
    return tuple(value.split()) if name in _ORDERED else frozenset(value.split())


def _lines(file: Path) -> list[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
