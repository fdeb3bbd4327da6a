"""Articles are kept in SQLite and indexed in Chroma."""

from assistant.archive.archive import Archive, ArchiveInfo

__all__ = ["Archive", "ArchiveInfo"]
