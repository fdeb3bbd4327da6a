from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import types
from assistant.types import Answer, from_dict, to_dict

WORDS = [
    value
    for value in vars(types).values()
    if isinstance(value, type)
    and dataclasses.is_dataclass(value)
    and value.__module__.startswith(types.__name__)
]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


# Finite floats only: JSON has no other, and the words promise none.
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.__name__)
def test_every_word_is_frozen_slotted_and_documented(word: type) -> None:
    assert word.__dataclass_params__.frozen
    assert hasattr(word, "__slots__")
    files = sorted(Path(types.__file__).parent.glob("*.py"))
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    body = source[source.index(f"class {word.__name__}:") :].split("\n@dataclass")[0]
    for field in dataclasses.fields(word):
        lines = body.split(f"\n    {field.name}: ")[1].split("\n")
        assert lines[1].strip().startswith('"""'), f"{word.__name__}.{field.name}"


@given(st.data())
def test_round_trip_of_every_word(data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(WORDS))
    value = data.draw(st.from_type(word))
    as_json = json.dumps(to_dict(value), ensure_ascii=False)
    assert from_dict(word, json.loads(as_json)) == value


def test_answer_has_the_shape_of_the_product_page() -> None:
    answer = Answer("q").to_dict()
    assert set(answer) == {
        *("question", "standalone", "text", "refusal", "claims", "citations", "sides", "missing"),
        *("confidence", "nearest", "read", "history", "filters", "inferred", "coverage", "notice"),
        *("form", "read_as", "trace", "doubtful"),
    }
    assert answer["filters"] == {
        "since": None,
        "until": None,
        "outlets": [],
        "speakers": [],
        "articles": [],
        "exclude": [],
        "as_of": None,
    }
    assert Answer.from_dict(answer) == Answer("q")


def test_support_and_reasons_are_closed_sets() -> None:
    assert typing.get_args(types.Support) == ("quoted", "supported", "unsupported")
    with pytest.raises(ValueError, match="reason"):
        from_dict(types.Refusal, {"reason": "tired", "message": ""})
