"""Understanding a question: what to search for, within what, and what it wants to know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Literal, Protocol

from assistant.errors import QuestionError
from assistant.language.language import english
from assistant.language.terms import terms
from assistant.text import is_blank, one_line, words
from assistant.types import Form, Order, Part, Question
from assistant.understanding.corrected import correction
from assistant.understanding.exchanged import Matter
from assistant.understanding.followups import ASKING, FollowUp, follow_up, last_asked
from assistant.understanding.lengths import sentences_in, shorter, wanted_length, without_length
from assistant.understanding.parts import parts
from assistant.understanding.periods import period, unclear, wants_latest, without_days


class Known(Protocol):
    """What an archive knows of names."""

    def spelled(self, word: str) -> str | None:
        """The name that a word is nearly; None where it has the word, or none is near."""

    def headlined(self, words: Sequence[str]) -> bool:
        """Whether a headline has any of some words."""

    def matter(self, question: str) -> str | None:
        """What "it" means after a question; None where that is open."""

    def written_by(self, question: str) -> Mapping[str, tuple[str, ...]]:
        """The authors whose articles a question asks for, and the ids of those."""

    def printed_by(self, question: str) -> Sequence[str]:
        """The outlets whose articles a question asks for."""


class FormOf(Protocol):
    """Tells what an answer to a question has to be; a fact where that is not likely enough."""

    def __call__(self, question: str, /, least: float = ...) -> Form:
        """The form of a question, if it has the ``least`` probability."""


_YOU = re.compile(r"\byour?\b", re.IGNORECASE)
_SURE_TALK = 0.85  # probability of talk; within a conversation what is less sure goes on with it

_ORDERS: dict[Form, Order] = {"story": "date", "list": "newest", "words": "newest"}
_OPEN = "a day that may be either of two, and limits nothing"
_WORDS = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]{4,}")
_END = re.compile(r"\bhow (?:did|does) .+ (?:end|turn out)\b|\boutcome of\b", re.IGNORECASE)
_ONWARD = re.compile(r"\b(?:after|since|next|then|later|afterwards)\b", re.IGNORECASE)
_PERSONS = re.compile(
    r"\W*(?:who\b|(?:which|what) (?:people|persons|politicians)\b)", re.IGNORECASE
)
_WHOEVER = re.compile(
    r"\b(?:everybody|everyone|anybody|anyone|people|persons|those) (?:who|that)"
    r" (?:(?:is|are|was|were|has|have) )?([a-z]+)",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:articles?|reports?|reported|stories|coverage|papers?|publish(?:ed)?|printed|wr(?:ote|itten))\b",
    re.IGNORECASE,
)


def understand(
    question: Question,
    max_characters: int,
    form_of: FormOf | None = None,
    known: Known | None = None,
    goes_on: bool = False,
) -> Question:
    """The question cleaned, read without its history, with its parts, filters, form and order.

    Days that it names are preferred; they exclude what was published on others only where it asks
    for reports of those days, and the caller set neither ``since`` nor ``until``.

    Args:
        question: as it was asked.
        max_characters: a longer one is refused.
        form_of: tells what is wanted; without it a fact is.
        known: the archive's names, which a question may misspell, or ask for the articles of.
        goes_on: whether it is known to lean on the question before; else its words tell.

    Raises:
        QuestionError: it is empty, or longer than ``max_characters``.
    """
    text = _cleaned(question.text, max_characters)
    question = _without_talk(question, form_of)
    matter = known.matter if known else None
    talks = _talks_on(question, text, form_of)  # "are you sure?" leans on nothing
    leaning = _leaning(question, text, matter, talks, goes_on)
    question, length = _with_length(_corrected(question, leaning), text)
    told = _told(leaning.form_text, form_of, known)
    authors = known.written_by(leaning.standalone) if known and told == "list" else {}
    leaning, read_as = _respelled(leaning, known, authors)
    asked = [_dated(part, question.asked or date.today()) for part in _parts(leaning, told, matter)]
    form = _form(told, leaning, asked)
    if known and form == "list":
        question, asked = _by_authors(question, asked, authors)
        question, asked = _in_outlets(question, asked, known.printed_by(leaning.standalone))
    if form in ("story", "list"):
        asked = [_on_topic(part, question.infer) for part in asked]
    if form in ("story", "list") or _PUBLISHED.search(leaning.asked):
        question = question if _goes_beyond(leaning, question) else _limited(question, asked)
    return replace(
        question,
        text=text,
        standalone=leaning.standalone,
        read_as=(*question.read_as, *read_as.items(), *((day, _OPEN) for day in unclear(text))),
        parts=tuple(asked),
        form=form,
        order=_order(leaning.asked, form),
        most=_most(text, leaning.asked, length),
    )


def _with_length(
    question: Question, text: str
) -> tuple[Question, Literal["shorter", "longer"] | None]:
    """The length that is asked for of the last answer; a shorter one may tell what was told."""
    length = wanted_length(text) if question.history else None
    if length != "shorter":
        return question, length
    _, past = last_asked(question.history)
    return replace(question, history=tuple(past)), length


def _most(text: str, asked: str, length: Literal["shorter", "longer"] | None) -> int | None:
    """So many sentences as are asked for; None where it is not said."""
    if length == "longer":
        return None
    return shorter(text, asked) if length else sentences_in(asked)


def _without_talk(question: Question, form_of: FormOf | None) -> Question:
    """The question without what was only talked since the last one: "are you sure?", "thanks"."""
    past = question.history
    while len(past) > 1 and form_of and not past[-1].articles:
        if form_of(past[-1].question, _SURE_TALK) != "talk":
            break
        past = past[:-1]
    return replace(question, history=past)


def _talks_on(question: Question, text: str, form_of: FormOf | None) -> bool | None:
    """Whether what looks like talk in a conversation is; None where nothing does.

    "I have 3,400" and "just the mayor" are of the answer before, and so may be what asks without
    a "you": "for how long is it valid?".
    """
    if not question.history or form_of is None or form_of(text) != "talk":
        return None
    if correction(text) or wanted_length(text) or (ASKING.match(text) and not _YOU.search(text)):
        return None
    numbered = any(letter.isdigit() for letter in text)
    return not numbered and form_of(text, _SURE_TALK) == "talk"


def _told(text: str, form_of: FormOf | None, known: Known | None) -> Form:
    """The form that a model tells; words that are all in headlines are no talk, few as they are."""
    told = form_of(text) if form_of else "fact"
    empty = english().stop_words | english().request_words
    content = [word for word in words(text) if word not in empty and word.isalnum()]
    named = known and content and all(known.headlined([word]) for word in content)
    return "fact" if told == "talk" and named else told


def _form(told: Form, leaning: FollowUp, asked: Sequence[Part]) -> Form:
    """The form that is told, where what stands around the question allows it."""
    if told == "talk" and leaning.before and not english().thanks_words & set(words(leaning.asked)):
        return "fact"  # "why?" goes on
    if told == "story" and _END.search(leaning.asked):
        return "fact"  # its last event, not its course
    said = any(map(english().lemma, _WORDS.findall(leaning.asked)))
    whoever = _WHOEVER.search(leaning.asked)
    speaks = whoever is not None and english().lemma(whoever[1]) is not None
    if told in ("items", "words") and said and (speaks or _PERSONS.match(leaning.asked)):
        return "sides"  # a list of who speaks is one of who says what
    if told in ("story", "list", "items") and len(asked) > 1:
        return "comparison"  # so that each part is answered
    return told


def _without(names: Iterable[str], part: Part) -> Part:
    """A part without the names of authors or outlets, which no text need have."""
    own = "|".join(re.escape(name.removeprefix("The ")) for name in names)
    bare = re.sub(
        rf"\b(?:(?:by|and|from|in) )?(?:the )?(?:{own})\b", "", part.query, flags=re.IGNORECASE
    )
    return replace(part, query=topic(bare))


def _in_outlets(
    question: Question, asked: list[Part], outlets: Sequence[str]
) -> tuple[Question, list[Part]]:
    """The question within what some outlets printed, unless limits are set, and its other words."""
    if not outlets or not question.infer or question.filters.outlets:
        return question, asked
    limited = replace(
        question,
        filters=replace(question.filters, outlets=tuple(outlets)),
        inferred=(*question.inferred, "outlets"),
        read_as=(*question.read_as, *((name, f"the outlet {name}") for name in outlets)),
    )
    return limited, [_without(outlets, part) for part in asked]


def _by_authors(
    question: Question, asked: list[Part], authors: Mapping[str, tuple[str, ...]]
) -> tuple[Question, list[Part]]:
    """The question within some authors' articles, unless limits are set, and its other words."""
    if not authors or not question.infer or question.filters.articles:
        return question, asked
    ids = tuple(dict.fromkeys(one for own in authors.values() for one in own))
    ids = ids or tuple(authors)  # of whom there is nothing: these are ids of no article
    read_as = tuple((name, f"the author {name}") for name in authors)
    limited = replace(
        question,
        filters=replace(question.filters, articles=ids),
        inferred=(*question.inferred, "articles"),
        read_as=(*question.read_as, *read_as),
    )
    return limited, [_without(authors, part) for part in asked]


