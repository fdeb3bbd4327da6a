"""Metrics against hand-made cases, against ir-measures, and never NaN."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.asking import CitationCheck, Found, Record
from assistant.evaluation.gold import Gold, Relevant
from assistant.evaluation.lost import lost
from assistant.evaluation.metrics import answers, attribution, citations, cost, refusal
from assistant.evaluation.metrics.attribution import same_speaker
from assistant.evaluation.metrics.citations import alce
from assistant.evaluation.metrics.retrieval import ranking_figures
from assistant.evaluation.metrics.retrieval import score as score_retrieval
from assistant.evaluation.metrics.scores import Case, Score, auroc, ece, ratio
from assistant.language.facts import facts
from assistant.suites.questions import GoldQuestion, GoldQuote, GoldStatement
from assistant.types import Answer, Citation, Claim, Refusal, Source, Trace


class Words:
    """Sources support a claim when, together, they hold all of its words."""

    def supports(self, claim: str, sources: Sequence[str]) -> bool:
        return set(claim.split()) <= set(" ".join(sources).split())


def claim(text: str, *numbers: int, support: str = "quoted", speaker: str | None = None) -> Claim:
    return Claim(text, numbers, support, speaker)


QUOTE = "The mayor, Ann Ashby, said 40 boats would sail on 3 May 2026."
QUESTION = GoldQuestion(
    id="q",
    question="How many boats?",
    articles=("a",),
    evidence=(GoldQuote("a", QUOTE),),
    answer="Ann Ashby said 40 boats would sail on 3 May.",
    must_include=("40 boats", ("Ashby", "the mayor")),
    statements=(GoldStatement("a", "Ann Ashby", "40 boats would sail"),),
)


def case(
    *claims: Claim,
    quotes: Sequence[str] = (QUOTE,),
    question: GoldQuestion = QUESTION,
    twin: bool = False,
    **changes: object,
) -> Case:
    """An answer of the claims, whose citations are the quotes, all of article a."""
    cited = tuple(
        Citation(number, Source("a"), quote, 0, len(quote))
        for number, quote in enumerate(quotes, 1)
    )
    refusal = None if claims else Refusal("no_evidence", "Nothing answers.")
    said = [one.text for one in claims if one.support != "unsupported"]
    answer = Answer(
        question=question.question,
        text=refusal.message if refusal else " ".join(f"{text}[1]" for text in said),
        claims=claims,
        citations=cited if claims else (),
        refusal=refusal,
        confidence=0.8,
    )
    found = (Found("a", 0, 90, "a", "a:0-90", (0,)),)
    record = Record(
        id=question.id,
        twin=twin,
        answer=answer,
        candidates=found,
        read=found,
        evidence=found,
        cited=tuple(CitationCheck("a", exact=True, current=True) for _ in answer.citations),
    )
    gold = Gold(question, (Relevant("a", 0, 90, (0,)),), {"a": ()}, ("Post",), ("2026",))
    return Case(gold, replace(record, **changes))


# Retrieval


def random_run(seed: int) -> tuple[dict[str, list[str]], dict[str, dict[str, float]]]:
    """Judgements and a run with ties; some questions are empty, some missing."""
    generator = random.Random(seed)
    documents = [f"d{n}" for n in range(30)]
    gold, run = {}, {}
    for number in range(generator.randint(1, 12)):
        gold[f"q{number}"] = generator.sample(documents, generator.randint(1, 6))
        sort = generator.random()
        if sort < 0.6:
            held = generator.sample(documents, generator.randint(1, 25))
            run[f"q{number}"] = {name: float(generator.randint(0, 5)) for name in held}
        elif sort < 0.8:
            run[f"q{number}"] = {}
    return gold, run


@pytest.mark.parametrize("seed", range(50))
def test_ranking_figures_are_those_of_ir_measures(seed: int) -> None:
    gold, run = random_run(seed)
    names = ["R@1", "R@5", "R@10", "Success@1", "Success@5", "nDCG@10", "RR"]
    ours = ranking_figures(gold, run, names)
    assert set(ours) == set(gold)
    measures = [ir_measures.parse_measure(name) for name in names]
    mean = ir_measures.calc_aggregate(
        measures, {q: dict.fromkeys(held, 1) for q, held in gold.items()}, run
    )
    for name, measure in zip(names, measures, strict=True):
        assert np.mean([one[name] for one in ours.values()]) == pytest.approx(
            mean[measure], abs=1e-9
        )


@pytest.mark.parametrize("seed", range(50))
def test_ranking_figures_are_those_of_their_formulas(seed: int) -> None:
    """Without ties, where the order leaves no choice."""
    gold, run = random_run(seed)
    generator = random.Random(seed)
    run = {q: {name: generator.random() for name in held} for q, held in run.items()}
    ours = ranking_figures(gold, run, ["R@5", "Success@5", "nDCG@10", "RR"])
    for question, relevant in gold.items():
        ranked = sorted(run.get(question, {}), key=run.get(question, {}).get, reverse=True)
        hits = [rank for rank, name in enumerate(ranked, 1) if name in relevant]
        gain = sum(1 / math.log2(rank + 1) for rank in hits if rank <= 10)
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(10, len(relevant)) + 1))
        found = sum(rank <= 5 for rank in hits)
        assert ours[question] == pytest.approx(
            {
                "R@5": found / len(relevant),
                "Success@5": float(found > 0),
                "nDCG@10": gain / ideal,
                "RR": 1 / hits[0] if hits else 0.0,
            },
            abs=1e-9,
        )


def test_a_ranking_of_passages_counts_articles_at_their_best() -> None:
    read = (
        Found("b", 0, 9, "b", "b:0-9"),
        Found("b", 9, 20, "b", "b:9-20"),
        Found("c", 0, 50, "a", "a:0-90", (0,)),  # a copy of the gold article
    )
    (scores,) = score_retrieval([case(claim("x", 1), read=read)], (1, 3))
    assert scores["article_mrr"].value == 0.5
    assert scores["passage_mrr"].value == pytest.approx(1 / 3)
    assert scores["article_hit@1"].value == 0.0
    assert scores["passage_recall@3"].value == 1.0


def test_without_gold_a_ranking_is_unscored_not_zero() -> None:
    unanswerable = replace(QUESTION, answerable=False, articles=(), evidence=(), statements=())
    (scores,) = score_retrieval([case(claim("x", 1), question=unanswerable)], (1,))
    assert scores["article_mrr"].unscored == "no article answers the question"


# Citations: ALCE's cases


@pytest.mark.parametrize(
    ("claims", "sources", "recall", "precision"),
    [
        ([claim("red boat")], {}, 0.0, 0.0),  # no citation
        ([claim("red boat", 7)], {1: "red boat"}, 0.0, 0.0),  # out of range
        ([claim("red boat", 1)], {1: "a red boat"}, 1.0, 1.0),
        ([claim("red boat", 1)], {1: "a green boat"}, 0.0, 0.0),
        ([claim("red boat", 1, 2)], {1: "red boat", 2: "green car"}, 1.0, 0.5),  # one needless
        ([claim("red boat", 1, 2)], {1: "a red", 2: "a boat"}, 1.0, 1.0),  # only together
        ([claim("red boat", 1, 2)], {1: "red boat", 2: "boat red"}, 1.0, 1.0),  # each alone
        ([claim("red", 1), claim("blue", 1)], {1: "red"}, 0.5, 0.5),
        ([claim("red", 1), claim("blue")], {1: "red"}, 0.5, 1.0),
        ([claim("red boat", 1, 9)], {1: "red boat"}, 0.0, 0.0),  # one of two out of range
        ([], {}, 0.0, 0.0),
    ],
)
def test_alce(
    claims: list[Claim], sources: dict[int, str], recall: float, precision: float
) -> None:
    assert alce(claims, sources, Words()) == (recall, precision)


def test_a_quote_is_exact_or_counted() -> None:
    right = case(claim(QUOTE, 1))
    scored = citations.of_any_answer(right)["exact_quotes"]
    assert (scored.value, scored.of) == (2, 2)  # the citation, and the claim that is called quoted
    altered = case(claim(QUOTE.replace("40", "50"), 1))
    assert citations.of_any_answer(altered)["exact_quotes"].value == 1
    stale = case(claim(QUOTE, 1), cited=(CitationCheck("a", exact=True, current=False),))
    assert citations.of_any_answer(stale)["current_versions"].value == 0


@pytest.mark.parametrize(
    ("text", "exact", "quotes"),
    [
        ("She called it “40 boats would sail” and “a triumph”.", 1, 2),
        ("She said ‘we shan’t pay’.", 0, 1),
        ("She said 'we shall never pay'.", 0, 1),
        ('She said "40 boats would sail".', 1, 1),
        ("She said «never» and „nie“.", 0, 2),
        ("A 5\" pipe, a 6\" pipe and the boys' and girls' choir.", 0, 0),
    ],
)
def test_words_in_quotation_marks_must_stand_in_a_cited_quote(
    text: str, exact: int, quotes: int
) -> None:
    scored = citations.of_any_answer(case(claim(text, 1, support="supported")))["exact_quotes"]
    assert (scored.value, scored.of) == (exact + 1, quotes + 1)  # the citation is one, too


def test_the_text_holds_nothing_but_its_claims() -> None:
    one = case(claim(QUOTE, 1), claim("Unsupported.", support="unsupported"))
    assert citations.of_any_answer(one)["text_claimed"].value == 1.0
    assert citations.of_any_answer(case())["text_claimed"].value == 1.0
    for shown in (one, case()):
        answer = shown.record.answer
        added = replace(answer, text=f"{answer.text} And 987 more died.")
        more = replace(shown, record=replace(shown.record, answer=added))
        assert citations.of_any_answer(more)["text_claimed"].value == 0.0


@pytest.mark.parametrize(
    ("quote", "recalled"),
    [(QUOTE, 1.0), ("The mayor, Ann Ashby, said 40 boats would", 1.0), ("The mayor, Ann", 0.0)],
)
def test_evidence_is_recalled_at_sixty_percent_of_its_words(quote: str, recalled: float) -> None:
    scores = citations.score(case(claim(quote, 1), quotes=[quote]), Words())
    assert scores["evidence_recall"].value == recalled


def test_evidence_may_be_quoted_from_any_gold_article() -> None:
    question = replace(QUESTION, articles=("a", "b"))
    elsewhere = case(
        claim(QUOTE, 1), question=question, cited=(CitationCheck("b", exact=True, current=True),)
    )
    assert citations.score(elsewhere, Words())["evidence_recall"].value == 1.0


def test_evidence_of_another_article_is_not_recalled() -> None:
    elsewhere = case(claim(QUOTE, 1), cited=(CitationCheck("b", exact=True, current=True),))
    scores = citations.score(elsewhere, Words())
    assert scores["evidence_recall"].value == 0.0
    assert scores["article_precision"].value == 0.0


def test_a_refusal_recalls_nothing_and_cites_nothing() -> None:
    scores = citations.score(case(), Words())
    assert scores["evidence_recall"] == Score(0.0)
    assert scores["citation_recall"].unscored == "it was refused"
    assert scores["article_precision"].unscored == "nothing is cited"


# Answers


def test_complete_is_casefolded_and_ignores_the_shape_of_quotes() -> None:
    question = replace(QUESTION, must_include=('said "no"', ("X", "ANN ASHBY")))
    answered = case(claim("Ann Ashby said “no”.", 1), question=question)
    assert answers.score(answered)["complete"].value == 1.0
    assert answers.score(case(claim("She said yes.", 1), quotes=["Ann"], question=question))[
        "complete"
    ] == Score(0.0)
    assert answers.score(case(question=question))["complete"] == Score(0.0)


def test_token_f1_is_squads() -> None:
    assert answers.token_f1("The boat, a red one", "red boat") == pytest.approx(2 * 2 / (3 + 2))
    assert answers.token_f1("", "red boat") == 0.0


@pytest.mark.parametrize(
    ("text", "numbers", "dates", "names"),
    [
        ("It cost 3,400 marrels.", {"3400"}, set(), set()),
        ("Some 2.3 million people, two hundred and five dead", {"2300000", "205"}, set(), set()),
        ("twenty-one of them", {"21"}, set(), set()),
        ("two and three", {"2", "3"}, set(), set()),
        ("0 of ten", {"0", "10"}, set(), set()),
        (
            "80km away at £2.9m, 5bn and 9.30pm",
            {"80", "2900000", "5000000000", "9.3"},
            set(),
            set(),
        ),
        ("won 3-2 in the 1980s, 5th", {"3", "2", "1980", "5"}, set(), set()),
        ("the Mars 2020 probe", {"2020"}, set(), {"mars"}),
        ("On 3 May 2026, or May 4", set(), {(2026, 5, 3), (None, 5, 4)}, set()),
        ("In March 2010; on 2010-03-05", set(), {(2010, 3, None), (2010, 3, 5)}, set()),
        ("The 1st of June was his.", set(), {(None, 6, 1)}, set()),
        (
            "Yesterday Ann Ashby met the MEA's Singh.",
            set(),
            set(),
            {"ann", "ashby", "mea", "singh"},
        ),
        ("People left. Nobody said why.", set(), set(), set()),
    ],
)
def test_facts(text: str, numbers: set[str], dates: set[object], names: set[str]) -> None:
    found = facts(text)
    assert found.numbers == {Decimal(number).normalize() for number in numbers}
    assert found.dates == dates
    assert found.names == names


def test_facts_of_the_reference_are_looked_for_and_those_of_claims_checked() -> None:
    right = case(claim("Ann Ashby said 40 boats would sail.", 1, support="supported"))
    assert answers.score(right)["facts_matched"].value == 1.0
    assert citations.of_any_answer(right)["facts_supported"] == Score(3.0, 3.0)
    invented = case(claim("Ann Ashby said 70 boats would sail.", 1, support="supported"))
    assert citations.of_any_answer(invented)["facts_supported"] == Score(2.0, 3.0)


# Attribution


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("President Yoweri Museveni", "Museveni", True),
        ("Davan Helbrook", "Lena Helbrook", False),
        ("MEA", "Ministry of External Affairs", False),
        ("", "Museveni", False),
    ],
)
def test_speakers_are_compared_by_their_names(one: str, two: str, same: bool) -> None:
    assert same_speaker(one, [two]) is same


@pytest.mark.parametrize(
    ("text", "speaker", "kept"),
    [
        (QUOTE, None, 1.0),
        ("40 boats would sail.", "Ann Ashby", 1.0),
        ("40 boats would sail.", None, 0.0),  # the speaker is lost
        ("40 boats would sail, said Bob Brown.", None, 0.0),  # swapped in the text
        (QUOTE, "Bob Brown", 0.0),  # swapped in the mark
    ],
)
def test_a_speaker_is_kept_lost_or_swapped(text: str, speaker: str | None, kept: float) -> None:
    scores = attribution.score(case(claim(text, 1, support="supported", speaker=speaker)))
    assert scores["speaker_kept"] == Score(kept, 1.0)


def test_a_speaker_swapped_in_a_citation_is_not_kept() -> None:
    one = case(claim(QUOTE, 1))
    (cited,) = one.record.answer.citations
    swapped = replace(one.record.answer, citations=(replace(cited, speaker="Bob Brown"),))
    scores = attribution.score(replace(one, record=replace(one.record, answer=swapped)))
    assert scores["speaker_kept"] == Score(0.0, 1.0)


def test_statements_are_scored_exactly_and_by_overlap() -> None:
    said = claim("“40 boats would sail,” said Ann Ashby.", 1, speaker="Ann Ashby")
    exact = attribution.score(case(said, quotes=["“40 boats would sail,” said Ann Ashby."]))
    assert exact["statement_f1"].value == 1.0
    partly = attribution.score(case(said, quotes=["“40 boats would surely sail,” she said."]))
    assert partly["statement_f1"].value == 0.0
    assert partly["statement_overlap_f1"].value == pytest.approx(0.8)
    another = replace(said, speaker="Bob Brown")
    assert attribution.score(case(another))["statement_overlap_f1"].value == 0.0
    unmarked = attribution.score(case(claim(QUOTE, 1)))["statement_f1"]
    assert unmarked.unscored == "no claim of the answer is marked with a speaker"


def test_the_first_sentence_answers_or_another_does() -> None:
    aside = claim("Boats sail.", 2)
    both = [QUOTE, "Boats sail."]
    first = citations.score(case(claim(QUOTE, 1), aside, quotes=both), Words())
    assert first["first_answers"] == Score(1.0)
    second = citations.score(case(aside, claim(QUOTE, 1), quotes=both), Words())
    assert second["first_answers"] == Score(0.0)
    assert second["evidence_recall"] == Score(1.0)
    assert citations.score(case(), Words())["first_answers"] == Score(0.0)
    bare = replace(QUESTION, evidence=())
    assert citations.score(case(claim(QUOTE, 1), question=bare), Words())["first_answers"].unscored


# Refusal


def test_refusals_are_right_or_wrong() -> None:
    unanswerable = replace(QUESTION, answerable=False, articles=(), evidence=(), statements=())
    right = refusal.score(case(question=unanswerable), twins=False)
    assert right["refusal_recall"] == Score(1.0)
    assert right["refusal_precision"] == Score(1.0, 1.0)
    assert right["lack_admitted"] == Score(1.0)
    answered = case(claim(QUOTE, 1), question=unanswerable)
    assert refusal.score(answered, twins=False)["lack_admitted"] == Score(0.0)
    partly = replace(answered.record.answer, missing=("who paid",))
    said = replace(answered, record=replace(answered.record, answer=partly))
    assert refusal.score(said, twins=False)["lack_admitted"] == Score(1.0)
    assert refusal.score(answered, twins=False)["lack_doubted"] == Score(0.0)
    unsure = replace(answered.record.answer, doubtful=True)
    hedged = replace(answered, record=replace(answered.record, answer=unsure))
    assert refusal.score(hedged, twins=False)["lack_doubted"] == Score(1.0)
    assert refusal.score(hedged, twins=False)["lack_admitted"] == Score(0.0)
    assert refusal.score(case(claim(QUOTE, 1)), twins=False)["doubted"] == Score(0.0)
    wrong = refusal.score(case(), twins=True)
    assert wrong["lack_admitted"].unscored
    assert wrong["over_refusal"] == Score(1.0)
    assert wrong["refusal_precision"] == Score(0.0, 1.0)
    assert wrong["twin_refusal_precision"] == Score(0.0, 1.0)
    twin = refusal.of_twin(case(twin=True))
    assert twin["twin_refusal_recall"] == Score(1.0)
    assert twin["twin_auroc"] == Score(0.8, 0.0)


def test_rebutting_a_false_premise_is_as_right_as_refusing() -> None:
    premise = replace(QUESTION, answerable=False, articles=(), must_include=())
    rebutted = refusal.score(case(claim(QUOTE, 1), question=premise), twins=False)
    assert rebutted["refusal_recall"] == Score(1.0)
    aside = case(claim("Boats sail.", 1), quotes=["Boats sail."], question=premise)
    assert refusal.score(aside, twins=False)["refusal_recall"] == Score(0.0)
    assert lost(aside) == "wrongly answered"
    assert lost(case(claim(QUOTE, 1), question=premise)) is None


def test_without_gold_calibration_is_unscored_and_a_refusal_still_wrong() -> None:
    bare = replace(QUESTION, articles=(), evidence=(), statements=())
    scores = refusal.score(case(claim(QUOTE, 1), question=bare), twins=True)
    assert scores["calibration_error"].unscored == "the question names no gold"
    assert "twin_auroc" not in scores
    assert lost(case(question=bare)) == "wrongly refused"


def test_figures_of_many_questions() -> None:
    one = np.ones((1, 4))
    rows = np.array([[0.9, 1], [0.4, 1], [0.4, 0], [0.1, 0]])
    assert auroc(rows, one)[0] == pytest.approx(3.5 / 4)
    assert ece(rows, one)[0] == pytest.approx((0.1 + abs(0.8 - 1) + 0.1) / 4)
    assert ratio(np.array([[1, 2], [3, 4]]), np.array([[1.0, 1.0], [1.0, 0.0]])).tolist() == [
        pytest.approx(4 / 6),
        0.5,
    ]
    assert math.isnan(auroc(rows[:2], np.ones((1, 2)))[0])  # no false case: no figure


# Where it was lost


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({"candidates": (), "read": (), "evidence": ()}, "not retrieved"),
        ({"read": (), "evidence": ()}, "not reranked up"),
        ({}, "not chosen"),
    ],
)
def test_the_stage_that_lost_a_question(changes: dict[str, object], stage: str) -> None:
    aside = case(claim("Boats sail.", 1), quotes=["Boats sail."], **changes)
    assert lost(aside) == stage


def test_without_gold_quotes_the_stage_is_told_by_articles() -> None:
    question = replace(QUESTION, evidence=(), must_include=("50 cars",))
    assert lost(case(claim(QUOTE, 1), question=question)) == "incomplete"
    elsewhere = case(
        claim("Boats sail.", 1),
        question=question,
        cited=(CitationCheck("b", exact=True, current=True),),
    )
    assert lost(elsewhere) == "not chosen"


def test_a_question_is_refused_dropped_by_the_gate_or_incomplete() -> None:
    from assistant.evaluation.asking import DraftQuote

    assert lost(case(claim(QUOTE, 1))) is None
    assert lost(case()) == "wrongly refused"
    assert lost(case(drafted=(DraftQuote("a", QUOTE),))) == "not grounded"
    more = replace(QUESTION, must_include=("50 cars",))
    assert lost(case(claim(QUOTE, 1), question=more)) == "incomplete"


# Never NaN, no silent zero

TEXTS = st.text("ab 4“”.3M", max_size=12)
CLAIMS = st.builds(
    Claim,
    text=TEXTS,
    citations=st.tuples(st.integers(0, 3)),
    support=st.sampled_from(["quoted", "supported", "unsupported"]),
    speaker=st.none() | TEXTS,
)
QUESTIONS = st.builds(
    GoldQuestion,
    id=st.just("q"),
    question=st.just("what?"),
    answerable=st.booleans(),
    articles=st.just(()) | st.just(("a",)),
    evidence=st.just(()) | st.just((GoldQuote("a", "ab 4"),)),
    answer=TEXTS,
    must_include=st.lists(st.text("ab", min_size=1), max_size=2).map(tuple),
    statements=st.just(()) | st.just((GoldStatement("a", "M", "ab"),)),
    extra=st.just({}),
)


@given(st.lists(CLAIMS, max_size=3), st.lists(TEXTS, max_size=3), QUESTIONS, st.booleans())
def test_every_score_is_a_number_or_says_why_not(
    claims: list[Claim], quotes: list[str], question: GoldQuestion, twin: bool
) -> None:
    one = case(*claims, quotes=quotes, question=question, twin=twin and question.answerable)
    scores = {
        **answers.score(one),
        **citations.of_any_answer(one),
        **citations.score(one, Words()),
        **attribution.score(one),
        **refusal.score(one, twins=True),
        **refusal.of_twin(one),
        **score_retrieval([one], (1, 3))[0],
        **cost.score(one, 1.0, 2.0),
    }
    for name, score in scores.items():
        assert math.isfinite(score.value), name
        assert score.unscored or score.of or name in refusal_areas, name
        assert not score.unscored or (score.value, score.of) == (0.0, 0.0), name


refusal_areas = {m.name for m in refusal.METRICS if not m.by_question}


def test_tokens_and_their_price() -> None:
    one = case(claim(QUOTE, 1))
    assert cost.score(one, 1, 1)["price"].unscored == "no chat model wrote the answer"
    traced = replace(
        one.record,
        answer=replace(one.record.answer, trace=Trace(tokens={"input": 100, "output": 10})),
    )
    paid = cost.score(Case(one.gold, traced), 2.0, 10.0)
    assert paid["tokens_read"].value == 100
    assert paid["price"].value == pytest.approx(0.0003)
