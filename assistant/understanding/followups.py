"""A follow-up as it reads without the turns before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.language.language import english
from assistant.language.names import is_body, is_role, mentions
from assistant.language.terms import stem, terms
from assistant.text import one_line, sentences, words
from assistant.types import PastTurn
from assistant.understanding.corrected import Correction, correction
from assistant.understanding.exchanged import Matter, exchanged, put_right
from assistant.understanding.lengths import wanted_length
from assistant.understanding.periods import without_days

_OPENING = re.compile(r"^(?:and|but|so|or|then|also|ok|okay)\b[,\s]*(?=\S)", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:what|how) about\s+", re.IGNORECASE)
_PRONOUN = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|theirs|it|its|this|that|these|those|there|then"
    r"|the (?:same|other|others|latter|former|rest|two))\b",
    re.IGNORECASE,
)
_ONES = re.compile(
    r"^(?:only|just) (?:\w+ ){0,3}ones\b|\b(?:the (?:\w+ )?|which )ones\b"
    r"|\bthe (?:\w+ )?one\W*$|^(?:the )?same (?:(?:\w+ )?as|for|about|of|with|question|thing)\b",
    re.IGNORECASE,
)
_ENDED = re.compile(r"(?:^|[.!?]\W*)$")
# "Is it true …", "Is there …", "say that …" point to nothing said before.
_POINTLESS = re.compile(
    r"\b(?:is|was|are|were|has|have|will|would) (?:it (?=\w+ that\b|true\b)|there\b)"
    r"|\b(?:sa(?:y|id)|claim(?:ed)?|den(?:y|ies|ied)|report(?:ed)?|announced?|confirm(?:ed)?|think"
    r"|believed?|true) that\b",
    re.IGNORECASE,
)
_WHO = re.compile(r"\b(?:who|whom|whose|which|name)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|she|him)\b|\bher\b(?=\W*$)", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:in|at|from|near|to|of|on|for|the)\s+$", re.IGNORECASE)
_OWNED = re.compile(r"\b(?:his|her)\b(?= )", re.IGNORECASE)
_ASKING_WORDS = (
    "(?:who|whom|whose|what|which|when|where|why|how|did|does|do|was|were|is|are|had|has|have"
    "|can|could|will|would)"
)
_ASKS = re.compile(
    rf"\W*(?:{_ASKING_WORDS}|since|until|in|at|on|to|for|by|from|with|of|under)\b", re.IGNORECASE
)
_ASKED = re.compile(rf"{_ASKING_WORDS}\b", re.IGNORECASE)
ASKING = re.compile(rf"(?:\w+ )?{_ASKING_WORDS}\b", re.IGNORECASE)
"""How a question begins: "in which …"."""
_IT = re.compile(r"\bits?\b", re.IGNORECASE)
_OF_DAYS = frozenset("in on at of for during since from until till to by before after the".split())
_DAYS_LEFT = re.compile(rf"(?:\s+(?:{'|'.join(sorted(_OF_DAYS))}|between|and))+$", re.IGNORECASE)
_FEWEST_TERMS = 3  # of a question that stands by itself
_FRAGMENT = 4  # terms, at most, of one that is no question by itself
_TRANSITION = 6  # words, at most, of one
_TURNS = 6  # that a question may lean on
_MOST_WORDS = 30  # of what was asked before; of more only its first question is kept


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question and what it leans on."""

    before: str
    """The question that it goes on from; "" where it stands by itself."""
    asked: str
    """What is asked now."""
    corrects: bool = False
    """Whether something else than before was meant all along."""

    def joined(self, part: str) -> str:
        """Something that is asked, as a sentence with what it leans on."""
        if not self.before:
            return part
        first = part if _begins_with_name(part) else part[:1].lower() + part[1:]
        return f"{self.before.rstrip('?. ')}, and {first.rstrip('?. ')}?"

    @property
    def form_text(self) -> str:
        """What tells its form: a fragment ("and Zuma?") wants what the question before wanted."""
        said = set(words(self.asked))
        asks = ASKING.match(self.asked) or said & (english().request_words | english().thanks_words)
        fragment = self.before and not asks and len(terms(self.asked)) <= _FRAGMENT
        return self.before if fragment else self.asked

    @property
    def standalone(self) -> str:
        """The whole as a person would ask it at once."""
        return self.joined(self.asked)


def follow_up(
    text: str,
    history: Sequence[PastTurn],
    matter: Matter | None = None,
    goes_on: bool = False,
) -> FollowUp:
    """The question with the one that it leans on; a new subject leans on none.

    It leans where a pronoun has no antecedent in it, where it goes on ("and …", "what about …")
    without a matter of its own, or where it asks in very few words and names nothing new; and
    wherever it is known that it ``goes_on``.
    """
    if history and wanted_length(text):
        last, past = last_asked(history)
        return FollowUp("", follow_up(last, past, matter).standalone)
    put = correction(text) if history and not goes_on else None
    if put and (meant := _put_right(put, history, matter)):
        return meant
    if history and not goes_on:
        text = _without_transition(text, history[-1])
    if not history or not (goes_on or _leans(text, history[-1])):
        return FollowUp("", text)
    bare = _ABOUT.sub("", _OPENING.sub("", text))
    before = follow_up(one_line(history[-1].question), history[-_TURNS:-1], matter)
    whole = before.standalone
    if _is_only_days(bare) and (timeless := _without_last_days(whole)):  # "and in May?"
        return FollowUp("", f"{timeless} {bare}")
    if len(words(whole)) <= _MOST_WORDS and (other := exchanged(text, whole, matter)):
        return FollowUp("", other)
    asked = with_matter(_with_person(bare, whole, history[-1].answer), before.asked, matter)
    if len(words(whole)) > _MOST_WORDS:
        whole = " ".join((before.before or whole).split()[:_MOST_WORDS])
    return FollowUp(whole, asked)


