from __future__ import annotations

import pytest
from conftest import OpenAssistant

from assistant import Article, Assistant, Filters, Question, QuestionError
from assistant.archive import Archive
from assistant.archive.copies import signature, similarity
from assistant.language import SpacyParser, stem, terms
from assistant.settings import ModelSettings
from assistant.testing import sample_articles
from assistant.understanding import understand

PARSER = SpacyParser(ModelSettings())
LONG = " ".join(
    f"The committee heard witness {n} on the matter of harbour dues." for n in range(30)
)


def test_terms_are_the_words_that_carry_the_question() -> None:
    assert terms("What did the MEA say about Naqvi’s claims?") == ["mea", "naqvi", "claims"]
    assert terms("Who is who?") == ["who", "is"]


def test_stems_join_forms_of_a_word() -> None:
    assert stem("elections") == stem("election")
    assert stem("naqvi's") == stem("naqvi")


@pytest.mark.parametrize("text", ["", "  \n", "\u200b\u2060", "\x00"])
def test_an_empty_question_is_an_error(text: str) -> None:
    with pytest.raises(QuestionError, match="empty"):
        understand(Question(text), 100)


def test_an_overlong_question_names_its_length() -> None:
    with pytest.raises(QuestionError, match="100,000 characters; the limit is 2,000"):
        understand(Question("x" * 100_000), 2000)


def test_both_searches_are_fused(open_assistant: OpenAssistant) -> None:
    assistant = open_assistant()
    assistant.add(sample_articles(30))
    best, *rest = assistant.search("harbour9 reopened")
    assert best.passage.article.id == "sample-9"
    assert set(best.found) == {"dense", "keyword"}
    assert [hit.score for hit in rest] == sorted((hit.score for hit in rest), reverse=True)


def test_copies_count_as_one_hit_and_are_listed(open_assistant: OpenAssistant) -> None:
    assistant = open_assistant()
    texts = [LONG, LONG.replace("witness 7", "witness seven"), LONG.rsplit(".", 4)[0] + "."]
    copies = [Article(f"c{n}", t, title=f"Dues {n}", outlet=f"O{n}") for n, t in enumerate(texts)]
    assistant.add([*copies, *sample_articles(5)])
    hits = assistant.search("witness on harbour dues")
    of_the_story = [hit for hit in hits if hit.passage.article.id.startswith("c")]
    first = of_the_story[0].passage.article.id
    assert {hit.passage.article.id for hit in of_the_story} == {first}
    others = {copy.id for copy in of_the_story[0].copies}
    assert {first} | others == {"c0", "c1", "c2"}
    answer = assistant.ask("witness 3 on the matter of harbour dues")
    assert {copy.id for copy in answer.citations[0].copies} == {"c0", "c1", "c2"} - {
        answer.citations[0].article.id
    }


def test_what_one_copy_alone_holds_is_found(open_assistant: OpenAssistant) -> None:
    assistant = open_assistant()
    extra = " ".join(f"The lighthouse keeper counted parrot {n} at noon." for n in range(12))
    assistant.add([Article("c0", LONG, title="A"), Article("c1", f"{LONG}\n\n{extra}", title="B")])
    hits = assistant.search("lighthouse keeper parrot")
    assert "parrot" in hits[0].passage.text
    assert [copy.id for copy in hits[0].copies] == ["c0"]


