"""What a question asks for: its parts, and the kind of answer that each wants."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.language import Parse, Parser, Token
from assistant.language.language import english
from assistant.language.names import mentions
from assistant.language.terms import terms
from assistant.text import sentences
from assistant.types import AnswerKind, Part

_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_AUX = r"(?:did|does|do|was|were|is|are|had|has|have|can|could|will|would|should)"
_ANOTHER = re.compile(
    rf"[,;]?\s+(?:and|but|or)\s+(?:then\s+)?"
    rf"(?=(?:(?:in|at|on|to|for|by|from|with|of|under|about)\s+)?{_WH}\b|{_AUX}\s+(?!\w+(?:ed|en)\b|not\b|never\b|also\b)\w)"
    r"|[,;]?\s+and\s+then\s+",
    re.IGNORECASE,
)
_WANTED = re.compile(
    r"^(?:please\s+)?(?:give|tell|set out|list|explain|describe|show|compare|summari[sz]e|i need"
    r"|i want|i'd like|i would like|let me have)\b(?:\s+me)?\s*",
    re.IGNORECASE,
)
_PREFACE = re.compile(r"^([^:?]{8,90}):\s+(?=\w)")
_LEANS = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|there|this|that|these|those|each"
    r"|one|both|the (?:two|same|other))\b",
    re.IGNORECASE,
)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b")

# What a question says that wants each kind of answer.
_PERSONS = (
    r"politician|senator|analyst|man|woman|leader|minister|player|driver|actor|singer|boss(?:es)?"
    r"|official|person|mp|scientist|doctor|judge|coach|author|president|mayor|lawyer|economist|captain|boy|girl|suspect|victim|winner|teacher"
)
_BEARER = re.compile(rf"(?:{_PERSONS})s?", re.IGNORECASE)
_PLACES = (
    r"city|country|town|place|state|nation|village|island|river|hospital|venue|facility|airport"
    r"|stadium|region|province|street"
)
_PATTERNS: tuple[tuple[AnswerKind, str], ...] = (
    (
        "duration",
        r"\bhow (?:long|soon)\b|\bhow many (?:days|weeks|months|years|hours|minutes)\b",
    ),
    (
        "money",
        (
            r"\bhow much\b|\bwhat (?:price|fine|cost|sum|fee|salary|amount|ransom)\b"
            r"|\bwhat\b.*\b(?:cost|pay|paid|fined|settle for|earn|worth)\b"
        ),
    ),
    (
        "number",
        (
            r"\bhow (?:many|far|high|old|big|fast|large|tall|deep|heavy|often)\b|\bnumber of\b"
            r"|\bwhat (?:\w+ )?(?:share|proportion|percentage|percent|size|number|score|rate)\b"
            r"|\bwhat (?:was|were|is|are) the (?:\w+ )?(?:vote|count|toll|total|score|figures?)\b"
        ),
    ),
    (
        "date",
        (
            rf"(?:^|[:.,;] )(?:since |until )?when {_AUX}\b|^when\W*$"
            r"|\b(?:what|which) (?:day|date|year|month|time)\b"
        ),
    ),
    (
        "place",
        rf"(?:^|[:.,;] )(?:from |to )?where\b|\b(?:what|which) (?:\w+ )?(?:{_PLACES})\b",
    ),
    (
        "person",
        (
            rf"(?:^|[:.;] )(?:by |to |for |with )?(?:who|whom|whose)\b"
            rf"|\bwhich (?:\w+ )?(?:{_PERSONS})\b|\bname of the (?:{_PERSONS}|couple)\b"
        ),
    ),
    ("reason", r"\bwhy\b|\bwhat (?:\w+ )?reasons?\b|\bgrounds\b|\bwhat for\b|\bhow come\b"),
)
_KINDS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)
_SPOKEN = re.compile(
    r"\b(?:react\w*|respon[ds]\w*|answer\w*|views?|opinion|position|stance|verdict"
    r"|wor(?:d|ds|ry|ries|ried)|statement|comment\w*|justif\w+|ma[dk]e of|rated?|according to"
    r"|differ\w*|disagree\w*|c[oa]me out|attack\w*|insist\w*|allegations?|claims?|denials?"
    r"|criticisms?|promises?|warnings?|sa(?:y|ys|id))\b",
    re.IGNORECASE,
)
# Words for what somebody holds, where they are somebody's: "the union's line", not "front line".
_HELD = r"(?:line|version|side|story|explanation)"
_HELD_BY = re.compile(rf"(?:['’]s|s['’]|\b(?:his|her|their)) (?:\w+ )?{_HELD}\b", re.IGNORECASE)
_NOBODY = re.compile(
    r"(?:the |an? )?"
    r"(?:who|whom|which|what|it|this|that|there|you|we|i|he|she|they|one|each|.*\bone)"
    r"|(?:which|what|whose|how many|how much)\b.*",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_ASKS = re.compile(rf"\b(?:{_WH}|{_AUX})\b", re.IGNORECASE)
_BARE = re.compile(r"(?:why|how|when|where|who)(?: (?:so|come|not|else|then))?\W*", re.IGNORECASE)
_AUXILIARY = re.compile(_AUX, re.IGNORECASE)
_BEING = re.compile(r"was|were|is|are", re.IGNORECASE)  # "Was Tehran slipping weapons …?"
_NOMINAL = frozenset("DT PRP$ JJ NN NNS NNP NNPS POS CD".split())
_FEWEST_TERMS = 3
_MOST_PARTS = 4  # each is searched for and judged by itself


def parts(question: str, parser: Parser) -> list[Part]:
    """The parts of a question, in order; at least one.

    A preface ("I'm writing about the strike.") is put before each part's query, and the names of
    earlier parts before one that refers to them, so that each can be searched for by itself.
    """
    preface, asked = _split(question)
    return [
        Part(
            text=part,
            query=_query(part, asked[:place], preface),
            kinds=kinds(part),
            speakers=_speakers(parse) if "statement" in kinds(part) else (),
            role=_role(parse),
        )
        for place, (part, parse) in enumerate(zip(asked, parser.parse(asked), strict=True))
    ]


def _speakers(parse: Parse) -> tuple[str, ...]:
    """Who says what is asked for: "what did X say", "X's version", "according to X".

    Told by the order of words, since the parser is weak at questions: X is the noun phrase after
    the auxiliary, or between "what" and a verb that reports.
    """
    tokens = parse.tokens
    found: list[str] = []
    for place, token in enumerate(tokens):
        word = token.text.lower()
        end = _noun_phrase_end(parse, place + 1)
        if end == place + 1:
            continue
        reported = end < len(tokens) and english().lemma(tokens[end].text) is not None
        if (
            (_AUXILIARY.fullmatch(word) and (reported or not _BEING.fullmatch(word)))
            or (word == "to" and _after(parse, place, "according"))
            or (word in ("what", "how", "why") and reported)
        ):
            found.append(_words(tokens[place + 1 : end]))
    for place, token in enumerate(tokens):
        if _SPOKEN.fullmatch(token.text) or re.fullmatch(_HELD, token.text, re.IGNORECASE):
            found += [parse.phrase(n) for n in parse.children(place, "poss")]
    return tuple(dict.fromkeys(one for one in found if not _NOBODY.fullmatch(one)))


def _role(parse: Parse) -> str | None:
    """The role in "the name of the ship's captain"."""
    for place, token in enumerate(parse.tokens):
        if (
            token.text.lower() in ("name", "names")
            and token.tag.startswith("NN")
            and place + 2 < len(parse.tokens)
        ):
            end = _noun_phrase_end(parse, place + 2)
            phrase = parse.tokens[place + 2 : end]
            nouns = [t.text for t in phrase if _BEARER.fullmatch(t.text)]
            return nouns[-1] if nouns else None
    return None


def _after(parse: Parse, place: int, word: str) -> bool:
    return place > 0 and parse.tokens[place - 1].text.lower() == word


def _noun_phrase_end(parse: Parse, place: int) -> int:
    """Where the noun phrase that begins at a place ends."""
    tokens = parse.tokens
    end = place
    while end < len(tokens) and (tokens[end].tag in _NOMINAL):
        end += 1
    return end


def _words(tokens: Sequence[Token]) -> str:
    return " ".join(token.text for token in tokens).replace(" '", "'").replace(" ’", "’")


def kinds(text: str) -> tuple[AnswerKind, ...]:
    """The kinds of answer that a question wants; none where anything may do."""
    found = [kind for kind, pattern in _KINDS if pattern.search(text)]
    reported = any(english().lemma(word) for word in re.findall(r"\w+", text))
    if reported or _SPOKEN.search(text) or _HELD_BY.search(text):
        found.append("statement")
    return tuple(found)


def _split(question: str) -> tuple[list[str], list[str]]:
    preface: list[str] = []
    asked: list[str] = []
    wanted: list[str] = []
    spans = sentences(question)
    for span in spans:
        sentence = question[span.start : span.end]
        if asked and _WANTED.match(sentence):
            wanted.append(_WANTED.sub("", sentence).rstrip(".?! "))
        elif sentence.endswith("?") or (not asked and span == spans[-1]):
            if opening := _PREFACE.match(sentence):
                preface.append(opening[1])
                sentence = sentence[opening.end() :]
            asked += [piece.strip() for piece in _ANOTHER.split(sentence) if piece.strip(" ?.,")]
        else:
            preface.append(sentence)
    sides = [side for one in wanted for side in re.split(r",?\s+and\s+", one)]
    if len(sides) > 1:  # "Give me Israel's line and the organisers'."
        sides = [re.sub(r"(['’]s?)$", r"\1 version", side) for side in sides]
        asked = [f"{' '.join(asked)} {side}" for side in sides]
    return preface, asked[:_MOST_PARTS] or [question]


def _query(part: str, before: list[str], preface: list[str]) -> str:
    sought = before and "person" in kinds(before[-1]) and _PERSONAL.search(part)
    if before and (_BARE.fullmatch(part) or sought):  # "Who …, and what was his reason?"
        return " ".join([*preface, *before, part])
    leans = _LEANS.search(part) or not _names(part) or not _ASKS.search(part)
    carried = [name for one in before for name in _names(one) if name not in part] if leans else []
    if all(map(str.isdigit, carried)) and not preface and len(terms(part)) < _FEWEST_TERMS:
        return " ".join([*before, part])
    opening = f"{', '.join(dict.fromkeys(carried))}: " if carried else ""
    return " ".join([*preface, opening + part])


def _names(text: str) -> list[str]:
    """Names and years of a question, but for the word that begins it."""
    named = [mention.name for mention in mentions(text) if mention.start > 0 or " " in mention.name]
    return [*named, *_YEARS.findall(text)]
