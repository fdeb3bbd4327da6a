"""Which sentences are chosen, who is said to say them, and when nothing answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assistant import Answer, Article, Assistant, Claim, Filters, Question
from assistant.answering.sides import AttributedClaim, sides
from assistant.archive import Archive
from assistant.attribution import find_statements
from assistant.attribution.speakers import speaker_in, speaker_of, statement_at
from assistant.language import SpacyParser
from assistant.models.embedding import Vectors
from assistant.quoting import belonging, fitted, quoting_writer
from assistant.quoting.belonging import Belonging, figures
from assistant.quoting.candidates import Candidate
from assistant.quoting.choosing import Choice, Pool, in_order
from assistant.quoting.scoring import ScoredSentence
from assistant.rendering import to_html, to_text
from assistant.settings import ModelSettings, load
from assistant.testing import HashEmbeddings, OneForm
from assistant.text import sentences
from assistant.types import Evidence, Hit, Passage, Source

PARSER = SpacyParser(ModelSettings())

CLOSED = Article(
    "closed",
    "The Velstrad bridge was closed on Monday after a crack was found. Mayor Ada Brandt said the"
    " bridge was safe and would open within a week.\n\nThe Harbour Union denied that the bridge was"
    " safe. Its chairman Bo Lindt said: “Nobody should cross it before the spring.” He called for"
    " an inquiry. The repairs will cost 3 million crowns.",
    title="Velstrad bridge closed",
    published=date(2025, 5, 6),
)
OTHER = Article(
    "other",
    "The ferry to Tolvering sails again. Its captain thanked the passengers for their patience.",
    title="Ferry sails again",
    published=date(2025, 3, 1),
)


class Judge:
    """A reranker and reader by a table: logits for texts that hold certain words.

    Whoever asks about Orla Quince gets nothing.
    """

    name = "judge"

    def __init__(self, table: dict[str, float]) -> None:
        self.table = table

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        if "Orla Quince" in question and "closed" not in question:
            return [-9.0] * len(texts)
        bodies = [text.split("\n", 1)[1] for text in texts]
        return [
            max((logit for words, logit in self.table.items() if words in body), default=-9.0)
            for body in bodies
        ]

    answers = score


Ask = Callable[..., Answer]


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Asks an archive of the two articles, judged by a table."""
    settings = load()
    archive = Archive(tmp_path / "archive", HashEmbeddings(), settings, PARSER)
    archive.add([CLOSED, OTHER])

    def one(question: str, table: dict[str, float], **given: object) -> Answer:
        judge = Judge(table)
        writer = quoting_writer(archive, judge, True, settings.answer)
        made = Assistant(archive, judge, PARSER, writer, settings, forms=OneForm("fact"))
        return made.ask(question, **given)

    yield one
    archive.close()


def test_claims_and_citations_name_their_speakers(ask: Ask) -> None:
    answer = ask("What did Ada Brandt say about the bridge?", {"Ada Brandt said": 8.0})
    assert answer.claims[0].speaker == answer.citations[0].speaker == "Ada Brandt"
    assert "Ada Brandt · 6 May 2025" in to_text(answer)
    assert "Ada Brandt" in to_html(answer)


def test_a_dispute_has_sides_and_says_who_answers_whom(ask: Ask) -> None:
    table = {"Ada Brandt said": 7.0, "denied that": 6.0}
    answer = ask("Is the bridge safe?", table)
    sides = {side.who: side for side in answer.sides}
    assert set(sides) == {"Ada Brandt", "Harbour Union"}
    assert sides["Harbour Union"].answers == ("Ada Brandt",)
    assert sides["Ada Brandt"].answers == ()
    assert "Harbour Union, answering Ada Brandt" in to_text(answer)
    assert Answer.from_dict(answer.to_dict()) == answer


def test_a_refusal_shows_the_sentences_that_come_nearest(ask: Ask) -> None:
    answer = ask("Who is Orla Quince?", {})
    assert answer.refusal is not None
    assert answer.nearest
    texts = [
        article.text[span.start : span.end]
        for article in (CLOSED, OTHER)
        for span in sentences(article.text)
    ]
    assert {one.quote for one in answer.nearest} <= set(texts)


