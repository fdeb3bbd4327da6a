"""Near-identical printings of one story, told by MinHash signatures.

Source of the estimate: A. Broder, "On the resemblance and containment of documents" (1997): the
share of equal minima estimates the Jaccard similarity of the two sets, here of three-word runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from assistant.text import words

_PERMUTATIONS = 96  # the estimate's standard error is then at most 0.05
_RUN = 3


def signature(text: str) -> bytes:
    """The text's MinHash signature: 96 unsigned 32-bit minima."""
    from datasketch import MinHash

    minima = MinHash(num_perm=_PERMUTATIONS, seed=1)
    minima.update_batch([run.encode() for run in sorted(_runs(text))])
    signed: bytes = minima.hashvalues.astype(np.uint32).tobytes()
    return signed


def similarity(left: bytes, right: bytes) -> float:
    """Estimated Jaccard similarity of two texts' three-word runs, from 0 to 1."""
    return float(np.mean(np.frombuffer(left, np.uint32) == np.frombuffer(right, np.uint32)))


def printings(
    ids: Iterable[str], signatures: Mapping[str, bytes], least: float
) -> dict[str, set[str]]:
    """The near-duplicates of each id that has a signature: others at least this similar to it."""
    names = list(signatures)
    minima = np.frombuffer(b"".join(signatures.values()), np.uint32)
    table = minima.reshape(len(names), _PERMUTATIONS)
    found = {}
    for one in ids:
        if one in signatures:
            mine = np.frombuffer(signatures[one], np.uint32)
            alike = np.flatnonzero((table == mine).mean(axis=1) >= least)
            found[one] = {names[place] for place in alike} - {one}
    return found


def contained(passage: str, text: str) -> float:
    """Share of the passage's three-word runs that the text has, too, from 0 to 1."""
    runs = _runs(passage)
    return len(runs & _runs(text)) / len(runs)


def _runs(text: str) -> set[str]:
    every = words(text)
    return {" ".join(every[n : n + _RUN]) for n in range(max(1, len(every) - _RUN + 1))}
