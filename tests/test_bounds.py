"""Time is bounded by length: four times the text takes no more than ten times as long.

What is compared was measured in one run; a quadratic function takes sixteen times as long.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from datetime import date

import pytest

from assistant import Article
from assistant.archive.copies import signature
from assistant.archive.passages import split
from assistant.attribution import find_statements
from assistant.language import SpacyParser, terms
from assistant.language.names import mentions
from assistant.quotations import quotations
from assistant.reading import normalized
from assistant.reading.articles import Unreadable
from assistant.reading.files import read_bytes
from assistant.reading.injection import is_order, without_orders
from assistant.settings import ModelSettings, ReadingSettings
from assistant.testing import HashEmbeddings
from assistant.text import folded, one_line, plain, sentences
from assistant.types import Question
from assistant.understanding.periods import period
from assistant.understanding.understand import understand

pytestmark = pytest.mark.slow

SHAPES = [
    '"', "“a ” ", "“a ", "a” ", "'a ", "‘a ", "'as' b ", "He said so. ", "(a ", "[1] ", "1",
    "1,000 ", "March 3 2026 and ", "Ada Brandt ", "U.S. ", "\n", " ", "— a ", "of the ", "a, ",
    "a\u0301", "<a ", "A: b\n", "one hundred thousand ", "3/4/", "http://a.b/", "# ", "| ", "? ",
    "say that ", "“He said that she said,” he said. ", "It was said by ", "the man who ",
]  # fmt: skip
PARSER = SpacyParser(ModelSettings())


def article(text: str) -> Article:
    return Article("a", f"x {text}", title=text[:200])


OF_ARTICLES: dict[str, Callable[[str], object]] = {
    "sentences": sentences,
    "quotations": quotations,
    "one_line": one_line,
    "plain": plain,
    "folded": folded,
    "terms": terms,
    "mentions": lambda text: list(mentions(text)),
    "orders": without_orders,
    "an order": is_order,
    "normalized": lambda text: normalized(article(text), 10**7),
    "signature": signature,
    "passages": lambda text: split(article(text), HashEmbeddings(), 150),
    "changes": lambda text: list(_differences(text)),
}
FILES = {
    ".eml": "From: a@b.example\nSubject: Embargo: 1\n\nx ",
    ".mbox": "From a@b.example Sun Mar  1 09:00:00 2026\nFrom: a@b.example\n\nUnder embargo until ",
    ".md": "---\ntitle: a\n---\nx ",
    ".txt": "date 2026-03-01 x ",
    ".html": "<h1>a</h1><p>x ",
}
LONGEST = 4.0  # seconds that anything may take here, on a processor of any age


def _differences(text: str) -> object:
    from assistant.web.article_pages import differences

    return differences(text, text[::-1])


def seconds(do: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    do(text)
    return time.process_time() - start


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_an_article_takes_time_by_its_length(name: str) -> None:
    for shape in SHAPES:
        grows(OF_ARTICLES[name], shape, 4_000)


@pytest.mark.parametrize("suffix", FILES)
def test_a_file_takes_time_by_its_length(suffix: str) -> None:
    settings = ReadingSettings()
    for shape in [*SHAPES, ".1", "10:10 ", "From a 10:10 ", "**a ", "**", "[a](", "## ", "-- \n"]:
        head = FILES[suffix].encode()

        def of_file(text: str, head: bytes = head) -> None:
            with contextlib.suppress(Unreadable):
                list(read_bytes(head + text.encode(), suffix, "a", settings))

        grows(of_file, shape, 4_000)


@pytest.mark.parametrize("shape", SHAPES)
def test_who_says_what_takes_time_by_length(shape: str) -> None:
    find_statements(article("“Yes,” he said."), PARSER)  # loads the pipeline
    grows(lambda text: find_statements(article(text), PARSER), shape, 2_000)


@pytest.mark.parametrize("shape", [*SHAPES, "two weeks ago ", "and what did he say ", "3 to "])
def test_a_question_of_two_thousand_characters_is_read_at_once(shape: str) -> None:
    text = (shape * 2_000)[:2_000]
    took = min(
        seconds(lambda one: understand(Question(f"what {one}"), 10_000), text) for _ in range(2)
    )
    assert took < 1, f"{shape!r}: {took:.1f} s"
    assert seconds(lambda one: period(one, date(2026, 3, 1)), text) < 1


def grows(do: Callable[[str], object], shape: str, size: int) -> None:
    """Four times as much takes less than ten times as long, if it takes any time at all.

    Threads of a tokenizer that wait for a busy machine count as its time: what takes too long is
    measured again, up to three times. A quadratic function takes too long each time.
    """
    once, more = shape * (size // len(shape)), shape * (4 * size // len(shape))
    do("He said so. " * 40)  # loads what there is to load
    for _ in range(3):
        took = min(seconds(do, more) for _ in range(2))
        if took < 0.15:
            return
        least = min(seconds(do, once) for _ in range(3))
        if took < min(10 * least, LONGEST):
            return
    raise AssertionError(f"{shape!r}: {least:.2f} s, four times as much {took:.2f} s")
