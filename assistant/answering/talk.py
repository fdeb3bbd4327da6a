"""What the assistant says of itself, where nothing is asked of the archive."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from assistant.answering.refusing import described
from assistant.archive import Archive
from assistant.language.language import english
from assistant.text import words
from assistant.types import Answer, Question

_EXAMPLES = 2
_SPEAKERS = 20  # that examples are taken from


def talk(question: Question, archive: Archive) -> Answer:
    """An answer without any claim: what can be asked here, and of how many articles."""
    coverage = archive.coverage(question.filters)
    text = _introduction(archive, described(coverage)) if archive.coverage().articles else _EMPTY
    if english().thanks_words & set(words(question.text)):
        text = f"{_WELCOME} {text}"
    elif question.history:  # "are you sure?"; true whoever writes
        text = f"{_CHECKED} {text}"
    return replace(Answer.begun(question), text=text, coverage=coverage)


_WELCOME = "You are welcome."
_CHECKED = (
    "I know no more than the articles say, and have no view of my own: each number in an answer"
    " leads to the sentence that it rests on. Check it there."
)
_EMPTY = "This is On Record. I answer questions from news articles; this archive holds none yet."


def _introduction(archive: Archive, covered: str) -> str:
    named = (name for name in archive.speakers(_SPEAKERS) if " " in name and name.istitle())
    asked = [f"“What did {name} say?”" for name in islice(named, _EXAMPLES)]
    example = f" Ask, for example: {' or '.join(asked)}" if asked else ""
    return (
        f"This is On Record, a program and no person. I answer questions from {covered}, in the"
        f" articles’ own sentences, each with its source. You may ask for a fact, for somebody’s"
        f" words, for both sides of a dispute, for the course of a story, or for a list of"
        f" articles.{example}"
    )
