"""How much does an ingest cost beyond the encoder?

    python benchmarks/ingest.py ../shared/data/wikinews/articles.jsonl

Encodes the passages of a file with SentenceTransformer.encode alone, ingests the file into a new
archive without statements and into another with them, and encodes the passages again, in one
process with everything loaded. Prints the times, the ratio of the first ingest to the mean of the
two others (shared machines drift by a tenth within minutes), the speed of the second ingest as a
share of the first's, and the peak of memory. The targets are a ratio of at most 1.25, a share of at
least 0.7, and less than 2 GiB.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from assistant.archive import Archive
from assistant.archive.passages import split
from assistant.language import SpacyParser
from assistant.models.embedding import Embedder, load_embedder
from assistant.models.framing import encoder_text
from assistant.reading import read
from assistant.settings import Settings, load
from assistant.types import Article


def warm_up(embedder: Embedder, settings: Settings) -> None:
    """Import the libraries and load the model, which neither side of the ratio is to pay."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "archive", embedder, settings)
        archive.add(
            [Article("warm", "These words warm the encoder, the index and the rest up. " * 3)]
        )
        archive.close()


def seconds_to_encode(embedder: Embedder, texts: list[str]) -> float:
    """Of SentenceTransformer.encode alone."""
    start = time.perf_counter()
    embedder.encode_passages(texts)
    return time.perf_counter() - start


def seconds_to_ingest(
    path: Path, embedder: Embedder, settings: Settings, parser: SpacyParser | None
) -> float:
    """Of adding a file to a new archive, with statements where there is a parser."""
    if parser is not None:
        parser.parse(["These words load the parser."])
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder) / "archive", embedder, settings, parser)
        start = time.perf_counter()
        archive.add(read(path, settings.reading))
        spent = time.perf_counter() - start
        archive.close()
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    settings = load()
    embedder = load_embedder(settings.models)
    warm_up(embedder, settings)
    articles = [a for a in read(arguments.path, settings.reading) if isinstance(a, Article)]
    texts = []
    for article in articles:
        heading, passages = split(article, embedder, settings.passages.tokens)
        texts += [encoder_text(heading, passage.text) for passage in passages]
    before = seconds_to_encode(embedder, texts)
    ingest = seconds_to_ingest(arguments.path, embedder, settings, None)
    found = seconds_to_ingest(arguments.path, embedder, settings, SpacyParser(settings.models))
    after = seconds_to_encode(embedder, texts)
    print(
        f"{len(articles)} articles, {len(texts)} passages: ingest {ingest:.1f} s, encode alone"
        f" {before:.1f} s before and {after:.1f} s after, ratio {2 * ingest / (before + after):.2f}"
    )
    print(f"with statements {found:.1f} s: {ingest / found:.2f} of the speed without them")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
