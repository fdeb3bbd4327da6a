from __future__ import annotations

from collections.abc import Sequence

import pytest
from conftest import ROOT, SHARED
from hypothesis import given
from hypothesis import strategies as st

from assistant import Article
from assistant.attribution import find_statements
from assistant.attribution.masking import mask
from assistant.attribution.speakers import statement_at
from assistant.language import Names, SpacyParser, named, same_name
from assistant.quotations import quotations
from assistant.settings import ModelSettings
from assistant.types import Span, Statement

PARSER = SpacyParser(ModelSettings())
ARTICLES = SHARED / "wikinews" / "articles.jsonl"


def found(text: str, title: str = "Headline") -> list[Statement]:
    return find_statements(Article("a", text, title=title), PARSER)


def said(text: str, title: str = "Headline") -> list[tuple[str, str, str]]:
    return [(one.speaker, one.cue, one.content) for one in found(text, title)]


@pytest.mark.parametrize(
    ("text", "speaker", "cue", "content"),
    [
        (
            "Mayor Ada Brandt said that it is safe.",
            "Ada Brandt",
            "said",
            "it is safe",
        ),
        (
            "“The bridge is safe,” said Ada Brandt.",
            "Ada Brandt",
            "said",
            "The bridge is safe",
        ),
        (
            "According to the ministry, the dam was closed in May.",
            "ministry",
            "According to",
            "the dam was closed in May",
        ),
        (
            "The dam was closed in May, according to Ada Brandt.",
            "Ada Brandt",
            "according to",
            "The dam was closed in May",
        ),
        ("Ada Brandt denied taking bribes.", "Ada Brandt", "denied", "taking bribes"),
        (
            "In a statement, the Harbour Union rejected the claim.",
            "Harbour Union",
            "rejected",
            "the claim",
        ),
        (
            "Ada Brandt, a former mayor, accused the council of lying.",
            "Ada Brandt",
            "accused",
            "the council of lying",
        ),
        (
            'Ada Brandt told reporters on Monday: "We will not go back."',
            "Ada Brandt",
            "told",
            "We will not go back.",
        ),
        ("The plan was criticised by Ada Brandt.", "Ada Brandt", "criticised", "The plan"),
    ],
)
def test_a_statement_has_speaker_cue_and_content(
    text: str, speaker: str, cue: str, content: str
) -> None:
    assert said(text) == [(speaker, cue, content)]


def test_a_split_quote_is_one_statement_of_two_spans() -> None:
    text = "“The bridge,” Ada Brandt said, “will be closed by the autumn.”"
    (statement,) = found(text)
    assert len(statement.content_spans) == 2
    assert statement.direct
    assert statement.content == "The bridge will be closed by the autumn."


def test_a_quotation_that_goes_on_stays_one_statement() -> None:
    text = (
        'Ada Brandt said: "The bridge has been closed since Monday morning."\n\n'
        '"It will stay closed until the spring, and nobody may cross it."'
    )
    (statement,) = found(text)
    assert len(statement.content_spans) == 2
    assert statement.content.endswith("nobody may cross it.")


def test_a_pronoun_is_the_person_who_spoke_before() -> None:
    text = "Ada Brandt said the bridge was safe. She added that the dam was not."
    assert [one.speaker for one in found(text)] == ["Ada Brandt", "Ada Brandt"]


def test_he_is_no_body_that_spoke_before() -> None:
    text = (
        "Ada Brandt met the Harbour City Council. The Harbour City Council said the bridge was"
        " safe. She said the dam was not."
    )
    assert [one.speaker for one in found(text)] == ["Harbour City Council", "Ada Brandt"]


def test_it_within_what_somebody_says_is_left_open() -> None:
    text = (
        "The Harbour Union said the bridge was safe."
        " Ada Brandt said it confirmed that the dam was safe, too."
    )
    assert [one.speaker for one in found(text)] == ["Harbour Union", "Ada Brandt", "it"]


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("Kwabena Asiedu-Frempong (1946-2022)", "Kwabena Asiedu-Frempong"),
        ("Kwabena Asiedu-Frempong, 75", "Kwabena Asiedu-Frempong"),
        ("Council Rejects Budget", "Fiifi Dadzie"),
        ("Łukasz Kjær (1946-2022)", "Fiifi Dadzie"),  # somebody else's portrait
        ("Fiifi Dadzie leads the mourners", "Fiifi Dadzie"),
    ],
)
def test_he_is_whom_an_obituary_is_of(title: str, speaker: str) -> None:
    text = (
        "Kwabena Asiedu-Frempong died on Monday.\nHis other battle was with Fiifi Dadzie, who left"
        " in 1986. It was Dadzie who led the mourners.\nHe took the team to Tunis. “We went to"
        " learn,” he told reporters."
    )
    assert [who for who, _, _ in said(text, title)] == [speaker]