def _put_right(
    put: Correction, history: Sequence[PastTurn], matter: Matter | None
) -> FollowUp | None:
    """The question before as it was meant; None where that cannot be told."""
    last, past = last_asked(history)
    whole = follow_up(last, past, matter).standalone
    if _ASKED.match(put.right):  # "I asked why, not when"
        sure = put.is_sure or _ASKED.match(put.wrong)
        return follow_up(put.right, history, matter) if sure else None
    if _ONES.search(put.right) or english().request_words & set(words(put.right)):
        return None
    if put.wrong and (other := put_right(whole, put.wrong, put.right)):
        return FollowUp("", other, corrects=True)
    if not put.is_sure:
        return None
    days = next(filter(_is_only_days, (put.right, f"in {put.right}")), None)
    if days and (timeless := _without_last_days(whole)):
        return FollowUp("", f"{timeless} {days}")
    other = exchanged(put.right, whole, matter, corrects=True)
    return FollowUp("", other, corrects=True) if other else FollowUp(whole, put.right)


def last_asked(history: Sequence[PastTurn]) -> tuple[str, Sequence[PastTurn]]:
    """The last question that asked for more than another length, and the turns before it."""
    place = len(history) - 1
    while place and wanted_length(history[place].question):
        place -= 1
    return one_line(history[place].question), history[max(0, place - _TURNS) : place]


def _without_transition(text: str, before: PastTurn) -> str:
    """The last sentence alone, where it asks and stands by itself: "New topic. Who won …?"."""
    spans = sentences(text)
    if len(spans) < 2:
        return text
    first, last = text[: spans[-1].start], text[spans[-1].start : spans[-1].end]
    known = set(words(f"{before.question} {before.answer}"))
    new = any(not set(words(one.name)) & known for one in mentions(first) if one.start > 0)
    if new or len(words(first)) > _TRANSITION:
        return text
    named = any(one.start > 0 for one in mentions(last))
    asks = named or "?" in last or any(letter.isdigit() for letter in last)
    whole = asks and len(terms(last)) >= _FEWEST_TERMS and not _leans(last, before)
    return last if whole else text


def _is_only_days(bare: str) -> bool:
    """Whether a follow-up names days, and nothing else."""
    rest = without_days(bare) if len(words(bare)) <= _MOST_WORDS else bare
    return rest != bare and set(words(rest)) <= _OF_DAYS


def _without_last_days(whole: str) -> str:
    """A question without the days that it ends with; "" where it is long, or ends with none."""
    if len(words(whole)) > _MOST_WORDS:
        return ""
    bare = without_days(whole).rstrip("?. ")
    return (
        _DAYS_LEFT.sub("", bare) if whole.startswith(bare) and bare != whole.rstrip("?. ") else ""
    )


def _with_person(bare: str, before: str, answer: str) -> str:
    """The follow-up with the person whom the answer has named, where it was asked who."""
    if not _WHO.search(before):
        return bare
    known = set(words(before))
    names = (
        one.name
        for one in mentions(answer)
        if " " in one.name
        and not one.name.isupper()  # a dateline
        and not is_body(one.name)
        and not _PLACE.search(answer[: one.start])
    )
    name = next((name for name in names if not set(words(name)) & known), None)
    if name is None:
        return bare
    return _OWNED.sub(f"{name}'s", _PERSON.sub(name, bare, count=1), count=1)


def with_matter(asked: str, before: str, matter: Matter | None) -> str:
    """A question with what the one before it is about in place of "it" and "its"."""
    whole = _POINTLESS.sub(lambda found: " " * len(found[0]), asked)
    pronoun = _IT.search(whole) if matter else None
    thing = matter(before) if matter and pronoun else None
    if pronoun is None or thing is None or is_role(thing):
        return asked
    meant = f"{thing}'s" if pronoun[0].lower() == "its" else thing
    return f"{asked[: pronoun.start()]}{meant}{asked[pronoun.end() :]}"


def _leans(text: str, before: PastTurn) -> bool:
    opened = _OPENING.sub("", text)
    bare = _ABOUT.sub("", opened)
    pronoun = _PRONOUN.search(_POINTLESS.sub(" ", bare))
    inside = pronoun and any(
        not _ENDED.search(bare[: one.start]) for one in mentions(bare[: pronoun.start()])
    )
    if (pronoun and not inside) or _ONES.search(bare):
        return True
    if bare != opened:
        return True
    known = set(words(f"{before.question} {before.answer}"))
    if _is_new_topic(bare, known):
        return False
    timeless = without_days(bare) if len(words(bare)) <= _MOST_WORDS else bare
    named = [one.name for one in mentions(timeless) if one.start > 0 or " " in one.name]
    if not all(set(words(name)) & known for name in named):
        whole = [one.name for one in mentions(bare)] == [bare.rstrip("?!. ")]
        return opened != text and (whole or len(terms(bare)) < _FEWEST_TERMS)
    asks = _ASKS.match(bare) is not None or opened != text
    return asks and len(terms(bare)) < _FEWEST_TERMS + (opened != text)


def _is_new_topic(bare: str, known: set[str]) -> bool:
    """Whether it asks for news of something that was not spoken of: "the latest on the floods"."""
    asked, first = set(terms(bare)), next(iter(terms(bare)), "")
    if first not in english().request_words:
        return False
    content = {stem(word) for word in asked - english().request_words}
    return len(content) < len(asked) and bool(content) and not content & set(map(stem, known))


def _begins_with_name(text: str) -> bool:
    first = next(iter(mentions(text)), None)
    return text.startswith("I ") or (first is not None and first.start == 0)
