"""Who says what in an article."""

from assistant.attribution.statements import find_statements

__all__ = ["find_statements"]