def _on_topic(part: Part, infer: bool) -> Part:
    query, dated = topic(part.query), part.since or part.until
    return replace(part, query=query) if query or (dated and infer) else part


def topic(text: str) -> str:
    """What a story or a list is about: the words that neither ask for it nor name its days.

    Empty where nothing is left: "What happened in March 2026?"
    """
    bare = without_days(without_length(text))
    kept = {word for word in terms(bare) if word not in english().request_words}
    return " ".join(word for word in bare.split() if kept & set(terms(word)))


def _cleaned(question: str, max_characters: int) -> str:
    text = one_line(question)
    if is_blank(text):
        raise QuestionError("The question is empty.", "Ask what the articles say about something.")
    if len(text) > max_characters:
        raise QuestionError(
            f"The question has {len(text):,} characters; the limit is {max_characters:,}.",
            "Ask it shorter, or raise the setting answer.max_question.",
        )
    return text


def _leaning(
    question: Question, text: str, matter: Matter | None, talks: bool | None, goes_on: bool
) -> FollowUp:
    if question.standalone or talks:  # a chat model has read it, or nothing is asked
        return FollowUp("", question.standalone or text)
    return follow_up(text, question.history, matter, goes_on or talks is False)


def _corrected(question: Question, leaning: FollowUp) -> Question:
    """The question without what the answer before cites, where that is about something else."""
    if not leaning.corrects:
        return question
    return replace(question, history=tuple(replace(o, articles=()) for o in question.history))


