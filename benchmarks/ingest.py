"""How much does an ingest cost beyond the encoder?

    python benchmarks/ingest.py ../shared/data/wikinews/articles.jsonl

Encodes the passages of a file with SentenceTransformer.encode alone, ingests the file into a new
archive, and encodes the passages again, in one process with everything loaded. Prints the times,
the ratio of the ingest to the mean of the two others (shared machines drift by a tenth within
minutes), and the peak of memory. The target is a ratio of at most 1.25, at under 2 GiB.
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
from assistant.settings import Settings, load
from assistant.types import Article


def warm_up(embedder: SentenceEmbedder, settings: Settings) -> None:
    """Import the libraries and load the model, which neither side of the ratio is to pay."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "archive", embedder, settings)
        archive.add(
            [Article("warm", "These words warm the encoder, the index and the rest up. " * 3)]
        )
        archive.close()


def seconds_to_encode(embedder: SentenceEmbedder, texts: list[str]) -> float:
    """Of SentenceTransformer.encode alone."""
    start = time.perf_counter()
    embedder.encode(texts)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    settings = load()
    embedder = SentenceEmbedder(settings.models)
    warm_up(embedder, settings)
    articles = [a for a in read(arguments.path, settings.reading) if isinstance(a, Article)]
    texts = []
    for article in articles:
        heading, passages = split(article, embedder, settings.passages.tokens)
        texts += [encoder_text(heading, passage.text) for passage in passages]
    before = seconds_to_encode(embedder, texts)
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "archive", embedder, settings)
        start = time.perf_counter()
        archive.add(read(arguments.path, settings.reading))
        ingest = time.perf_counter() - start
        archive.close()
    after = seconds_to_encode(embedder, texts)
    print(
        f"{len(articles)} articles, {len(texts)} passages: ingest {ingest:.1f} s, encode alone"
        f" {before:.1f} s before and {after:.1f} s after, ratio {2 * ingest / (before + after):.2f}"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
