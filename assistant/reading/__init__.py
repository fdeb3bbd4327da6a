"""Files become articles: text, pages, and the formats of agencies and offices."""

from assistant.reading.addresses import is_address
from assistant.reading.articles import Unreadable, normalized
from assistant.reading.files import ENDINGS, articles_of, estimate, files_of, read, read_file
from assistant.reading.sources import Addable, expand

__all__ = [
    "ENDINGS",
    "Addable",
    "Unreadable",
    "articles_of",
    "estimate",
    "expand",
    "files_of",
    "is_address",
    "normalized",
    "read",
    "read_file",
]
