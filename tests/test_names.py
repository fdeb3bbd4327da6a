"""Names of 208 languages (tests/data/names.tsv, by a writer who saw no code)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant import Article, Assistant
from assistant.archive.spelling import spelled
from assistant.attribution import find_statements
from assistant.language import SpacyParser, same_name, stem
from assistant.settings import ModelSettings
from assistant.testing import HashEmbeddings
from assistant.text import words
from assistant.types import Filters, Passage, Source, Span
from assistant.verification import Checker

LINES = (Path(__file__).parent / "data/names.tsv").read_text(encoding="utf-8").splitlines()
NAMES = [tuple(line.split("\t")) for line in LINES]  # language, name, as typed, last name
PARSER = SpacyParser(ModelSettings())
SAID = "{}, the mayor of Sund, spoke on Saturday. {} said the fjord was clear of oil."


def article(name: str, last: str, number: int = 0) -> Article:
    return Article(f"a{number}", SAID.format(name, last[:1].upper() + last[1:]), title="News")


def test_a_speaker_is_resolved_to_the_full_name() -> None:
    wrong = [
        name
        for _, name, _, last in NAMES
        if [one.speaker for one in find_statements(article(name, last), PARSER)] != [name]
    ]
    assert len(wrong) <= 12, wrong  # of 416: "Almaz uulu", "Dorjé-tsang", "br Nainggolang" …


def test_a_name_typed_without_accents_is_the_same() -> None:
    wrong = [name for _, name, typed, _ in NAMES if not same_name(typed, name)]
    assert len(wrong) <= 5, wrong  # of 416: ŋ may be typed n, and Efik has rules of its own


@pytest.mark.parametrize("place", range(0, len(NAMES), 5))
def test_the_gate_catches_an_exchanged_name(place: int) -> None:
    name, other = NAMES[place][1], NAMES[(place + 7) % len(NAMES)][1]
    checker = Checker(PARSER, HashEmbeddings().encode, None)
    text = f"{name}, the director of the Brzegi mine, said that the pumps were working again."
    given = Article("a", text, title="News")
    source = checker.read(1, given, Span(0, len(text)), find_statements(given, PARSER))
    claim = "{}, the director of the Brzegi mine, said that the pumps were working again."
    assert checker.check(claim.format(name), [source]).objection is None
    assert checker.check(claim.format(other), [source]).objection is not None


@pytest.mark.slow
def test_filters_and_questions_find_names_typed_without_accents(tmp_path: Path) -> None:
    some = NAMES[::40]
    with Assistant.open(tmp_path) as opened:
        opened.add([article(name, last, n) for n, (_, name, _, last) in enumerate(some)])
        for number, (_, name, typed, _) in enumerate(some):
            found = opened.search("fjord oil", filters=Filters(speakers=(typed,)))
            assert [hit.passage.article.id for hit in found] == [f"a{number}"], (name, typed)
            answer = opened.ask(f"What did {typed} say about the fjord?")
            assert [c.article.id for c in answer.citations][:1] == [f"a{number}"], (name, typed)


class _Held:
    """What an archive of some texts tells ``spelled``."""

    def __init__(self, *texts: str) -> None:
        article = Source("a")
        self._passages = [Passage(article, n, 0, len(one), one) for n, one in enumerate(texts)]

    def vocabulary(self, letter: str) -> list[tuple[str, int]]:
        stems = Counter(one for text in self._passages for one in {*map(stem, words(text.text))})
        return [(one, count) for one, count in stems.items() if one.startswith(letter)]

    def search(self, terms: Sequence[str]) -> list[Passage]:
        wanted = {*map(stem, terms)}
        return [one for one in self._passages if wanted & {*map(stem, words(one.text))}]


@pytest.mark.parametrize(
    ("typed", "texts", "name"),
    [
        ("Brandx", ["it was Brandt who"], "Brandt"),
        ("Brandx", ["it was Brandt and Brandl who"], None),  # two as near
        ("Brandx", ["it was Brandt and Brandl who", *["so Brandt says"] * 10], "Brandt"),
        ("Brandx", ["it was Brandt who", "it was Brandl who"], None),
        ("shabab", ["fighters of Al-Shabaab left"], "Shabaab"),
        ("Tollandx", ["TOLLAND: He said Tolland left"], "Tolland"),
    ],
)
def test_a_misspelt_name_is_the_nearest_one(typed: str, texts: list[str], name: str | None) -> None:
    held = _Held(*texts)
    assert spelled(typed, held.vocabulary, held.search) == name
