"""The articles that the panel asks of beside the sample: invented ones of the reader, and others.

python evals/panel/archive.py ../shared/data/wikinews/articles.jsonl build/panel.jsonl
assistant ingest build/panel.jsonl --archive build/panel
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[1] / "training"
sys.path.insert(0, str(TRAINING))
from items import read_written  # noqa: E402


def main(others: Path, out: Path) -> None:
    """Write them, an article a line."""
    written = [
        {"id": one.id, "text": one.text, **one.fields}
        for one in read_written(TRAINING / "articles")
    ]
    lines = [json.dumps(one, ensure_ascii=False) for one in written]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join([*lines, others.read_text(encoding="utf-8")]), encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
