"""What each form of a question gets: a fact, words, sides, a story, a list, or talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from assistant import Answer, Article, Assistant, Filters
from assistant.answering.glosses import glossed
from assistant.archive import Archive
from assistant.language import SpacyParser
from assistant.quoting import quoting_writer
from assistant.rendering import to_html, to_text
from assistant.settings import ModelSettings, load
from assistant.testing import HashEmbeddings, OneForm, OneMark, WordOverlap
from assistant.text import is_damaged
from assistant.types import Citation, Form, Question, Source
from assistant.understanding import understand

PARSER = SpacyParser(ModelSettings())


def article(name: str, day: str, title: str, text: str, byline: str | None = None) -> Article:
    published = date.fromisoformat(day)
    return Article(
        name, text, title=title, published=published, outlet="The Sond Echo", byline=byline
    )


STRIKE = [
    article(
        "begun",
        "2026-01-12",
        "Tram strike begins in Sond",
        "The tram strike in Sond began on Monday. “We have waited for a year,” said Ilse Quarn,"
        " who leads the tram union. The operator called the tram strike unlawful.",
        byline="By Hanna Oresk and Tam Vell",
    ),
    article(
        "court",
        "2026-02-18",
        "Court allows tram strike in Sond",
        "A court in Sond refused on Wednesday to forbid the tram strike. Ilse Quarn said the tram"
        " strike would go on. Mayor Beata Holm said the tram strike was hurting the town.",
    ),
    article(
        "ended",
        "2026-03-03",
        "Tram strike in Sond ends",
        "The tram strike in Sond ended on Tuesday after 50 days. She was relieved, Quarn said.",
    ),
]
OTHERS = [
    article(
        "holm",
        "2026-03-10",
        "Holm brothers' bakery wins prize",
        "The bakery of Sven Holm won a prize. Sven Holm said the prize was for his bread.",
    ),
    Article("undated", "The bell of Sond rang.", title="A bell", byline="Ivo Stell, The Sond Echo"),
    article("roof", "2025-05-05", "Roof of Althof school mended", "The roof is new.", "Tam Vell"),
]

Ask = Callable[..., Answer]


class Vell:
    """What is known where Tam Vell has written an article."""

    def spelled(self, _word: str) -> str | None:
        return None

    def headlined(self, _words: Sequence[str]) -> bool:
        return False

    def matter(self, _question: str) -> str | None:
        return None

    def written_by(self, _question: str) -> dict[str, tuple[str, ...]]:
        return {"Tam Vell": ("begun",)}

    def printed_by(self, _question: str) -> tuple[str, ...]:
        return ()


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Asks an archive of these articles for an answer of a form."""
    settings = load()
    archive = Archive(tmp_path / "archive", HashEmbeddings(), settings, PARSER)
    archive.add([*STRIKE, *OTHERS])

    def one(
        question: str,
        form: Form,
        filters: Filters | None = None,
        mark: str = "",
        **given: object,
    ) -> Answer:
        words = WordOverlap()
        marker = OneMark(mark) if mark else None
        writer = quoting_writer(archive, words, True, settings.answer, marker)
        made = Assistant(archive, words, PARSER, writer, settings, forms=OneForm(form))
        return made.ask(question, filters=filters or Filters(), **given)

    yield one
    archive.close()


def articles(answer: Answer) -> list[str]:
    return [citation.article.id for citation in answer.citations]


def test_a_story_is_told_by_article_oldest_first(ask: Ask) -> None:
    answer = ask("Summarise the tram strike in Sond", "story")
    assert list(dict.fromkeys(articles(answer))) == ["begun", "court", "ended"]
    assert 3 < len(answer.claims) <= 6  # three articles tell more than a line each
    assert answer.form == "story"
    assert answer.text.startswith("The tram strike in Sond began on Monday [12 January 2026].[1]")


def test_the_latest_of_a_story_is_the_newest_first(ask: Ask) -> None:
    assert articles(ask("What's the latest on the tram strike in Sond?", "story"))[0] == "ended"


def test_a_list_is_newest_first(ask: Ask) -> None:
    answer = ask("articles about the tram strike in Sond", "list")
    assert articles(answer) == ["ended", "court", "begun"]


