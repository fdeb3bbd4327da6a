"""Questions to go on with: each is asked before it is offered."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import islice

from assistant.errors import OnRecordError
from assistant.types import Answer, PastTurn, Question
from assistant.web.site import Site, history
from assistant.web.starting import keep, kept, says, spoken
from assistant.web.stored_answers import StoredAnswer

_log = logging.getLogger(__name__)

_LOOK = 1.0  # seconds between two looks at who waits
_WANTED = 3
_TRIED = 4  # candidates, at most: each costs what an answer costs


class Examples:
    """Questions to begin with, found anew in the background when the archive has changed."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._finding = threading.Lock()
        self._found: tuple[int, list[str]] = (-1, [])  # and of which generation of the archive

    def __call__(self) -> list[str]:
        """Those that were found; none while they are being found, which takes seconds."""
        assistant = self._site.assistant
        if (known := kept(assistant.archive)) is not None:
            return known
        generation, found = self._found
        if generation == assistant.archive.generation:
            return found
        if self._finding.acquire(blocking=False):
            self._found = (assistant.archive.generation, [])
            threading.Thread(target=self._find, daemon=True, name="examples").start()
        return []

    def _find(self) -> None:
        try:
            self._found = (self._found[0], keep(self._site.assistant.archive, self._ask))
        except Exception:  # noqa: BLE001 - the archive may be closed meanwhile
            _log.info("No questions to begin with were found.", exc_info=True)
        finally:
            self._finding.release()

    def _ask(self, text: str) -> Answer:
        """An answer, when nobody else waits for one."""
        while not self._site.admission.idle:
            time.sleep(_LOOK)
        with self._site.admission.ticket() as ticket:
            ticket.wait()
            return self._site.assistant.without_chat().ask(text)


def following(site: Site, turns: Sequence[StoredAnswer]) -> list[str]:
    """Questions to go on with: what others say in the articles that the answer was made from."""
    answer = turns[-1].answer
    said = {(citation.speaker or "").casefold() for citation in answer.citations}
    sources = list(dict.fromkeys(one.article for one in (*answer.citations, *answer.read)))
    others = (
        statement.speaker
        for source in sources
        for statement in spoken(site.assistant.archive, source)
        if statement.speaker.casefold() not in said
    )
    asked = (f"And what did {name} say?" for name in dict.fromkeys(others))
    return _answered(site, asked, history(list(turns)))


def _answered(site: Site, asked: Iterator[str], past: Sequence[PastTurn]) -> list[str]:
    """Those of the questions that are answered, tried only while nobody waits."""
    found: list[str] = []
    for text in islice(asked, _TRIED):
        if len(found) == _WANTED or not site.admission.idle:
            break
        try:
            with site.admission.ticket() as ticket:
                ticket.wait()
                answer = site.assistant.without_chat().ask(Question(text, tuple(past)))
        except OnRecordError:
            break
        if says(answer, text):
            found.append(text)
    return found
