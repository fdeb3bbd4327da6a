"""Does the answer keep who said it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.archive.copies import contained
from assistant.evaluation.metrics.citations import overlap, quoted_strings
from assistant.evaluation.metrics.scores import Case, Metric, Score, rate, unscored
from assistant.suites.questions import GoldStatement
from assistant.text import words

# Share of a statement's runs of three words that a claim's quote must hold to rest on it. Words
# alone would not do: a long sentence holds most words of "it is a strike-breaker" by chance.
_RESTS = 0.6
_TITLES = frozenset(
    """
    chancellor chief dr general governor judge king lady lord minister mr mrs ms president prime
    prince princess prof professor queen secretary senator sir sheikh the
    """.split()
)
METRICS = [
    Metric(
        "speaker_kept",
        "attribution",
        "share of all gold statements that an answer quotes whose speaker it keeps: every claim"
        " that quotes one is marked with its speaker, or, unmarked, names the speaker in its text",
    ),
    Metric(
        "statement_f1",
        "attribution",
        "F1 of the answer's statements against the gold ones, speaker and words exact (as S. Pareti"
        " scores quotations in “PARC 3.0”, 2016)",
    ),
    Metric(
        "statement_overlap_f1",
        "attribution",
        "the same, a statement counting by the share of words that it has in common with one of the"
        " same speaker",
    ),
]


@dataclass(frozen=True, slots=True)
class _Said:
    speaker: str
    words: tuple[str, ...]


def score(case: Case) -> dict[str, Score]:
    """The scores of a question that is no twin."""
    names = [metric.name for metric in METRICS]
    gold = case.gold.question.statements
    if not gold:
        return dict.fromkeys(names, unscored("the question gives no statement"))
    if not case.answered:
        return dict.fromkeys(names, unscored("it was refused"))
    kept = [verdict for statement in gold if (verdict := _kept(case, statement)) is not None]
    said = _statements(case)
    none = unscored("no claim of the answer is marked with a speaker")
    exact, partial = statement_f1(said, gold)
    return {
        "speaker_kept": rate(
            sum(kept),
            len(kept),
            "the answer quotes none of the statements",
        ),
        "statement_f1": Score(exact) if said else none,
        "statement_overlap_f1": Score(partial) if said else none,
    }


def same_speaker(name: str, others: Sequence[str]) -> bool:
    """True where a name is one of the others', but for titles and names left out."""
    mine = set(words(name)) - _TITLES
    return any(
        mine and theirs and (mine <= theirs or theirs <= mine)
        for theirs in (set(words(other)) - _TITLES for other in others)
    )


def statement_f1(said: Sequence[_Said], gold: Sequence[GoldStatement]) -> tuple[float, float]:
    """F1 of statements with equal words, and of statements by the words they share.

    A statement counts towards precision by its best match in the gold, a gold one towards recall
    by its best match in the answer; only statements of one speaker match.
    """
    wanted = [(statement.speakers, tuple(words(statement.quote))) for statement in gold]

    def matched(exact: bool) -> float:
        table = [
            [_match(one.words, text, exact) * same_speaker(one.speaker, names) for one in said]
            for names, text in wanted
        ]
        recall = sum(max(row, default=0.0) for row in table) / len(wanted)
        columns = list(zip(*table, strict=True))
        precision = sum(max(column) for column in columns) / len(columns) if columns else 0.0
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    return matched(True), matched(False)


def _match(one: tuple[str, ...], two: tuple[str, ...], exact: bool) -> float:
    if exact:
        return float(one == two)
    joined = " ".join(one), " ".join(two)
    longer = max(len(one), len(two))
    return overlap(joined[1], joined[0]) * len(two) / longer if longer else 0.0


def _kept(case: Case, statement: GoldStatement) -> bool | None:
    """Whether every claim that quotes the statement names its speaker; None where none does."""
    quoting = [
        (claim, citation)
        for claim in case.record.answer.shown
        for citation, checked in zip(case.record.answer.citations, case.record.cited, strict=True)
        if citation.number in claim.citations
        and checked.story in case.gold.stories
        and contained(statement.quote, citation.quote) >= _RESTS
    ]
    if not quoting:
        return None
    return all(
        all(same_speaker(marked, statement.speakers) for marked in marks)
        if (marks := [mark for mark in (claim.speaker, citation.speaker) if mark])
        else any(_names(claim.text, name) for name in statement.speakers)
        for claim, citation in quoting
    )


def _names(text: str, name: str) -> bool:
    """True where the text holds a name's last word, which is how articles refer back to it."""
    known = [word.removesuffix("'s") for word in words(text)]
    return bool(name) and words(name)[-1].removesuffix("'s") in known


def _statements(case: Case) -> list[_Said]:
    """What the answer gives to a speaker: what its quotes hold in quotation marks, else all."""
    found = []
    for claim in case.record.answer.shown:
        for citation in case.record.answer.citations:
            speaker = citation.speaker or claim.speaker
            if speaker and citation.number in claim.citations:
                texts = quoted_strings(citation.quote) or [citation.quote]
                found += [_Said(speaker, tuple(words(text))) for text in texts]
    return found
