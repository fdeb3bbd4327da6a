"""Dict forms of the types, by pydantic."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter


Word = TypeVar("Word")


@cache
def _adapter(word: type) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter  # 0.1 s that `assistant --help` need not pay

    return TypeAdapter(word)


def to_dict(value: Any) -> dict[str, Any]:
    """The JSON-ready dict form of any of the types."""
    result: dict[str, Any] = _adapter(value.__class__).dump_python(value, mode="json")
    return result


def from_dict(word: type[Word], data: dict[str, Any]) -> Word:
    """The inverse of ``to_dict``.

    Raises:
        pydantic.ValidationError: the dict has not the shape of ``word``.
    """
    shape: Any = word
    value: Word = _adapter(shape).validate_python(data)
    return value
