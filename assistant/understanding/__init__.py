"""What a question asks: its parts, its days, and what it takes from the turns before it."""

from assistant.understanding.request import Past, asked
from assistant.understanding.understand import understand

__all__ = ["Past", "asked", "understand"]
