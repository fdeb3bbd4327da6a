"""Spans of OpenTelemetry: a question, and each of its stages below it.

They are made where a program or ``opentelemetry-instrument`` has loaded the SDK that collects them;
else nothing is imported for them. They hold counts and kinds, no words of anybody.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_SDK = "opentelemetry.sdk.trace"


@contextmanager
def span(name: str, within: Span | None = None) -> Iterator[Span | None]:
    """A span that lasts as long as the block; None where nobody collects them.

    It is not made the current one: a generator may be left in one thread and go on in another.

    Args:
        name: of what is done, behind "onrecord.".
        within: the span that it is a part of; else the current one.
    """
    if _SDK not in sys.modules:
        yield None
        return
    from opentelemetry import trace

    around = trace.set_span_in_context(within) if within else None
    made = trace.get_tracer("onrecord").start_span(f"onrecord.{name}", around)
    try:
        yield made
    except Exception as error:
        made.set_attribute("error.type", type(error).__name__)  # its words may be of an article
        raise
    finally:
        made.end()
