"""The verbs that frame a quotation, whatever they mean: "I owe them a pool," groaned Spurgin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.attribution.masking import MaskedSentence
from assistant.language.parsing import Parse

_FINITE = ("VBD", "VBZ", "VBP")
_BEING = frozenset("is was are were be been has had have does did do became becomes".split())
_SUBJECT = 6  # tokens of a subject between a quotation and its verb


def quoting_verbs(masked: MaskedSentence, parse: Parse, masks: Sequence[int]) -> set[int]:
    """Places of the verbs right behind a quotation, or behind a subject there, or before a colon.

    Args:
        masked: the sentence.
        parse: its grammar.
        masks: the places of its masks.
    """
    found = {
        verb
        for mark, goes_on in zip(masks, masked.goes_on, strict=False)
        for verb in (*_behind(parse, mark if goes_on else len(parse.tokens)), *_before(parse, mark))
    }
    return {n for n in found if parse.tokens[n].text.lower() not in _BEING}


def _behind(parse: Parse, mark: int) -> Iterator[int]:
    after = next((n for n in range(mark + 1, len(parse.tokens)) if _is_word(parse, n)), None)
    if after is not None and parse.tokens[after].tag in _FINITE:
        yield after
    elif after is not None:
        for n in range(after, min(after + _SUBJECT, len(parse.tokens))):
            head = parse.tokens[n].head
            if parse.tokens[n].dep == "nsubj" and parse.tokens[head].tag in _FINITE and head > n:
                yield head


def _before(parse: Parse, mark: int) -> Iterator[int]:
    """The sentence's main verb where a colon stands right before a quotation."""
    before = [n for n in range(mark) if not _is_word(parse, n)][-2:]
    if any(parse.tokens[n].text == ":" for n in before):
        main = (n for n in range(mark) if parse.tokens[n].dep == "ROOT")
        yield from (n for n in main if parse.tokens[n].tag in _FINITE)


def _is_word(parse: Parse, place: int) -> bool:
    return any(map(str.isalnum, parse.tokens[place].text))
