"""Fact, plan or possibility: a claim may not be surer than its source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.verification.alignment import Alignment
from assistant.verification.negation_scope import markers, rules, tokens_in
from assistant.verification.readings import Reading

_COMES, _MEANT, _OPEN = 1, 2, 3
_DUE = (
    r"(?:is|are|was|were|be|been|,)"
    r" (?:due(?! to (?:the|a|an|its|his|her|their)\b)|set to|scheduled)"
)
_LEVELS = {
    _COMES: r"will|shall|won['’]t|['’]ll|would|(?:is|are|was|were) to [a-z]+"
    rf"|{_DUE}|about to|going to|must|ha(?:s|ve) to|promis\w+|pledg\w+|vow(?:s|ed)?",
    _MEANT: r"should|ought|expect\w*|likely|plan(?:s|ned|ning)?|intend\w*|intention"
    r"|hop(?:e|es|ed|ing)"
    r"|want(?:s|ed)?|wish\w*|propos\w+|seek(?:s|ing)?|sought|demand\w*|urg(?:e|es|ed|ing)"
    r"|call(?:s|ed)? (?:for|on)"
    r"|tr(?:y|ies|ied|ying)|attempt\w*|aim(?:s|ed|ing)?|offer\w*|threaten\w*|consider\w*"
    r"|recommend\w*|advis\w+"
    r"|forecast\w*|predict\w*|probabl[ey]|target\w*|request\w*|appeal(?:s|ed)? to|eager"
    r"|projected|anticipat\w*"
    r"|negotiat\w*|presumably|ask(?:s|ed|ing)? for|hopes|pursu\w+|foresee\w*|foresaw|outlook"
    r"|prospect\w*|draft|st(?:ands?|ood) to",
    _OPEN: r"(?-i:may)|might|could|possib\w+|perhaps|maybe|potential\w*|if|whether|unless"
    r"|alleged(?:ly)?"
    r"|suspected|suspicion|reportedly|seem(?:s|ed|ingly)?|believed|thought to|conceivabl\w+"
    r"|unclear|uncertain"
    r"|supposed(?:ly)?|purported\w*|provided|depend\w*|would have|in case|on condition"
    r"|rumou?r\w*|assum\w*|can",
}
_PATTERNS = {
    level: re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE) for level, pattern in _LEVELS.items()
}
# In a claim these are as much as "expected".
_ALSO_MEANT = re.compile(
    rf"{_DUE}|\b(?:would|asking|pleaded|keen|bid|proposal|appeals?|applications?|volunteer\w*"
    r"|at risk|capable|suggest\w*)\b",
    re.IGNORECASE,
)
_STRESSED = re.compile(r"\b(?:already|definitely|certainly|undoubtedly|surely)\b", re.IGNORECASE)
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
