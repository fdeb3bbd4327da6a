"""Fact, plan or possibility: a claim may not be surer than its source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language.language import Words, any_of, english
from assistant.verification.alignment import Alignment
from assistant.verification.negation_scope import markers, rules, tokens_in
from assistant.verification.readings import Reading


def _one_of(words: Words, phrases: str = "(?!)") -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(words)}|{phrases})\b", re.IGNORECASE)


_COMES, _MEANT, _OPEN = 1, 2, 3
_EN = english()
_DUE = (
    r"(?:is|are|was|were|be|been|,)"
    r" (?:due(?! to (?:the|a|an|its|his|her|their)\b)|set to|scheduled)"
)
_PATTERNS = {  # the words of each level, and its phrases
    _COMES: _one_of(
        _EN.certain_words,
        rf"['’]ll|(?:is|are|was|were) to [a-z]+|{_DUE}|about to|going to|ha(?:s|ve) to",
    ),
    _MEANT: _one_of(
        _EN.intended_words,
        r"calls? (?:for|on)|called (?:for|on)|appeal(?:s|ed)? to|ask(?:s|ed|ing)? for"
        r"|st(?:ands?|ood) to",
    ),
    _OPEN: _one_of(_EN.possible_words, r"(?-i:may)|thought to|would have|in case|on condition"),
}
_ALSO_MEANT = _one_of(_EN.intended_in_claims, rf"{_DUE}|at risk")
_STRESSED = _one_of(_EN.stressing_words)
_THINGS = frozenset("offer offers demand demands request requests attempt attempts target".split())
_PAST = ("VBD", "VBN")


def wrong_certainty(claim: Reading, ground: Sequence[Alignment]) -> str | None:
    """Whether a claim is surer than its source."""
    said = max((level for level in _PATTERNS if _PATTERNS[level].search(claim.text)), default=0)
    said = max(said, _MEANT if _ALSO_MEANT.search(claim.text) else 0)
    held = max((_held(one) for one in ground), default=0)
    surer = said == 0 and _is_past(claim) if held == _COMES else said < min(held, _MEANT)
    return "the claim is surer than the source" if surer or _stressed(claim, ground) else None


def _held(one: Alignment) -> int:
    """The highest modality level of a word that applies to what a claim takes, 0 for none."""
    sentence = one.sentence
    return max(
        (
            level
            for level in _PATTERNS
            if any(rules(m, one.taken) for m in markers(sentence, _places(sentence, level)))
        ),
        default=0,
    )


def _stressed(claim: Reading, ground: Sequence[Alignment]) -> bool:
    """True where a claim has a word such as "definitely", but its sources hedge and have none."""
    texts = [one.sentence.text for one in ground]
    unsure = any(pattern.search(text) for text in texts for pattern in _PATTERNS.values())
    stressed = unsure and _STRESSED.search(claim.text) is not None
    return stressed and not any(_STRESSED.search(text) for text in texts)


def _places(reading: Reading, level: int) -> list[int]:
    spans = [match.span() for match in _PATTERNS[level].finditer(reading.text)]
    places = [n for span in spans for n in tokens_in(reading, [span])[:1]]
    tokens = reading.parse.tokens
    nouns = [n for n in places if tokens[n].tag[:2] == "NN" and tokens[n].text.lower() in _THINGS]
    return [n for n in places if n not in nouns]


def _is_past(claim: Reading) -> bool:
    return any(token.dep == "ROOT" and token.tag in _PAST for token in claim.parse.tokens)
