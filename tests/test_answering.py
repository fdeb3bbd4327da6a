from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from conftest import OpenAssistant
from hypothesis import given
from hypothesis import strategies as st

from assistant import Answer, Article, Assistant, Filters, Question
from assistant.answering import Draft, DraftClaim, Quote, ground, pack
from assistant.language import SpacyParser
from assistant.models.tokens import count_tokens
from assistant.quoting import quoting_writer
from assistant.settings import AnswerSettings, ModelSettings
from assistant.testing import sample_articles
from assistant.types import Evidence
from assistant.understanding import understand

PARSER = SpacyParser(ModelSettings())
ARTICLE = Article(
    "a",
    "The minister will not accept the plan. “It is dead,” she said on Monday.\n\n"
    "The union welcomed the plan. Its members voted on Tuesday in the harbour hall.",
    title="Minister rejects plan",
)


@pytest.fixture
def assistant(open_assistant: OpenAssistant) -> Assistant:
    assistant = open_assistant()
    assistant.add([ARTICLE, *sample_articles(4)])
    return assistant


def evidence(assistant: Assistant, question: str = "minister plan") -> tuple[Evidence, ...]:
    return pack(assistant.search(question), 2000, count_tokens)


def grounded(assistant: Assistant, *quotes: Quote, text: str | None = None) -> Answer:
    claims = tuple(DraftClaim(text or quote.text, (quote,)) for quote in quotes)
    draft = Draft(claims, 0.9, related=True)
    return ground(Question("q", standalone="q"), draft, evidence(assistant), assistant.archive)


def quote(text: str, number: int = 1) -> Quote:
    start = ARTICLE.text.index(text)
    return Quote(number, text, start, start + len(text))


class TestGate:
    def test_a_quote_that_stands_there_is_quoted(self, assistant: Assistant) -> None:
        answer = grounded(assistant, quote("“It is dead,” she said on Monday."))
        (claim,) = answer.claims
        (citation,) = answer.citations
        assert (claim.support, claim.citations) == ("quoted", (1,))
        assert ARTICLE.text[citation.start : citation.end] == citation.quote == claim.text
        assert answer.text == "“It is dead,” she said on Monday.[1]"

    @pytest.mark.parametrize(
        "planted",
        [
            replace(
                quote("The minister will not accept the plan."),
                text="The minister will accept the plan.",
            ),
            replace(quote("The union welcomed the plan."), start=0, end=28),
            replace(quote("The union welcomed the plan."), evidence=99),
            replace(quote("The union welcomed the plan."), evidence=0),
            Quote(1, "", 0, 0),
            Quote(1, "x", -5, -4),
            Quote(1, ARTICLE.text, 0, 10**9),
        ],
    )
    def test_a_quote_that_does_not_is_never_shown(
        self, assistant: Assistant, planted: Quote
    ) -> None:
        answer = grounded(assistant, planted)
        assert answer.citations == ()
        assert [claim.support for claim in answer.claims] == ["unsupported"]
        assert answer.refusal is not None
        assert planted.text == "" or planted.text not in answer.text

    def test_a_claim_in_other_words_is_not_quoted(self, assistant: Assistant) -> None:
        answer = grounded(assistant, quote("The union welcomed the plan."), text="All liked it.")
        assert answer.claims[0].support == "unsupported"
        assert answer.citations == ()

    def test_a_span_outside_the_evidence_is_not_trusted(self, assistant: Assistant) -> None:
        good = evidence(assistant)
        short = replace(good[0].hit.passage, end=38, text=ARTICLE.text[:38])
        cut = (Evidence(1, replace(good[0].hit, passage=short)), *good[1:])
        draft = Draft(
            (DraftClaim("The union welcomed the plan.", (quote("The union welcomed the plan."),)),),
            0.9,
            related=True,
        )
        answer = ground(Question("q"), draft, cut, assistant.archive)
        assert answer.citations == ()

    def test_good_claims_survive_bad_ones(self, assistant: Assistant) -> None:
        bad = replace(quote("The union welcomed the plan."), text="The union rejected the plan.")
        answer = grounded(assistant, bad, quote("The minister will not accept the plan."))
        assert [claim.support for claim in answer.claims] == ["unsupported", "quoted"]
        assert answer.text == "The minister will not accept the plan.[1]"
        assert answer.refusal is None

    def test_the_same_span_has_one_number(self, assistant: Assistant) -> None:
        twice = quote("The union welcomed the plan.")
        answer = grounded(assistant, twice, quote("The minister will not accept the plan."), twice)
        assert [claim.citations for claim in answer.claims] == [(1,), (2,), (1,)]
        assert [citation.number for citation in answer.citations] == [1, 2]

    def test_a_superseded_version_is_not_quoted(self, assistant: Assistant) -> None:
        before = evidence(assistant)
        assistant.add(replace(ARTICLE, text=ARTICLE.text + "\n\nCorrected."))
        quoted = quote("The union welcomed the plan.")
        draft = Draft((DraftClaim(quoted.text, (quoted,)),), 0.9, related=True)
        answer = ground(Question("q"), draft, before, assistant.archive)
        assert answer.citations == ()

    @given(
        st.integers(0, len(ARTICLE.text)),
        st.integers(1, 60),
        st.sampled_from(["", "not ", "X", "”"]),
        st.integers(-1, 2),
    )
    def test_a_draft_gets_true_quotes_through_and_no_others(
        self, start: int, size: int, added: str, shift: int
    ) -> None:
        true = ARTICLE.text[start : start + size]
        half = len(true) // 2
        text = true[:half] + added + true[half:]
        planted = Quote(1, text, start + shift, start + shift + len(text))
        moved = planted.start < 0 or ARTICLE.text[planted.start : planted.end] != text
        answer = grounded(self.shared, planted)
        for citation in answer.citations:
            held = self.shared.archive.article(citation.article.id).text
            assert held[citation.start : citation.end] == citation.quote == text
        assert bool(answer.citations) == (bool(text) and not moved)

    @pytest.fixture(autouse=True)
    def _share(self, request: pytest.FixtureRequest, assistant: Assistant) -> None:
        type(self).shared = assistant


