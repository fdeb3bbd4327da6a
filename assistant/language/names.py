"""Names in an article: full and short forms, titles, and who a pronoun or a role stands for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from assistant.language.language import english
from assistant.text import folded

# A full stop belongs to a name in initials and in the short titles only.
_WORD = r"\p{Lu}(?:[\w’'-]|[‘·](?=\w))*"
_PART = (
    r"(?:(?:\p{Lu}\.)+|(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Lt|Col|Sgt|Capt|St|Jr|Sr|Prof|Rev)\."
    rf"|(?:(?<![\w’'-])(?:al|el|ad|as|ash|ar|an|ul|ur|us|ka|wa)-|(?<!\w)\p{{Ll}}{{1,4}}[’'])?{_WORD})"
)
_PARTICLES = (
    "de|da|das|del|dela|della|den|der|di|dos|du|la|las|le|los|van|von|fan|vom|zu|zum|zur|ten|ter"
    "|af|av|í|à|y|e|i|ap|ab|ferch|al|el|bin|ibn|bint|binti|ben|ag|walet|wa|arap|ould|na|uulu|kyzy"
)
_LINK = rf"(?: (?:of|for)(?: the)?|(?: (?:{_PARTICLES}|[’']t)){{1,2}})"
_RUN = regex.compile(rf"{_PART}(?:{_LINK}? {_PART})*")
_EN = english()
_SEVERAL = regex.compile(r"\p{Lu}{2,}s")  # "MPs"
_HEAD = re.compile(r"\s(?:of|for|from|at|in|with)\s")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at a place of a text."""

    name: str
    """As it stands there, white space apart, without what only begins the sentence."""
    start: int
    """First character."""


class Names:
    """The names of one article."""

    def __init__(self, text: str) -> None:
        self.mentions = tuple(mentions(text))
        self._names = list(dict.fromkeys(_core(mention.name) for mention in self.mentions))
        self._known = [name for name in self._names if name]

    def fullest(self, name: str, before: int | None = None) -> str:
        """The fullest form in which the article gives this name; the name itself if it is alone.

        "Khan" and "Mr. Khan" become "Chaudhry Nisar Ali Khan", "MEA" "Ministry of External
        Affairs". Of forms with equally many words, the one that the article gives first wins. A
        last name that two persons share stays as it is: "Dunnery" beside Nilo and Carla Dunnery,
        unless only one of them was named before a place of the text.
        """
        core = _core(name)
        parts = core.split()
        if not parts:
            return name
        fitting = [other for other in self._known if _extends(other.split(), parts)]
        if not fitting and len(parts) == 1:  # "Nurfa’izah", of Nik Nurfa’izah binti Kassimin
            fitting = [name for name in self._known if core in name.split()[1:-1]]
            fitting = fitting if len(set(fitting)) == 1 and not is_body(fitting[0]) else []
        whole = max(fitting, key=lambda other: len(other.split()), default=core)
        shared = [one for one in fitting if one.split()[-1] == whole.split()[-1] == core]
        if before is not None and not all(same_name(one, whole) for one in shared):
            told = {_core(one.name) for one in self.mentions if one.start < before}
            shared = [one for one in shared if one in told]
            whole = max(shared, key=lambda other: len(other.split()), default=core)
        return whole if all(same_name(one, whole) for one in shared) else core

    def called(self, noun: str) -> str | None:
        """The only name of several words that contains a noun ("ministry"); None if not unique."""
        fitting = [name for name in self._known if noun.lower() in name.lower().split()]
        whole = [name for name in fitting if len(name.split()) > 1]
        return whole[0] if len(set(whole)) == 1 else None


def mentions(text: str) -> list[Mention]:
    """The names in a text, in order, by their capitals."""
    found = []
    for match in _RUN.finditer(text):
        words, start = match.group().split(), match.start()
        while words and words[0].lower().rstrip(".,'’") in _EN.no_names:
            start = text.index(words[0], start) + len(words[0])
            start += len(text[start:]) - len(text[start:].lstrip())
            words = words[1:]
        if words:
            found.append(Mention(_without_genitive(" ".join(words)), start))
    return _joined(found, text)


def _joined(found: Sequence[Mention], text: str) -> list[Mention]:
    """The same with "the Quay and Ferry Workers' Union" as one name."""
    joined: list[Mention] = []
    apart = {one.name for one in found if not text.endswith("and ", 0, one.start)}
    for one in found:
        first = joined[-1] if joined else None
        if first and is_body(one.name) and one.name not in apart and _is_half(first, one, text):
            joined[-1] = Mention(f"{first.name} and {one.name}", first.start)
        else:
            joined.append(one)
    return joined


