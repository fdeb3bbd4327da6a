from __future__ import annotations

from pathlib import Path

import pytest

from assistant import SettingsError
from assistant.settings import load


def test_arguments_beat_environment_beats_file_beats_defaults(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load().answer.sentences == 5
    Path("assistant.toml").write_text("[answer]\nsentences = 4\nbudget = 900\n")
    assert (load().answer.sentences, load().answer.budget) == (4, 900)
    monkeypatch.setenv("ASSISTANT_ANSWER__SENTENCES", "7")
    assert (load().answer.sentences, load().answer.budget) == (7, 900)
    assert load(answer={"sentences": 6}).answer.sentences == 6


@pytest.mark.parametrize(
    "content", ["[answer]\nsentense = 4\n", "[anwser]\n", "[answer]\nsentences = 0\n", "no toml"]
)
def test_a_wrong_file_is_refused_by_name(content: str) -> None:
    Path("assistant.toml").write_text(content)
    with pytest.raises(SettingsError):
        load()


def test_unknown_variables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_MODELS__RERANKERR", "off")
    with pytest.raises(SettingsError, match="ASSISTANT_MODELS__RERANKERR"):
        load()


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(SettingsError, match="sentense"):
        load(answer={"sentense": 1})


def test_the_fingerprint_follows_the_settings_but_not_the_place() -> None:
    assert load().fingerprint == load(archive={"path": "elsewhere"}).fingerprint
    assert load().fingerprint != load(answer={"sentences": 4}).fingerprint
