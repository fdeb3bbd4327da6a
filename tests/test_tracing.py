"""Spans, as an SDK of OpenTelemetry collects them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import OpenAssistant
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from assistant import Assistant
from assistant.errors import QuestionError
from assistant.testing import sample_articles
from assistant.tracing import span

_COLLECTED = InMemorySpanExporter()
_PROVIDER = TracerProvider()
_PROVIDER.add_span_processor(SimpleSpanProcessor(_COLLECTED))


@pytest.fixture
def ready(open_assistant: OpenAssistant) -> Assistant:
    assistant = open_assistant(archive={"statements": False})  # quicker
    assistant.add(sample_articles(10))
    return assistant


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    monkeypatch.setattr(trace, "get_tracer", _PROVIDER.get_tracer)
    _COLLECTED.clear()
    yield _COLLECTED
    _COLLECTED.clear()


def test_a_question_is_a_span_with_its_stages_below(
    ready: Assistant, collected: InMemorySpanExporter
) -> None:
    answer = ready.ask("harbour5 number5")
    *stages, whole = collected.get_finished_spans()
    names = ["understand", "retrieve", "rerank", "period", "write", "ground"]
    assert [one.name for one in stages] == [f"onrecord.{name}" for name in names]
    assert whole.name == "onrecord.question"
    assert all(one.parent and one.parent.span_id == whole.context.span_id for one in stages)
    assert whole.attributes == {
        "onrecord.form": answer.form,
        "onrecord.outcome": "answered",
        "onrecord.claims": len(answer.claims),
        "onrecord.citations": len(answer.citations),
    }
    told = "".join(one.to_json() for one in (*stages, whole))
    assert "harbour5" not in told  # no words of anybody


def test_a_span_says_what_kind_of_fault_ended_it(
    ready: Assistant, collected: InMemorySpanExporter
) -> None:
    with pytest.raises(QuestionError):
        ready.ask(" ")
    whole = collected.get_finished_spans()[-1]
    assert whole.attributes == {"error.type": "QuestionError"}
    assert not whole.events  # an exception's words may be of an article


def test_without_an_sdk_nothing_is_imported_for_spans() -> None:
    code = (
        "import sys; from assistant.tracing import span\n"
        "with span('question') as made: assert made is None\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_span_is_not_made_the_current_one(collected: InMemorySpanExporter) -> None:
    with span("question"):
        assert not trace.get_current_span().is_recording()
