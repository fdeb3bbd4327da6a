"""Questions to begin with: one of each form, each seen to be answered, kept beside the archive.

They are found when articles come in, so that they stand on the page when it appears.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice

from assistant.archive import Archive
from assistant.errors import ArchiveError, OnRecordError
from assistant.language.names import is_body
from assistant.types import Answer, Form, Source, Statement

_TRIED = 4  # questions of a form, at most: each costs what an answer costs
_SPEAKERS = 3 * _TRIED
_NAME_WORDS = 2  # of a speaker's name: "Naqvi" alone may be anybody
_FEWEST = 2  # sentences, articles or sides that make a story, a list or a dispute

Tried = tuple[Form, Iterable[str]]
"""Questions of a form, the likeliest first."""


Ask = Callable[[str], Answer]
"""Answers a question."""


def kept(archive: Archive) -> list[str] | None:
    """What was found for the archive as it is now; None where nobody has looked."""
    found = archive.derived()
    return found if isinstance(found, list) else None


def keep(archive: Archive, ask: Ask) -> list[str]:
    """Find questions for the archive as it is now, unless they are kept, and keep them."""
    known = kept(archive)
    if known is not None:
        return known
    generation = archive.generation
    found = [text for form, texts in _tried(archive) if (text := _first(form, texts, ask))]
    with suppress(OSError, ArchiveError):  # then they are found again
        archive.derive(found, generation)
    return found


def _first(form: Form, texts: Iterable[str], ask: Ask) -> str | None:
    return next((text for text in islice(texts, _TRIED) if _serves(form, text, ask)), None)


def spoken(archive: Archive, source: Source) -> list[Statement]:
    """An article's statements by people with a whole name."""
    found = archive.statements(source.id, source.version)
    return [one for one in found if _is_whole(one.speaker) and not one.in_title]


def says(answer: Answer, text: str) -> bool:
    """True where the answer quotes somebody whom the question names."""
    names = {(citation.speaker or "").casefold() for citation in answer.citations}
    return answer.refusal is None and any(name and name in text.casefold() for name in names)


def _is_whole(name: str) -> bool:
    return len(name.split()) >= _NAME_WORDS and name.istitle() and not is_body(name)


def _tried(archive: Archive) -> list[Tried]:
    """Questions of each form, from articles spread over the archive and those who speak in most."""
    sources = archive.articles()
    spread = sources[:: max(1, len(sources) // (4 * _TRIED))]
    names = [name for name in archive.speakers(10 * _SPEAKERS) if _is_whole(name)][:_SPEAKERS]
    return [
        ("fact", [f"Who is {name}?" for name in names[::3]]),
        ("words", _of_words(archive, spread)),
        ("sides", _of_sides(archive, spread)),
        ("story", [f"What happened in {month}?" for month in _months(sources)]),
        ("list", [f"Which articles mention {name}?" for name in names[1::3]]),
        ("story", [f"What is the latest on {name}?" for name in names[2::3]]),
    ]


def _of_words(archive: Archive, sources: Iterable[Source]) -> Iterator[str]:
    """What somebody said in the month that an article is of."""
    for source in sources:
        for statement in spoken(archive, source)[:1]:
            when = f" in {source.published:%B %Y}" if source.published else ""
            yield f"What did {statement.speaker} say{when}?"


def _of_sides(archive: Archive, sources: Iterable[Source]) -> Iterator[str]:
    """What two say who speak in one article."""
    for source in sources:
        names = list(dict.fromkeys(one.speaker for one in spoken(archive, source)))
        if len(names) >= _FEWEST:
            yield f"What do {names[0]} and {names[1]} say about it: {source.title}?"


def _months(sources: Iterable[Source]) -> list[str]:
    """Months by how many articles were published in them."""
    counted = Counter(f"{one.published:%B %Y}" for one in sources if one.published)
    return [month for month, _ in counted.most_common()]


def _serves(form: Form, text: str, ask: Ask) -> bool:
    """Whether a question is answered, surely and in its form."""
    try:
        answer = ask(text)
    except OnRecordError:
        return False
    enough = {"sides": len(answer.sides), "words": _FEWEST * says(answer, text)}
    fewest = 1 if form == "fact" else _FEWEST
    told = answer.form == form or form in enough
    return (
        told
        and answer.refusal is None
        and not answer.doubtful
        and enough.get(form, len(answer.shown)) >= fewest
    )
