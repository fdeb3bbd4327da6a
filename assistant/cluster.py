"""Ingest over a Ray cluster: workers read, cut, parse and encode, who calls commits.

Ray Data streams files through two steps, reading and preparing, in order, and does again what a
worker that died has not handed on. Articles travel pickled. No setting but those of reading, models
and passages leaves this process: others hold keys.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.archive import Archive, Prepared, Preparer
from assistant.errors import ClusterError
from assistant.language import SpacyParser
from assistant.models.embedding import load_embedder
from assistant.reading import Unreadable, normalized, read_file
from assistant.settings import ModelSettings, PassageSettings, ReadingSettings, Settings
from assistant.types import Article, Skipped

LOCAL = "local"
_ARTICLES = 16  # in a batch: seconds of a worker's time, which its death costs
_PATIENCE = 5.0  # seconds until a cluster's head answers
_READING = 0.5  # of a processor, for a task that reads files
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker must know."""

    reading: ReadingSettings
    models: ModelSettings
    passages: PassageSettings
    statements: bool

    @classmethod
    def of(cls, settings: Settings, device: str) -> _Work:
        """What a worker with a thread of its own, or a GPU, does under these settings."""
        models = settings.models.model_copy(update={"threads": 1, "device": device})
        return cls(settings.reading, models, settings.passages, settings.archive.statements)

    def preparer(self) -> Preparer:
        parser = SpacyParser(self.models) if self.statements else None
        return Preparer(load_embedder(self.models), parser, self.passages.tokens)


def prepare(
    sources: Iterable[Path | Article | Skipped],
    address: str,
    settings: Settings,
    archive: Archive,
) -> Iterator[Article | Skipped | Prepared]:
    """Read and prepare articles on a Ray cluster, and yield them in the order of their sources.

    Args:
        sources: files, by paths that every worker can read, and what is read already.
        address: of the cluster's head; "local" begins one on this machine, and ends it.
        settings: the workers take its ``reading``, ``models`` and ``passages``.
        archive: where they go; what it holds already comes as it is.

    Raises:
        ClusterError: Ray is not installed, or no cluster answers there; or the archive's embedder
            is not the one of the settings, which is all that workers can load.
    """
    if load_embedder(settings.models).name != archive.embedder:
        raise ClusterError("An embedder that was handed to open cannot be sent to a cluster.")
    with _cluster(address) as ray:
        processors, gpus = (int(ray.cluster_resources().get(one, 0)) for one in ("CPU", "GPU"))
        work = _Work.of(settings, "cuda" if gpus else "cpu")
        held = ray.put(archive.digests())  # as long as workers may begin again, which ask for it
        rows = ray.data.from_items([_row(one) for one in sources] or [{}])
        articles = rows.flat_map(_read, fn_args=[work.reading], num_cpus=_READING)
        workers = gpus or max(1, processors - 1)  # a processor reads
        made = articles.repartition(target_num_rows_per_block=_ARTICLES).map_batches(
            _Worker,
            batch_size=_ARTICLES,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=workers),
            fn_constructor_args=[work, held],
            **({"num_gpus": 1} if gpus else {"num_cpus": 1}),
        )
        for row in made.iter_rows():
            yield pickle.loads(row["item"])  # noqa: S301 - from our own workers


def _row(source: Path | Article | Skipped) -> Row:
    place = source.absolute() if isinstance(source, Path) else source
    return {"source": pickle.dumps(place)}


def _read(row: Row, settings: ReadingSettings) -> Iterator[Row]:
    """The articles of a file, as the archive keeps them."""
    if not row:
        return
    source = pickle.loads(row["source"])  # noqa: S301 - from our own process
    for one in read_file(source, settings) if isinstance(source, Path) else [source]:
        yield {"item": pickle.dumps(_as_kept(one, settings.max_characters))}


def _as_kept(item: Article | Skipped, most: int) -> Article | Skipped:
    if isinstance(item, Skipped):
        return item
    try:
        return normalized(item, most)
    except Unreadable:
        return item  # the archive says why


class _Worker:
    """A process of the cluster with its models."""

    def __init__(self, work: _Work, known: Any) -> None:
        import ray

        self._preparer = work.preparer()
        self._known: set[str] = ray.get(known)

    def __call__(self, batch: Row) -> Row:
        items = [pickle.loads(one) for one in batch["item"]]  # noqa: S301 - from our own workers
        articles = [one for one in items if isinstance(one, Article)]
        made = iter(self._preparer.prepare(articles, self._known))
        return {
            "item": [pickle.dumps(next(made) if isinstance(one, Article) else one) for one in items]
        }


@contextmanager
def _cluster(address: str) -> Iterator[Any]:
    """Ray, connected; a cluster of this machine's own ends with the block."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # else it reports to its makers
    try:
        import ray.data
    except ImportError as error:
        raise ClusterError("Ray is not installed.", "Run pip install 'onrecord[scale]'.") from error
    where: dict[str, Any] = {"address": address}
    if address == LOCAL:
        where = {"num_cpus": (os.cpu_count() or 1) + 1, "include_dashboard": False}
    try:
        _reach(address)
        ray.init(**where, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(f"No Ray cluster answers at {address}.", str(error)) from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    try:
        yield ray
    finally:
        ray.shutdown()


def _reach(address: str) -> None:
    """Fail at once where nobody listens: Ray itself tries for five minutes.

    Raises:
        OSError: nobody does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host, int(port)), _PATIENCE).close()