def _is_half(first: Mention, last: Mention, text: str) -> bool:
    """Whether a name with an article before and "and" behind is of the body that follows.

    "The Elman Peace and Human Rights Organisation"; not "the World Bank and European Union", which
    are two, nor what has an article of its own.
    """
    between = " ".join(text[first.start : last.start].split())
    article = text[max(0, first.start - 4) : first.start].lower() == "the "
    return article and not is_body(first.name) and between == f"{first.name} and"


def is_body(name: str) -> bool:
    """True for an organisation's name, judged by its last word before "of" or "for"."""
    head = name.lower().split(" of ")[0].split(" for ")[0].split()
    return bool(head) and head[-1] in _EN.bodies


def is_title(word: str) -> bool:
    """True for a word that stands before a name: "Major", "Minister"."""
    return word.lower().rstrip(".") in _EN.titles


def is_office(phrase: str) -> bool:
    """True for a title in capitals, which names nobody: "MP", "CEO"."""
    return phrase.isupper() and (is_title(phrase) or phrase.lower() in _EN.offices)


def is_name(phrase: str) -> bool:
    """True for "Ada Brandt" and "al-Zawahri", False for "doctors at St Mary's", "MP", "Labour MPs".

    A name begins and ends with a word that has a capital, particles ("de Villepin") apart.
    """
    words = phrase.split()
    while words and words[0] in _PARTICLES.split("|"):
        words = words[1:]
    capitals = [any(map(str.isupper, word)) for word in words]
    if not words or is_office(phrase) or _SEVERAL.fullmatch(words[-1]):
        return False
    return capitals[0] and capitals[-1]


def is_role(phrase: str) -> bool:
    """True where a phrase without a name is a person's: "minister", "spokesman for the bank"."""
    head = _HEAD.split(phrase)[0].split()
    return bool(head) and head[-1] in _EN.titles


@lru_cache(maxsize=50_000)
def _core(name: str) -> str:
    """A name without articles, genitives, titles and lower-case words before it, "KC" behind it."""
    words = _without_genitive(_SPACES.sub(" ", name).strip(' ,."“”')).split()
    while len(words) > 2 and is_office(words[-1]):
        words.pop()
    linked = next((n for n, word in enumerate(words) if word in _EN.name_links), len(words))
    titles = [n for n in range(linked - 1) if words[n].lower().rstrip(".") in _EN.titles]
    genitives = [n for n in range(linked - 1) if words[n].endswith(("'s", "’s"))]
    for place in titles[-1:] or genitives[-1:]:
        after = words[place + 1 : linked]  # "Senate Majority Leader Bill Frist of Tennessee"
        words = after if after[0][:1].isupper() and not is_body(after[0]) else words
    while len(words) > 1 and words[0].lower() in _EN.no_names:
        words, linked = words[1:], linked - 1
    named = next((n for n, word in enumerate(words[:linked]) if word[:1].isupper()), 0)
    return " ".join(words[named:] if words and words[0].islower() else words)


def _without_genitive(name: str) -> str:
    return re.sub(r"['’]s?$", "", name)


def _extends(full: Sequence[str], short: Sequence[str]) -> bool:
    """True where a short form may stand for a full name: its last words, first words or letters."""
    begun = short[0][:1].lower() + short[0][1:]  # "Van der Berg" and "Al-Zawahri" begin a sentence
    if begun in full and short[0] not in full:
        short = [begun, *short[1:]]
    if len(full) <= len(short):
        return False
    if list(full[-len(short) :]) == list(short):  # but no "President of Chad" for "Chad"
        return full[-len(short) - 1] not in ("of", "for", "the")
    whole = " ".join(full)
    first = list(full[: len(short)]) == list(short)
    if first and len(short) > 1 and full[len(short)] in ("of", "for"):
        return is_body(" ".join(short))  # "Reserve Bank" may be the Reserve Bank of Kavrenia
    if first and not _EN.name_links & set(full) and not is_body(whole):
        return True  # "Barack" may be Barack Obama, "Israel" is not the Israel Defense Forces
    initials = "".join(word[0] for word in full if word[0].isupper())
    return len(short) == 1 and len(initials) > 1 and short[0].replace(".", "") == initials


def same_name(one: str, two: str) -> bool:
    """True where two names may mean the same: all words of one, but titles, are in the other."""
    mine, theirs = (set(folded(_core(name)).split()) for name in (one, two))
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def named(phrase: str) -> list[str]:
    """The names in a phrase, without those that are only a genitive, as in "India's minister"."""
    owners = re.findall(r"([\w.]+)['’]s? ", phrase)
    return [one.name for one in mentions(phrase) if one.name not in owners]
