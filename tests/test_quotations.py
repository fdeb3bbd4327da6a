"""Quotations of every shape: where they begin and end, and that sentences keep them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.quotations import is_quoted, quotations
from assistant.text import sentences


def quoted(text: str) -> list[str]:
    return [text[one.inside.start : one.inside.end] for one in quotations(text)]


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("“Yes,” she said. “No.”", ["Yes,", "No."]),
        ('"Yes," she said. "No."', ["Yes,", "No."]),
        ("‘Yes,’ she said. ‘It’s no.’", ["Yes,", "It’s no."]),
        ("'Yes,' she said. 'It isn't.'", ["Yes,", "It isn't."]),
        ("''Yes,'' she said.", ["Yes,"]),
        ("``Yes,'' she said.", ["Yes,"]),
        ("„Ja“, sagte sie.", ["Ja"]),
        ("„Tak”, powiedziała.", ["Tak"]),
        ("« Oui », dit-elle.", [" Oui "]),
        ("»Ja«, sagte sie.", ["Ja"]),
        ("”Ja”, sa hon.", ["Ja"]),
        ("「はい」と言った。", ["はい"]),
        ("He said “she told me ‘go’ and left”.", ["she told me ‘go’ and left"]),
        ("He said ‘she told me “go” and left’.", ["she told me “go” and left"]),
        ("« Il a dit « non » hier »", [" Il a dit « non » hier "]),
        ("The workers’ union called it ‘the boss’ car’.", ["the boss’ car"]),
        ("‘The directors’ pride is gone,’ he said.", ["The directors’ pride is gone,"]),
        ("She called it 'nonsense' in the '90s.", ["nonsense"]),
    ],
)
def test_a_quotation_of_any_shape_is_found(text: str, inside: list[str]) -> None:
    assert quoted(text) == inside


@pytest.mark.parametrize(
    "text",
    [
        "The boys' team won. The girls' team lost.",
        "It’s the workers’ day, and O’Brien’s too.",
        "rock 'n' roll of the '60s",
        "the 6' 2\" man",
        "’Tis the season",
        "Don't, can't, won't.",
    ],
)
def test_an_apostrophe_is_no_quotation(text: str) -> None:
    assert quoted(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "“It is safe,” she said. “We have money.\n\n“Then it ends.”",
            ["“It is safe,” she said.", "“We have money.", "“Then it ends.”"],
        ),
        (
            '"It is safe," she said. "We have money.\n"Then it ends."',
            ['"It is safe," she said.', '"We have money.', '"Then it ends."'],
        ),
        (
            "‘It is safe. It will last,’ said Tom O’Brien. ‘I don’t doubt it.’",
            ["‘It is safe. It will last,’ said Tom O’Brien.", "‘I don’t doubt it.’"],
        ),
        (
            "She said: 'It is safe. It isn't new. I wrote twice.' Then she left.",
            ["She said: 'It is safe. It isn't new. I wrote twice.'", "Then she left."],
        ),
        (
            "»Wir gehen. Es regnet.« Then they left.",
            ["»Wir gehen. Es regnet.«", "Then they left."],
        ),
        (
            "„We go. It rains“, she said. They left.",
            ["„We go. It rains“, she said.", "They left."],
        ),
        (
            "“First,” he said. “Second goes on\nand ends here.” Third.",
            ["“First,” he said.", "“Second goes on", "and ends here.”", "Third."],
        ),
    ],
)
def test_sentences_keep_quotations_whole_and_never_end_in_an_opening_mark(
    text: str, expected: list[str]
) -> None:
    assert cut(text) == expected


def test_a_quotation_left_open_ends_with_its_paragraph() -> None:
    one, two, three = quotations("“One.\n\n“Two.\n\n“Three.”")
    assert [q.closed for q in (one, two, three)] == [False, False, True]


def test_a_place_is_quoted_between_the_marks_only() -> None:
    text = "On Monday “on Tuesday we go” he said on Friday."
    assert [is_quoted(text, text.index(day)) for day in ("Mon", "Tue", "Fri")] == [
        False,
        True,
        False,
    ]


@given(st.text(alphabet="aS. ,“”‘’\"'«»„\n", max_size=60))
def test_quotations_lie_in_order_within_the_text(text: str) -> None:
    end = 0
    for one in quotations(text):
        assert end <= one.span.start <= one.inside.start <= one.inside.end <= one.span.end
        assert one.span.end <= len(text)
        end = one.span.end
    assert all(span.start < span.end for span in sentences(text))
