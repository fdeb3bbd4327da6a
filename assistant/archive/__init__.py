"""Articles are kept in SQLite and indexed in Chroma."""

from assistant.archive.archive import Archive
from assistant.archive.followed import Seen
from assistant.archive.keywords import EVERY, Part
from assistant.archive.ledger import ArchiveInfo
from assistant.archive.preparing import Prepared, Preparer
from assistant.archive.spelling import near

__all__ = ["EVERY", "Archive", "ArchiveInfo", "Part", "Prepared", "Preparer", "Seen", "near"]
