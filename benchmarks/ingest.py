"""How much does an ingest cost beyond the encoder?

    python benchmarks/ingest.py ../shared/data/wikinews/articles.jsonl

Ingests a file into a new archive, then encodes the same texts with SentenceTransformer.encode
alone, in the same process with the model loaded, and prints both times, their ratio and the peak
of memory. The target is a ratio of at most 1.25, at under 2 GiB.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from assistant.archive import Archive
from assistant.archive.passages import encoder_text, split
from assistant.models import SentenceEmbedder
from assistant.reading import read
from assistant.settings import load
from assistant.types import Article


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    arguments = parser.parse_args()
    settings = load()
    embedder = SentenceEmbedder(settings.models)
    embedder.encode(["warm"])
    articles = [a for a in read(arguments.path, settings.reading) if isinstance(a, Article)]
    texts = []
    for article in articles:
        heading, passages = split(article, embedder, settings.passages.tokens)
        texts += [encoder_text(heading, passage.text) for passage in passages]
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            archive = Archive(Path(folder) / "archive", embedder, settings)
            start = time.perf_counter()
            archive.add(read(arguments.path, settings.reading))
            ingest = time.perf_counter() - start
            archive.close()
        start = time.perf_counter()
        embedder.encode(texts)
        encode = time.perf_counter() - start
        print(
            f"{len(articles)} articles, {len(texts)} passages: ingest {ingest:.1f} s,"
            f" encode alone {encode:.1f} s, ratio {ingest / encode:.2f}"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