def test_an_answer_of_little_confidence_says_that_it_may_be_none(ask: Ask) -> None:
    sure, unsure = (fitted("reader").judge([[scored("It sank.", one)]]) for one in (3.0, 0.0))
    assert (sure.answers, sure.sure, unsure.answers, unsure.sure) == (True, True, True, False)
    answer = replace(ask("When was it closed?", {"closed on": 8.0}), doubtful=True)
    for told in (to_text(answer), to_html(answer)):
        assert "Not sure that this answers the question" in told


def test_one_party_alone_is_no_dispute(ask: Ask) -> None:
    assert ask("Is the bridge safe?", {"Ada Brandt said": 7.0}).sides == ()


def test_a_part_that_is_not_answered_is_named(ask: Ask) -> None:
    answer = ask(
        "When was the Velstrad bridge closed, and what did Orla Quince say about it?",
        {"was closed on Monday": 9.0},
    )
    assert answer.refusal is None
    assert answer.missing == ("what did Orla Quince say about it?",)
    assert "Not answered: what did Orla Quince say" in to_text(answer)
    assert "Not answered" in to_html(answer).replace("&#58;", ":")


def test_days_of_the_question_limit_the_search_and_can_be_overridden(ask: Ask) -> None:
    table = {"was closed on Monday": 8.0, "sails again": 8.0}
    answer = ask("What was closed, in articles from May 2025?", table)
    assert answer.filters.since == date(2025, 5, 1)
    assert answer.inferred == ("since", "until")
    assert answer.coverage.articles == 1
    assert "from 2025-05-01 to 2025-05-31, as the question was understood" in to_text(answer)
    given = Filters(since=date(2025, 1, 1))
    answer = ask("What was closed, in articles from May 2025?", table, filters=given)
    assert (answer.filters, answer.inferred, answer.coverage.articles) == (given, (), 2)


def test_days_that_no_article_is_of_do_not_limit_the_search(ask: Ask) -> None:
    answer = ask("What was closed, in articles from June 2024?", {"was closed on Monday": 8.0})
    assert answer.inferred == ()
    assert answer.coverage.articles == 2


def test_a_correction_is_told(tmp_path: Path) -> None:
    judge = Judge({"closed on Monday": 9.0})
    settings = load()
    archive = Archive(tmp_path / "archive", HashEmbeddings(), settings, PARSER)
    archive.add([CLOSED])
    archive.add(
        [replace(CLOSED, text=CLOSED.text + " It opened late.", correction="The day was wrong.")]
    )
    writer = quoting_writer(archive, judge, True, settings.answer)
    made = Assistant(archive, judge, PARSER, writer, settings, forms=OneForm("fact"))
    answer = made.ask("when was the bridge closed?")
    assert answer.citations[0].article.version == 2
    assert "corrected by the outlet: The day was wrong." in to_text(answer)
    assert "The day was wrong" in to_html(answer)
    archive.close()


def scored(
    text: str, score: float, before: str = "", start: int = 0, day: date | None = None
) -> ScoredSentence:
    passage = Passage(Source("a" if day is None else str(day), published=day), 0, 0, 999, text)
    candidate = Candidate(
        Evidence(1, Hit(passage, 0.0)), start, start + len(text), text, before, 0.0, opens=False
    )
    return ScoredSentence(candidate, score)


def apart(texts: Sequence[str]) -> Vectors:
    """Vectors at right angles, but for texts that begin alike."""
    heads = sorted({text[:5] for text in texts})
    return np.eye(len(heads), dtype=np.float32)[[heads.index(text[:5]) for text in texts]]


NEAR = Belonging({"behind": -1.0}, {"fact": 4.0}, 0.5)
"""Whatever lies less than four logits behind the best belongs."""


def chosen(ranked: Sequence[Sequence[ScoredSentence]], most: int = 3, words: int = 50) -> list[str]:
    pools = [Pool("", "", part) for part in ranked]
    choice = Choice(pools, "fact", NEAR, apart)
    choice.fill(most, words)
    return [one.candidate.text for group in choice.groups for one in group]