def test_what_happened_in_a_month_is_all_of_that_month(ask: Ask) -> None:
    answer = ask("What happened in March 2026?", "story")
    assert articles(answer) == ["ended", "holm"]
    assert answer.inferred == ("since", "until")
    assert "as the question was understood" in to_text(answer)


def test_somebodys_words_are_theirs_and_the_newest_first(ask: Ask) -> None:
    answer = ask("What did Ilse Quarn say about the tram strike?", "words")
    assert {(claim.speaker or "").split()[-1] for claim in answer.claims} == {"Quarn"}
    days = [citation.article.published for citation in answer.citations]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What did the mayor say about the tram strike in Sond?", "Holm"),
        ("What did the mayor tell Ilse Quarn about the tram strike?", "Holm"),
        ("Quarn on Holm and the tram strike", "Quarn"),
    ],
)
def test_words_are_of_whom_the_question_asks_for(ask: Ask, question: str, who: str) -> None:
    answer = ask(question, "words")
    assert {claim.speaker.split()[-1] for claim in answer.claims if claim.speaker} == {who}
    assert answer.missing == ()


@pytest.mark.parametrize("who", ["Tam Strand", "the Sond Transport Authority", "NATO"])
def test_who_says_nothing_is_given_nobodys_words(ask: Ask, who: str) -> None:
    answer = ask(f"What did {who} say about the tram strike in Sond?", "words")
    assert answer.refusal is not None or answer.missing
    assert not any(claim.speaker for claim in answer.claims)


def test_words_of_a_role_that_nobody_is_given_are_doubted(ask: Ask) -> None:
    answer = ask("the treasurer of the brewery said that the strike was hurting", "words")
    assert answer.doubtful


def test_two_persons_of_one_name_stand_apart(ask: Ask) -> None:
    answer = ask("What did Holm say was for his bread, was hurting the town?", "words")
    assert {claim.speaker for claim in answer.claims} == {"Beata Holm", "Sven Holm"}


def test_nobody_of_whom_nothing_speaks_is_quoted(ask: Ask) -> None:
    answer = ask("Did Orla Quince comment on the tram strike in Sond?", "words")
    assert answer.refusal is not None


def test_each_side_of_a_dispute_has_its_words(ask: Ask) -> None:
    answer = ask("Quarn against Holm on the tram strike in Sond", "sides")
    assert {side.who for side in answer.sides} >= {"Ilse Quarn", "Beata Holm"}


def test_a_fact_is_at_most_three_sentences(ask: Ask) -> None:
    assert len(ask("When did the tram strike in Sond end?", "fact").claims) <= 3


def test_the_key_words_of_a_headline_are_no_talk(ask: Ask) -> None:
    assert ask("tram strike", "talk").form == "fact"
    assert ask("thanks a lot", "talk").form == "talk"


def test_thanks_are_answered(ask: Ask) -> None:
    assert ask("thanks a lot", "talk").text.startswith("You are welcome.")


def test_a_list_tells_how_many_and_their_headlines(ask: Ask) -> None:
    told = to_text(ask("articles about the tram strike in Sond", "list"))
    assert told.startswith("3 articles, the newest first:")
    assert "Court allows tram strike in Sond · The Sond Echo · 18 February 2026" in told


def test_a_list_of_a_name_has_what_names_it(ask: Ask) -> None:
    assert articles(ask("articles that mention Beata Holm", "list")) == ["court"]


def test_talk_claims_nothing_and_searches_nothing(ask: Ask) -> None:
    answer = ask("hello", "talk")
    assert (answer.claims, answer.citations, answer.refusal) == ((), (), None)
    assert "6 articles" in answer.text
    assert "What did Ilse Quarn say?" in answer.text
    assert Answer.from_dict(answer.to_dict()) == answer


@pytest.mark.parametrize(
    ("typed", "read"), [("Quran", "Quarn"), ("Ilse Quarm", "Quarn"), ("althoff", "Althof")]
)
def test_a_name_that_is_not_there_is_read_as_the_one_that_is(
    ask: Ask, typed: str, read: str
) -> None:
    answer = ask(f"What did {typed} say about the tram strike?", "words")
    assert read in dict(answer.read_as).values()
    assert read in answer.standalone


