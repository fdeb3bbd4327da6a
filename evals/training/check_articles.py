"""Whether articles and items keep to BRIEF.md: python3 evals/training/check_articles.py FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from items import Malformed, read_article


def main(folder: str) -> int:
    """Print what is wrong in each file of a folder; 1 where anything is."""
    files = sorted(Path(folder).glob("*.txt"))
    counts: dict[str, int] = {}
    failed = 0
    for file in files:
        try:
            items = read_article(file).items
        except Malformed as error:
            failed += 1
            print(f"{file.name}: {error}")
            continue
        for item in items:
            sort = str(item.get("error") or item.get("kind") or "true claim")
            counts[sort] = counts.get(sort, 0) + 1
    print(f"{len(files)} files, {failed} with faults;", counts)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
