"""What comes step by step until its reader stops it."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from assistant.errors import Cancelled
from assistant.web.cancellation import CancellableStream


def test_what_is_made_is_heard_in_order_and_to_its_end() -> None:
    assert list(CancellableStream[int]().heard(n for n in range(100))) == list(range(100))


def test_an_error_is_raised_where_it_is_heard() -> None:
    def failing() -> Generator[int]:
        yield 1
        raise OSError("no disk")

    heard = CancellableStream[int]().heard(failing())
    assert next(heard) == 1
    with pytest.raises(OSError, match="no disk"):
        next(heard)


def test_who_stops_waits_for_no_step_and_what_was_made_is_closed() -> None:
    step, closed = threading.Event(), threading.Event()

    def slow() -> Generator[int]:
        try:
            yield 1
            step.wait()
            yield 2
            raise AssertionError("it went on after it was stopped")
        finally:
            closed.set()

    way = CancellableStream[int]()
    heard = way.heard(slow())
    assert next(heard) == 1
    way.stop()
    with pytest.raises(Cancelled, match="still in its field"):
        next(heard)
    assert not closed.is_set()
    step.set()
    assert closed.wait(10)


def test_who_goes_away_ends_what_is_made() -> None:
    closed = threading.Event()

    def endless() -> Generator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    heard = CancellableStream[int]().heard(endless())
    next(heard)
    heard.close()  # type: ignore[attr-defined]
    assert closed.wait(10)
