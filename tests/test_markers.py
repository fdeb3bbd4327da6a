"""Citation marks in a reply that comes in pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering import DraftClaim
from assistant.chat_writer.markers import Composer


def composed(*pieces: str) -> tuple[str, list[DraftClaim], list[tuple[str, tuple[int, ...]]]]:
    """The text without marks, the sentences, and the pieces as they were shown."""
    composer = Composer()
    out = [one for piece in pieces for one in composer.feed(piece)]
    out += composer.finish()
    shown = [one for one in out if not isinstance(one, DraftClaim)]
    claims = [one for one in out if isinstance(one, DraftClaim)]
    return "".join(text for text, _ in shown), claims, shown


@pytest.mark.parametrize(
    ("reply", "cites"),
    [
        ("The harbour is open [1].", (1,)),
        ("The harbour is open.[1]", (1,)),
        ("The harbour is open. [1]", (1,)),
        ("The harbour is open [1, 2].", (1, 2)),
        ("The harbour is open [1][2].", (1, 2)),
        ("The harbour is open [1] [2].", (1, 2)),
        ("The harbour is open. [1], [2]", (1, 2)),
        ("Ada Pell`s harbour is open [1].", (1,)),
        ("The harbour is open [1-3].", (1, 2, 3)),
        ("The harbour is open [1; 3–4].", (1, 3, 4)),
        ("The harbour is open 【1】.", (1,)),
        ("The harbour is open 【2†source】.", (2,)),
        ("The harbour is open [Source 2].", (2,)),
        ("The harbour is open [sources 1, 2].", (1, 2)),
        ("The harbour [1] is open [2] again [1].", (1, 2)),
        ("The harbour is open [99].", (99,)),
        ("The harbour is open.", ()),
        ("The harbour is open [1", ()),
        ("The harbour is open [note].", ()),
        ("“The harbour is open [1],” she said.", (1,)),
        ("“The harbour is open,” she said [1].", (1,)),
        ("“The harbour is open.”[1]", (1,)),
        ("`open[1]` is no citation.", ()),
        ("The array `a[1]` is open [2].", (2,)),
    ],
)
def test_what_a_sentence_cites(reply: str, cites: tuple[int, ...]) -> None:
    _, (claim,), _ = composed(reply)
    assert claim.cites == cites


def test_marks_are_no_part_of_a_quotation() -> None:
    _, (claim,), _ = composed("“The harbour is open [1] again,” she said.")
    assert claim.text == "“The harbour is open again,” she said."


def test_code_is_left_as_it_is() -> None:
    text, (claim,), _ = composed("The array `a[1]` is open [2].")
    assert text == "The array `a[1]` is open."
    assert claim.text == text


def test_a_mark_belongs_to_the_sentence_before_it() -> None:
    _, claims, _ = composed("It opened on Monday. [1] It closed on Friday [2]. Nobody came.")
    assert [(one.text, one.cites) for one in claims] == [
        ("It opened on Monday.", (1,)),
        ("It closed on Friday.", (2,)),
        ("Nobody came.", ()),
    ]


@pytest.mark.parametrize("size", [1, 3, 99])
def test_marks_in_a_row_end_their_sentence(size: int) -> None:
    reply = "The port employs 610. [1], [2] The museum shows 340, and sells none. [2]"
    pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
    _, claims, _ = composed(*pieces)
    assert [(one.text, one.cites) for one in claims] == [
        ("The port employs 610.", (1, 2)),
        ("The museum shows 340, and sells none.", (2,)),
    ]


def test_a_sentence_waits_for_the_mark_behind_it() -> None:
    composer = Composer()
    early = list(composer.feed("It opened on Monday. "))
    assert not any(isinstance(one, DraftClaim) for one in early)
    late = list(composer.feed("[1] It closed on Friday [2]."))
    assert [one.cites for one in late if isinstance(one, DraftClaim)] == [(1,)]


def test_a_mark_is_never_shown_in_part() -> None:
    _, _, shown = composed("It is open [", "1", ",", " 2", "]", ". Yes [", "3].")
    assert [numbers for _, numbers in shown if numbers] == [(1, 2), (3,)]
    assert not any("[" in text or "]" in text for text, _ in shown)


def test_lists_and_emphasis_are_not_part_of_a_claim() -> None:
    _, claims, _ = composed("- **The harbour** is open [1].\n2. It *closed* on Friday [2].\n")
    assert [one.text for one in claims] == ["The harbour is open.", "It closed on Friday."]


REPLY = (
    "On Monday the harbour reopened [1]. “We are glad [2],” said the master, Dr. Lund 【3】. "
    "Code such as `a[4]` stays. The ferry may sail [1, 2][5-6]. [7] Nothing else was said."
)


@given(st.lists(st.integers(min_value=0, max_value=len(REPLY)), max_size=30))
def test_it_does_not_matter_where_a_reply_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(REPLY)]
    pieces = [REPLY[start:end] for start, end in pairwise(places)]
    text, claims, _ = composed(*pieces)
    whole, at_once, _ = composed(REPLY)
    assert (text, claims) == (whole, at_once)
    assert [one.cites for one in claims] == [(1,), (2, 3), (), (1, 2, 5, 6, 7), ()]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    ("reply", "claims"),
    [
        ("It is open [[1]](https://x.example/a).", [("It is open.", (1,))]),
        ("It is open [2](https://x.example/a_b).", [("It is open.", (2,))]),
        ("It is open ([1]). Old (see [1], [2]).", [("It is open.", (1,)), ("Old.", (1, 2))]),
        ("It is open (Source: [3]).", [("It is open.", (3,))]),
        ("It is open **[1]**. It is **old** [2].", [("It is open.", (1,)), ("It is old.", (2,))]),
        ("It is open [[1]]. Old [[1]][[2]].", [("It is open.", (1,)), ("Old.", (1, 2))]),
        ("It is open [^1]. Old [Source 2].", [("It is open.", (1,)), ("Old.", (2,))]),
        ("According to [1], it is open.", [("it is open.", (1,))]),
        (
            "It is open (as told [1]) and [sic] old.",
            [("It is open (as told) and [sic] old.", (1,))],
        ),
    ],
)
def test_a_mark_of_any_form_leaves_nothing_behind(
    reply: str, claims: list[tuple[str, tuple[int, ...]]], size: int
) -> None:
    composer, events = Composer(), []
    for start in range(0, len(reply), size):
        events += composer.feed(reply[start : start + size])
    events += composer.finish()
    assert [(e.text, e.cites) for e in events if isinstance(e, DraftClaim)] == claims
