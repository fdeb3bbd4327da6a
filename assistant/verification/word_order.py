"""Words that a claim shares with its source must stand there in the same sense and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.language.language import english
from assistant.verification.alignment import Alignment
from assistant.verification.readings import Reading

_CLOSE = 0.6  # share of a claim's content words that stand in a sentence
_GOVERNED = frozenset(
    {"xcomp", "ccomp", "pcomp", "dobj", "pobj", "prep", "acomp", "attr", "aux", "nsubjpass"}
)
_STEPS = 4


def altered(claim: Reading, ground: Sequence[Alignment]) -> str | None:
    """What a claim changed in a sentence whose words it otherwise keeps."""
    for one in (aligned.sentence for aligned in ground):
        if _share(claim, one) < _CLOSE:
            continue
        if _differs(claim, one, _denied):
            return "the claim denies what the source affirms, or the reverse"
        if _exchanged(claim, one):
            return "the claim exchanges words of the source"
    return None


def _share(claim: Reading, one: Reading) -> float:
    there = {one.stems[n] for n in one.content}
    return sum(claim.stems[n] in there for n in claim.content) / max(1, len(claim.content))


def _differs(claim: Reading, one: Reading, holds: Callable[[Reading, int], bool]) -> bool:
    mine, theirs = _by_stem(claim, holds), _by_stem(one, holds)
    return any(stem in theirs and not mine[stem] & theirs[stem] for stem in mine)


def _by_stem(reading: Reading, holds: Callable[[Reading, int], bool]) -> dict[str, set[bool]]:
    found: dict[str, set[bool]] = {}
    for place in reading.content:
        if reading.parse.tokens[place].is_verb or reading.parse.tokens[place].tag.startswith(
            ("JJ", "NN")
        ):
            found.setdefault(reading.stems[place], set()).add(holds(reading, place))
    return found


def _denied(reading: Reading, place: int) -> bool:
    """True where an odd number of negators or words such as "refuse" apply to a word."""
    parse, tokens = reading.parse, reading.parse.tokens
    count = 0
    for step in range(_STEPS):
        below = parse.children(place, "neg", "det", "preconj", "advmod", "cc")
        count += sum(tokens[n].text.casefold() in english().negators for n in below)
        if step and tokens[place].text.casefold() in english().denying | {"without"}:
            count += 1
        if tokens[place].dep not in _GOVERNED or tokens[place].head == place:
            break
        place = tokens[place].head
    return count % 2 == 1


def _exchanged(claim: Reading, one: Reading) -> bool:
    """True where two words have swapped places, judged by the words beside them."""
    mine, theirs = _neighbours(claim), _neighbours(one)
    both = [w for w in mine if w in theirs and mine[w] != theirs[w]]
    return any(
        a < b
        and any(x and x == y for x, y in zip(mine[a], theirs[b], strict=True))
        and any(x and x == y for x, y in zip(mine[b], theirs[a], strict=True))
        and not any(x and x == y for x, y in zip(mine[a], theirs[a], strict=True))
        and not any(x and x == y for x, y in zip(mine[b], theirs[b], strict=True))
        for a in both
        for b in both
    )


def _neighbours(reading: Reading) -> dict[str, tuple[str, str]]:
    """The content words and figures, each with the words on either side; none that stands twice."""
    stems = reading.stems
    found = {}
    for n in reading.content:
        if stems.count(stems[n]) == 1:
            before = stems[n - 1] if n else ""
            after = stems[n + 1] if n + 1 < len(stems) else ""
            found[stems[n]] = (before, after)
    return found
