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


def test_a_key_comes_from_the_environment_and_is_no_part_of_anything_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSISTANT_ANSWER__KEY", "sk-planted-secret")
    settings = load()
    assert settings.answer.key is not None
    assert settings.answer.key.get_secret_value() == "sk-planted-secret"
    assert "sk-planted" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert settings.fingerprint == load(answer={"key": "another"}).fingerprint


def test_a_file_holds_no_key() -> None:
    Path("assistant.toml").write_text('[answer]\nkey = "sk-planted-secret"\n')
    with pytest.raises(SettingsError, match="holds a key") as caught:
        load()
    assert "sk-planted" not in str(caught.value)
    assert "ASSISTANT_ANSWER__KEY" in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"unsupported": "hide"}, {"timeout": 0}, {"retries": -1}, {"tokens": 0}]
)
def test_what_a_chat_model_may_be_told_is_checked(wrong: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        load(answer=wrong)
