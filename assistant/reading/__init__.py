"""Files become articles: plain text, Markdown with front matter, JSON and HTML."""

from assistant.reading.articles import Unreadable, normalized
from assistant.reading.files import estimate, read

__all__ = ["Unreadable", "estimate", "normalized", "read"]
