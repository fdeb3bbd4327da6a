"""Questions that the archive can answer: each is asked before it is offered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from assistant.assistant import Assistant
from assistant.errors import OnRecordError
from assistant.types import Answer, PastTurn, Question, Source, Statement
from assistant.web.site import Site, history
from assistant.web.stored_answers import StoredAnswer

_WANTED = 3
_TRIED = 4  # candidates, at most: each costs what an answer costs
_NAME_WORDS = 2  # of a speaker's name: "Naqvi" alone may be anybody


def examples(site: Site) -> list[str]:
    """Questions to begin with, from articles spread over the archive; none while others wait."""
    sources = site.assistant.archive.articles()
    step = max(1, len(sources) // (2 * _TRIED))
    spread = sources[step // 2 :: step]
    asked = (text for source in spread for text in _openings(site.assistant, source))
    return _answered(site, asked, ())


class Examples:
    """Examples, found once for each state of the archive, since finding them takes seconds."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._found: tuple[str, list[str]] = ("", [])  # and of which state

    def __call__(self) -> list[str]:
        """Questions to begin with."""
        state = self._site.assistant.archive.fingerprint()
        if self._found[0] == state:
            return self._found[1]
        found = examples(self._site)
        if len(found) == _WANTED:  # fewer may mean that a reader's question took priority
            self._found = (state, found)
        return found


def following(site: Site, turns: Sequence[StoredAnswer]) -> list[str]:
    """Questions to go on with: what others say in the articles that the answer was made from."""
    answer = turns[-1].answer
    said = {(citation.speaker or "").casefold() for citation in answer.citations}
    sources = list(dict.fromkeys(one.article for one in (*answer.citations, *answer.read)))
    others = (
        statement.speaker
        for source in sources
        for statement in _spoken(site.assistant, source)
        if statement.speaker.casefold() not in said
    )
    asked = (f"And what did {name} say?" for name in dict.fromkeys(others))
    return _answered(site, asked, history(list(turns)))


def _openings(assistant: Assistant, source: Source) -> Iterator[str]:
    """One question about an article: what somebody said in it, in the month that it is of."""
    for statement in _spoken(assistant, source)[:1]:
        when = f" in {source.published:%B %Y}" if source.published else ""
        yield f"What did {statement.speaker} say{when}?"


def _spoken(assistant: Assistant, source: Source) -> list[Statement]:
    """Statements of people with a whole name."""
    found = assistant.archive.statements(source.id, source.version)
    return [
        one
        for one in found
        if len(one.speaker.split()) >= _NAME_WORDS and one.speaker.istitle() and not one.in_title
    ]


def _answered(site: Site, asked: Iterator[str], past: Sequence[PastTurn]) -> list[str]:
    """Those of the questions that are answered, tried only while nobody waits."""
    found: list[str] = []
    for text in islice(asked, _TRIED):
        if len(found) == _WANTED or not site.admission.idle:
            break
        try:
            with site.admission.ticket() as ticket:
                ticket.wait()
                answer = site.assistant.ask(Question(text, tuple(past)))
        except OnRecordError:
            break
        if _says(answer, text):
            found.append(text)
    return found


def _says(answer: Answer, text: str) -> bool:
    """True where the answer quotes somebody whom the question names."""
    names = {(citation.speaker or "").casefold() for citation in answer.citations}
    return answer.refusal is None and any(name and name in text.casefold() for name in names)