def test_what_is_described_by_its_author_is_nothing_that_one_says() -> None:
    text = "The resolution, proposed by the United Kingdom, France and Lebanon, was adopted."
    assert said(text) == []


def test_two_persons_are_two_names() -> None:
    text = "Bo Lindt and Ada Brandt met. Brandt said the talks had failed."
    assert [one.speaker for one in found(text)] == ["Ada Brandt"]


def test_a_nation_is_not_the_body_that_begins_with_its_name() -> None:
    text = "The Corvania Daily Post reported a fire. Corvania said it was out."
    assert found(text)[-1].speaker == "Corvania"


def test_she_is_who_replied_and_not_who_was_replied_to() -> None:
    text = (
        "Orla Quince was replying to Bo Lindt, who claimed that the bridge was safe."
        ' "It is not," she told reporters.'
    )
    assert [one.speaker for one in found(text)] == ["Bo Lindt", "Orla Quince"]


def test_she_within_what_somebody_says_is_left_open() -> None:
    text = "Bo Lindt said the bridge was safe. Ada Brandt said she would ask that it be closed."
    assert "Bo Lindt" not in [one.speaker for one in found(text)[1:]]


def test_who_is_named_in_a_quotation_does_not_speak_it() -> None:
    text = "Ida Holm was unmoved. “Mr Brandt asked me for it, and Ivo Strand did not,” she said."
    assert [one[0] for one in said(text)] == ["Ida Holm"]
    text = "It rained. “Bo Brandt asked me to show the letter,” she said."
    assert [one[0] for one in said(text)] == ["she"]


def test_she_is_nobody_who_is_called_mr() -> None:
    text = "Mr Brandt opened the bridge. She said that it was safe."
    assert [one[0] for one in said(f"Ida Holm was there. {text}")] == ["Ida Holm"]
    two = "Davan Brandt, or Mr Brandt, left. The mayor, Lena Brandt, stayed. She said it was safe."
    assert [one[0] for one in said(two)] == ["Lena Brandt"]


def test_he_is_the_role_that_spoke_last() -> None:
    text = "The minister criticised Ada Brandt on Monday. He said she had lied."
    assert [one.speaker for one in found(text)] == ["minister", "minister"]


def test_words_with_a_verb_of_their_own_do_not_go_on() -> None:
    text = (
        "“The bridge is safe,” Ada Brandt said. “Nobody who saw the cracks in its pillars this"
        " winter believes one word of what the council says about it,” continued Bo Lindt."
    )
    assert "pillars" not in found(text)[0].content


def test_a_table_is_not_parsed() -> None:
    assert find_statements(Article("a", "Ada Brandt said " + "1 2 3 " * 400_000), PARSER) == []


def test_a_body_keeps_the_words_that_are_titles_elsewhere() -> None:
    (one,) = found("The Interior Ministry of Corvania said the bridge was safe.")
    assert one.speaker == "Interior Ministry of Corvania"


def test_a_pronoun_without_an_antecedent_stays_one() -> None:
    assert [one.speaker for one in found("He said the bridge was safe.")] == ["He"]


def test_a_short_form_gets_the_fullest_name() -> None:
    text = "Chaudhry Nisar Ali Khan arrived on Monday. Mr. Khan said the talks were dead."
    assert [one.speaker for one in found(text)] == ["Chaudhry Nisar Ali Khan"]


def test_an_acronym_gets_its_name() -> None:
    names = Names("The Ministry of External Affairs (MEA) met. The MEA spoke.")
    assert names.fullest("MEA") == "Ministry of External Affairs"
    assert names.called("ministry") == "Ministry of External Affairs"


def test_a_headline_with_a_colon_is_a_statement_of_its_own() -> None:
    (statement,) = found("Nothing was reported.", title="Brandt: the bridge is safe")
    assert (statement.speaker, statement.content, statement.in_title) == (
        "Brandt",
        "the bridge is safe",
        True,
    )


