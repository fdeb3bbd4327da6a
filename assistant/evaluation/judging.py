"""Judges: the cross-encoder offline, a chat model where a suite asks for one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import EvaluationError, ModelFailed
from assistant.evaluation.journal import append, mend, whole_lines
from assistant.evaluation.metrics.answers import said
from assistant.evaluation.metrics.citations import alce
from assistant.evaluation.metrics.scores import Case, Score, unscored
from assistant.models.chat_model import ChatModel, first_word
from assistant.models.reranking import Reranker
from assistant.prompts import Prompt, load_prompt
from assistant.suites.suite import JudgeSettings
from assistant.text import find

# Threshold in logits: it separates reference answers paired with their own evidence from those
# paired with another question's (benchmarks/support.py).
_SUPPORTS = 1.0

PROMPTS = ("judge_correctness", "judge_support")
"""Names of the judge's prompts."""

_CORRECT = {"correct": 1.0, "partly": 0.5, "incorrect": 0.0}
_SUPPORT = {"supported": 1.0, "unsupported": 0.0}


class CrossEncoderJudge:
    """Support by the cross-encoder: it rejects the unrelated, and overlooks a missing "not"."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker

    def supports(self, claim: str, sources: Sequence[str]) -> bool:
        """True where a source holds the claim word for word, or all of them score high on it."""
        if any(find(claim, source) is not None for source in sources):
            return True
        return self._reranker.score(claim, [" ".join(sources)])[0] >= _SUPPORTS


class _Unjudged(Exception):
    """A judgement that could not be had; the message says why."""


class ChatJudge:
    """A chat model as judge: cached, repeated, limited in time and cost."""

    def __init__(self, model: ChatModel, settings: JudgeSettings, folder: Path) -> None:
        """Take up what the cache holds.

        Args:
            model: the judge; never the model that answers.
            settings: repeats, limits and prices.
            folder: the run's; judgements are kept there unless the settings name a file.

        Raises:
            EvaluationError: the cache is damaged.
        """
        self._model = model
        self._correctness_prompt, self._support_prompt = map(load_prompt, PROMPTS)
        self._settings = settings
        self._run = str(folder.resolve())
        self._path = Path(settings.cache or folder / "judgements.jsonl")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        mend(self._path)
        self._cache = _read_cache(self._path)
        mine = (entry for entry in self._cache.values() if entry["run"] == self._run)
        self.spent = float(sum(entry["price"] for entry in mine))
        """What this run has cost so far."""

    def score(self, case: Case) -> dict[str, Score]:
        """The case's scores."""
        return {**self._correctness(case), **self._support(case)}

    def _correctness(self, case: Case) -> dict[str, Score]:
        question = case.gold.question
        if not question.answer or not question.answerable:
            return _both("judged_correct", unscored("the question has no reference answer"))
        if not case.answered:
            return {"judged_correct": Score(0.0), "judged_correct_spread": Score(0.0)}
        values = {
            "question": question.question,
            "reference": question.answer,
            "answer": said(case),
        }
        try:
            grades = [
                self._verdict(self._correctness_prompt, values, _CORRECT, repeat)
                for repeat in range(self._settings.repeats)
            ]
        except _Unjudged as reason:
            return _both("judged_correct", unscored(str(reason)))
        return {
            "judged_correct": Score(sum(grades) / len(grades)),
            "judged_correct_spread": Score(max(grades) - min(grades)),
        }

    def _support(self, case: Case) -> dict[str, Score]:
        names = ("judged_citation_recall", "judged_citation_precision", "judged_citation_spread")
        if not case.answered:
            return dict.fromkeys(names, unscored("it was refused"))
        sources = {citation.number: citation.quote for citation in case.record.answer.citations}
        try:
            pairs = [
                alce(case.record.answer.shown, sources, _Repeat(self._supports, repeat))
                for repeat in range(self._settings.repeats)
            ]
        except _Unjudged as reason:
            return dict.fromkeys(names, unscored(str(reason)))
        recalls, precisions = zip(*pairs, strict=True)
        return {
            names[0]: Score(sum(recalls) / len(recalls)),
            names[1]: Score(sum(precisions) / len(precisions)),
            names[2]: Score(max(recalls) - min(recalls)),
        }

    def _supports(self, claim: str, sources: Sequence[str], repeat: int) -> bool:
        values = {"claim": claim, "sources": "\n\n".join(sources)}
        return self._verdict(self._support_prompt, values, _SUPPORT, repeat) > 0

    def _verdict(
        self, prompt: Prompt, values: dict[str, str], grades: dict[str, float], repeat: int
    ) -> float:
        reply = self._reply(prompt.render(**values), repeat)
        first = first_word(reply)
        if first not in grades:
            raise _Unjudged("the judge's reply is none of the words it was asked for")
        return grades[first]

    def _reply(self, text: str, repeat: int) -> str:
        key = hashlib.sha256(f"{self._model.name}\n{repeat}\n{text}".encode()).hexdigest()
        if key in self._cache:
            return str(self._cache[key]["reply"])
        if self.spent >= self._settings.max_cost and self._priced:
            raise _Unjudged("the judge's cost limit was reached")
        try:
            reply = self._model.ask(text)
        except ModelFailed as error:
            raise _Unjudged(f"the judge did not answer: {error.args[0]}") from None
        price = (
            reply.input_tokens * self._settings.price_input
            + reply.output_tokens * self._settings.price_output
        ) / 1e6
        self.spent += price
        self._cache[key] = {"key": key, "run": self._run, "price": price, "reply": reply.text}
        with self._path.open("a", encoding="utf-8") as file:
            append(file, self._cache[key])
        return reply.text

    @property
    def _priced(self) -> bool:
        return self._settings.price_input > 0 or self._settings.price_output > 0


@dataclass(frozen=True, slots=True)
class _Repeat:
    """One round of judgements."""

    judge: Callable[[str, Sequence[str], int], bool]
    number: int

    def supports(self, claim: str, sources: Sequence[str]) -> bool:
        return self.judge(claim, sources, self.number)


def _both(name: str, score: Score) -> dict[str, Score]:
    return {name: score, f"{name}_spread": score}


def _read_cache(path: Path) -> dict[str, dict[str, Any]]:
    entries = {}
    for number, line in enumerate(whole_lines(path), 1):
        try:
            entry = json.loads(line)
            entries[entry["key"]] = {"run": "", "price": 0.0, **entry, "reply": entry["reply"]}
        except (ValueError, KeyError, TypeError):
            raise EvaluationError(f"{path}:{number}: no judgement.", "Remove the line.") from None
    return entries