class TestRefusals:
    def test_an_empty_archive(self, open_assistant: OpenAssistant) -> None:
        answer = open_assistant().ask("what about the harbour?")
        assert answer.refusal is not None
        assert answer.refusal.reason == "empty_archive"
        assert answer.nearest == ()
        assert answer.text == answer.refusal.message

    def test_filters_that_leave_nothing(self, assistant: Assistant) -> None:
        answer = assistant.ask("harbour", filters=Filters(outlets=("Nobody",)))
        assert answer.refusal is not None
        assert answer.refusal.reason == "no_evidence"
        assert "filters" in answer.refusal.message
        assert answer.coverage.articles == 0

    def test_nothing_related(self, assistant: Assistant) -> None:
        answer = assistant.ask("best zucchini recipe")
        assert answer.refusal is not None
        assert answer.refusal.reason == "off_topic"
        assert "5 articles" in answer.refusal.message

    def test_the_nearest_passages_are_exact_and_labelled(self, assistant: Assistant) -> None:
        answer = assistant.ask("zucchini minister aubergine courgette pumpkin recipe asparagus")
        assert answer.refusal is not None
        assert answer.citations == ()
        assert answer.claims == ()
        assert 0 < len(answer.nearest) <= 3
        for citation in answer.nearest:
            text = assistant.archive.article(citation.article.id).text
            assert text[citation.start : citation.end] == citation.quote

    def test_a_foreign_question_is_told_why(self, assistant: Assistant) -> None:
        answer = assistant.ask("Quelle est la meilleure recette de courgettes de la semaine?")
        assert answer.refusal is not None
        assert "seems to be in French; the articles are in English" in answer.refusal.message


class Judge:
    """A reader that judges by a table."""

    name = "judge"

    def __init__(self, table: dict[str, float]) -> None:
        self.table = table

    def answers(self, question: str, sentences: Sequence[str]) -> list[float]:
        return [
            next((s for part, s in self.table.items() if part in text.rsplit(". ", 1)[-1]), -9.0)
            for text in sentences
        ]


def write(assistant: Assistant, table: dict[str, float], most: int = 3) -> list[str]:
    settings = AnswerSettings(sentences=most)
    writer = quoting_writer(assistant.archive, Judge(table), True, settings)
    low = [replace(e, hit=replace(e.hit, score=max(table.values()))) for e in evidence(assistant)]
    question = understand(Question("plan?"), 100)
    return [claim.text for claim in writer.write(question, low).claims]


class TestQuotingWriter:
    def test_the_best_sentence_comes_first(self, assistant: Assistant) -> None:
        table = {"union welcomed": 5.0, "will not accept": 3.0}
        assert write(assistant, table) == [
            "The union welcomed the plan.",
            "The minister will not accept the plan.",
        ]

    def test_it_quotes_no_more_than_asked(self, assistant: Assistant) -> None:
        table = {"union welcomed": 5.0, "will not accept": 3.0}
        assert write(assistant, table, most=1) == ["The union welcomed the plan."]

    def test_what_lies_far_behind_the_best_is_left_out(self, assistant: Assistant) -> None:
        table = {"union welcomed": 9.0, "will not accept": 1.0}
        assert write(assistant, table) == ["The union welcomed the plan."]

    def test_it_writes_nothing_where_nothing_answers(self, assistant: Assistant) -> None:
        assert write(assistant, {"union welcomed": -5.0}) == []

    def test_a_sentence_is_quoted_once(self, open_assistant: OpenAssistant) -> None:
        assistant = open_assistant()
        text = "The plan is dead. Nobody knows who wrote it or why. The plan is dead."
        assistant.add([Article("twice", text, title="Plan")])
        assert write(assistant, {"plan is dead": 5.0}) == ["The plan is dead."]

    def test_without_models_it_goes_by_words(self, assistant: Assistant) -> None:
        answer = assistant.ask("did the union welcome the plan")
        assert answer.claims[0].text == "The union welcomed the plan."

    @pytest.mark.parametrize("question", ["???", "\U0001f600", "—"])
    def test_a_question_without_words_is_refused(self, assistant: Assistant, question: str) -> None:
        assert assistant.ask(question).refusal is not None

    def test_no_evidence_no_draft(self, assistant: Assistant) -> None:
        writer = quoting_writer(assistant.archive, None, False, AnswerSettings())
        assert writer.write(Question("x"), ()) == Draft((), 0.0, related=False)


def test_the_budget_bounds_the_evidence(assistant: Assistant) -> None:
    hits = assistant.search("harbour plan")
    assert len(pack(hits, 10**6, count_tokens)) == len(hits)
    assert len(pack(hits, 1, count_tokens)) == 1
    assert [item.number for item in pack(hits, 150, count_tokens)] == [1, 2]
    assert pack([], 10, count_tokens) == ()
