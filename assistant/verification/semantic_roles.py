"""Who did what to whom: a claim may not turn round what its source says."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from assistant.language import stem
from assistant.text import words
from assistant.verification.alignment import Alignment
from assistant.verification.readings import Reading

_STEPS = 3
_SHARED = 2  # words of a predicate from which two are one
_REVERSED = "the source says the reverse: who does it, and to whom"
_DONE_TO = ("dobj", "dative", "nsubjpass", "attr", "oprd")


def swapped(claim: Reading, ground: Sequence[Alignment]) -> str | None:
    """Why a claim swaps agent and patient or "from" and "to", or changes the subject; or None."""
    sentences = [one.sentence for one in ground]
    theirs = [act for one in sentences for act in _acts(one)]
    for verb, does, suffers in _acts(claim):
        turned = any(
            suffers & d and not does & d and (does & s or verb == same) for same, d, s in theirs
        )
        right = any(does & d and suffers & s for _, d, s in theirs)
        if turned and not right:
            return _REVERSED
    if any(_exchanged(_places(claim), _places(one)) for one in sentences):
        return _REVERSED
    if any(_given_away(claim, one) for one in ground):
        return "the source says this of somebody or something else"
    start, end = _ends(claim)
    for first, last in map(_ends, sentences):
        if start & last - first and end & first - last:
            return "the source says the reverse: from where, and to where"
    return None


def _given_away(claim: Reading, one: Alignment) -> bool:
    """True where the source says the claim's predicate of another subject that it names."""
    known = {stem(word) for word in words(one.source.article.text)}
    for subject, predicate in _predicates(claim):
        for other, same in _predicates(one.sentence):
            shared = predicate & same
            close = len(shared) >= _SHARED and 2 * len(shared) >= len(predicate)
            strange = subject <= known and not subject & (other | same)
            if close and strange and other and not other & predicate:
                return True
            if close and (subject - other) & same and (other - subject) & predicate:
                return True
    return False


def _predicates(reading: Reading) -> list[tuple[set[str], set[str]]]:
    """For each verb with a subject: the subject's stems, and those of the rest of its clause."""
    found = []
    parse = reading.parse
    for place, token in enumerate(parse.tokens):
        heads = _subjects(reading, place) if token.is_verb or token.tag == "MD" else []
        subject = _words(reading, [_meant(reading, place, head) for head in heads])
        apart = [*heads, *parse.children(place, "conj", "advcl", "ccomp", "parataxis", "mark")]
        rest = parse.subtree(place, without=apart)
        predicate = {reading.stems[n] for n in rest if n in reading.content}
        if subject:
            found.append((subject, predicate))
    return found


def _meant(reading: Reading, verb: int, subject: int) -> int:
    """The noun that "who" stands for, else the subject itself."""
    tokens = reading.parse.tokens
    relative = tokens[verb].dep == "relcl" and tokens[subject].tag in ("WP", "WDT")
    return tokens[verb].head if relative else subject


def _exchanged(mine: dict[str, set[str]], theirs: dict[str, set[str]]) -> bool:
    """True where two words have swapped their grammatical roles."""
    both = [word for word in mine if word in theirs and not mine[word] & theirs[word]]
    return any(
        mine[one] & theirs[two] and (mine[two] & theirs[one] or len(mine[one] & theirs[two]) > 1)
        for one, two in permutations(both, 2)
    )


def _places(reading: Reading) -> dict[str, set[str]]:
    """For each noun what it hangs on, and how: "company": {"of accuse"}."""
    found: dict[str, set[str]] = {}
    tokens = reading.parse.tokens
    for place in reading.content:
        token = tokens[place]
        if not token.tag.startswith("NN") or token.dep in ("compound", "ROOT"):
            continue
        how, head = token.dep, token.head
        if how == "pobj":
            how, head = tokens[head].text.casefold(), tokens[head].head
            if how == "by" and tokens[token.head].dep == "agent":
                how = "nsubj"
        if how == "nsubjpass":
            how = "dobj"
        if how in ("appos", "conj"):
            continue
        found.setdefault(reading.stems[place], set()).add(f"{how} {reading.stems[head]}")
    return found


def _acts(reading: Reading) -> list[tuple[str, set[str], set[str]]]:
    """For each verb its stem, and those of who does it and of what it is done to."""
    found = []
    parse = reading.parse
    for place, token in enumerate(parse.tokens):
        if not token.is_verb:
            continue
        does = _words(reading, _subjects(reading, place))
        suffers = _words(reading, parse.children(place, *_DONE_TO))
        for prep in parse.children(place, "prep"):
            suffers |= _words(reading, parse.children(prep, "pobj"))
        for agent in parse.children(place, "agent"):
            does |= _words(reading, parse.children(agent, "pobj"))
        if does - suffers and suffers - does:
            found.append((reading.stems[place], does - suffers, suffers - does))
    return found


def _subjects(reading: Reading, place: int) -> list[int]:
    parse, tokens = reading.parse, reading.parse.tokens
    for _ in range(_STEPS):
        own = parse.children(place, "nsubj")
        if own or parse.children(place, "nsubjpass", "agent"):
            return own
        if tokens[place].dep not in ("conj", "xcomp", "advcl", "pcomp", "prep"):
            return []
        place = tokens[place].head
    return []


def _words(reading: Reading, heads: Sequence[int]) -> set[str]:
    parse = reading.parse
    found: set[str] = set()
    for head in heads:
        apart = parse.children(head, "relcl", "acl", "prep")
        subtree = parse.subtree(head, without=apart)
        found |= {reading.stems[n] for n in subtree if n in reading.content}
        found |= reading.persons.get(head, set())
    return found


def _ends(reading: Reading) -> tuple[set[str], set[str]]:
    ends: tuple[set[str], set[str]] = (set(), set())
    for place, token in enumerate(reading.parse.tokens):
        word = token.text.casefold()
        if word in ("from", "to", "into") and token.dep == "prep":
            ends[word != "from"].update(_words(reading, reading.parse.children(place, "pobj")))
    return ends
