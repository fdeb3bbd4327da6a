"""A chat model's reply, as it comes: words, citation marks, and sentences that are whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.answering.evidence import DraftClaim
from assistant.quotations import quotations
from assistant.text import sentences, words

_ONE = (
    r"[\[【]\s*\^?(?:(?:sources?|citation|ref(?:erence)?|passage|document)\s*[:#]?\s*)?"
    r"\d+(?:\s*[,;–-]\s*\d+)*\s*(?:†[^】\n]*)?[\]】]"
)
_ADDRESS = r"(?:\((?:https?:|www\.|#|/)[^)\s]*\))"
_LEAD = r"(?:see|cf\.|sources?|citations?|per|from|via|in)"
_MARK = re.compile(
    rf"(?:\s*\*\*{_ONE}\*\*|\s*\[{_ONE}\]{_ADDRESS}?"  # **[1]**, [[1]](https://…)
    rf"|\s*\((?:{_LEAD}:? )?{_ONE}{_ADDRESS}?(?:[,;]?(?: and)? ?{_ONE})*\)"  # (see [1])
    rf"|\s*{_ONE}{_ADDRESS}?)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:\s*[–-]\s*\d+)?")
_BEGUN = re.compile(  # what may yet become a mark
    r"(?:\s*,)?\s*(?:\*{1,2}|\([A-Za-z.]{0,10}:? ?|\[)?"
    r"(?:[\[【][^\]】`\n]{0,40}(?:[\]】]{1,2}(?:\([^)\s]{0,300}|\*)?)?)?\Z"
)
_MORE = re.compile(  # what belongs to the mark before it
    r"\]?(?:\([^)\s]{0,300}|\*|(?:[,;] ?(?:\[[^\]]{0,12}\]?)?)*)?"
)
_OPENED = re.compile(r"\s*\([A-Za-z.]{0,10}:? ?\Z")
_WITHIN = re.compile(r"(?<=\w)`(?=\w)")  # an apostrophe, and no code
_RANGE = re.compile(r"(\d+)\s*[–-]\s*(\d+)")
_WIDEST = 20  # sources that "[1-20]" may stand for
_DECORATION = re.compile(
    r"^(?:[-*•>#]+\s+|\d{1,2}[.)]\s+)+|\*\*|__|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)"
    r"|^(?i:according to|as (?:reported|stated) (?:in|by)|per)(?: sources?)?,\s+"  # before a mark
)
_LIST_NUMBER = re.compile(r"\d{1,2}[.)]")


class Composer:
    """Parses a streamed reply piece by piece.

    A citation mark may be split over pieces, so text that could become one is buffered. Marks in
    backticks are not citations; marks in quotation marks are, and are removed from the quotation.
    A mark belongs to the sentence that it stands in or after.
    """

    def __init__(self) -> None:
        self._held = ""  # what may yet turn out to be a mark
        self._text = ""  # what was written, without marks
        self._marks: list[tuple[int, tuple[int, ...]]] = []
        self._done = 0  # where the first sentence that is not whole begins

    def feed(self, piece: str) -> Iterator[tuple[str, tuple[int, ...]] | DraftClaim]:
        """Words with the sources cited after them, and every sentence that is now whole."""
        self._held += piece
        yield from self._words(last=False)
        yield from self._claims(last=False)

    def finish(self) -> Iterator[tuple[str, tuple[int, ...]] | DraftClaim]:
        """What is left at the end of the reply."""
        yield from self._words(last=True)
        yield from self._claims(last=True)

    def _words(self, last: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
        while match := self._next(last):
            before, numbers = self._held[: match.start()], _numbers(match[0])
            if before.strip() == "," and self._marks and self._marks[-1][0] == len(self._text):
                before = ""  # "[1], [2]"
            self._held = self._held[match.end() :]
            self._text += before
            self._marks.append((len(self._text), numbers))
            yield before, numbers
        end = len(self._held) if last else self._kept()
        if end:
            self._text += self._held[:end]
            yield self._held[:end], ()
            self._held = self._held[end:]

    def _next(self, last: bool) -> re.Match[str] | None:
        """The first mark that nothing can be added to."""
        match = next(filter(self._is_mark, _MARK.finditer(self._held)), None)
        open_ = match and not last and _MORE.fullmatch(self._held, match.end())
        return None if open_ else match

    def _kept(self) -> int:
        """Where what is, or may become, a mark begins; the end where nothing does."""
        marks = (match.start() for match in filter(self._is_mark, _MARK.finditer(self._held)))
        begun = _BEGUN.search(self._held)
        place = min(next(marks, len(self._held)), begun.start() if begun else len(self._held))
        opened = _OPENED.search(self._held, 0, place)
        return opened.start() if opened else place

    def _is_mark(self, match: re.Match[str]) -> bool:
        line = (self._text + self._held[: match.start()]).rpartition("\n")[2]
        return _WITHIN.sub("", line).count("`") % 2 == 0

    def _claims(self, last: bool) -> Iterator[DraftClaim]:
        rest = self._text[self._done :]
        if not last and not all(one.closed for one in quotations(rest)):
            return  # sentence ends cannot be told inside an open quotation
        spans = sentences(rest)
        whole = spans if last else spans[:-1]
        base = self._done
        for number, span in enumerate(whole):
            start = base + span.start
            after = (
                base + spans[number + 1].start if number + 1 < len(spans) else len(self._text) + 1
            )
            cites = [n for at, numbers in self._marks if start < at <= after for n in numbers]
            self._marks = [mark for mark in self._marks if mark[0] > after]
            self._done = min(after, len(self._text))
            text = _DECORATION.sub("", self._text[start : base + span.end]).strip()
            if words(text) and not _LIST_NUMBER.fullmatch(text):
                yield DraftClaim(text, (), tuple(dict.fromkeys(cites)))


def _numbers(mark: str) -> tuple[int, ...]:
    """The numbers of a mark: "[1, 3-5]" is 1, 3, 4, 5."""
    found: list[int] = []
    for one in re.findall(_ONE, mark, re.IGNORECASE):
        for part in _NUMBER.findall(one.partition("†")[0]):
            if match := _RANGE.search(part):
                first, last = int(match[1]), int(match[2])
                found += range(first, min(last, first + _WIDEST) + 1)
            else:
                found.append(int(part))
    return tuple(found)