@pytest.mark.parametrize(
    "text",
    [
        "The bridge was closed on Monday.",
        "It was reported that the bridge was closed.",
        "The so-called “bridge to nowhere” was closed.",
        "Ada Brandt did not say whether the bridge was safe.",
        "Ada Brandt declined to say more.",
    ],
)
def test_what_nobody_says_is_no_statement(text: str) -> None:
    assert said(text) == []


@given(st.text(alphabet="ab \"“”.,'\n", max_size=80))
def test_a_masked_sentence_gives_back_the_places_of_the_article(text: str) -> None:
    article = "Before." + text
    quoted = [one.inside for one in quotations(article)]
    masked = mask(article, Span(7, len(article)), quoted)
    for quote, place in zip(masked.quotes, masked.places, strict=True):
        assert masked.span(place, place + 4) == quote
        assert masked.text[place : place + 4] == "This"
    assert masked.span(0, len(masked.text)).start in (7, *(q.start for q in masked.quotes))
    assert masked.span(0, len(masked.text)).end - 7 <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "…",
        '"',
        "said",
        '"said" said "said"',
        "“” said ’",
        "According to",
        "X: “",
        "he said" * 9,
    ],
)
def test_nothing_breaks_it(text: str) -> None:
    for statement in found(f"{text} ."):
        for span in (statement.speaker_span, statement.cue_span, *statement.content_spans):
            assert 0 <= span.start < span.end <= len(text) + 2


def test_a_last_name_of_two_persons_is_made_nobodys_full_name() -> None:
    names = Names("Ada Brandt met Nils Brandt. Brandt left. Major Oda Vell spoke, and Vell sat.")
    assert names.fullest("Brandt") == "Brandt"
    assert names.fullest("Vell") == "Oda Vell"


def test_names_compare_without_titles_and_in_part() -> None:
    assert same_name("Prime Minister Manmohan Singh", "Singh")
    assert same_name("Donald Rumsfeld", "U.S. Secretary of Defense Donald Rumsfeld")
    assert not same_name("Donald Rumsfeld", "Richard Myers")
    assert named("India's foreign minister S. M. Krishna") == ["S. M. Krishna"]


@pytest.mark.skipif(not ARTICLES.exists(), reason="the annotated articles are not in the project")
def test_half_of_the_annotated_articles_are_set_aside_and_reached() -> None:
    from score_statements import read, score

    rows: Sequence = list(read(ROOT / "tests/data/statements.jsonl", ARTICLES, PARSER))
    held_out = [row for row in rows if row[0]]
    assert (len(rows), len(held_out)) == (40, 20)
    figures = score(held_out)
    assert figures["content"].f1 >= 0.75
    assert figures["speaker"].f1 >= 0.75
    assert figures["names"] >= 0.75


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        (
            "Ida Finnis said it cost. She warned so. Councillor Iven Last said it is. He said so.",
            "Iven Last",
        ),
        (
            "Golda Finnis said it was late. She warned that it would cost. He said it was early.",
            "He",
        ),
        ("Ada Brandt said it was late. She added that it was cold.", "Ada Brandt"),
    ],
)
def test_a_pronoun_keeps_to_what_a_person_was_called(text: str, speaker: str) -> None:
    assert found(text)[-1].speaker == speaker


def test_a_dateline_speaks_for_nobody() -> None:
    text = (
        "ZONGULDAK, June 27 (Agency) - Nobody moved when the judge came in. She said the mine was"
        " closed."
    )
    (found,) = find_statements(Article("a", text), PARSER)
    assert found.speaker == "She"


def speakers(text: str, title: str = "Headline") -> list[tuple[str, str]]:
    return [(one.speaker, one.content) for one in found(text, title)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (  # open after "said." and over paragraphs, closed by the last
            "“We lost a boat,” Ida Horn said. “It sank at nine.\n\n“Nobody came.\n\n“Never again.”",
            [("Ida Horn", "We lost a boat It sank at nine. Nobody came. Never again.")],
        ),
        (
            '"It burned," said the baker, Piet Maas. "I ran.\n\n"The roof fell in at six."',
            [("Piet Maas", "It burned I ran. The roof fell in at six.")],
        ),
        (  # British
            "‘The dam’s old. It leaks, and it’s ours,’ said Una Grey. ‘I can’t sleep.’",
            [("Una Grey", "The dam’s old. It leaks, and it’s ours I can’t sleep.")],
        ),
        (
            "The warden Cai Rees said: 'It's steep. Don't go. I've told them twice.'",
            [("Cai Rees", "It's steep. Don't go. I've told them twice.")],
        ),
        (
            "„Das Werk bleibt offen“, said the manager, Jutta Kern.",
            [("Jutta Kern", "Das Werk bleibt offen")],
        ),
        ("« La digue tiendra », said Luc Morel.", [("Luc Morel", "La digue tiendra")]),
        ("“Never,” Ada Brandt said.", [("Ada Brandt", "Never")]),
        # any verb that frames one
        ("“They owe me a boat,” groaned Piet Maas.", [("Piet Maas", "They owe me a boat")]),
        (
            "The cook, Ida Horn, saw it otherwise: “He burned the soup himself.”",
            [("Ida Horn", "He burned the soup himself.")],
        ),
        # a dash and a name behind it
        ("“The yard stays open” – Ida Horn, harbour master", [("Ida Horn", "The yard stays open")]),
        ("“We lost it all.” — Piet Maas\n\nHe left.", [("Piet Maas", "We lost it all.")]),
        ("“We lost it all.”\n— Piet Maas, baker", [("Piet Maas", "We lost it all.")]),
    ],
)
def test_whose_a_quotation_is(text: str, expected: list[tuple[str, str]]) -> None:
    assert speakers(text) == expected


