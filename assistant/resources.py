"""Finds prompts/, corpus/ and evals/: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent


def folder(name: Literal["prompts", "corpus", "evals"]) -> Path:
    """The folder of that name.

    Raises:
        FileNotFoundError: neither the checkout nor the wheel has it.
    """
    checkout = _PACKAGE.parent
    root = checkout if (checkout / "pyproject.toml").is_file() else _PACKAGE / "resources_data"
    found = root / name
    if not found.is_dir():
        raise FileNotFoundError(f"{name}/ is missing from this installation of onrecord ({root})")
    return found
