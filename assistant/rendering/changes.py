"""What changed from one text to another."""

from __future__ import annotations

from collections.abc import Iterator

from rapidfuzz.distance import LCSseq

from assistant.text import sentences

_MOST_CHANGES = 4000  # sentences of two versions that are compared


def differences(old: str, new: str) -> Iterator[tuple[str, str]]:
    """What was kept, removed and added from one text to another, sentence by sentence."""
    before, after = (
        [text[span.start : span.end] for span in sentences(text)][:_MOST_CHANGES]
        for text in (old, new)
    )
    for found in LCSseq.opcodes(before, after):  # bit by bit: difflib takes cubic time
        if found.tag == "equal":
            yield "kept", " ".join(before[found.src_start : found.src_end])
        elif found.tag == "delete":
            yield "removed", " ".join(before[found.src_start : found.src_end])
        else:
            yield "added", " ".join(after[found.dest_start : found.dest_end])
