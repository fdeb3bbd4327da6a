"""Judges: the packaged cross-encoder, and a chat model that is cached, repeated and limited."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenAssistant
from test_metrics import QUESTION, QUOTE, case, claim

from assistant.errors import (
    EvaluationError,
    ModelFailed,
    ModelMissing,
    SettingsError,
)
from assistant.evaluation import run_suite
from assistant.evaluation.judging import ChatJudge, CrossEncoderJudge
from assistant.evaluation.metrics import citations
from assistant.models.reranking import PackagedReranker
from assistant.settings import load
from assistant.suites import Suite
from assistant.suites.questions import GoldQuestion
from assistant.suites.suite import JudgeSettings
from assistant.testing import ScriptedChatModel, sample_articles


def judge(model: Any, folder: Path, **settings: Any) -> ChatJudge:
    return ChatJudge(model, JudgeSettings(model="scripted", **settings), folder)


ANSWERED = case(claim(QUOTE, 1))


def test_three_repeats_give_a_mean_and_a_spread(tmp_path: Path) -> None:
    model = ScriptedChatModel(
        "correct", "Partly.", "**incorrect**\nbecause …", "supported", "supported", "unsupported"
    )
    scores = judge(model, tmp_path).score(ANSWERED)
    assert scores["judged_correct"].value == 0.5
    assert scores["judged_correct_spread"].value == 1.0
    assert scores["judged_citation_recall"].value == pytest.approx(2 / 3)
    assert scores["judged_citation_spread"].value == 1.0
    assert QUESTION.answer in model.prompts[0]
    assert QUOTE in model.prompts[3]


def test_what_was_judged_is_not_asked_again(tmp_path: Path) -> None:
    replies = ["correct"] * 3 + ["supported"] * 3
    first = judge(ScriptedChatModel(*replies), tmp_path).score(ANSWERED)
    idle = ScriptedChatModel()
    assert judge(idle, tmp_path).score(ANSWERED) == first
    assert idle.prompts == []


def test_a_kill_between_judgements_loses_none(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        judge(ScriptedChatModel("correct", KeyboardInterrupt()), tmp_path).score(ANSWERED)
    with (tmp_path / "judgements.jsonl").open("a") as file:
        file.write('{"key": "torn')
    rest = ScriptedChatModel("correct", "correct", *["supported"] * 3)
    assert judge(rest, tmp_path).score(ANSWERED)["judged_correct"].value == 1.0
    assert len(rest.prompts) == 5


def test_a_cache_can_be_shared_between_runs(tmp_path: Path) -> None:
    cache = str(tmp_path / "shared.jsonl")
    replies = ["correct"] * 3 + ["supported"] * 3
    paying = {"cache": cache, "price_input": 1e6, "max_cost": 1e9}
    first = judge(ScriptedChatModel(*replies), tmp_path / "one" / "sample", **paying)
    first.score(ANSWERED)
    assert first.spent > 0
    second = judge(ScriptedChatModel(), tmp_path / "two" / "sample", **paying)
    assert second.score(ANSWERED)["judged_correct"].value == 1.0
    assert second.spent == 0.0  # the other run paid


def test_the_cost_limit_holds_also_after_a_restart(tmp_path: Path) -> None:
    prices = {"price_output": 1e6, "max_cost": 2.0}  # a word costs 1
    first = judge(ScriptedChatModel("correct", "correct"), tmp_path, **prices)
    scores = first.score(ANSWERED)
    assert first.spent == 2.0
    assert scores["judged_correct"].unscored == "the judge's cost limit was reached"
    assert scores["judged_citation_recall"].unscored == "the judge's cost limit was reached"
    again = judge(ScriptedChatModel("correct"), tmp_path, **prices)
    assert again.spent == 2.0
    assert again.score(ANSWERED)["judged_correct"].unscored


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("I would say it is fine.", "the judge's reply is none of the words it was asked for"),
        ("", "the judge's reply is none of the words it was asked for"),
        (ModelFailed("time-out"), "the judge did not answer: time-out"),
    ],
)
def test_what_the_judge_does_not_say_is_unscored(tmp_path: Path, reply: Any, reason: str) -> None:
    scores = judge(ScriptedChatModel(reply, reply), tmp_path).score(ANSWERED)
    assert scores["judged_correct"].unscored == reason
    assert scores["judged_correct_spread"].unscored == reason


def test_a_refusal_and_a_question_without_reference_need_no_judge(tmp_path: Path) -> None:
    idle = judge(ScriptedChatModel(), tmp_path)
    assert idle.score(case())["judged_correct"].value == 0.0
    open_question = replace(QUESTION, answer="")
    assert idle.score(case(question=open_question))["judged_correct"].unscored


def test_a_damaged_cache_is_named(tmp_path: Path) -> None:
    (tmp_path / "judgements.jsonl").write_text('{"reply": "correct"}\n')
    with pytest.raises(EvaluationError, match=r"judgements\.jsonl:1"):
        judge(ScriptedChatModel(), tmp_path)


def test_a_run_with_a_judge(open_assistant: OpenAssistant, tmp_path: Path) -> None:
    assistant = open_assistant()
    assistant.add(sample_articles(4))
    asked = GoldQuestion(
        "q", "When did harbour3 reopen?", articles=("sample-3",), answer="On Monday."
    )
    settings = JudgeSettings(model="scripted", repeats=1)
    suite = Suite("judged", tmp_path / "q.jsonl", (asked,), judge=settings)
    model = ScriptedChatModel("correct", *["supported"] * 9)
    run = run_suite(suite, assistant, tmp_path / "run", judge=model)
    assert run.figures["judged_correct"].value == 1.0
    assert run.figures["judged_citation_precision"].value == 1.0
    assert set(run.manifest.prompts) == {"judge_correctness", "judge_support"}
    assert run.manifest.judge["model"] == "scripted"


def test_a_model_does_not_judge_itself(open_assistant: OpenAssistant, tmp_path: Path) -> None:
    assistant = open_assistant()
    assistant.add(sample_articles(1))
    asked = GoldQuestion("q", "When?", articles=("sample-0",))
    own = JudgeSettings(model=assistant.settings.answer.model)
    with pytest.raises(SettingsError, match="does not judge its own answers"):
        run_suite(Suite("s", tmp_path / "q", (asked,), judge=own), assistant, tmp_path / "run")


# The cross-encoder


@pytest.mark.slow
def test_the_cross_encoder_takes_quotes_and_paraphrases_and_rejects_the_unrelated() -> None:
    offline = CrossEncoderJudge(PackagedReranker(load().models))
    source = "The harbour reopened on Monday after three weeks of repairs, the port authority said."
    assert offline.supports("The harbour reopened on Monday", [source])
    assert offline.supports("According to the port authority, the port is open again.", [source])
    assert not offline.supports("The choir sang in the cathedral at Easter.", [source])


def test_without_the_packaged_model_alce_is_unscored() -> None:
    class Absent:
        def supports(self, claim: str, sources: Any) -> bool:
            raise ModelMissing("not installed")

    scores = citations.score(case(claim("Boats will sail.", 1)), Absent())
    assert scores["citation_recall"].unscored == "the packaged cross-encoder is not installed"
