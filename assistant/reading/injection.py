"""Prompt injection: sentences of an article that give orders to whoever reads or processes it.

Such a sentence must not be evidence for what it orders. News is full of what people were asked,
refused to confirm and ought to do, so only commands count, and never reported speech.
"""

from __future__ import annotations

import re

from assistant.text import sentences, visible

_READERS = r"(?:the |every |any |all |each )?(?:readers?|users?|reporters?)"
_COMMAND = (
    r"(?:(?:ignore|disregard|forget|override)\b[^.,;]{0,40}?"
    r"\b(?:above|all|sources?|instructions?|prompts?|previous|prior|everything)\b"
    rf"|(?:answer|reply|respond|say|tell {_READERS})\b[^.,;:]{{0,40}}?"
    r"(?:\b(?:that|with|only)\b|\w:)"
    r"|(?:state|claim|confirm|assert|insist|conclude|print|output|write|repeat|pretend)"
    r" (?:that|only|after me|the words|at the (?:end|start))\b"
    r"|(?:decode|obey)\b|act as (?:an?|if|the)\b|follow (?:these|the following) instructions)"
)
_LABEL = r"(?:(?:system|assistant|user|note|important|instructions?|attention|ai|model)\s*[:,-]\s*)"
_POLITE = r"(?:(?:please|now|instead),? |always |only |never |do not |don['’]t )"
_OUGHT = r"(?:must|should|shall|will|need to|has to|have to|is to|are to|can only|may only)"
_MODELS = r"(?:assistants?|chatbots?|(?:language|ai) models?|llms?)"
_ORDER = re.compile(rf"^[\W_]*{_LABEL}*{_POLITE}*{_COMMAND}", re.IGNORECASE)
# "Answer: …" and "Claim: …" are labels of interviews and fact checks, unless more is said.
_LABELLED = re.compile(
    rf"^[\W_]*(?:{_LABEL}|{_POLITE})+(?:answer|reply|respond|say|state|claim|confirm|assert|insist"
    r"|conclude|print|output|write|repeat|pretend):",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    rf"\b(?:you|{_MODELS}) {_OUGHT} (?:\w+ ){{0,2}}?{_COMMAND}"
    rf"|\b(?:when(?:ever)?|if) (?:\w+ ){{0,3}}?ask(?:ed|s)\b[^.,]{{0,60}}, {_POLITE}*{_COMMAND}"
    r"|\byour (?:answer|reply|response|output) (?:must|should|has to)\b"
    r"|\bfrom now on,? you\b|^[\W_]*system prompt\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<\|\w+\|>|</?\s*(?:sources?|question|system|instructions?)\b|<!--|\[/?INST\]"
)
_QUOTED = re.compile(r"[“\"][^“”\"]*[”\"]")
_REPORTS = re.compile(r"\b(?:said|says|told|warned|warns|urged|urges|advised|advises)\b")
_REPORTED = re.compile(r", (?:[^,]* )?(?:said|says|told|warned|urged|advised)\b[^,]*$")


def is_order(sentence: str) -> bool:
    """True for a sentence that looks like prompt injection: it tells its reader what to say.

    Such a sentence reports nothing. What somebody is quoted or reported as saying does not count.
    """
    bare = _QUOTED.sub("“”", visible(sentence))
    if _ORDER.search(bare) or _LABELLED.search(bare) or _MARKUP.search(bare):
        return True
    found = _ADDRESSED.search(bare)
    return found is not None and not (
        _REPORTS.search(bare, 0, found.start()) or _REPORTED.search(bare, found.end())
    )


def without_orders(text: str) -> str:
    """The text without the sentences that look like prompt injection, one sentence per line."""
    each = (text[span.start : span.end] for span in sentences(text))
    return "\n".join(one for one in each if not is_order(one))