def test_a_name_that_is_there_is_never_changed(ask: Ask) -> None:
    for name in ("Holm", "Quarn", "Sond", "bread", "they", "June", "Iran", "quorn"):
        assert ask(f"What did {name} say about the strike?", "words").read_as == ()


@pytest.mark.parametrize("typed", ["Sond Echo", "the sond echo", "THE SOND ÉCHO"])
def test_an_outlet_is_found_with_or_without_its_article(ask: Ask, typed: str) -> None:
    answer = ask("When did the tram strike end?", "fact", Filters(outlets=(typed,)))
    assert answer.coverage.articles == 5


def test_an_unknown_outlet_is_named_with_what_is_near(ask: Ask) -> None:
    answer = ask("When did the strike end?", "fact", Filters(outlets=("Sond Evening Echo",)))
    assert answer.refusal is not None
    assert "no outlet “Sond Evening Echo”; “The Sond Echo”?" in answer.refusal.message


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It ended on Tuesday.", "It ended on Tuesday [3 March 2026]."),
        ("It ended yesterday, he said.", "It ended yesterday [4 March 2026], he said."),
        ("Last year it was more.", "Last year [the year 2025] it was more."),
        ("Last Thursday it was more.", "Last Thursday [26 February 2026] it was more."),
        ("A court on Tuesday ruled so.", "A court on Tuesday [3 March 2026] ruled so."),
        ("A court in Sond on Tuesday ruled.", "A court in Sond on Tuesday [3 March 2026] ruled."),
        ("Ships to Merrin sank on Monday.", "Ships to Merrin sank on Monday [2 March 2026]."),
        (
            "Talks to end it broke off on Monday.",
            "Talks to end it broke off on Monday [2 March 2026].",
        ),
        ("She was told on Monday to go.", "She was told on Monday [2 March 2026] to go."),
        ("It will face Sond United on Sunday.", "It will face Sond United on Sunday."),
        (
            "It will vote on the revised offer on Friday.",
            "It will vote on the revised offer on Friday.",
        ),
        ("The Fed meets on Wednesday.", "The Fed meets on Wednesday."),
        ("It will announce a cut on Thursday.", "It will announce a cut on Thursday."),
        ("The bridge will be closed on Tuesday.", "The bridge will be closed on Tuesday."),
        ("It is expected to be done on Friday.", "It is expected to be done on Friday."),
        ("On Monday, ministers will meet.", "On Monday, ministers will meet."),
        ("The inquiry opens on Tuesday.", "The inquiry opens on Tuesday."),
        ('"£4m was spent on Tuesday," said Brandt.', '"£4m was spent on Tuesday," said Brandt.'),
        ("The Sunday Times reported it.", "The Sunday Times reported it."),
        ("They remembered Bloody Sunday.", "They remembered Bloody Sunday."),
        ("It grew over the last year.", "It grew over the last year."),
        ("Last month it was more.", "Last month [February 2026] it was more."),
        ("Holm said on Monday it would open.", "Holm said on Monday [2 March 2026] it would open."),
        ("The council will meet on Friday.", "The council will meet on Friday."),
        ("“We go on Monday,” she said.", "“We go on Monday,” she said."),
        ("It opened on Tuesday, 3 February.", "It opened on Tuesday, 3 February."),
        ("Tuesday's vote was close.", "Tuesday's vote was close."),
    ],
)
def test_relative_days_get_the_day(text: str, shown: str) -> None:
    source = Source("a", 1, published=date(2026, 3, 5))
    assert glossed(text, Citation(1, source, text, 0, len(text)), None) == shown


def test_a_day_that_may_be_counted_from_the_last_change_is_left_open() -> None:
    text = "The trust put it before its board on Monday and amended it on Thursday."
    source = Source("a", published=date(2025, 10, 14), updated=date(2025, 10, 16))
    shown = glossed(text, Citation(1, source, text, 0, len(text)), None)
    assert "Monday [13 October 2025]" in shown
    assert shown.endswith("on Thursday.")