def test_each_part_has_its_own() -> None:
    one = [scored(f"{n} first part", 9.0 - n) for n in range(4)]
    two = [scored(f"{n} second part", 4.0 - n) for n in range(4)]
    assert chosen([one, two], most=2) == ["0 first part", "1 first part", "0 second part"]


def test_what_repeats_is_left_out() -> None:
    ranked = [scored("alike once", 9), scored("alike twice", 8.5), scored("other words", 7)]
    assert chosen([ranked], most=2) == ["alike once", "other words"]


def test_it_stops_where_what_is_left_lies_far_behind() -> None:
    ranked = [scored("best words", 9), scored("near words", 6), scored("far words", 2)]
    assert chosen([ranked]) == ["best words", "near words"]


def test_words_are_bounded_but_the_first_sentence_is_whole() -> None:
    ranked = [scored("long " * 30, 9), scored("short words", 8), scored("brief " * 30, 7)]
    assert chosen([ranked], words=20) == ["long " * 30]
    assert chosen([ranked], words=40) == ["long " * 30, "short words"]


def test_a_sentence_with_a_pronoun_brings_the_one_before_it() -> None:
    before = scored("Bo Lindt spoke.", -9)
    ranked = [scored("He left early.", 9, before="Bo Lindt spoke.", start=20), before]
    choice = Choice([Pool("", "", ranked)], "fact", NEAR, apart)
    choice.fill(3, 50)
    assert [one.candidate.text for one in in_order(choice.groups[0], "use")] == [
        "Bo Lindt spoke.",
        "He left early.",
    ]
    assert chosen([ranked], words=4) == ["He left early."]


def test_what_leans_follows_through_a_chain() -> None:
    one = scored("Bo Lindt spoke.", 3, start=0)
    two = scored("He left.", 5, before="Bo Lindt spoke.", start=20)
    three = scored("He also sang.", 9, before="He left.", start=30)
    placed = in_order([three, two, one], "use")
    assert [o.candidate.start for o in placed] == [0, 20, 30]


@pytest.mark.parametrize(("verb", "disputed"), [("condemned", False), ("rejected", True)])
def test_who_condemns_alike_is_no_party_against_another(verb: str, disputed: bool) -> None:
    texts = [
        "Corvania condemned the bombing of the harbour bridge.",
        f"Halmery {verb} the bombing of the harbour bridge.",
    ]
    spoken = []
    for text in texts:
        (statement,) = find_statements(Article("a", text), PARSER)
        claim = Claim(text, (1,), "quoted", statement.speaker)
        spoken.append(AttributedClaim(claim, statement, text))
    asked = Question("How did the world respond?", standalone="How did the world respond?")
    assert bool(sides(asked, spoken)) == disputed


def test_the_latest_goes_first_where_it_is_asked_for() -> None:
    ranked = [
        scored("older words", 9, day=date(2020, 1, 1)),
        scored("newer words", 7, day=date(2024, 1, 1)),
    ]
    raised = Pool("", "", ranked).newest_first()
    assert raised.sentences[0].candidate.text == "newer words"


def test_what_belongs_is_told_by_what_stands_beside_it() -> None:
    """A sentence right behind the chosen one more likely than as good a one of another article."""
    first = scored("The guild counts 2,150 missing teachers.", 3.0)
    beside = scored("The ministry counts fewer.", -1.0, first.candidate.text, 41)
    apart_from_it = scored("The ministry counts fewer.", -1.0, "Some words.", 900, date(2020, 1, 1))
    model = belonging.fitted("reader and reranker")
    asked = "How many teachers are missing according to guild and ministry?"
    likely, unlikely = (
        model.of("comparison", figures(one, [first], first, asked))
        for one in (beside, apart_from_it)
    )
    assert likely > unlikely + 0.2


