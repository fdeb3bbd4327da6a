"""The writer that lets a chat model write, and holds its words against the sources."""

from assistant.chat_writer.turns import ChatTurns, last

__all__ = ["ChatTurns", "last"]
