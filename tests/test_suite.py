"""Reading suites: what is broken is named with file and line, and nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import OpenAssistant

from assistant.errors import SuiteBroken
from assistant.evaluation import run_suite
from assistant.evaluation.gold import locate, twin_filters
from assistant.evaluation.running import with_twins
from assistant.resources import folder
from assistant.suites import read_suite
from assistant.suites.questions import GoldQuote
from assistant.suites.suite import Suite
from assistant.testing import sample_articles
from assistant.types import Article

GOOD = {
    "id": "q1",
    "question": "When did harbour3 reopen?",
    "answerable": True,
    "articles": ["sample-3"],
    "evidence": [
        {
            "article": "sample-3",
            "quote": "The harbour harbour3 reopened on Monday after repairs.",
        }
    ],
}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*lines: Any, name: str = "suite.jsonl") -> Path:
        text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path = tmp_path / name
        path.write_text("\n".join(text), encoding="utf-8")
        return path

    return write


def changed(**fields: Any) -> dict[str, Any]:
    return {**GOOD, **fields}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"id": "q2", ', "suite.jsonl:2: not JSON"),
        ("[1, 2]", "suite.jsonl:2: not a JSON object"),
        (changed(), "suite.jsonl:2: the id 'q1' stands on line 1, too"),
        ({"id": "q2"}, "suite.jsonl:2: question: Field required"),
        ({"question": "what?", "answerable": True}, "suite.jsonl:2: id: Field required"),
        (changed(id="q2", question=" "), "suite.jsonl:2: the question is empty"),
        (changed(id="q2", must_inclde=["x"]), "unknown field 'must_inclde'; did you mean"),
        (changed(id="q2", must_include=[[]]), "suite.jsonl:2: an entry of must_include is empty"),
        (changed(id="q2", articles="sample-3"), "suite.jsonl:2: articles"),
        (changed(id="q2", evidence=[{"article": "sample-3", "quote": ""}]), "a quote is empty"),
        (changed(id="q2", evidence=[{"article": "sample-3", "quote": "."}]), "or holds no word"),
        ('{"id": "q2", "id": "q3", "question": "what?"}', "a field stands twice"),
        (changed(id="q2", kind="\ud800"), "suite.jsonl:2: half of a character"),
        ({"id": "q2", "question": "what?"}, "neither whether it is answerable nor which articles"),
        (
            changed(id="q2", statements=[{"article": "sample-3", "speaker": "—", "quote": "x"}]),
            "suite.jsonl:2: a speaker is empty",
        ),
        ({**changed(id="q2"), "answerable": "perhaps"}, "suite.jsonl:2: answerable"),
    ],
)
def test_a_broken_line_is_named(write: Write, line: Any, fault: str) -> None:
    with pytest.raises(SuiteBroken, match="The suite is broken") as caught:
        read_suite(write(GOOD, line))
    assert fault in str(caught.value)


def test_every_fault_is_named_at_once(write: Write) -> None:
    with pytest.raises(SuiteBroken) as caught:
        read_suite(write("{", GOOD, "nothing", *["{"] * 30))
    assert ":1:" in str(caught.value)
    assert ":3:" in str(caught.value)
    assert "and 12 more" in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_suite_is_broken(write: Write, text: str) -> None:
    with pytest.raises(SuiteBroken, match=r"suite.jsonl holds no question"):
        read_suite(write(text))


def test_an_unknown_suite_names_those_that_ship() -> None:
    with pytest.raises(SuiteBroken, match=r"no suite 'smple'.*adversarial, attribution, sample"):
        read_suite("smple")


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("questions = [", "suite.toml"),
        ('questions = "suite.jsonl"\ntwin = true', "twin: Extra inputs"),
        ("twins = true", "questions: Field required"),
        ('questions = "nothing.jsonl"', "nothing.jsonl cannot be read"),
        ('questions = "suite.jsonl"\ncutoffs = [0]', "cutoffs.0"),
        ('questions = "suite.jsonl"\narchive = "a"\ncorpus = ["b"]', "an archive and a corpus"),
        ('questions = "suite.jsonl"\n[thresholds]\ncomplete = nan', "thresholds.complete"),
        ('questions = "suite.jsonl"\n[judge]\nrepeats = 3', "judge.model: Field required"),
    ],
)
def test_broken_settings_are_named(write: Write, settings: str, fault: str) -> None:
    write(GOOD)
    with pytest.raises(SuiteBroken) as caught:
        read_suite(write(settings, name="suite.toml"))
    assert fault in str(caught.value)


def test_paths_are_beside_the_settings(write: Write, tmp_path: Path) -> None:
    write(GOOD)
    suite = read_suite(
        write('questions = "suite.jsonl"\ncorpus = ["articles"]\ntwins = true', name="s.toml")
    )
    assert suite.name == "s"
    assert suite.corpus == (tmp_path / "articles",)
    assert suite.questions[0].evidence == (GoldQuote("sample-3", GOOD["evidence"][0]["quote"]),)
    assert suite.twins


def test_further_fields_are_kept_as_slices(
    write: Write, open_assistant: OpenAssistant, tmp_path: Path
) -> None:
    suite = read_suite(write(changed(desk="foreign", level=3)))
    assert suite.questions[0].extra == {"desk": "foreign", "level": "3"}
    sliced = replace(suite, slices=("desk",))
    run = run_suite(sliced, opened_on(open_assistant), tmp_path / "run")
    assert run.summary()["slices"]["desk"]["foreign"]["asked"] == 1


def test_a_question_without_gold_has_no_twin(
    write: Write, open_assistant: OpenAssistant, tmp_path: Path
) -> None:
    line = {"id": "open", "question": "When did harbour3 reopen?", "answerable": True}
    suite = with_twins(read_suite(write(line)))
    run = run_suite(suite, opened_on(open_assistant), tmp_path / "run")
    assert [result.twin for result in run.results] == [False]
    assert run.figures["twin_refusal_recall"].value is None


def test_the_fingerprint_changes_with_what_is_asked_alone(write: Write) -> None:
    one = read_suite(write(GOOD)).fingerprint
    assert read_suite(write("", GOOD, name="other.jsonl")).fingerprint == one
    assert read_suite(write(changed(answer="Monday"))).fingerprint != one


def opened_on(open_assistant: OpenAssistant, *articles: Article) -> Any:
    assistant = open_assistant()
    assistant.add(articles or sample_articles(6))
    return assistant


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (changed(id="q2", articles=["nowhere"]), "suite.jsonl:2: the archive holds no article"),
        (
            changed(id="q2", evidence=[{"article": "sample-3", "quote": "It never reopened."}]),
            "suite.jsonl:2: the article sample-3 does not hold the quote 'It never reopened.'",
        ),
        (
            changed(id="q2", evidence=[{"article": "sample-4", "quote": "harbour3"}]),
            "suite.jsonl:2: the article sample-4 does not hold the quote",
        ),
    ],
)
def test_gold_that_the_archive_lacks_is_named(
    write: Write, open_assistant: OpenAssistant, line: Any, fault: str
) -> None:
    with pytest.raises(SuiteBroken) as caught:
        locate(read_suite(write(GOOD, line)), opened_on(open_assistant).archive)
    assert fault in str(caught.value)


def test_another_archive_is_named_as_such(write: Write, open_assistant: OpenAssistant) -> None:
    with pytest.raises(SuiteBroken, match="holds none of the 1 articles"):
        locate(read_suite(write(GOOD)), open_assistant().archive)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ({"thresholds": {"goodness": 1.0}}, "there is no metric 'goodness'"),
        ({"metrics": ("goodness",)}, "there is no metric 'goodness'"),
        ({"thresholds": {"twin_refusal_recall": 1.0}}, "there is no metric"),  # without twins
        ({"slices": ("desk",)}, "no question has the slice 'desk'"),
    ],
)
def test_unknown_metrics_and_slices_are_named(
    write: Write, open_assistant: OpenAssistant, tmp_path: Path, settings: Any, fault: str
) -> None:
    questions = read_suite(write(GOOD))
    suite = Suite(questions.name, questions.path, questions.questions, **settings)
    with pytest.raises(SuiteBroken, match=fault):
        run_suite(suite, opened_on(open_assistant), tmp_path / "run")


def test_printings_of_one_story_are_one_source(write: Write, open_assistant: OpenAssistant) -> None:
    text = sample_articles(4)[3].text
    copies = [Article(id=name, text=text, title=name, outlet=name) for name in ("one", "two")]
    assistant = opened_on(open_assistant, *sample_articles(6), *copies)
    quote = GOOD["evidence"][0]["quote"]
    line = changed(articles=["sample-3", "one"], evidence=[{"article": "one", "quote": quote}])
    (gold,) = locate(read_suite(write(line)), assistant.archive)
    assert gold.stories == {"sample-3"}
    assert [relevant.article for relevant in gold.relevant] == ["sample-3"]
    assert twin_filters(gold).exclude == ("one", "sample-3", "two")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sample", "adversarial", "attribution"])
def test_the_suites_that_ship_are_sound(name: str, open_assistant: OpenAssistant) -> None:
    suite = read_suite(name)
    assistant = open_assistant(archive={"statements": False})
    report = assistant.add(list(suite.corpus))
    assert {Path(item.path).name for item in report.skipped} <= {"README.md"}
    golds = locate(suite, assistant.archive)
    assert len(golds) == len(suite.questions)
    for gold in golds:
        question = gold.question
        assert not question.answerable or gold.relevant, question.id
        assert question.answerable or not question.articles, question.id
    assert folder("evals") == suite.path.parent
