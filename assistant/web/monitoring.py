"""What a server says of itself at ``/metrics``, as Prometheus reads it; no words of anybody."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TypeVar

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from assistant.types import Answer, AnswerEvent, Event

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_Event = TypeVar("_Event", bound=Event)


class Monitoring:
    """Counts what one server does. Safe to use from several threads."""

    def __init__(self, waiting: Callable[[], int]) -> None:
        """Count nothing yet.

        Args:
            waiting: how many questions are in the line, those that are being answered included.
        """
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._questions = Counter(
            "onrecord_questions", "Questions that were answered or refused.",
            ["form", "outcome"], registry=self._registry,
        )  # fmt: skip
        self._stages = Histogram(
            "onrecord_stage_seconds", "Seconds of each stage of a question.", ["stage"],
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._faults = Counter(
            "onrecord_faults", "Questions and pages that failed, by the kind of error.", ["kind"],
            registry=self._registry,
        )  # fmt: skip
        Gauge(
            "onrecord_waiting", "Questions that are answered or wait.", registry=self._registry
        ).set_function(waiting)

    def heard(self, events: Generator[_Event]) -> Generator[_Event]:
        """The same events, counted."""
        try:
            for event in events:
                if isinstance(event, AnswerEvent):
                    self._count(event.answer)
                yield event
        except Exception as error:
            self.failed(error)
            raise
        finally:
            events.close()

    def failed(self, error: Exception) -> None:
        """Count a fault."""
        self._faults.labels(type(error).__name__).inc()

    def _count(self, answer: Answer) -> None:
        self._questions.labels(answer.form, answer.outcome).inc()
        for stage, seconds in answer.trace.seconds.items():
            self._stages.labels(stage).observe(seconds)

    def text(self) -> bytes:
        """What was counted, as Prometheus reads it."""
        return generate_latest(self._registry)


def routes(monitoring: Monitoring) -> APIRouter:
    """The page."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    def metrics() -> Response:
        return Response(monitoring.text(), media_type=CONTENT_TYPE_LATEST)

    return router
