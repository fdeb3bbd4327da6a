"""What a journalist would not take, each case for its kind, asked of the sample as a reader would.

The kinds are those of the founding list of bad answers; those that need no archive are tested where
their code is (test_questions, test_statements, test_rendering).
"""

from __future__ import annotations

import pytest

from assistant import Answer, Assistant
from assistant.types import Filters, Source

pytestmark = pytest.mark.slow


def asked(sample: Assistant, *turns: str) -> Answer:
    """The answer to the last turn."""
    history: list[Answer] = []
    for turn in turns:
        history.append(sample.ask(turn, history=list(history)))
    return history[-1]


def told(answer: Answer) -> str:
    """All that it claims."""
    return " ".join(claim.text for claim in answer.claims)


def first(answer: Answer) -> str:
    """The first claim."""
    assert answer.claims
    return answer.claims[0].text


def sources(answer: Answer) -> list[Source]:
    """The article of each claim."""
    cited = {one.number: one.article for one in answer.citations}
    return [cited[claim.citations[0]] for claim in answer.claims]


@pytest.mark.parametrize(
    ("question", "speaker", "words"),
    [
        ("What did Lastow propose about the fare?", "Iven Lastow", "two marrels"),
        ("What did Tolley say about the second agreement?", "Brannic Tolley", ""),
        ("what did the MEA say about Naqvi's claims", "Randhir Jaiswal", "usual tactics"),
    ],
)
def test_words_are_of_who_said_them(
    sample: Assistant, question: str, speaker: str, words: str
) -> None:
    answer = asked(sample, question)
    own = [claim for claim in answer.claims if claim.speaker == speaker]
    assert own
    assert any(words in claim.text for claim in own)
    assert {claim.speaker for claim in answer.claims} <= {speaker, None}
    assert not any(
        claim.speaker and claim.text.startswith("The result is") for claim in answer.claims
    )


def test_two_persons_of_one_name_stand_apart(sample: Assistant) -> None:
    answer = asked(sample, "What did Helbrook say?")
    assert {claim.speaker for claim in answer.claims} == {"Davan Helbrook", "Lena Helbrook"}


def test_words_are_found_by_a_role_and_quoted_whole(sample: Assistant) -> None:
    answer = asked(sample, "What did the judge tell Nilo Dunnery?")
    assert "You did not steal from an institution" in first(answer)
    assert "You stole from 640 people" in told(answer)
    assert {claim.speaker for claim in answer.claims} == {"Walda Kerrin"}


def test_a_speaker_is_a_name_or_nobody(sample: Assistant) -> None:
    speakers = set(sample.archive.speakers(1000))
    none = {"General", "Letter", "Report", "Company", "Bank", "Energy Minister", "Minister"}
    assert not speakers & none
    assert "Maura Tislane" in speakers
    assert "Tislane" not in speakers


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many jobs will be lost at the Tolvering smelter?", ["620"]),
        ("How did the ferry dispute end?", ["71 percent"]),
        ("What did the inquiry find?", ["found", "unread"]),
        ("When did the strike begin?", ["Monday [26 January 2026]", "26 January"]),
    ],
)
def test_the_sentence_that_answers_stands_first(
    sample: Assistant, question: str, words: list[str]
) -> None:
    assert any(one in first(asked(sample, question)) for one in words)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Was Mirrinford warned before the flood?", ["warn"]),
        ("What happened before the strike?", ["strike"]),
        ("What did Brannick Toley say about the ruling?", ["good day"]),
        ("What did Helbrook say?", ["[", "Helbrook"]),
    ],
)
def test_the_archive_has_it_and_no_limit_hides_it(
    sample: Assistant, question: str, words: list[str]
) -> None:
    answer = asked(sample, question)
    assert [one for one in words if one not in told(answer)] == []
    assert answer.filters == Filters()


def test_a_misspelt_name_is_read_as_the_archives_and_says_so(sample: Assistant) -> None:
    answer = asked(sample, "What did Brannick Toley say about the ruling?")
    assert dict(answer.read_as) == {"Brannick": "Brannic", "Toley": "Tolley"}


