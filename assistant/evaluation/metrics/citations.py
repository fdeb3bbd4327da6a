"""Do the citations hold: exact, current, of the right articles, and do they say so?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Protocol

from assistant.errors import ModelMissing
from assistant.evaluation.metrics.scores import Case, Metric, Score, rate, share, unscored
from assistant.language.facts import facts
from assistant.suites.questions import GoldQuote
from assistant.text import find, words
from assistant.types import Claim

_COVERED = 0.6  # share of a gold quote's words that one cited quote must hold
# An opening mark follows no letter or digit, a closing one follows no space: 5" and boys' are none.
_IN_QUOTATION_MARKS = re.compile(
    r"“([^“”]+)[”“]|„([^„“”]+)[“”]|«([^«»]+)»|‹([^‹›]+)›|「([^「」]+)」"
    r"|(?<!\w)\"([^\"]+)(?<=\S)\"(?!\w)"
    r"|(?<!\w)‘((?:[^‘’]|’(?=\w))+)’(?!\w)"
    r"|(?<!\w)'((?:[^'\n]|'(?=\w))+)(?<=\S)'(?!\w)"
)
_MARK = re.compile(r"\[\d+\]")
_ALCE = "T. Gao et al., “Enabling Large Language Models to Generate Text with Citations”, 2023"

METRICS = [
    Metric(
        "exact_quotes",
        "citations",
        "share of all quotes, those of twins included, that are exact: citations and nearest"
        " passages whose characters stand in the cited version at the cited place; claims called"
        " quoted, and words in quotation marks in other claims, that stand in a quote they cite",
    ),
    Metric(
        "current_versions",
        "citations",
        "share of all citations and nearest passages, those of twins included, whose version of"
        " the article is the newest",
    ),
    Metric(
        "text_claimed",
        "citations",
        "share of answers, those of twins included, whose text is their claims with citation marks,"
        " or the refusal's message, and nothing else",
    ),
    Metric(
        "facts_supported",
        "citations",
        "share of all numbers, dates and names of claims, those of twins included, that the quotes"
        " which the claim cites hold",
    ),
    Metric(
        "citation_recall",
        "citations",
        f"share of an answer's claims that their citations, taken together, support ({_ALCE});"
        " the judge is the packaged cross-encoder, or the claim standing word for word in a quote",
    ),
    Metric(
        "citation_precision",
        "citations",
        "share of an answer's citations that are needed: the claim is supported, and the citation"
        " supports it alone or the others do not without it (ALCE, as above)",
    ),
    Metric(
        "article_precision",
        "citations",
        "share of an answer's citations whose article is, or copies, one that holds the answer",
    ),
    Metric(
        "article_cited",
        "citations",
        "share of answerable questions whose answer cites an article that holds, or copies one"
        " that holds, the answer; a refusal does not",
    ),
    Metric(
        "evidence_recall",
        "citations",
        "share of a question's gold quotes of which one cited quote of a gold article holds at"
        " least 60 % of the words; a refusal recalls none",
    ),
    Metric(
        "first_answers",
        "citations",
        "share of answerable questions whose answer's first sentence cites a quote that holds at"
        " least 60 % of the words of any one gold quote; a refusal has none",
    ),
]


_BESIDE = re.compile(r" \[[^\[\]]*\]")


class SupportJudge(Protocol):
    """Says whether sources support a claim."""

    def supports(self, claim: str, sources: Sequence[str]) -> bool:
        """True where the sources, taken together, say the claim."""


def of_any_answer(case: Case) -> dict[str, Score]:
    """The scores that a twin has, too: what no answer may get wrong."""
    checked = (*case.record.cited, *case.record.nearest)
    right, looked_at = _exact(case)
    held, claimed = _facts(case)
    return {
        "exact_quotes": rate(right, looked_at, "nothing is quoted"),
        "current_versions": rate(
            sum(item.current for item in checked), len(checked), "nothing is cited"
        ),
        "text_claimed": _text_claimed(case),
        "facts_supported": rate(held, claimed, "no claim holds a number, date or name"),
    }


def score(case: Case, judge: SupportJudge) -> dict[str, Score]:
    """The scores of a question that is no twin; without the judge's model, ALCE's are unscored."""
    record, question = case.record, case.gold.question
    named = bool(question.gold_articles) and question.answerable
    unnamed = unscored("the question names no gold article")
    gold = [item for item in record.cited if item.story in case.gold.stories]
    return {
        **_alce_scores(case, judge),
        "article_precision": (
            share(len(gold), len(record.cited), "nothing is cited") if named else unnamed
        ),
        "article_cited": Score(float(bool(gold))) if named else unnamed,
        "first_answers": _first_answers(case),
        "evidence_recall": (
            share(
                sum(covered(case, quote) for quote in question.evidence),
                len(question.evidence),
                "the question names no gold quote",
            )
            if question.answerable
            else unscored("the question is not answerable")
        ),
    }


def _first_answers(case: Case) -> Score:
    question = case.gold.question
    if not (question.answerable and question.evidence):
        return unscored("the question names no gold quote of an answer")
    first = case.record.answer.shown[:1]
    cited = {number for claim in first for number in claim.citations}
    return Score(float(any(covered(case, quote, cited) for quote in question.evidence)))


def _alce_scores(case: Case, judge: SupportJudge) -> dict[str, Score]:
    names = ("citation_recall", "citation_precision")
    if not case.answered:
        return dict.fromkeys(names, unscored("it was refused"))
    answer = case.record.answer
    sources = {citation.number: citation.quote for citation in answer.citations}
    try:
        values = alce(answer.shown, sources, judge)
    except ModelMissing:
        return dict.fromkeys(names, unscored("the packaged cross-encoder is not installed"))
    return dict(zip(names, map(Score, values), strict=True))


def alce(
    claims: Sequence[Claim], sources: dict[int, str], judge: SupportJudge
) -> tuple[float, float]:
    """ALCE's citation recall and citation precision of one answer, from 0 to 1.

    A claim without a citation, or with one that does not exist, is not supported. An answer
    without any citation has precision 0.
    """
    supported = needed = cited = 0
    for claim in claims:
        numbers = list(dict.fromkeys(claim.citations))
        cited += len(numbers)
        quotes = [sources[number] for number in numbers if number in sources]
        if quotes and len(quotes) == len(numbers) and judge.supports(claim.text, quotes):
            supported += 1
            needed += sum(_needed(claim.text, quotes, n, judge) for n in range(len(quotes)))
    return supported / len(claims) if claims else 0.0, needed / cited if cited else 0.0


def _needed(claim: str, quotes: list[str], position: int, judge: SupportJudge) -> bool:
    others = quotes[:position] + quotes[position + 1 :]
    return (
        not others or judge.supports(claim, [quotes[position]]) or not judge.supports(claim, others)
    )


def covered(case: Case, gold: GoldQuote, among: Collection[int] | None = None) -> bool:
    """True where one cited quote of a gold article holds 60 % of a gold quote's words.

    Args:
        case: what was answered.
        gold: what a right answer quotes.
        among: only the citations of these numbers.
    """
    pairs = zip(case.record.answer.citations, case.record.cited, strict=True)
    return case.answered and any(
        (among is None or citation.number in among)
        and checked.story in case.gold.stories
        and covers(citation.quote, gold.quote)
        for citation, checked in pairs
    )


def covers(quote: str, gold: str) -> bool:
    """True where a quote holds 60 % of the words of a gold one."""
    return overlap(gold, quote) >= _COVERED


def overlap(gold: str, quote: str) -> float:
    """Share of the gold's words, with repeats, that the quote holds, from 0 to 1."""
    wanted = Counter(words(gold))
    return (wanted & Counter(words(quote))).total() / max(1, wanted.total())