def test_what_one_article_says_is_told_in_its_order() -> None:
    one, two = scored("One.", 1, start=0), scored("Two.", 9, start=50)
    other = scored("Other.", 5, start=0, day=date(2020, 1, 1))
    placed = in_order([two, other, one], "use", as_told=True)
    assert [o.candidate.text for o in placed] == ["One.", "Two.", "Other."]


def test_a_course_of_events_is_told_by_date() -> None:
    found = [
        scored("newer words", 9, day=date(2024, 1, 1)),
        scored("older words", 7, day=date(2020, 1, 1)),
    ]
    assert [one.candidate.text for one in in_order(found, "date")] == ["older words", "newer words"]


def test_the_inner_statement_is_whose_words_they_are() -> None:
    text = 'According to the Gazette, Ada Brandt said "the bridge is safe and will open soon."'
    statements = find_statements(Article("a", text), PARSER)
    assert speaker_of(statement_at(statements, 0, len(text))) == "Ada Brandt"
    assert statement_at([], 0, len(text)) is None


def test_what_it_confirms_is_said_by_who_says_so() -> None:
    text = "Ada Brandt said it confirmed that the bridge was safe."
    statements = find_statements(Article("a", text), PARSER)
    assert speaker_of(statement_at(statements, 0, len(text))) == "Ada Brandt"


def test_a_sentence_that_only_ends_in_a_reply_is_not_the_repliers() -> None:
    text = (
        "Ada Brandt, the mayor of Velstrad since the spring of last year, has closed the bridge to"
        " all traffic, and Corvania has replied that it is safe."
    )
    statements = find_statements(Article("a", text), PARSER)
    assert [one.speaker for one in statements] == ["Corvania"]
    assert speaker_in(statements[0], 0, text) is None
    assert (
        speaker_in(statements[0], text.index("Corvania"), "Corvania has replied that") is not None
    )


def test_what_is_said_of_somebody_is_not_what_they_say() -> None:
    text = (
        "The result is a defeat for the general secretary, Brannic Tolley, who had recommended"
        " acceptance."
    )
    (statement,) = find_statements(Article("a", text), PARSER)
    assert statement.speaker == "Brannic Tolley"
    assert speaker_in(statement, 0, text) is None


