"""A claim against the passages that it cites: what it says must be what they say."""

from assistant.verification.checker import GROUNDED, RULES, Checker, Finding
from assistant.verification.objection import Objection
from assistant.verification.quotes import quoted
from assistant.verification.readings import Reading, Source

__all__ = ["GROUNDED", "RULES", "Checker", "Finding", "Objection", "Reading", "Source", "quoted"]
