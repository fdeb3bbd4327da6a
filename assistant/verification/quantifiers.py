"""How many of some things a claim speaks of: "all schools" is not said by "most of the schools"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.language.language import english
from assistant.verification.objection import Objection
from assistant.verification.readings import Reading, Source

_EN = english()
_SAME = {"every": "all", "each": "all", "both": "all", "no": "none", "neither": "none"}
_SAME |= {"majority": "most", "various": "several", "numerous": "many", "minority": "few"}
# What else is true where the first is.
_SAYS = {
    "all": {"most", "half", "many", "several", "some"},
    "most": {"half", "many", "several", "some"},
    "half": {"many", "several", "some"},
    "many": {"several", "some"},
    "several": {"many", "some"},
    "some": {"several"},
    "few": {"some"},
    "none": set[str](),
}
_ORDINALS = frozenset("second third fourth fifth sixth seventh eighth ninth tenth".split())


def wrong_quantity(claim: Reading, sources: Sequence[Source]) -> Objection | None:
    """Whether a claim has more, or less, of some things than every sentence that speaks of them."""
    mine = list(_quantified(claim))
    every = [sentence for source in sources for sentence in source.sentences] if mine else []
    held = [pair for one in every for pair in _quantified(one)]
    for noun, quantifier in mine:
        speaking = sum(noun in one.content for one in every)
        own = [other for name, other in held if name == noun]
        if len(own) < speaking:  # one speaks of them and does not say how many
            continue
        if own and not any(quantifier == one or quantifier in _SAYS.get(one, ()) for one in own):
            return Objection("quantity", quantifier)
    return None


def _quantified(reading: Reading) -> Iterator[tuple[str, str]]:
    """The stem of each noun that has a quantifier, and that."""
    tokens, parse = reading.parse.tokens, reading.parse
    for place, token in enumerate(tokens):
        word = _SAME.get(token.text.casefold(), token.text.casefold())
        if word not in _SAYS and word not in _EN.percent:
            continue
        of = (child for child in parse.children(place, "prep") if tokens[child].text == "of")
        noun = next((n for one in of for n in parse.children(one, "pobj")), None)
        if noun is None and token.dep in ("det", "predet", "amod", "nmod", "compound", "advmod"):
            noun = token.head
        if noun is None or not tokens[noun].tag.startswith("NN") or noun == place:
            continue
        yield reading.stems[noun], _nth(reading, word, place, noun)


def _nth(reading: Reading, word: str, place: int, noun: int) -> str:
    """The quantifier, or "every fifth" where an ordinal stands before the noun."""
    between = (reading.parse.tokens[n].text.casefold() for n in range(place + 1, noun))
    ordinal = next((one for one in between if one in _ORDINALS), "")
    return f"every {ordinal}" if word == "all" and ordinal else word