def test_the_latest_of_a_fact_is_answered(ask: Ask) -> None:
    answer = ask("What is the latest on whether the tram strike in Sond ended on Tuesday?", "fact")
    assert "ended" in articles(answer)


def test_days_alone_are_kept_within_a_filter_of_the_caller(ask: Ask) -> None:
    given = Filters(since=date(2026, 1, 1))
    assert articles(ask("What happened in March 2026?", "story", given)) == ["ended", "holm"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Which articles did Tam Vell write?", ["begun", "roof"]),
        ("articles by tam vell", ["begun", "roof"]),
        ("Which articles did Hanna Oresk write?", ["begun"]),
        ("What has Tam Vell written about the school roof?", ["roof"]),
        ("articles by Tam Vell and by Hanna Oresk", ["begun", "roof"]),
    ],
)
def test_a_list_may_be_of_an_authors_articles(ask: Ask, question: str, found: list[str]) -> None:
    answer = ask(question, "list")
    assert articles(answer) == found
    assert "the author" in to_text(answer)


@pytest.mark.parametrize(
    "question",
    [
        "Which articles did Ilse Brandt write?",
        "which pieces has łukasz żuławski written about the tram strike",
        "stories by Ilse van der Brandt",
        "Articles written by María-José Peña?",
    ],
)
def test_somebody_who_has_written_nothing_has_no_list(ask: Ask, question: str) -> None:
    answer = ask(question, "list")
    assert answer.refusal is not None
    assert "No article here is signed by" in answer.refusal.message
    assert answer.claims == ()


@pytest.mark.parametrize(
    "question",
    [
        "What did the union write about the tram strike?",
        "pieces by Sond Echo",
        "reports by the court",
    ],
)
def test_who_is_no_person_is_no_author_that_is_missing(ask: Ask, question: str) -> None:
    assert ask(question, "list").filters.articles == ()


@pytest.mark.parametrize(
    ("question", "limit"),
    [
        ("all pieces from the Sond Echo on the tram strike", ("The Sond Echo",)),
        ("sond echo articles about the tram strike", ("The Sond Echo",)),
        ("pieces from the Sond Echo", ("The Sond Echo",)),
        ("articles on the tram strike in Sond", ()),
    ],
)
def test_a_list_may_be_of_what_an_outlet_printed(
    ask: Ask, question: str, limit: tuple[str, ...]
) -> None:
    answer = ask(question, "list")
    assert answer.filters.outlets == limit
    assert set(articles(answer)) >= {"begun", "court", "ended"}


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("When did the strike that Tam Vell covered end?", "fact"),
        ("Which articles mention Tam Vell?", "list"),
        ("Which articles did Sond Echo print on the tram strike?", "list"),
    ],
)
def test_an_author_is_no_limit_where_nothing_is_asked_of_what_they_wrote(
    ask: Ask, question: str, form: Form
) -> None:
    assert ask(question, form).filters == Filters()


def test_a_limit_that_was_set_or_forbidden_goes_before_an_author(ask: Ask) -> None:
    some = Filters(articles=("court",))
    answer = ask("Which articles on the tram strike did Tam Vell write?", "list", some)
    assert (answer.filters, answer.inferred) == (some, ())
    forbidden = Question("Which articles did Tam Vell write?", infer=False)
    read = understand(forbidden, 100, lambda _, least=0.0: "list", Vell())
    assert read.filters == Filters()
    assert "Tam Vell" in read.parts[0].query


def test_undated_articles_of_an_author_are_listed_too(ask: Ask) -> None:
    assert "undated" in articles(ask("Which articles on a bell did Ivo Stell write?", "list"))


def test_items_are_told_by_the_sentences_that_name_them(ask: Ask) -> None:
    answer = ask("the people named in the coverage of the tram strike in Sond", "items")
    text = " ".join(claim.text for claim in answer.claims)
    assert "Ilse Quarn" in text
    assert "Beata Holm" in text
    assert "articles, the newest first" not in to_text(answer)


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ("Who commented on the tram strike?", "sides"),
        ("Who resigned over the tram strike?", "items"),
        ("names of the injured in the tram strike", "items"),
    ],
)
def test_who_speaks_is_told_by_sides_and_others_by_items(
    ask: Ask, question: str, form: Form
) -> None:
    assert ask(question, "items").form == form


