"""A true claim with a name or a number exchanged is false, whatever the letters.

But for a single word that begins the claim: its capital says nothing, so that the gate does not
know it for a name.
"""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant import Article
from assistant.attribution import find_statements
from assistant.language import SpacyParser
from assistant.settings import load
from assistant.testing import HashEmbeddings
from assistant.types import Span
from assistant.verification import Checker

PARSER = SpacyParser(load().models)
CHECKER = Checker(PARSER, HashEmbeddings().encode, None)

# Latin with marks and letters that do not decompose, Greek, Cyrillic, Armenian, Georgian, Hebrew,
# Arabic, Devanagari, Bengali, Tamil, Thai, Ge'ez, Hangul, Kana, Han.
NAMES = (
    "Quince Żuławski Łęcki Ødegård Þorvaldsdóttir Şükrü İnönü Çelik Đurić Œuvrard Ñíguez Ōkubo"
    " Παπαδάκης Шевченко Ґудзь Սարգսյան ბერიძე כהן الخطيب शर्मा চৌধুরী முருகன் สมชาย ተፈራ 박지훈"
    " タナカ 王芳"
).split()
NUMBERS = "2 3 7 14 40 610 1,250 2.5 sixteen ninety".split()
SENTENCES = (
    "The mine in {name} lost {number} workers to the flood.",
    "Divers of {name} found {number} boats in the harbour.",
    "Before the storm {name} bought {number} boats in the harbour.",
    "The council gave {name} the keys to {number} empty schools.",
)
names = st.sampled_from(NAMES)
numbers = st.sampled_from(NUMBERS)
sentences = st.sampled_from(SENTENCES)
untimed = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))


def supported(text: str, claim: str) -> bool:
    article = Article("a", text, title="Report")
    source = CHECKER.read(1, article, Span(0, len(text)), find_statements(article, PARSER))
    return CHECKER.check(claim, [source]).objection is None


@untimed
@given(sentences, st.tuples(names, names), numbers)
def test_another_name_is_not_supported(sentence: str, two: tuple[str, str], number: str) -> None:
    name, other = two
    text = sentence.format(name=name, number=number)
    if name != other:
        assert not supported(text, sentence.format(name=other, number=number))


@untimed
@given(sentences, names, st.tuples(numbers, numbers))
def test_another_number_is_not_supported(sentence: str, name: str, two: tuple[str, str]) -> None:
    number, other = two
    text = sentence.format(name=name, number=number)
    if number != other:
        assert not supported(text, sentence.format(name=name, number=other))


@pytest.mark.parametrize("name", NAMES)
def test_no_script_is_forgotten(name: str) -> None:
    """Each of the names, once, against the next."""
    after = dict(itertools.pairwise([*NAMES, NAMES[0]]))
    text = SENTENCES[0].format(name=name, number=7)
    assert supported(text, text)
    assert not supported(text, SENTENCES[0].format(name=after[name], number=7))
