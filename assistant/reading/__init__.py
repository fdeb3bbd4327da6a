"""Files become articles: text, pages, and the formats of agencies and offices."""

from assistant.reading.articles import Unreadable, normalized
from assistant.reading.files import ENDINGS, estimate, read

__all__ = ["ENDINGS", "Unreadable", "estimate", "normalized", "read"]