def quoted_strings(text: str) -> list[str]:
    """What stands in quotation marks in a text."""
    found = (next(filter(None, match.groups())) for match in _IN_QUOTATION_MARKS.finditer(text))
    return [quote for one in found if (quote := one.strip(" ,.;:!?"))]


def _exact(case: Case) -> tuple[int, int]:
    """How many quotes are exact, and how many there are."""
    found = [item.exact for item in (*case.record.cited, *case.record.nearest)]
    for claim in case.record.answer.shown:
        quotes = case.quotes(claim)
        said = [_plain(claim, quotes)] if claim.support == "quoted" else quoted_strings(claim.text)
        found += [any(find(text, quote) is not None for quote in quotes) for text in said]
    return sum(found), len(found)


def _facts(case: Case) -> tuple[int, int]:
    """How many facts of the claims their quotes hold, and how many there are."""
    held = claimed = 0
    for claim in case.record.answer.shown:
        quotes = case.quotes(claim)
        found = facts(_plain(claim, quotes))
        claimed += len(found)
        held += found.found_in("\n".join(quotes))
    return held, claimed


def _plain(claim: Claim, quotes: Sequence[str]) -> str:
    """A claim without the days and names in brackets that the assistant put beside a quote."""
    if claim.support != "quoted":
        return claim.text
    held = " ".join(" ".join(quotes).split())
    return _BESIDE.sub(lambda one: one[0] if one[0] in held else "", claim.text)


def _text_claimed(case: Case) -> Score:
    answer = case.record.answer
    said = " ".join(claim.text for claim in answer.shown)
    if answer.refusal is not None:
        said = answer.refusal.message
    return Score(float(words(_MARK.sub(" ", answer.text)) == words(_MARK.sub(" ", said))))