INTERVIEW = "Ida Horn, the harbour master, spoke with Piet Maas on Monday.\n\n"


UNLABELLED = """Biologist Ada Brandt has measured the Ullavar ice for years. An interview in Sond.

Why do you still go up there?
I want to see the end of it. My father measured it before me.
People in the valley say that it has always melted.
They say so. I have the figures.
Do you sleep well?
Yes.
What will you do when it is gone?
Measure the lake that I expect in its place.

Photograph: Tam Vell"""


def test_who_answers_in_an_interview_without_labels() -> None:
    """Each answer is of who is introduced; what who asks remarks, and what follows it, nobody's."""
    found = find_statements(Article("a", UNLABELLED, title="“I want to see the end of it”"), PARSER)
    assert {one.speaker for one in found if not one.cue} == {"Ada Brandt"}
    assert [one.content for one in found if not one.cue] == [
        "I want to see the end of it. My father measured it before me.",
        "Yes.",
        "Measure the lake that I expect in its place.",
    ]
    for asked in ("Why do you still", "Do you sleep well?", "What will you do"):
        at = UNLABELLED.index(asked)
        assert statement_at(found, at, at + len(asked)) is None


def test_a_hearing_that_quotes_questions_is_no_interview() -> None:
    text = """In an interview with the Echo, the coroner Ada Brandt spoke of the case.

“Did you see the fire?”
“I did not,” the former owner Omar Rask told the hearing in Sond on Monday.
“Did you call for help?”
“I did,” the former owner Omar Rask answered after a while."""
    found = find_statements(Article("a", text, title="Fire at the Sond brewery"), PARSER)
    assert {one.speaker for one in found if one.cue} == {"Omar Rask"}
    assert all(one.cue for one in found)