def test_articles_removed_or_changed_meanwhile_are_left_out(
    open_assistant: OpenAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant = open_assistant()
    assistant.add(sample_articles(4))
    search_keywords = Archive.search_keywords

    def change(self: Archive, *arguments: object) -> object:
        self.remove(["sample-1"])
        self.add(sample_articles(3, edition=2)[2:])
        return search_keywords(self, *arguments)

    monkeypatch.setattr(Archive, "search_keywords", change)
    hits = assistant.search("harbour reopened on Monday after repairs")
    versions = {(hit.passage.article.id, hit.passage.article.version) for hit in hits}
    assert versions == {("sample-0", 1), ("sample-2", 2), ("sample-3", 1)}
    assert all(hit.copies == () for hit in hits)


def test_a_search_may_be_limited_to_a_speaker(open_assistant: OpenAssistant) -> None:
    assistant = open_assistant()
    one = Article("one", "Ada Brandt said the bridge was safe.", title="Bridge")
    two = Article("two", "Bo Lindt said the bridge was not safe.", title="Bridge again")
    assistant.add([one, two])
    filters = Filters(speakers=("brandt",))
    assert [hit.passage.article.id for hit in assistant.search("bridge", filters)] == ["one"]
    assert assistant.archive.coverage(filters).articles == 1
    answer = assistant.ask("is the bridge safe?", filters=filters)
    assert [claim.speaker for claim in answer.claims] == ["Ada Brandt"]
    assert assistant.search("bridge", Filters(speakers=("Nobody",))) == []


def test_filtered_copies_are_not_listed(open_assistant: OpenAssistant) -> None:
    assistant = open_assistant()
    assistant.add([Article("c0", LONG, title="A"), Article("c1", LONG, title="B")])
    (hit, *_) = assistant.search("harbour dues", Filters(exclude=("c1",)))
    assert (hit.passage.article.id, hit.copies) == ("c0", ())


def test_similarity_tells_copies_from_like_stories() -> None:
    one = "The ministry said on Monday that the dam would be closed for repairs until the spring."
    two = "The ministry said on Friday that the ferry would be laid up for an inspection in May."
    assert similarity(signature(LONG), signature(LONG)) == 1.0
    assert similarity(signature(one), signature(two)) < 0.3
    assert (
        similarity(signature(LONG), signature(LONG.replace("witness 3 ", "witness three "))) > 0.8
    )


def test_a_reranker_orders_and_scores(open_assistant: OpenAssistant) -> None:
    class Backwards:
        name = "backwards"

        def score(self, question: str, texts: list[str]) -> list[float]:
            assert all("\n" in text for text in texts)  # the headline goes before the passage
            return [float(index) for index in range(len(texts))]

    assistant = open_assistant()
    assistant.add(sample_articles(6))
    fused = assistant.search("harbour reopened")
    assistant.stages.reranker = Backwards()
    reranked = assistant.search("harbour reopened")
    assert [hit.passage for hit in reranked] == [hit.passage for hit in reversed(fused)]
    assert reranked[0].score == len(fused) - 1


def test_the_retriever_is_langchains(open_assistant: OpenAssistant) -> None:
    from langchain_core.retrievers import BaseRetriever

    assistant = open_assistant()
    assistant.add(sample_articles(6))
    retriever = assistant.as_retriever(Filters(exclude=("sample-3",)))
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("harbour3 or harbour4")
    assert documents[0].metadata["article"]["id"] == "sample-4"
    assert "sample-3" not in [document.metadata["article"]["id"] for document in documents]
    text = assistant.archive.article("sample-4").text
    metadata = documents[0].metadata
    assert text[metadata["start"] : metadata["end"]] == documents[0].page_content


@pytest.mark.slow
def test_meaning_is_found_without_shared_words(sample: Assistant) -> None:
    hits = sample.search("Who runs the boats between the islands and why did they walk out?")
    assert any("ferry" in hit.passage.article.title.casefold() for hit in hits[:3])


@pytest.mark.slow
def test_wire_copies_of_the_sample_are_folded(sample: Assistant) -> None:
    hits = sample.search("Velstrad closes the Tolvering zinc smelter")
    story = {"kv-0301", "kv-0302", "kv-0303"}
    shown = {hit.passage.article.id for hit in hits} & story
    assert len(shown) == 1
    (copies,) = {hit.copies for hit in hits if hit.passage.article.id in shown}
    assert {copy.id for copy in copies} | shown == story


@pytest.mark.slow
def test_corrected_stories_show_their_newest_version(sample: Assistant) -> None:
    hits = sample.search("How many patients wait for an operation at Pellagate?")
    texts = " ".join(hit.passage.text for hit in hits)
    assert "2,340" in texts
    assert "3,400, the highest" not in texts
    source = next(h.passage.article for h in hits if h.passage.article.id == "kv-0401")
    assert source.version == 2
