"""Two things that different articles tell of become two parts; one thing stays one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from assistant.quoting.candidates import Candidate
from assistant.quoting.compared import compared
from assistant.types import Evidence, Hit, Part, Passage, PastTurn, Question, Source

COMMON = frozenset("ship people aboard price stall month market ferry year".split())


def shares(terms: Sequence[str]) -> Mapping[str, float]:
    return {term: 0.2 if term in COMMON else 0.001 for term in terms}


def sentence(article: str, title: str, text: str, score: float) -> Candidate:
    passage = Passage(Source(article, title=title), 0, 0, len(text), text)
    return Candidate(Evidence(1, Hit(passage, score)), 0, len(text), text, "", score, opens=True)


def ask(query: str, *found: Candidate) -> list[tuple[str, str, tuple[str, ...]]]:
    question = compared(Question(query, parts=(Part(query, query),)), found, shares)
    return [(part.text, part.query, part.but) for part in question.parts]


DAGAT = sentence("a", "Ferry sinks off Samar", "The Reyna ng Dagat carried 212 people.", 4.0)
RUFINA = sentence("b", "All safe", "The Santa Rufina of Lakbay Dagat Lines ran aground.", 3.5)
TUMAINI = sentence("c", "Traders of Kiptarus", "Rent at Tumaini is to be Sh1,500 a month.", 5.0)
STALLS = sentence("d", "Nkawsem stalls list", "Rents stay at 25 cedis a month.", 1.0)


def test_each_thing_is_asked_of_by_itself_in_the_order_of_the_question() -> None:
    assert ask("santa rufina vs reyna ng dagat: people aboard?", DAGAT, RUFINA) == [
        ("santa rufina", "santa rufina vs dagat: people aboard?", ("a",)),
        ("reyna ng dagat", "reyna ng dagat: people aboard?", ("b",)),
    ]


def test_a_headline_needs_one_word_only() -> None:
    asked = "What does a stall cost in the new markets of Kiptarus and of Nkawsem?"
    assert [part for part, _, _ in ask(asked, TUMAINI, STALLS)] == ["Kiptarus", "Nkawsem"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("How many people were aboard the Reyna ng Dagat?", (DAGAT, RUFINA)),
        ("reyna ng dagat vs santa rufina", (DAGAT,)),
        ("reyna ng dagat vs santa rufina", ()),
        ("How many people were aboard?", (DAGAT, RUFINA)),
    ],
)
def test_one_thing_stays_one(query: str, found: Sequence[Candidate]) -> None:
    assert [part for part, _, _ in ask(query, *found)] == [query]


def test_an_article_far_behind_is_no_second_thing() -> None:
    far = sentence("b", "Nkawsem stalls list", "Rents stay at 25 cedis a month.", -9.0)
    query = "rent in Kiptarus and Nkawsem"
    assert [part for part, _, _ in ask(query, TUMAINI, far)] == [query]


ONEILL = sentence("e", "O’Neill retires", "Fergus O’Neill is 61.", 4.0)
KOVAC = sentence("f", "Kovac wins again", "Ana Kovac, who is 34, ran in Split.", 3.0)


def test_names_are_taken_out_as_they_were_typed() -> None:
    assert ask("How old are O'Neill and Kovac?", ONEILL, KOVAC) == [
        ("O'Neill", "How old are O'Neill?", ("f",)),
        ("Kovac", "How old are and Kovac?", ("e",)),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "Why did Kovac cheer for O'Neill?",  # nothing joins them
        "How did the price change between 2019 and 2021?",  # years alone are no things
    ],
)
def test_what_nothing_sets_side_by_side_stays_one(query: str) -> None:
    first = sentence("g", "Price of 2019", "The price of 2019 was 3.", 4.0)
    second = sentence("h", "Price of 2021", "The price of 2021 was 4.", 4.0)
    assert len(ask(query, ONEILL, KOVAC)) == len(ask(query, first, second)) == 1


def test_years_against_each_other_are_two_things() -> None:
    first = sentence("g", "Price of 2019", "The price of 2019 was 3.", 4.0)
    second = sentence("h", "Price of 2021", "The price of 2021 was 4.", 4.0)
    assert [part for part, _, _ in ask("price 2021 v 2019", first, second)] == ["2021", "2019"]


def test_a_follow_up_asks_of_the_new_thing_only_unless_it_compares() -> None:
    part = Part("And Kovac?", "How old is O'Neill: and Kovac?")
    history = (PastTurn("How old is O'Neill?", "61."),)
    question = Question("And Kovac?", history, standalone=part.query, parts=(part,))
    assert compared(question, [ONEILL, KOVAC], shares).parts == (part,)
    both = compared(replace(question, form="comparison"), [ONEILL, KOVAC], shares)
    assert [one.text for one in both.parts] == ["O'Neill", "Kovac"]