@pytest.mark.parametrize(
    "text",
    [
        UNLABELLED.replace("Ada Brandt has", "Ada Brandt and Berta Brandt have"),
        UNLABELLED.replace("Ada Brandt has", "Ada Brandt and Isabel of Sond Gaming have"),
        UNLABELLED.replace("you", "they").replace("I ", "She "),
        "Ada Brandt has measured it.\n\nIs it gone?\nThe ice is thin.\nWill it snow?\nPerhaps.",
    ],
)
def test_paragraphs_that_ask_are_no_interview_by_themselves(text: str) -> None:
    found = find_statements(Article("a", text, title="The ice of Ullavar"), PARSER)
    assert not [one for one in found if not one.cue]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            INTERVIEW + "Maas: Is the pier safe?\n\nHorn: It is. We checked it.\n\nMaas: When?",
            [
                ("Piet Maas", "Is the pier safe?"),
                ("Ida Horn", "It is. We checked it."),
                ("Piet Maas", "When?"),
            ],
        ),
        (
            INTERVIEW + "IH: The pier is safe.\n\nIt was checked in May.\n\nPM: By whom?",
            [("Ida Horn", "The pier is safe. It was checked in May."), ("Piet Maas", "By whom?")],
        ),
        (
            INTERVIEW + "HORN: The pier is safe.\n\nMAAS: I doubt it.",
            [("Ida Horn", "The pier is safe."), ("Piet Maas", "I doubt it.")],
        ),
        (
            "Ida Horn runs the harbour.\n\nQ. Is the pier safe?\n\nA. It is.\n\nQ. Since when?",
            [("Ida Horn", "It is.")],
        ),
        (
            "Ida Horn: The pier is safe.\n\nThe mayor, Ida Horn, left.",
            [("Ida Horn", "The pier is safe.")],
        ),
        ("Nora Feld: The vote was lawful.", [("Nora Feld", "The vote was lawful.")]),
        ("Breaking News: The vote was lawful.\n\nMore soon.", []),
        (
            "The mayor, Ida Horn, left.\n\nIda Horn: The pier is safe.",
            [("Ida Horn", "The pier is safe.")],
        ),
        ("The claim was shared.\n\nClaim: The pier is safe.\n\nVerdict: False.", []),
        ("GEORGE TOWN: The pier is open again.\n\nIt rained in George Town.", []),
    ],
)
def test_who_speaks_behind_a_label(text: str, expected: list[tuple[str, str]]) -> None:
    assert speakers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Hugo Stark met Clara Weiss. She said it was over. He said it was not.",
            ["Clara Weiss", "Hugo Stark"],
        ),
        (
            "Maria Lopez sat beside Peter Novak. He denied it. She confirmed it.",
            ["Peter Novak", "Maria Lopez"],
        ),
        ("Mr Kim met Mrs Olsen. She said it was over. He said it was not.", ["Olsen", "Kim"]),
        ("Anna Berg met Clara Weiss. She said it was over.", ["She"]),  # either
        ("Ida Horn and Piet Maas said the pier was safe.", ["Ida Horn", "Piet Maas"]),
        (
            "Both Ida Horn, the mayor, and her deputy, Piet Maas, denied it.",
            ["Ida Horn", "Piet Maas"],
        ),
        ("“It is safe,” Ida Horn and Piet Maas said.", ["Ida Horn", "Piet Maas"]),
        ("The rector, Jonas Falk, came late. The rector denied the charge.", ["Jonas Falk"]),
        ("Chief engineer Clara Weiss left. The chief engineer said it was safe.", ["Clara Weiss"]),
        (
            "The nurses Clara Weiss and the nurse Anna Berg left. The nurse said it was over.",
            ["nurse"],
        ),
        ("In a post on X, Piet Maas (@pmaas) wrote: “It is gone.”", ["Piet Maas"]),
        ("Speaking to Radio Sond, Piet Maas (Greens), 41, said it was gone.", ["Piet Maas"]),
        ("Ayman al-Rashid is here. Al-Rashid said it was gone.", ["Ayman al-Rashid"]),
        ("Jan van der Meer is here. Van der Meer said it was gone.", ["Jan van der Meer"]),
        ("María de la Cruz is here. De la Cruz said it was gone.", ["María de la Cruz"]),
        ("Øystein Ås is here. Ås said it was gone.", ["Øystein Ås"]),
        ("Hugo Lask-Obi is here. “It is gone,” said spokesman Hugo Lask-Obi.", ["Hugo Lask-Obi"]),
        ("IDA HORN SAID THE PIER WAS SAFE.", []),
        (
            "Ruta Vann met Davan Lask, who said on Tuesday that his men slept. “Gone,” she said.",
            ["Davan Lask", "Ruta Vann"],
        ),
        (
            "Davan Lask met Ruta Vann, who said in May that she slept. “Gone,” he said.",
            ["Ruta Vann", "Davan Lask"],
        ),
        ("The room of the Corvane Dam sent it. It was late, she said.", ["she"]),
        ("They met in the Merrin Gorge. He said it was gone.", ["He"]),
        ("It is in the Sond Tribune. “It is gone,” he said.", ["he"]),
        ("Ida Horn read the Tarn Treaty. She said it was gone.", ["Ida Horn"]),
        ("Piet Maas crossed the Lask Bridge. He said it was gone.", ["Piet Maas"]),
        ("The Rev Ida Horn came. She said it was gone.", ["Ida Horn"]),
    ],
)
def test_who_says_it_or_nobody(text: str, expected: list[str]) -> None:
    assert [speaker for speaker, _ in speakers(text)] == expected


@pytest.mark.slow
def test_the_speakers_shown_are_right() -> None:
    """Of the annotated articles together; the sealed ones apart in `evals/score_speakers.py`."""
    from score_speakers import read, score

    rows = list(read(ROOT / "tests/data/speakers.jsonl", ROOT / "evals/training/articles", PARSER))
    shown = [one for one in rows if one.shown]
    assert len(shown) > 300, score(rows)
    assert sum(one.is_right for one in shown) / len(shown) > 0.94, score(rows)