def _respelled(
    leaning: FollowUp, known: Known | None, authors: Iterable[str]
) -> tuple[FollowUp, dict[str, str]]:
    """The question with names as the archive spells them, and what was changed."""
    kept = {word.lower() for name in authors for word in _WORD.findall(name)}
    typed = dict.fromkeys(_WORD.findall(leaning.standalone) if known else ())
    found = {word: known.spelled(word) for word in typed if known and word.lower() not in kept}
    changed = {word: name for word, name in found.items() if name}

    def mended(text: str) -> str:
        return _WORD.sub(lambda word: changed.get(word[0], word[0]), text)

    return FollowUp(mended(leaning.before), mended(leaning.asked)), changed


def _parts(leaning: FollowUp, told: Form, matter: Matter | None) -> list[Part]:
    """The parts of what is asked now, each searched for with what it leans on.

    "Who is for it, and who against?" is one.
    """
    whole = [Part(leaning.asked, leaning.asked)]
    found = whole if told == "sides" else parts(leaning.asked, matter)
    if not leaning.before:
        return found
    return [replace(part, query=leaning.joined(part.query)) for part in found]


def _dated(part: Part, asked: date) -> Part:
    named = period(part.query, asked)
    return replace(part, since=named.since, until=named.until) if named else part


def _goes_beyond(leaning: FollowUp, question: Question) -> bool:
    """Whether a follow-up asks for what came after the days that were asked of before it."""
    own_days = period(leaning.asked, question.asked or date.today())
    onward = _ONWARD.search(leaning.asked)
    return bool(leaning.before and onward and not own_days)


def _limited(question: Question, asked: Sequence[Part]) -> Question:
    """The question with the days from the first to the last that its parts name, as filters.

    Only where every part names some, and the caller set none and did not forbid it.
    """
    filters = question.filters
    dated = all(part.since or part.until for part in asked)
    if not question.infer or filters.since or filters.until or not dated:
        return question
    firsts = [part.since for part in asked if part.since]
    lasts = [part.until for part in asked if part.until]
    since = min(firsts) if len(firsts) == len(asked) else None
    until = max(lasts) if len(lasts) == len(asked) else None
    days = tuple(name for name, day in (("since", since), ("until", until)) if day)
    inferred = (*question.inferred, *days)
    limited = replace(filters, since=since, until=until)
    return replace(question, filters=limited, inferred=inferred)


def _order(text: str, form: Form) -> Order:
    if wants_latest(text):
        return "latest"
    return _ORDERS.get(form, "use")