def test_the_words_that_answer_are_marked_in_what_is_said_first(ask: Ask) -> None:
    answer = ask("When did the tram strike in Sond end?", "fact", mark="after 50 days")
    assert answer.claims[0].mark == "after 50 days"
    assert "<strong>after 50 days</strong>" in to_html(answer)
    assert all(not one.mark for one in answer.claims[1:])


@pytest.mark.parametrize(
    ("question", "mark"),
    [
        ("When did the tram strike in Sond end?", "on Tuesday after"),  # a day is put between
        ("When did the tram strike in Sond end?", "nowhere"),
        ("How is the roof of Althof school?", "The roof is"),  # most of the sentence
    ],
)
def test_what_is_no_stretch_of_the_sentence_or_most_of_it_is_not_marked(
    ask: Ask, question: str, mark: str
) -> None:
    answer = ask(question, "fact", mark=mark)
    assert answer.claims
    assert not any(one.mark for one in answer.claims)


def test_nothing_is_marked_in_what_is_no_fact(ask: Ask) -> None:
    answer = ask("What did Ilse Quarn say about the tram strike?", "words", mark="a year")
    assert not any(one.mark for one in answer.claims)


def test_a_month_without_articles_is_refused(ask: Ask) -> None:
    answer = ask("What happened in July 2024?", "story")
    assert answer.refusal is not None
    assert answer.coverage.articles == 0


def test_a_story_and_another_question_are_both_answered_or_missing(ask: Ask) -> None:
    answer = ask("Summarise the tram strike in Sond, and who won the prize?", "story")
    assert answer.form == "comparison"
    assert {claim.part for claim in answer.claims} | set(answer.missing) == {
        "Summarise the tram strike in Sond",
        "who won the prize?",
    }


def test_a_pronoun_that_begins_gets_its_name_outside_the_quote(ask: Ask) -> None:
    answer = ask("Was Quarn relieved about the end?", "fact")
    citation = next(one for one in answer.citations if "relieved" in one.quote)
    assert citation.quote == "She was relieved, Quarn said."


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        ("]] During a one-day visit he spoke.", True),
        ("], ] founder] Wikileaks' editor spoke.", True),
        ("The {{cite web}} said so.", True),
        ("He [Holm] spoke.", False),
        ("He spoke (in Sond) of a) and b).", False),
    ],
)
def test_remains_of_markup_are_seen(text: str, damaged: bool) -> None:
    assert is_damaged(text) is damaged


def test_a_quotation_is_given_whole(tmp_path: Path) -> None:
    settings = load()
    archive = Archive(tmp_path / "whole", HashEmbeddings(), settings, PARSER)
    text = (
        "The baker, Piet Maas, met reporters. “The tram strike ruined the bakery,” Piet Maas said."
        " “We threw the bread away.\n\n“Nobody paid for it.” He left."
    )
    archive.add([article("bread", "2026-03-11", "Bakery ruined", text), *STRIKE])
    writer = quoting_writer(archive, WordOverlap(), True, settings.answer)
    made = Assistant(archive, WordOverlap(), PARSER, writer, settings, forms=OneForm("words"))
    answer = made.ask("What did Piet Maas say about the tram strike and the bakery?")
    told = " ".join(claim.text for claim in answer.claims)
    assert "“The tram strike ruined the bakery,” Piet Maas said." in told
    assert "“We threw the bread away." in told
    assert "“Nobody paid for it.”" in told
    assert {claim.speaker for claim in answer.claims} == {"Piet Maas"}
    archive.close()


def test_a_story_has_as_many_sentences_as_are_asked_for(ask: Ask) -> None:
    answer = ask("Summarise the tram strike in Sond in one sentence", "story")
    assert len(answer.claims) == 1
    assert len(ask("Summarise the tram strike in Sond in two sentences", "story").claims) == 2