def test_a_follow_up_is_a_question_that_a_person_would_write(sample: Assistant) -> None:
    answer = asked(sample, "When did the ferry strike begin?", "and when did it end?")
    assert (
        answer.standalone == "When did the ferry strike begin, and when did the ferry strike end?"
    )


def test_a_fact_is_not_padded(sample: Assistant) -> None:
    assert len(asked(sample, "When did the strike begin?").claims) <= 3


@pytest.mark.parametrize(
    "question", ["Summarise the ferry strike.", "Give me a timeline of the ferry strike."]
)
def test_a_story_is_a_dated_line_for_each_article(sample: Assistant, question: str) -> None:
    answer = asked(sample, question)
    days = [source.published for source in sources(answer) if source.published]
    ids = {source.id for source in sources(answer)}
    assert len(ids) >= 8
    assert all(one.startswith("kv-10") for one in ids)
    assert days == sorted(days)


def test_a_month_is_what_was_published_in_it(sample: Assistant) -> None:
    answer = asked(sample, "What happened in March 2026?")
    days = [source.published for source in sources(answer)]
    assert len(days) >= 5
    assert all(day and (day.year, day.month) == (2026, 3) for day in days)


def test_a_list_is_of_the_articles_on_its_matter(sample: Assistant) -> None:
    answer = asked(sample, "list the articles about inflation")
    found = {source.id for source in sources(answer)}
    assert {"kv-0501", "kv-0502", "kv-0503"} <= found
    assert len(found) <= 5


def test_a_list_of_whom_articles_quote_has_each_that_names_them(sample: Assistant) -> None:
    answer = asked(sample, "Which stories quote Sunniva Garrel?")
    assert len(answer.claims) >= 5
    assert all("Garrel" in claim.text for claim in answer.claims)


@pytest.mark.parametrize(
    "text", ["hi", "thanks!", "help", "what can you do", "who are you", "how many articles?"]
)
def test_talk_claims_nothing(sample: Assistant, text: str) -> None:
    answer = asked(sample, text)
    assert (answer.form, answer.claims, answer.nearest) == ("talk", (), ())
    assert answer.text


def test_a_part_that_the_first_sentence_answers_too_gets_nothing_more(sample: Assistant) -> None:
    answer = asked(sample, "Who won the cup final and by how much?")
    assert "4-3 on penalties" in first(answer)
    assert "by how much?" not in {claim.part for claim in answer.claims}
    answer = asked(sample, "Who discovered the blind beetle in the Candlemaker Cave, and how?")
    assert {claim.part for claim in answer.claims if claim.part == "how?"} == set()


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("latest on corvane hydro", "Corvane Hydro"),
        ("timeline of Corvane Hydro", "Corvane Hydro"),
        ("articles about ansel korrimore", "Korrimore"),
        ("story of brannic tolley", "Tolley"),
        ("everything on Ysolde Ferrant", "Ferrant"),
    ],
)
def test_of_a_name_each_article_tells_a_sentence_that_has_it(
    sample: Assistant, question: str, name: str
) -> None:
    answer = sample.ask(question)
    assert answer.form in ("story", "list")
    told: dict[str, str] = {}
    for claim in answer.claims:
        article = answer.citations[claim.citations[0] - 1].article.id
        told[article] = f"{told.get(article, '')} {claim.text}"
    assert len(told) > 1
    assert all(name in text for text in told.values())


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("whooping cough outbreak in Drovanne", "story"),
        ("sport stories", "list"),
        ("court cases", "list"),
        ("the Orrery Prize affair in short", "story"),
        ("lake level when the gates were opened", "fact"),
        ("ferrant on the rosters", "words"),
    ],
)
def test_bare_matters_are_told_by_what_they_are(
    sample: Assistant, question: str, form: str
) -> None:
    assert sample.ask(question).form == form