def test_a_pronoun_marks_no_claim() -> None:
    (statement,) = find_statements(Article("a", "He said the bridge was safe."), PARSER)
    assert speaker_of(statement) is None


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Experts said the bridge was safe.", None),
        ("Doctors at St Mary's Hospital said the boy was well.", None),
        ("The company said the bridge was safe.", None),
        ("The Energy Minister said the bridge was safe.", None),
        ("His lawyer said the bridge was safe.", None),
        ("A spokesman for the Velstrad Bank said the bridge was safe.", None),
        ("The residents of Corve warned that the bridge was weak.", None),
        ("Imtiaz Rahal asked for more. The Speaker said there was none.", None),
        ("MPs said the bridge was safe.", None),
        ("Kavrenian residents said the bridge was safe.", None),
        ("The White House said the bridge was safe.", "White House"),
        ("The Labour Party said the bridge was safe.", "Labour Party"),
        ("Stephen King said the bridge was safe.", "Stephen King"),
        ("Élodie Brun said the bridge was safe.", "Élodie Brun"),
        ("U.S. officials said the bridge was safe.", None),
        ("NASA said the bridge was safe.", "NASA"),
        ("The mayor of Velstrad, Ada Brandt, said the bridge was safe.", "Ada Brandt"),
        ("Miguel d'Escoto Brockmann said the bridge was safe.", "Miguel d'Escoto Brockmann"),
        ("Ayman al-Zawahri said the bridge was safe.", "Ayman al-Zawahri"),
        ("The Quay and Ferry Workers' Union said it was safe.", "Quay and Ferry Workers' Union"),
        (
            "Ten died, the Elman Peace and Human Rights Organisation said.",
            "Elman Peace and Human Rights Organisation",
        ),
        (
            "The Royal Ballet and Opera House Company said it was safe.",
            "Royal Ballet and Opera House Company",
        ),
        ("The European Union objects. The World Bank said it was safe.", "World Bank"),
        ("The local TD, Ada Brandt, said it was safe.", "Ada Brandt"),
        ("The company's CFO, Ola Berg, denied the charge.", "Ola Berg"),
        ("MP Ada Brandt left early. The MP said it was safe.", "Ada Brandt"),
        ("Ada Brandt, the CEO of Corvane, left. The CEO said it was safe.", "Ada Brandt"),
        ("The QC, Ola Berg, told the court it was safe.", "Ola Berg"),
        ("The MEP said it was safe.", None),
        ("A Labour MP said it was safe.", None),
        ("The Sinn Féin TD said it was safe.", None),
        ("Labour MPs said it was safe.", None),
        ("Ada Brandt MP said it was safe.", "Ada Brandt"),
        ("It was over, said Sir Ola Berg KC.", "Ola Berg"),
        ("The KC Chiefs said it was safe.", "KC Chiefs"),
        ("VP Bank said it was safe.", "VP Bank"),
        ("The CEO warned that it was unsafe.", None),
        ("The MoD said it was safe.", "MoD"),
        ("The Reserve Bank of Kavrenia said it was safe.", "Reserve Bank of Kavrenia"),
        ("The Quess Valley Echo reported that it was safe.", "Quess Valley Echo"),
    ],
)
def test_a_speaker_is_a_full_name_or_nobody(text: str, speaker: str | None) -> None:
    *_, statement = find_statements(Article("a", text), PARSER)
    assert speaker_of(statement) == speaker


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Ada Brandt called the parties to her office for Saturday.", False),
        ("Ada Brandt called police to the scene.", False),
        ("Ada Brandt called an election for May.", False),
        ("Ada Brandt called the owners in for a talk.", False),
        ("Ada Brandt called her dog.", False),
        ("Ada Brandt called the plan a disgrace.", True),
        ("Ada Brandt called it unfair.", True),
        ("Ada Brandt called for an inquiry.", True),
        ("Ada Brandt called on the council for help.", True),
        ("Ada Brandt branded the rule “mad”.", True),
    ],
)
def test_who_calls_somebody_says_nothing(text: str, says: bool) -> None:
    assert bool(find_statements(Article("a", text), PARSER)) == says


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "The Reserve Bank of Kavrenia met. The Reserve Bank said it was late.",
            "Reserve Bank of Kavrenia",
        ),
        (
            "The Quay and Ferry Workers' Union met. The union said it was late.",
            "Quay and Ferry Workers' Union",
        ),
        ("Madrin Oake came. Oake, a retired judge, said it was late.", "Madrin Oake"),
        ("The President of Chad came. Chad said it was late.", "Chad"),
        ("Members of the Sea Org came. The Sea Org said it was late.", "Sea Org"),
    ],
)
def test_a_short_form_is_given_in_full(text: str, speaker: str) -> None:
    *_, statement = find_statements(Article("a", text), PARSER)
    assert speaker_of(statement) == speaker


WAYS = ["reader and reranker", "reader", "words and reranker", "words"]


@pytest.mark.parametrize("by", WAYS)
def test_the_shipped_numbers_rise_with_the_evidence(by: str) -> None:
    shipped = fitted(by)
    assert all(weight > 0 for weight in shipped.weights.values())
    assert ("article" in shipped.weights) == ("reranker" in by)
    assert "sentence" in shipped.weights or by == "words and reranker"
    assert 0 < shipped.part < shipped.answers < 1


@pytest.mark.parametrize("by", WAYS)
def test_a_part_lends_its_confidence_to_no_other(by: str) -> None:
    near, far = scored("Captain Orla Quince thanked the passengers.", 9), scored("A dolphin.", -9)
    ranked = [
        [replace(near, candidate=replace(near.candidate, article_score=9.0))],
        [replace(far, candidate=replace(far.candidate, article_score=-15.0))],
    ]
    verdict = fitted(by).judge(ranked)
    assert (verdict.answers, verdict.related, verdict.missing) == (True, True, (False, True))
    none = fitted(by).judge(ranked[1:])
    assert (none.answers, none.related, none.missing) == (False, False, (True,))
