"""Folders and feeds that are followed: what is new, has changed or is gone since the last look."""

from assistant.following.syncing import name_of, sync, watch

__all__ = ["name_of", "sync", "watch"]
