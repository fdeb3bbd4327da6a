"""Files become articles: text, pages, and the formats of agencies and offices."""

from assistant.reading.addresses import is_address
from assistant.reading.articles import Unreadable, normalized
from assistant.reading.files import ENDINGS, estimate, files_of, read, read_file

__all__ = [
    "ENDINGS",
    "Unreadable",
    "estimate",
    "files_of",
    "is_address",
    "normalized",
    "read",
    "read_file",
]
