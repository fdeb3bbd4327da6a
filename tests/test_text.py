from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.text import clean, find, is_blank, opening, sentences, without_direction, words

ANY = st.text(st.characters(exclude_categories=[]), max_size=200)


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@given(ANY)
def test_clean_text_is_clean_and_stays_so(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not set(once) & {"\x00", "\r", "\x1b", "\ufeff"}
    once.encode("utf-8")  # no lone surrogate is left


def test_clean_makes_every_line_end_one() -> None:
    assert clean("a\r\nb\rc\u2028d\n") == "a\nb\nc\nd\n"


def test_clean_composes_and_drops() -> None:
    assert clean("cafe\u0301 \ud800x\x00y") == "café xy"


@given(ANY)
def test_sentences_are_ordered_spans_without_outer_space(text: str) -> None:
    text = clean(text)
    end = 0
    for span in sentences(text):
        assert end <= span.start < span.end <= len(text)
        part = text[span.start : span.end]
        assert part == part.strip()
        end = span.end


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cf"]), max_size=80))
def test_sentences_lose_nothing_visible_but_stray_brackets(text: str) -> None:
    text = clean(text)
    stray = str.maketrans("", "", "])}")
    assert "".join("".join(cut(text)).split()).translate(stray) == "".join(text.split()).translate(
        stray
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The U.S. Senate met. It voted.", ["The U.S. Senate met.", "It voted."]),
        (
            "Lt. Gov. Ann Lee spoke at 5 p.m. Friday. Ms. Roe left.",
            ["Lt. Gov. Ann Lee spoke at 5 p.m. Friday.", "Ms. Roe left."],
        ),
        ("]] Two died. ) ] Why?", ["Two died.", "Why?"]),
        ("]]", ["]]"]),
        (
            "It fell at 1:42 p.m. Arizona time. Smt. Rao saw it near Sta. Rufina.",
            ["It fell at 1:42 p.m. Arizona time.", "Smt. Rao saw it near Sta. Rufina."],
        ),
        ("Prices rose 3.5 percent to $1.2 billion. Why?", None),
        ('He said: "We won\'t go. It is over." Then he left.', None),
        ("“Stop!” he cried. “This is it.”", ["“Stop!” he cried.", "“This is it.”"]),
        ("J. K. Rowling and Mr. Smith Jr. met on Nov. 4. Fine.", None),
        ("It ended at 9 a.m. She slept.", ["It ended at 9 a.m.", "She slept."]),
    ],
)
def test_abbreviations_quotes_and_decimals(text: str, expected: list[str] | None) -> None:
    if expected is None:
        assert len(cut(text)) == 2, cut(text)
    else:
        assert cut(text) == expected


@pytest.mark.parametrize("space", ["\u00a0", "\u2009", "\u202f", "\u3000"])
def test_wide_spaces_before_a_full_stop(space: str) -> None:
    text = f"He chose plan B{space}. Then he left.{space}She stayed."
    assert "".join("".join(cut(text)).split()) == "".join(text.split())
    assert cut(text)[-1] == "She stayed."


def test_many_abbreviations_take_no_square_of_time() -> None:
    assert len(sentences("No. 5 Dr. " * 20_000)) >= 1


def test_lines_end_sentences_unless_they_are_wrapped() -> None:
    assert cut("A headline\nThe body follows.") == ["A headline", "The body follows."]
    wrapped = "The minister went to the harbour in the morning\nand came back at noon. He ate."
    assert cut(wrapped) == [wrapped[: wrapped.index(" He ate")], "He ate."]


@given(
    st.lists(st.sampled_from(["“x”", "it's", "a–b", "«c»", "word", '"q"']), min_size=1),
    st.sampled_from([" ", "\n", "  \n "]),
)
def test_find_ignores_the_shape_of_quotes_and_white_space(parts: list[str], space: str) -> None:
    text = "Before. " + space.join(parts) + " after"
    shapes = str.maketrans("“”’«»–", '""\'""-')
    span = find(" ".join(parts).translate(shapes), text)
    assert span is not None
    assert text[span.start : span.end] == space.join(parts)


def test_find_neither_invents_nor_finds_nothing() -> None:
    assert find("will not go", "We will go.") is None
    assert find("  ", "text") is None


def test_blank_and_opening() -> None:
    assert is_blank(" \u200b\u200e\u202e\n\u2060")
    assert not is_blank("\u200bx")
    assert opening("\n\nShort head\nrest") == "Short head"
    assert opening("word " * 40).endswith("word…")
    assert len(opening("word " * 40)) <= 91


def test_direction_marks_do_not_reach_the_eye() -> None:
    assert without_direction("a\u202eb\u2066c") == "abc"


def test_words_fold_case_and_apostrophes() -> None:
    assert words("Naqvi’s “Claims”") == ["naqvi's", "claims"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 tonnes of CO₂", ["30", "tonnes", "of", "co₂"]),
        ("12 m² and 1½ acres", ["12", "m²", "and", "1½", "acres"]),
        ("शर्मा met முருகன்", ["शर्मा", "met", "முருகன்"]),
        ("I ❤️ it", ["i", "it"]),
    ],
)
def test_words_of_every_kind_of_letter_and_figure(text: str, expected: list[str]) -> None:
    assert words(text) == expected
