"""A claim against the passages that it cites: what it says must be what they say."""

from assistant.checking.checker import Checker, Finding
from assistant.checking.quotes import quoted
from assistant.checking.readings import Reading, Source

__all__ = ["Checker", "Finding", "Reading", "Source", "quoted"]
